"""Words that several reports share: titles of columns, evidence and severity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from optimizer.history.findings import Severity
from optimizer.language.catalogue import network_name
from optimizer.language.message import Message, capital, say
from optimizer.planning.wording import outcome_name
from optimizer.reports.book import Column, Shown, Value, decimals_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.history.panel import Cell
    from optimizer.language.catalogue import Speaker

EVIDENCE = {
    "strong": say("strong"),
    "some": say("some"),
    "weak": say("weak"),
    "none": say("none"),
}
SEVERITY = {
    Severity.SERIOUS: say("Serious"),
    Severity.WARNING: say("Check"),
    Severity.NOTE: say("Note"),
}


def outcome_title(outcome: str) -> Message:
    """Name of an outcome at the head of a column or row."""
    return capital(outcome_name(outcome))


def interval_columns(title: str, decimals: int = 0) -> list[Column]:
    """Three columns: a mean and the ends of its 90 % interval."""
    return [
        Column(title, decimals),
        Column(say("{title}: 90 % interval from", title=title), decimals),
        Column(say("{title}: 90 % interval to", title=title), decimals),
    ]


def cell_columns(cells: Sequence[Cell]) -> list[Column]:
    """Network and content type, and audience where any cell has one."""
    audience = [Column(say("Audience"))] if any(cell.audience for cell in cells) else []
    return [Column(say("Network")), Column(say("Content type")), *audience]


def cell_names(cell: Cell, columns: Sequence[Column], speaker: Speaker) -> list[Value]:
    """A cell's names as people write them, one for each of `cell_columns`."""
    names: list[Value] = [network_name(cell.network), speaker.content(cell.content_type), cell.audience]
    return names[: len(columns)]


def flat_values(values: object, name: str = "") -> Iterator[tuple[str, Value]]:
    """Plain values one by one, each with its path; a whole number without digits after the point.

    Examples
    --------
    >>> list(flat_values({"weeks": 4, "locks": {"facebook/image": True}}))
    [('weeks', Shown(value=4.0, decimals=0)), ('locks.facebook/image', 'true')]
    """
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from flat_values(value, f"{name}.{key}".lstrip("."))
    elif isinstance(values, list | tuple):
        for place, value in enumerate(values, 1):
            yield from flat_values(value, f"{name} {place}")
    elif isinstance(values, bool) or values is None:
        yield name, "" if values is None else str(values).lower()
    elif isinstance(values, int | float):
        yield name, Shown(float(values), 0 if values == int(values) else decimals_for([float(values)]))
    else:
        yield name, str(values)
