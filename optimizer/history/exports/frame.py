"""Frame: the rows of one export that are observations, with their days; totals, notes and aggregates are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.dates import Days, describe_bad
from optimizer.history.exports.aliases import DATES, MEASURES, Network, key, languages
from optimizer.history.exports.cells import Body, Coded, is_total, read_body
from optimizer.history.exports.days import BY_DAY, Above, Reading, read_above, read_dates, spans
from optimizer.history.exports.layout import Layout
from optimizer.history.exports.recognise import language_of, quoted
from optimizer.history.findings import Finding, Severity
from optimizer.history.numerals import missing
from optimizer.language.message import Message, day, say, say_many

Mask = NDArray[np.bool_]
NAMES = (
    "campaign_group", "campaign", "ad_set", "ad", "campaign_id", "ad_set_id", "ad_id", "source_medium", "site_source",
)  # fmt: skip
_LISTED = 20
_CURRENCY = re.compile(r"(?:currency|währung|devise|moneda|moeda|valuta)\s*[:,]\s*([A-Z]{3})\b", re.I)
_IN_BRACKETS = re.compile(r"[(\[]\s*([A-Z]{3})\s*[)\]]")


@dataclass(frozen=True, eq=False)
class Frame:
    """The observations of one export.

    Attributes
    ----------
    layout : Layout
    network : Network
    language : str
        Code of the language of its headers.
    body : Body
    chosen : mapping of str to int
        Role to the place of its column in the header.
    rows : int array (N,)
        Which rows of the body are observations.
    days : array of datetime64[D], shape (N,)
    above : Above
    findings : list of Finding
    """

    layout: Layout
    network: Network
    language: str
    body: Body = field(repr=False)
    chosen: Mapping[str, int]
    rows: NDArray[np.int64] = field(repr=False)
    days: NDArray[np.datetime64] = field(repr=False)
    above: Above
    findings: list[Finding] = field(repr=False)

    @property
    def file(self) -> str:
        """Name for messages."""
        return self.layout.file

    def name(self, role: str) -> str:
        """The header that has a role, as the file spells it."""
        return self.layout.names[self.chosen[role]]

    def line(self, row: int) -> int:
        """Line of the file of an observation."""
        return self.body.line(int(self.rows[row]))

    def text(self, role: str) -> Coded:
        """A column of texts, "" throughout where the file has none; missing marks are "" too."""
        if role not in self.chosen:
            return Coded(np.zeros(len(self.rows), dtype=np.int32), np.array([""], dtype=object))
        column = self.body.columns[self.chosen[role]]
        texts = np.array([_name(value) for value in column.values], dtype=object)
        again, values = pd.factorize(texts)
        return Coded(again[column.codes][self.rows].astype(np.int32), np.asarray(values, dtype=object))

    def keep(self, mask: Mask) -> Frame:
        """The observations where the mask holds."""
        return replace(self, rows=self.rows[mask], days=self.days[mask])

    def currency_above(self) -> str:
        """The currency that the spend's header names in brackets, or a line above the header; else ""."""
        if "spend" in self.chosen and (match := _IN_BRACKETS.search(self.name("spend"))):
            return match[1]
        text = " ".join(", ".join(cells) + ";" for _, cells in self.layout.above)
        match = _CURRENCY.search(text)
        return match[1].upper() if match else ""


