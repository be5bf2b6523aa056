"""The short way of webhooks: what is posted for a known channel goes straight to the intake.

Finding a route and passing middlewares and signals costs a fifth of what a webhook costs, and the
intake needs none of it. Everything else takes the application's way.
"""

from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from connectors.intake import Intake
from shared.listening import Front
from shared.process import Ending


def front(intake: Intake, guard: Middleware, ending: Ending) -> Front:
    """Before an application whose outermost middleware is ``guard``: what goes wrong here is said
    and noted as there, and once the ``ending`` was told, answers close their connections."""
    take: Final = intake.posted

    def before(application: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if not intake.takes(request) or hdrs.EXPECT in request.headers:
                return await application(request)
            response = await guard(request, take)
            if ending.told:
                response.force_close()
            return response

        return handle

    return before
