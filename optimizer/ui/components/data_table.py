"""A plain table of texts as HTML; on a phone each line is a card."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape


def table_html(heads: Sequence[str], lines: Sequence[Sequence[str]], numeric: Collection[int] = ()) -> str:
    """A table with its heads; the first cell of a line names it.

    Parameters
    ----------
    heads : sequence of str
    lines : sequence of sequence of str
        Each as long as the heads; every text is escaped.
    numeric : collection of int
        Columns that stand at the right.

    Examples
    --------
    >>> "<b>" in table_html(["Name"], [["<b>bold</b>"]])
    False
    """
    head = "".join(
        f'<th scope="col" role="columnheader"{_kind(place, numeric)}>{escape(name)}</th>'
        for place, name in enumerate(heads)
    )
    body = "".join(_line(heads, line, numeric) for line in lines)
    return (
        f'<table class="co-list" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _line(heads: Sequence[str], line: Sequence[str], numeric: Collection[int]) -> str:
    first, *others = line
    cells = "".join(
        f'<td role="cell"{_kind(place, numeric)} data-label="{escape(heads[place], quote=True)}">{escape(value)}</td>'
        for place, value in enumerate(others, start=1)
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{escape(first)}</th>{cells}</tr>'


def _kind(place: int, numeric: Collection[int]) -> str:
    return ' class="co-n"' if place in numeric else ""
