"""Facts: what the rules of a check look at, and how they word what they find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Panel
from optimizer.history.weeks import Span

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
        self, rule: str, severity: Severity, problem: str, fix: str, column: str = "", rows: Iterable[int] = ()
    ) -> Finding:
        """A finding about this file."""
        lines = tuple(sorted(int(row) for row in rows)[:LISTED_ROWS])
        return Finding(rule, severity, problem, fix, self.file, column, lines)


def count(number: int, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> count(1, "row"), count(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listing(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are.

    Examples
    --------
    >>> listing(["a", "b"]), listing(list("abcdefg"))
    ('a, b', 'a, b, c, d and 3 more')
    """
    more = len(names) - LISTED_NAMES
    return ", ".join(names[:LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")


def amount(value: float) -> str:
    """Money or a count at a readable precision.

    Examples
    --------
    >>> amount(82417.3), amount(3.25), amount(0.0123)
    ('82,417', '3.25', '0.0123')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
