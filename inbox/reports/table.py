"""A report as CSV, for spreadsheets. Pure."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from inbox.reports.summing import ReportLine
from shared.model.figures import Count, Timing

_SPREADS: Final = ("count", "mean_s", "median_s", "p90_s")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def header() -> Sequence[str]:
    """The names of the columns."""
    timings = [f"{timing}_{name}" for timing in Timing for name in _SPREADS]
    rates = ("reopen_rate", "first_contact_rate", "self_service_rate", "hops_per_case")
    return ("start", "value", "name", *Count, *rates, *timings)


def table(made: Iterable[ReportLine]) -> str:
    """The lines as a table. A name that a spreadsheet would take for a formula is text there."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header())
    for line in made:
        writer.writerow(_cells(line))
    return out.getvalue()


def _cells(line: ReportLine) -> Sequence[str]:
    cells = [
        line.start.date().isoformat() if line.start else "",
        as_text(line.value),
        as_text(line.name or ""),
        *(str(getattr(line, count)) for count in Count),
        _number(line.reopen_rate, 4),
        _number(line.first_contact_rate, 4),
        _number(line.self_service_rate, 4),
        _number(line.hops_per_case, 2),
    ]
    for timing in Timing:
        spread = getattr(line, timing)
        cells += [_number(getattr(spread, name, None), 1) for name in _SPREADS]
    return cells


def as_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _number(number: float | None, digits: int) -> str:
    return "" if number is None else f"{round(number, digits):g}"
