"""Reports as routes."""

from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, Field

from inbox.permissions import Permission
from inbox.reports.delivery import DeliveryLine, DeliveryReports, delivery_table
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


class DeliveryQuery(Strict):
    """How far it looks back: hours that are over, and the one that runs."""

    hours: int = Field(default=24, ge=1, le=30 * 24)


class DeliveryReport(BaseModel):
    """The channels, by name."""

    hours: int
    items: list[DeliveryLine]


class Report(BaseModel):
    """The lines of a report."""

    items: list[ReportLine]


@dataclass(frozen=True, slots=True)
class ReportsApi:
    """The routes of ``/reports``."""

    reports: Reports
    delivery: DeliveryReports

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
            Route(
                "GET", "/reports/delivery", self.show_delivery, read,
                "How well each channel delivers: lag, failures, dead letters", tag,
                query=DeliveryQuery, answer=DeliveryReport,
            ),
            Route(
                "GET", "/reports/delivery.csv", self.download_delivery, read,
                "The same as a table", tag, query=DeliveryQuery, produces="text/csv",
            ),
        ]  # fmt: skip

    async def show(self, call: Call[ReportQuery, Nothing]) -> Report:
        """The lines."""
        return Report(items=list(await self._made(call.query)))

    async def download(self, call: Call[ReportQuery, Nothing]) -> web.Response:
        """The table; the byte order mark tells spreadsheets that it is UTF-8."""
        name = f"report-{call.query.by}-{call.query.since:%Y-%m-%d}.csv"
        return _csv(table(await self._made(call.query)), name)

    async def show_delivery(self, call: Call[DeliveryQuery, Nothing]) -> DeliveryReport:
        """The channels."""
        hours = call.query.hours
        return DeliveryReport(hours=hours, items=list(await self.delivery.make(hours)))

    async def download_delivery(self, call: Call[DeliveryQuery, Nothing]) -> web.Response:
        """The same as a table."""
        hours = call.query.hours
        return _csv(delivery_table(await self.delivery.make(hours)), f"delivery-{hours}h.csv")

    async def _made(self, query: ReportQuery) -> list[ReportLine]:
        made = await self.reports.make(
            query.since, query.before, by=query.by, value=query.value, step=query.step
        )
        return list(made)


def _csv(text: str, name: str) -> web.Response:
    return web.Response(
        text="\ufeff" + text,
        content_type="text/csv",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
