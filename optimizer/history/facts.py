"""Facts: what the rules of a check look at, and how they word what they find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Panel
from optimizer.history.weeks import Span
from optimizer.language.message import Kind, Message, Written, join, number, say

if TYPE_CHECKING:
    import pandas as pd

LISTED_ROWS = 20
LISTED_NAMES = 4


@dataclass(frozen=True)
class Facts:
    """A history as its rules see it.

    Attributes
    ----------
    table : DataFrame
        As in `History.table`.
    panel : Panel
        Its sums by cell and complete week.
    span : Span
    file, currency : str
    today : date
        To tell dates in the future.
    """

    table: pd.DataFrame
    panel: Panel
    span: Span
    file: str
    currency: str
    today: dt.date

    def finding(
        self, rule: str, severity: Severity, problem: Message, fix: Message, column: str = "", rows: Iterable[int] = ()
    ) -> Finding:
        """A finding about this file."""
        lines = tuple(sorted(int(row) for row in rows)[:LISTED_ROWS])
        return Finding(rule, severity, problem, fix, self.file, column, lines)


def listing(names: Sequence[object]) -> Message:
    """The first names of a list, and how many more there are.

    Examples
    --------
    >>> listing(["a", "b"]), listing(list("abcdefg"))
    ('a, b', 'a, b, c, d and 3 more')
    """
    first, more = join(", ", names[:LISTED_NAMES]), len(names) - LISTED_NAMES
    return say("{names} and {more} more", names=first, more=more) if more > 0 else first


def amount(value: float) -> Written:
    """Money or a count at a readable precision: whole from 100 on, else three digits.

    Examples
    --------
    >>> amount(82417.3), amount(3.25), amount(0.0123)
    ('82,417', '3.25', '0.0123')
    """
    if abs(value) >= 100:
        return number(value)
    text = f"{value:.3g}"
    digits, _, power = text.partition("e")
    decimals = len(digits.partition(".")[2]) - int(power or 0)
    return Written(text, Kind.NUMBER, float(value), (max(decimals, 0), "", False))


def times(value: float) -> Written:
    """How many times something is another, as a whole number.

    Examples
    --------
    >>> times(1234.5)
    '1234'
    """
    return Written(f"{value:.0f}", Kind.NUMBER, float(value))


def share(value: float) -> Written:
    """A share of 1, in whole per cent.

    Examples
    --------
    >>> share(0.3)
    '30%'
    """
    return Written(f"{value:.0%}", Kind.PERCENT, float(value))