def _name(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    return "" if missing(text) else text


def read_frame(layout: Layout, network: Network) -> Frame:
    """Read an export up to its figures.

    Raises
    ------
    InputError
        It has no spend (or visits), no days, covers several days in a row, or a row has no day and is no total.
    """
    places = _places(layout, network)
    needed = "sessions" if network.visits else "spend"
    if needed not in places:
        raise _without(needed, layout, network)
    marks = [place for place, name in enumerate(layout.names) if key(name) in network.breakdowns]
    wanted = {0, *marks, *(place for found in places.values() for place in found)}
    body = read_body(layout, sorted(wanted), network.blocks)
    body = _filled_down(body, places, network)
    chosen = {role: _with_data(body, found) for role, found in places.items()}
    language = language_of(network, layout.names)
    above = read_above(layout.above)
    findings = list(layout.findings)
    everything = np.arange(body.count)
    nowhen = np.full(body.count, np.datetime64("NaT", "D"))
    frame = Frame(layout, network, language, body, _regrouped(chosen), everything, nowhen, above, findings)
    totals = _totals(frame, marks)
    if totals.all():
        raise InputError.at(say("every row is a total"), file=layout.file, row=layout.line, fix=BY_DAY)
    _told(frame, totals, "totals-row", _totals_left_out)
    return _dated(frame.keep(~totals))


def _totals_left_out(rows: int) -> Message:
    return say_many("{count} row holds totals", "{count} rows hold totals", rows)


def _notes_left_out(rows: int) -> Message:
    return say_many("{count} row holds a note or nothing, no day", "{count} rows hold notes or nothing, no day", rows)


def _told(frame: Frame, rows: Mask, rule: str, words: Callable[[int], Message]) -> None:
    """A finding that rows were left out, with the first lines where those are known without a search."""
    if rows.any():
        found = np.flatnonzero(rows)[:_LISTED].tolist()
        lines = tuple(frame.line(row) for row in found) if frame.body.regular else ()
        fix = say("they were left out") if int(rows.sum()) > 1 else say("it was left out")
        frame.findings.append(Finding(rule, Severity.NOTE, words(int(rows.sum())), fix, frame.file, rows=lines))


# Columns ------------------------------------------------------------------------------------------------------------


def _places(layout: Layout, network: Network) -> dict[str, list[int]]:
    """Role to the columns that may have it, preferred first."""
    at: dict[str, list[int]] = {}
    for place, name in enumerate(layout.names):
        at.setdefault(key(name), []).append(place)
    found = {}
    for role, headers in network.columns.items():
        places = [place for header, _ in headers for place in at.get(header, [])]
        if places:
            found[role] = places
    return found


def _with_data(body: Body, places: Sequence[int]) -> int:
    """The first column that holds anything; else the first. A header alone is no data."""
    for place in places:
        column = body.columns[place]
        if any(not missing(value) for value in column.values):
            return place
    return places[0]


def _regrouped(chosen: Mapping[str, int]) -> dict[str, int]:
    """Older exports that name a campaign group call campaign what is an ad set since; both are read by the newer names.

    Otherwise an export of the one kind and one of the other would never be seen to overlap.
    """
    roles = dict(chosen)
    if "campaign_group" in roles and "ad_set" not in roles:
        for old, new in (("campaign", "ad_set"), ("campaign_id", "ad_set_id")):
            if old in roles:
                roles[new] = roles.pop(old)
        roles["campaign"] = roles.pop("campaign_group")
        if "campaign_group_id" in roles:
            roles["campaign_id"] = roles.pop("campaign_group_id")
    return roles


def _without(role: str, layout: Layout, network: Network) -> InputError:
    headers = [name for name, _ in network.columns.get(role, ())]
    what = say("spend") if role == "spend" else say("sessions")
    problem = say("this export of {network} has no column with {what}", network=network.title, what=what)
    fix = say("export it with one of these columns: {headers}", headers=quoted(headers))
    return InputError.at(problem, file=layout.file, row=layout.line, fix=fix)


def _filled_down(body: Body, places: Mapping[str, Sequence[int]], network: Network) -> Body:
    """Names of a group on all of its rows, for the sheet that writes them on the first one only."""
    if not network.fill_down or not body.layout.rows or network.fill_down not in body.layout.file:
        return body
    columns = dict(body.columns)
    for role in ("account", "campaign", "ad_set", "ad", "platform", "placement"):
        for place in places.get(role, ()):
            column = columns[place]
            empty = np.array([missing(value) for value in column.values])[column.codes]
            last = np.maximum.accumulate(np.where(empty, -1, np.arange(body.count)))
            codes = np.where(last >= 0, column.codes[np.maximum(last, 0)], column.codes)
            columns[place] = Coded(codes, column.values)
    return replace(body, columns=columns)


# Rows ---------------------------------------------------------------------------------------------------------------


def _totals(frame: Frame, marks: Iterable[int]) -> Mask:
    """Rows that sum others: by their first cell or a name, by "All" in a breakdown, or without any name."""
    columns = frame.body.columns
    total = np.zeros(frame.body.count, dtype=bool)
    named = [frame.chosen[role] for role in (*NAMES, "account", "source_medium", "day") if role in frame.chosen]
    for place in {0, *named}:
        total |= np.array([is_total(str(value)) for value in columns[place].values])[columns[place].codes]
    for place in marks:
        all_of = [str(value).strip().lower() == "all" for value in columns[place].values]
        if not all(all_of):
            total |= np.array(all_of)[columns[place].codes]
    names = [columns[frame.chosen[role]] for role in NAMES if role in frame.chosen]
    if names:
        bare = np.ones(frame.body.count, dtype=bool)
        for column in names:
            bare &= np.array([missing(value) for value in column.values])[column.codes]
        if not bare.all() and not frame.network.visits:
            total |= bare
    return total


def _dated(frame: Frame) -> Frame:
    """The observations with their days."""
    role = next((role for role in ("day", "starts") if role in frame.chosen), "")
    if not role:
        raise _no_days(frame)
    if role == "starts" and "ends" not in frame.chosen:
        raise _no_days(frame)
    days = _read(frame, role)
    undated = np.isnat(days.day)
    if undated.any():
        _no_observations(frame, undated)
        _told(frame, undated, "note-row", _notes_left_out)
        frame, days = frame.keep(~undated), days.keep(~undated)
    if not len(frame.rows):
        raise _no_days(frame)
    if role == "starts":
        _one_day_each(frame, days)
    frame = replace(frame, days=days.day)
    _not_on_first_day(frame)
    return frame


def _read(frame: Frame, role: str) -> Days:
    order = languages()[frame.language].order if frame.language in languages() else ""
    how = Reading(frame.file, frame.name(role), order, frame.above, frame.line)
    return read_dates(frame.body.columns[frame.chosen[role]].keep_rows(frame.rows), how, frame.findings)


def _no_days(frame: Frame) -> InputError:
    problem = say(
        "this export of {network} has no column with days, so it is a total over its whole range",
        network=frame.network.title,
    )
    return InputError.at(problem, file=frame.file, row=frame.layout.line, fix=BY_DAY)


def _no_observations(frame: Frame, undated: Mask) -> None:
    """Refuse rows without a day that hold figures: money would be lost with them."""
    figures = np.zeros(len(frame.rows), dtype=bool)
    for role in (role for role in MEASURES if role in frame.chosen):
        column = frame.body.columns[frame.chosen[role]]
        figures |= np.array([not missing(value) for value in column.values])[column.codes[frame.rows]]
    named = np.zeros(len(frame.rows), dtype=bool)
    for role in (role for role in NAMES if role in frame.chosen):
        column = frame.body.columns[frame.chosen[role]]
        named |= np.array([not missing(value) for value in column.values])[column.codes[frame.rows]]
    lost = undated & figures & (named if named.any() else True)
    if lost.any():
        row = int(np.flatnonzero(lost)[0])
        role = next(role for role in DATES if role in frame.chosen)
        column = frame.body.columns[frame.chosen[role]]
        value = column.values[column.codes[frame.rows[row]]]
        fix = say("every row with figures needs its day; export the report again")
        raise InputError.at(describe_bad(value), file=frame.file, row=frame.line(row), column=frame.name(role), fix=fix)


def _one_day_each(frame: Frame, starts: Days) -> None:
    """Refuse rows from a first to a last day that are not one."""
    ends = _read(frame, "ends")
    column = frame.body.columns[frame.chosen["ends"]]
    timed = any(isinstance(value, str) and ":" in value for value in column.values)
    days = spans(starts, ends, timed)
    if (days != 1).any():
        row = int(np.flatnonzero(days != 1)[0])
        problem = say(
            "this row covers {days} days ({first} to {last}), and what happened on each of them is not said",
            days=int(days[row]),
            first=day(starts.day[row]),
            last=day(ends.day[row]),
        )
        raise InputError.at(problem, file=frame.file, row=frame.line(row), column=frame.name("ends"), fix=BY_DAY)


def _not_on_first_day(frame: Frame) -> None:
    """Refuse a report of several days all of whose rows stand on one of them."""
    first, last = frame.days.min(), frame.days.max()
    if first != last:
        return
    role = "day" if "day" in frame.chosen else "starts"
    if frame.above.days > 1:
        problem = say(
            "the report covers {days} days, and every row has the date {day}", days=frame.above.days, day=day(first)
        )
    elif frame.network.whole_period_on_first_day and not frame.above.days:
        problem = say(
            "every row has the date {day}, where {network} also writes the sums of a longer period",
            day=day(first),
            network=frame.network.title,
        )
    else:
        return
    raise InputError.at(problem, file=frame.file, column=frame.name(role), fix=BY_DAY)
