"""History: one advertiser's rows, read, typed and checked; and the function that loads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.content_types import Naming
from optimizer.history.findings import Finding, worst_first
from optimizer.history.mapping import ColumnMapping
from optimizer.history.raw import RawTable
from optimizer.history.schema import OUTCOMES
from optimizer.history.weeks import Frequency, span_of
from optimizer.language.message import day, say

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
        Hash of the bytes read; where columns were mapped or content types named, of how they were read too.
    frequency : "daily" or "weekly"
    weeks : array of datetime64[D], shape (T,)
        Mondays from the first to the last complete week, consecutive.
    earlier : tuple of History
        What older exports of the same days had, where that is kept with the history: plans learn from it how late
        outcomes are reported.
    """

    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    file: str
    currency: str
    sha256: str
    frequency: Frequency
    weeks: NDArray[np.datetime64] = field(repr=False)
    earlier: tuple[History, ...] = field(default=(), repr=False)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcome columns that hold at least one value, in the order of the table."""
        return tuple(name for name in OUTCOMES if name in self.table and self.table[name].notna().any())


def load_history(
    source: str | Path | bytes,
    *,
    name: str = "",
    columns: ColumnMapping | Mapping[str, str] | None = None,
    naming: Naming = (),
) -> History:
    """Read and check a history.

    Parameters
    ----------
    source : str, Path or bytes
        A CSV, XLSX or Parquet file, or the bytes of one.
    name : str
        Name to use in messages instead of the path; for uploads.
    columns : ColumnMapping or mapping of str to str, optional
        What the headers of a foreign file mean: header to column, "" for what is left out.
    naming : tuple of NamingRule
        Rules that give content types; the first that holds for a row wins.

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
    from optimizer.history.read import identity, read_bytes, read_table
    from optimizer.history.tidy import BEFORE, tidy

    mapping = ColumnMapping.of(columns)
    data, file = read_bytes(source, name)
    table, raw, days = tidy(read_table(data, file, mapping), mapping, naming)
    currency = _one_currency(table, raw)
    # Rules may make one series of several of the file's, whose rows then come together and repeat nothing.
    series = own = series_codes(table)
    if BEFORE in table:
        own = series_codes(table.assign(content_type=table.pop(BEFORE)))
    findings = [*raw.findings, *check_duplicates(raw, own, days)]
    _no_leap(days.day, raw)
    span = span_of(days.day, own, file)
    _need_numbers(table, raw)
    # A fixed order makes every later sum the same to the last bit, however the rows of the file are ordered.
    order = np.lexsort((own, table["spend"].to_numpy(), days.stamp, series))
    table = table.iloc[order].drop(columns="currency", errors="ignore")
    findings += check_history(table, span, file, currency)
    key = identity(data, mapping, naming)
    return History(table, worst_first(findings), file, currency, key, span.frequency, span.weeks)


def _one_currency(table: pd.DataFrame, raw: RawTable) -> str:
    if "currency" not in table:
        return ""
    codes = table["currency"]
    named = codes[codes != ""]
    others = named[named != named.iloc[0]] if len(named) else named
    if len(others):
        raise InputError.at(
            say(
                "'{code}' where row {row} has '{other}', and amounts in two currencies cannot be added",
                code=str(others.iloc[0]),
                row=str(named.index[0]),
                other=str(named.iloc[0]),
            ),
            file=raw.file,
            row=int(others.index[0]),
            column=raw.spelled["currency"],
            fix=say("convert all amounts to one currency, or give one file per currency"),
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
            say(
                "the date {day} comes {years} years after the one before it ({before} in row {row})",
                day=day(days[after]),
                years=years,
                before=day(days[before]),
                row=str(raw.rows[before]),
            ),
            file=raw.file,
            row=int(raw.rows[after]),
            column=raw.spelled["date"],
            fix=say("correct the year, or leave out what is too old to learn from"),
        )


def _need_numbers(table: pd.DataFrame, raw: RawTable) -> None:
    """Refuse a history with nothing spent or nothing brought."""
    if not (table["spend"] > 0).any():
        raise InputError.at(
            say("spend is 0 in every row, so what spend brings cannot be learned"),
            file=raw.file,
            column=raw.spelled["spend"],
            fix=say("check that the export holds the amounts spent"),
        )
    if not any(name in table and table[name].notna().any() for name in OUTCOMES):
        raise InputError.at(
            say("there is no outcome: no column says what the spend brought"),
            file=raw.file,
            fix=say("add conversions, revenue or another outcome such as clicks"),
        )
