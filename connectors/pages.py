"""The HTTP surface that a connector has of its own, below ``/<type>/<channel id>``.

aiohttp's router is frozen when the server starts and channels come later, so each channel has a
small router of its own, and one catch-all route per type hands the requests on.
"""

from collections.abc import Sequence

from aiohttp import web
from aiohttp.web_urldispatcher import UrlDispatcher

from shared.ids import ChannelId, ChannelType


class Pages:
    """The routes of one channel."""

    def __init__(
        self, channel_type: ChannelType, channel_id: ChannelId, routes: Sequence[web.RouteDef]
    ) -> None:
        self._router = UrlDispatcher()
        prefix = f"/{channel_type}/{channel_id}"
        for route in routes:
            path = prefix + "/" + route.path.lstrip("/")
            web.RouteDef(route.method, path, route.handler, route.kwargs).register(self._router)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request for one of these routes; 404 or 405 as HTTP exceptions."""
        match = await self._router.resolve(request)
        if match.http_exception is not None:
            raise match.http_exception
        outer = request.match_info
        for app in outer.apps:
            match.add_app(app)
        # Handlers read their own path variables from the request, as under any router.
        request._match_info = match
        request._cache.pop("match_info", None)
        return await match.handler(request)
