"""Figures: the numbers of an export, read with one decimal mark, in whole units, and held against what is possible."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.exports.aliases import DELIVERY, MEASURES, OUTCOMES, key, languages
from optimizer.history.exports.frame import Frame
from optimizer.history.exports.questions import Asks, OpenQuestion
from optimizer.history.findings import Finding, Severity
from optimizer.history.mapping import UNITS, unit_in
from optimizer.history.numerals import MOST, DecimalMark, decide_mark, parse, to_numbers
from optimizer.history.raw import Values, shown
from optimizer.language.message import Message, figure, number, say, say_many

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
WHOLE = ("impressions", "reach", "clicks", "video_views", "sessions")
RATES = ("bounce_rate", "engagement_rate")
_MILLIONTHS = UNITS["millionths"]
_DEAR = 1e5
"""Cost of a thousand impressions above which money without decimals is probably in millionths."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Numbers of an export, row by row; NaN where nothing stands.

    Attributes
    ----------
    values : mapping of str to float array, each (N,)
        By role. Money in the currency of the row, rates as shares of 1.
    apart : bool
        Delivery and conversions stand on rows of their own, so that an empty cell says nothing of its row.
    """

    values: Mapping[str, Floats] = field(repr=False)
    apart: bool = False


def read_figures(frame: Frame, empty_is_zero: bool = False) -> tuple[Frame, Figures]:
    """The numbers of an export, and its rows that have any.

    Parameters
    ----------
    frame : Frame
    empty_is_zero : bool
        Empty cells of columns that hold something elsewhere are 0; the user says so.

    Raises
    ------
    InputError
        A cell holds no number, one below 0 or beyond `MOST`; or spend is empty in a row with other figures.
    """
    roles = [role for role in MEASURES if role in frame.chosen]
    mark = _mark(frame, roles)
    values = {role: _numbers(frame, role, mark) for role in roles}
    values = {role: found for role, found in values.items() if np.isfinite(found).any()}
    needed = "sessions" if frame.network.visits else "spend"
    if needed not in values:
        problem = say("the column is there, but it holds no value")
        fix = say("export the report again with its figures")
        raise InputError.at(problem, file=frame.file, row=frame.layout.line, column=frame.name(needed), fix=fix)
    filled = np.zeros(len(frame.rows), dtype=bool)
    for found in values.values():
        filled |= np.isfinite(found)
    if not filled.all():
        problem = say_many(
            "{count} row holds no figure and counts as not observed",
            "{count} rows hold no figure and count as not observed",
            int((~filled).sum()),
        )
        frame.findings.append(Finding("no-figures", Severity.NOTE, problem, "", frame.file))
        frame, values = frame.keep(filled), {role: found[filled] for role, found in values.items()}
    if empty_is_zero:
        values = {role: found if role in RATES else np.nan_to_num(found) for role, found in values.items()}
    if frame.network.visits:
        return frame, Figures(values)
    apart = _apart(values)
    if apart:
        _tell_apart(frame)
        values["spend"] = np.nan_to_num(values["spend"])
    _need_spend(frame, values)
    _suspect_micros(frame, values)
    return frame, Figures(values, apart)


def _mark(frame: Frame, roles: list[str]) -> DecimalMark:
    """The decimal mark of the file: by its numbers, else as the language of its headers writes them."""
    language = languages().get(frame.language)
    hint = "," if frame.layout.delimiter == ";" else language.decimal if language else "."
    columns = [frame.body.columns[frame.chosen[role]].values for role in roles]
    whole = [place for place, role in enumerate(roles) if role in WHOLE]
    mark = decide_mark((_without_signs(column) for column in columns), hint, whole)
    if mark.reason:
        problem = say(
            "'{value}' can be read with '.' or ',' as the decimal mark, and no number settles which", value=mark.value
        )
        fix = say(
            "'{mark}' was taken, as {network} writes it in this language; check the sums against the network's own",
            mark=mark.mark,
            network=frame.network.title,
        )
        column = frame.name(roles[mark.column])
        frame.findings.append(Finding("decimal-mark", Severity.WARNING, problem, fix, frame.file, column))
    return mark


def _without_signs(column: Values) -> Values:
    """Different values of a column without per cent signs."""
    if not any(isinstance(one, str) and one.endswith("%") for one in column):
        return column
    values = np.empty(len(column), dtype=object)
    values[:] = [one.rstrip("% ") if isinstance(one, str) else one for one in column]
    return values


def _numbers(frame: Frame, role: str, mark: DecimalMark) -> Floats:
    column = frame.body.columns[frame.chosen[role]]
    codes = column.codes[frame.rows]
    numbers, bad = to_numbers(_without_signs(column.values), mark.mark)
    per_one = _per_one(frame, role)
    wrong = ~np.isnan(numbers) & ((numbers < 0) | (numbers / per_one > MOST))
    if bad:
        wrong[list(bad)] = True
    if wrong.any() and wrong[codes].any():
        row = int(np.flatnonzero(wrong[codes])[0])
        raise _no_number(frame, role, row, column.values[codes[row]], mark)
    if role in RATES:
        numbers = _shares(numbers, column.values)
    return np.asarray(numbers[codes] / per_one, dtype=np.float64)


def _shares(numbers: Floats, cells: Values) -> Floats:
    """Rates as shares of 1: they come as 0.42, 42.0 or 42%."""
    percent = np.array([isinstance(cell, str) and cell.rstrip().endswith("%") for cell in cells], dtype=bool)
    known = numbers[np.isfinite(numbers)]
    return numbers / 100 if percent.any() or (known.size and known.max() > 1) else numbers


def _per_one(frame: Frame, role: str) -> float:
    """What the numbers are to be divided by."""
    header = frame.name(role)
    names = {key(name) for name in frame.layout.names}
    micros = set(frame.network.micros)
    for marker, headers in frame.network.variants:
        if marker in names:
            micros |= set(headers)
    if key(header) in micros:
        return _MILLIONTHS
    unit = unit_in(header)
    return UNITS[unit] if unit else 1.0


def _no_number(frame: Frame, role: str, row: int, cell: object, mark: DecimalMark) -> InputError:
    value = shown(cell)
    number = parse(str(cell).rstrip("% "), mark.mark)
    fix: Message = say("a number of 0 or more is expected")
    if number is not None and number < 0:
        problem = say("{value} is below 0", value=value)
    elif number is not None and math.isinf(number):
        problem = say("'{value}' is infinite", value=value)
    elif number is not None:
        problem = say("{value} is more than can be true", value=value)
        fix = say("a number from 0 to {most} is expected", most=figure(MOST, ",g"))
    elif mark.value and parse(str(cell), "," if mark.mark == "." else ".") is not None:
        problem = say("'{value}' does not fit the decimal mark of this file ('{settled}')",
                      value=value, settled=shown(mark.value))  # fmt: skip
        fix = say("export it again; a program in between may have rewritten some of the numbers")
    else:
        problem = say("'{value}' is not a number", value=value)
    return InputError.at(problem, file=frame.file, row=frame.line(row), column=frame.name(role), fix=fix)


# What is possible ---------------------------------------------------------------------------------------------------


def _apart(values: Mapping[str, Floats]) -> bool:
    """Whether no row with an outcome has spend: a breakdown by where people converted writes such rows."""
    spent = np.isfinite(values["spend"])
    brought = np.zeros_like(spent)
    for role in OUTCOMES:
        if role in values:
            brought |= np.isfinite(values[role])
    return bool(brought.any() and not (brought & spent).any())


def _tell_apart(frame: Frame) -> None:
    problem = say("spend and conversions stand on rows of their own, as a breakdown by conversion device writes them")
    fix = say("they were put together by day and campaign; a day without such a row counts as 0 conversions")
    frame.findings.append(Finding("conversions-apart", Severity.WARNING, problem, fix, frame.file))


def _need_spend(frame: Frame, values: Mapping[str, Floats]) -> None:
    lacking = np.isnan(values["spend"])
    if lacking.any():
        row = int(np.flatnonzero(lacking)[0])
        problem = say("spend is empty, though the row has other figures; empty is not 0")
        fix = say("export it again, or say that empty cells are 0 (--empty-is-zero)")
        place = {"file": frame.file, "row": frame.line(row), "column": frame.name("spend")}
        raise OpenQuestion.of(Asks.EMPTY, problem, fix, place)


def _suspect_micros(frame: Frame, values: Mapping[str, Floats]) -> None:
    """Say so where spend without a decimal buys impressions at a price that nobody pays."""
    spend, impressions = values["spend"], values.get("impressions")
    if impressions is None or _per_one(frame, "spend") != 1:
        return
    both = (spend > 0) & (impressions > 0)
    if not both.any() or (spend % 1).any():
        return
    price = float(np.median(1000 * spend[both] / impressions[both]))
    if price > _DEAR:
        problem = say("a thousand impressions cost {price}, so spend may be in millionths", price=number(price))
        fix = say("if it is, name the column under micros in an alias file")
        finding = Finding("micros", Severity.WARNING, problem, fix, frame.file, frame.name("spend"))
        frame.findings.append(finding)


# Sums ---------------------------------------------------------------------------------------------------------------


def summed(values: Floats, group: NDArray[np.int64], count: int, skip_empty: bool = False) -> Floats:
    """(count,) sums by group; not known where a row of the group is empty, for the sum would be too low.

    Parameters
    ----------
    values : float array (N,)
    group : int array (N,)
    count : int
    skip_empty : bool
        Empty rows say nothing: only a group without any value is unknown.

    Examples
    --------
    >>> summed(np.array([1.0, np.nan, 3.0]), np.array([0, 0, 1]), 2)
    array([nan,  3.])
    >>> summed(np.array([1.0, np.nan, 3.0]), np.array([0, 0, 1]), 2, skip_empty=True)
    array([1., 3.])
    """
    empty = np.isnan(values)
    total = np.bincount(group, np.where(empty, 0.0, values), count)
    unknown = np.bincount(group, ~empty, count) == 0 if skip_empty else np.bincount(group, empty, count) > 0
    return np.where(unknown, np.nan, total)


def engagements(values: Mapping[str, Floats]) -> Floats | None:
    """Engagements: the network's own figure, else reactions, comments, shares and saves as far as they are there."""
    if "engagements" in values:
        return values["engagements"]
    parts = [values[role] for role in ("reactions", "comments", "shares", "saves") if role in values]
    return np.asarray(np.sum(parts, axis=0)) if "reactions" in values else None


def codes_of(*columns: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(N,) one number per distinct combination, and the first row of each."""
    frame = pd.DataFrame(dict(enumerate(columns)))
    group = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy(dtype=np.int64)
    first = np.zeros(int(group.max()) + 1 if len(group) else 0, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    return np.asarray(group, dtype=np.int64), first


KEPT = tuple(role for role in DELIVERY if role not in ("reactions", "comments", "shares", "saves"))
"""Delivery that a history holds."""
