"""The short way of webhooks: what is posted for a channel at work goes straight to the intake.

A route, its middlewares and signals are one call in fifteen of those that a webhook costs, and the
intake needs none of them. Everything else takes the application's way.
"""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from connectors.edge import answer_to
from connectors.intake import Intake
from shared.listening import Front
from shared.metrics import Metrics
from shared.process import Ending


def front(intake: Intake, metrics: Metrics, ending: Ending | None = None) -> Front:
    """Before an application: what goes wrong here is said and noted as by the connectors' ``edge``,
    and once the ``ending`` was told, answers close their connections."""

    def before(application: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            live = intake.short_way(request)
            if live is None or hdrs.EXPECT in request.headers:
                return await application(request)
            try:
                response = await intake.take(live, request)
            except (web.HTTPException, ConnectionResetError):
                raise
            except Exception as error:  # noqa: BLE001 - one request's bug is that request's
                response = answer_to(error, metrics)
            if ending is not None and ending.told:
                response.force_close()
            return response

        return handle

    return before
