"""History: one advertiser's rows, read, typed and checked; and the function that loads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.findings import Finding, worst_first
from optimizer.history.raw import RawTable
from optimizer.history.schema import OUTCOMES
from optimizer.history.weeks import Frequency, span_of

if TYPE_CHECKING:
    import pandas as pd


LONGEST_GAP = np.timedelta64(3 * 366, "D")
"""No advertiser learns from before a pause of three years; a mistyped year is likelier."""


@dataclass(frozen=True, eq=False)
class History:
    """What happened, as it was reported.

    Attributes
    ----------
    table : DataFrame
        Columns of the table of `optimizer.history.schema` that the file has, in that order: dates as datetime64, names
        as text ("" where empty), numbers as float (NaN where empty). Sorted by cell and date; the index is the
        line of the file.
    findings : tuple of Finding
        What is worth knowing about the file, worst first.
    file : str
        Name of the file, as given.
    currency : str
        ISO 4217 code, or "" where the file names none.
    sha256 : str
        Hash of the bytes read.
    frequency : "daily" or "weekly"
    weeks : array of datetime64[D], shape (T,)
        Mondays from the first to the last complete week, consecutive.
    """

    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    file: str
    currency: str
    sha256: str
    frequency: Frequency
    weeks: NDArray[np.datetime64] = field(repr=False)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcome columns that hold at least one value, in the order of the table."""
        return tuple(name for name in OUTCOMES if name in self.table and self.table[name].notna().any())


def load_history(source: str | Path | bytes, *, name: str = "") -> History:
    """Read and check a history.

    Parameters
    ----------
    source : str, Path or bytes
        A CSV, XLSX or Parquet file, or the bytes of one.
    name : str
        Name to use in messages instead of the path; for uploads.

    Returns
    -------
    History
        With findings for all that is odd but can be used.

    Raises
    ------
    InputError
        The file cannot be used; the message names file, row and column and says what to do.
    """
    from optimizer.history.check import check_history
    from optimizer.history.duplicates import check_duplicates, series_codes
    from optimizer.history.read import read_bytes, read_table, sha256
    from optimizer.history.tidy import tidy

    data, file = read_bytes(source, name)
    table, raw, days = tidy(read_table(data, file))
    currency = _one_currency(table, raw)
    series = series_codes(table)
    findings = [*raw.findings, *check_duplicates(raw, series, days)]
    _no_leap(days.day, raw)
    span = span_of(days.day, series, file)
    _need_numbers(table, raw)
    # A fixed order makes every later sum the same to the last bit, however the rows of the file are ordered.
    order = np.lexsort((table["spend"].to_numpy(), days.stamp, series))
    table = table.iloc[order].drop(columns="currency", errors="ignore")
    findings += check_history(table, span, file, currency)
    return History(table, worst_first(findings), file, currency, sha256(data), span.frequency, span.weeks)


def _one_currency(table: pd.DataFrame, raw: RawTable) -> str:
    if "currency" not in table:
        return ""
    codes = table["currency"]
    named = codes[codes != ""]
    others = named[named != named.iloc[0]] if len(named) else named
    if len(others):
        raise InputError.at(
            f"'{others.iloc[0]}' where row {named.index[0]} has '{named.iloc[0]}',"
            " and amounts in two currencies cannot be added",
            file=raw.file,
            row=int(others.index[0]),
            column=raw.spelled["currency"],
            fix="convert all amounts to one currency, or give one file per currency",
        )
    return str(named.iloc[0]) if len(named) else ""


def _no_leap(days: NDArray[np.datetime64], raw: RawTable) -> None:
    """Refuse dates with years of nothing between them: one of them is mistyped."""
    order = np.argsort(days, kind="stable")
    leaps = np.flatnonzero(np.diff(days[order]) > LONGEST_GAP)
    if leaps.size:
        before, after = int(order[leaps[-1]]), int(order[leaps[-1] + 1])
        years = int((days[after] - days[before]) / np.timedelta64(365, "D"))
        raise InputError.at(
            f"the date {days[after]} comes {years} years after the one before it"
            f" ({days[before]} in row {raw.rows[before]})",
            file=raw.file,
            row=int(raw.rows[after]),
            column=raw.spelled["date"],
            fix="correct the year, or leave out what is too old to learn from",
        )


def _need_numbers(table: pd.DataFrame, raw: RawTable) -> None:
    """Refuse a history with nothing spent or nothing brought."""
    if not (table["spend"] > 0).any():
        raise InputError.at(
            "spend is 0 in every row, so what spend brings cannot be learned",
            file=raw.file,
            column=raw.spelled["spend"],
            fix="check that the export holds the amounts spent",
        )
    if not any(name in table and table[name].notna().any() for name in OUTCOMES):
        raise InputError.at(
            "there is no outcome: no column says what the spend brought",
            file=raw.file,
            fix="add conversions, revenue or another outcome such as clicks",
        )
