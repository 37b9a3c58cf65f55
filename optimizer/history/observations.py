"""Which rows of a file are observations: totals, repeated headers and notes are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.broken import MOST, BrokenRows
from optimizer.history.dates import WRITE_ISO, Days, describe_bad, read_days
from optimizer.history.findings import Finding, Severity
from optimizer.history.numerals import missing
from optimizer.history.raw import RawTable, Values
from optimizer.history.schema import fold
from optimizer.language.message import Message, say, say_many

_TOTAL_NAME = re.compile(r"(grand |sub)?-?\s*tota(l|ls|le|is|les)|gesamt(summe|ergebnis)?|summe", re.I)
_TOTAL_START = re.compile(
    r"((grand |sub)?-?\s*tota(l|ls|le|is|les)|gesamt\w*|summe|resultados totales)\b.*|media|all", re.I
)
_LISTED = 20

# What a row without a date is, and how its finding says so.
_NOT_OBSERVED: Mapping[str, Callable[[int], Message]] = {
    "totals-row": lambda rows: say_many("{count} row holds totals, no date", "{count} rows hold totals, no date", rows),
    "repeated-header": lambda rows: say_many("{count} row repeats the header", "{count} rows repeat the header", rows),
    "note-row": lambda rows: say_many("{count} row holds a note, no date", "{count} rows hold a note, no date", rows),
}


def about_rows(rule: str, severity: Severity, raw: RawTable, mask: NDArray[np.bool_], problem: Message) -> Finding:
    """A finding that the rows of `mask` were left out."""
    rows = raw.rows[mask]
    fix = say("it was left out") if len(rows) == 1 else say("they were left out")
    return Finding(rule, severity, problem, fix, raw.file, rows=tuple(map(int, rows[:_LISTED])))


def dated_rows(raw: RawTable) -> tuple[RawTable, Days]:
    """Read the dates and keep the rows that have one.

    Rows without a date go, with a finding, if they hold totals (as exports write them below the table), repeat the
    header (as joined files do) or hold a single note.

    Raises
    ------
    InputError
        Any other row without a date, or with something else in its place; or the order of day and month is open.
    """
    spelled = raw.spelled["date"]
    days = read_days(raw.columns["date"], raw.rows, raw.file, spelled)
    undated = np.isnat(days.day)
    if not undated.any():
        return raw, days
    left_out = {rule: np.zeros(len(undated), dtype=bool) for rule in _NOT_OBSERVED}
    broken: list[InputError] = []
    for position in map(int, np.flatnonzero(undated)):
        value = raw.columns["date"][position]
        if rule := _not_observed(raw, position):
            left_out[rule][position] = True
            continue
        fix = say("every row needs its day; remove the row if it is a total") if missing(value) else WRITE_ISO
        row = int(raw.rows[position])
        broken.append(InputError.at(describe_bad(value), file=raw.file, row=row, column=spelled, fix=fix))
        if len(broken) > MOST:
            break
    if broken:
        raise BrokenRows.of(broken)
    if undated.all():
        fix = say("export the data by day or by week")
        raise InputError.at(say("no row has a date"), file=raw.file, column=spelled, fix=fix)
    findings = [
        about_rows(rule, Severity.NOTE, raw, mask, _NOT_OBSERVED[rule](int(mask.sum())))
        for rule, mask in left_out.items()
        if mask.any()
    ]
    return raw.keep(~undated, findings), days.keep(~undated)


def _not_observed(raw: RawTable, position: int) -> str:
    """What a row without a date is, or "" if it looks like an observation."""
    date = raw.columns["date"][position]
    known = [values[position] for values in raw.columns.values()]
    foreign = [values[position] for values in raw.unknown.values()]
    firsts = [date, *_texts(known)[:1], *_texts(foreign)[:1]]
    if any(_TOTAL_START.fullmatch(text) for text in _texts(firsts)):
        return "totals-row"
    if any(_TOTAL_NAME.fullmatch(text) for text in _texts(known)):
        return "totals-row"
    if fold(str(date)) == "date":
        return "repeated-header"
    return "note-row" if sum(not missing(cell) for cell in (*known, *foreign)) <= 1 else ""


def _texts(cells: list[object]) -> list[str]:
    return [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]


def named_totals(texts: Mapping[str, Values]) -> NDArray[np.bool_]:
    """Dated rows that sum others: the network is "total", or the content type is while its network has others too.

    Where every row is called a total nothing is summed, and none is marked.
    """
    network, content = pd.Series(texts["network"]), pd.Series(texts["content_type"])
    summing = {name for name in {*network.unique(), *content.unique()} if _TOTAL_NAME.fullmatch(name)}
    named = content.isin(summing)
    split = network.isin(set(network[~named]))
    marked = (network.isin(summing) | (named & split)).to_numpy(dtype=bool)
    return np.zeros_like(marked) if marked.all() else marked
