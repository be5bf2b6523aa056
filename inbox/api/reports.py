"""Reports as routes."""

from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from inbox.permissions import Permission
from inbox.reports.reports import Reports
from inbox.reports.summing import ReportLine
from inbox.reports.table import table
from inbox.rest.route import Call, Nothing, Route
from shared.model.base import Strict, Utc
from shared.model.figures import Dimension


class ReportQuery(Strict):
    """Which figures. A period is of whole days, UTC: the first is that of ``since``, and that of
    ``before`` is the first that does not count."""

    since: Utc
    before: Utc
    by: Dimension = Dimension.ALL
    value: str | None = None
    """Only this agent, team, ..."""
    step: Literal["total", "day", "month"] = "total"


class Report(BaseModel):
    """The lines of a report."""

    items: list[ReportLine]


@dataclass(frozen=True, slots=True)
class ReportsApi:
    """The routes of ``/reports``."""

    reports: Reports

    def routes(self) -> list[Route]:
        """What they are."""
        read, tag = Permission.REPORTS_READ, "reports"
        return [
            Route(
                "GET", "/reports", self.show, read,
                "How many conversations, and how long everything took", tag,
                query=ReportQuery, answer=Report,
            ),
            Route(
                "GET", "/reports.csv", self.download, read, "The same as a table", tag,
                query=ReportQuery, produces="text/csv",
            ),
        ]  # fmt: skip

    async def show(self, call: Call[ReportQuery, Nothing]) -> Report:
        """The lines."""
        return Report(items=list(await self._made(call.query)))

    async def download(self, call: Call[ReportQuery, Nothing]) -> web.Response:
        """The table; the byte order mark tells spreadsheets that it is UTF-8."""
        text = "\ufeff" + table(await self._made(call.query))
        name = f"report-{call.query.by}-{call.query.since:%Y-%m-%d}.csv"
        return web.Response(
            text=text,
            content_type="text/csv",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="{name}"',
            },
        )

    async def _made(self, query: ReportQuery) -> list[ReportLine]:
        made = await self.reports.make(
            query.since, query.before, by=query.by, value=query.value, step=query.step
        )
        return list(made)
