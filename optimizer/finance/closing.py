"""Closed periods: what came in a fiscal period of a plan of record, fixed on the day it was closed.

Once closed, its figures are those that are judged, whatever a later export says; other figures are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import InputError
from optimizer.finance.actuals import Actuals, Flags
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Floats
from optimizer.language.message import Message, day, number, place, say
from optimizer.planning.fiscal import day_shares
from optimizer.planning.plain_values import meant
from optimizer.planning.wording import outcome_name

if TYPE_CHECKING:
    from optimizer.finance.record import Record

FORMAT = 1
SPEND = "spend"


@dataclass(frozen=True, eq=False)
class Closed:
    """The figures of a closed period of one record; C cells and K weeks of it.

    Attributes
    ----------
    record, period : str
        Id of the record, and name of its fiscal period.
    author, closed : str
        Who closed it, and the ISO time in UTC.
    file, data_sha256 : str
        The history that said so.
    weeks : tuple of str
        Mondays of the plan's weeks that have a day in the period.
    values : mapping of str to float array, shape (C, K)
        Spend and outcomes by week, in the order of the record's cells.
    reported : tuple of float
        Share of conversions and revenue that was in, by week.
    """

    record: str
    period: str
    author: str
    closed: str
    file: str
    data_sha256: str
    weeks: tuple[str, ...]
    values: Mapping[str, Floats] = field(repr=False)
    reported: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values that `closed_from_json` takes."""
        return {
            "format": FORMAT,
            **{name: getattr(self, name) for name in _TEXTS},
            "weeks": list(self.weeks),
            "values": {
                name: [[one if np.isfinite(one) else None for one in row] for row in values.tolist()]
                for name, values in self.values.items()
            },
            "reported": list(self.reported),
        }


_TEXTS = ("record", "period", "author", "closed", "file", "data_sha256")


def closed_from_json(plain: Mapping[str, Any], file: str = "") -> Closed:
    """A closed period from plain values.

    Raises
    ------
    InputError
        They are not those of a closed period.
    """
    try:
        if plain["format"] != FORMAT:
            raise ValueError(plain["format"])
        return Closed(
            **{name: str(plain[name]) for name in _TEXTS},
            weeks=tuple(str(week) for week in plain["weeks"]),
            values={str(name): np.array(rows, dtype=np.float64) for name, rows in plain["values"].items()},
            reported=tuple(float(share) for share in plain["reported"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        problem = say("the closed periods are damaged: a part of them is missing or of another kind")
        raise InputError.at(problem, file=file, fix=say("use the file as it was written")) from None


def closed_text(closed: Sequence[Closed]) -> str:
    """Closed periods as a file."""
    return json.dumps([one.to_json() for one in closed], indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_closed_text(text: str, file: str = "") -> tuple[Closed, ...]:
    """Closed periods from the text of their file.

    Raises
    ------
    InputError
        It is not such a file.
    """
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, list) or not all(isinstance(one, Mapping) for one in plain):
        problem = say("this is not a file of closed periods")
        raise InputError.at(problem, file=file, fix=say("give the file that `optimizer track --close` wrote"))
    return tuple(closed_from_json(one, file) for one in plain)


def close_period(
    record: Record, actuals: Actuals, period: str, before: Sequence[Closed], by: tuple[str, str]
) -> Closed:
    """Close a fiscal period of a record with what has come in it.

    Parameters
    ----------
    record : Record
    actuals : Actuals
        Of the record, as its history says, without what is closed.
    period : str
        Name of the period, such as 2026-11.
    before : sequence of Closed
        What is closed already.
    by : (str, str)
        Who closes it, and the ISO time in UTC.

    Returns
    -------
    Closed
        The one that is there, where the period is closed with the same figures.

    Raises
    ------
    InputError
        The record has no such period, not all of its weeks have come, nobody is named, or the period is closed with
        other figures.
    """
    if not by[0].strip():
        raise InputError.at(say("a period is closed by somebody"), fix=say("give your name"))
    chosen = weeks_of(record, period)
    if not actuals.arrived[chosen].all():
        first = next(week for week, here, came in zip(record.weeks, chosen, actuals.arrived, strict=True)
                     if here and not came)  # fmt: skip
        problem = say(
            "the period {period} cannot be closed: the week of {week} has not come whole",
            period=period,
            week=day(first),
        )
        raise InputError.at(problem, file=actuals.file, fix=say("close it when the history holds all of its weeks"))
    there = next((one for one in before if (one.record, one.period) == (record.id, period)), None)
    if there is None:
        # A week that another closed period has too stays as it was closed there.
        return _taken(record, with_closed(record, actuals, before), period, by)
    _check_fits(record, there)
    other = _difference(record, there, _taken(record, actuals, period, by))
    if other is not None:
        problem = say(
            "the period {period} was closed by {author} on {day}: {other}",
            period=period,
            author=there.author,
            day=day(there.closed[:10]),
            other=other,
        )
        fix = say("nothing was changed; closed figures stay, so explain the difference in the next period")
        raise InputError.at(problem, file=actuals.file, fix=fix)
    return there


def _taken(record: Record, actuals: Actuals, period: str, by: tuple[str, str]) -> Closed:
    """A period with what has come in its weeks."""
    chosen = weeks_of(record, period)
    return Closed(
        record=record.id,
        period=period,
        author=by[0].strip(),
        closed=by[1],
        file=actuals.file,
        data_sha256=actuals.data_sha256,
        weeks=tuple(week for week, here in zip(record.weeks, chosen, strict=True) if here),
        values={name: values[:, chosen] for name, values in {SPEND: actuals.spend, **actuals.outcomes}.items()},
        reported=tuple(actuals.reported[chosen].tolist()),
    )


def with_closed(record: Record, actuals: Actuals, closed: Sequence[Closed]) -> Actuals:
    """Actuals with the figures of closed periods; where the history says otherwise by now, a finding tells."""
    spend, reported = actuals.spend.copy(), actuals.reported.copy()
    outcomes = {name: values.copy() for name, values in actuals.outcomes.items()}
    found, settled = list(actuals.findings), np.zeros(len(reported), dtype=np.bool_)
    for one in closed:
        if one.record != record.id:
            continue
        _check_fits(record, one)
        here = np.array([record.weeks.index(week) for week in one.weeks], dtype=np.intp)
        now = replace(one, values={name: values[:, here] for name, values in {SPEND: spend, **outcomes}.items()})
        other = _difference(record, one, now) if actuals.arrived[here].all() else None
        if other is not None:
            problem = say("{period} is closed, and the history says otherwise: {other}", period=one.period, other=other)
            fix = say("the closed figures are used")
            found.append(Finding("closed-differs", Severity.WARNING, problem, fix, file=actuals.file))
        for name, values in one.values.items():
            target = spend if name == SPEND else outcomes.setdefault(name, np.full_like(spend, np.nan))
            target[:, here] = values
        settled[here] = True
        reported[here] = np.fmax(one.reported, reported[here]) if other is None else one.reported
    return replace(actuals, spend=spend, outcomes=outcomes, reported=reported, closed=settled, findings=tuple(found))


def weeks_of(record: Record, period: str) -> Flags:
    """(H,) weeks of a record that have a day in one of its periods.

    Raises
    ------
    InputError
        The record has no such period.
    """
    names = [one.name for one in record.periods]
    if period not in names:
        problem = say("the plan of record {name} has no period {period}", name=record.name, period=period)
        raise InputError.at(problem, fix=meant(period, names))
    shares = day_shares(np.array(record.weeks, dtype="datetime64[D]"), record.periods)
    return np.asarray(shares[names.index(period)] > 0.0)


def _check_fits(record: Record, closed: Closed) -> None:
    """Refuse a closed period whose weeks or figures are not those of its record's period.

    Raises
    ------
    InputError
        They are not.
    """
    names = [one.name for one in record.periods]
    weeks = tuple(np.array(record.weeks)[weeks_of(record, closed.period)].tolist()) if closed.period in names else ()
    shape = (len(record.cells), len(weeks))
    fits = closed.weeks == weeks and len(closed.reported) == len(weeks) and SPEND in closed.values
    if not weeks or not fits or any(values.shape != shape for values in closed.values.values()):
        problem = say(
            "the closed period {period} does not fit the plan of record {name}: its weeks or places are others",
            period=closed.period,
            name=record.name,
        )
        raise InputError.at(problem, fix=say("use the file of closed periods as it was written"))


def closed_already(closed: Closed) -> Finding:
    """What is told where a period is to be closed that is closed with the same figures."""
    problem = say(
        "the period {period} was closed by {author} on {day} with the same figures",
        period=closed.period,
        author=closed.author,
        day=day(closed.closed[:10]),
    )
    return Finding("closed-already", Severity.NOTE, problem, say("nothing was changed"), file=closed.file)


def _difference(record: Record, closed: Closed, new: Closed) -> Message | None:
    """The first figure that differs by more than half of the smallest amount; None where none does."""
    least = 0.5 * 10.0**-record.decimals
    for name, before in closed.values.items():
        after = new.values.get(name)
        if after is None:
            return say("{outcome} was known then and is not now", outcome=_name(name))
        apart = ~np.isclose(before, after, rtol=1e-9, atol=least, equal_nan=True)
        if apart.any():
            c, k = (int(one) for one in np.argwhere(apart)[0])
            return say(
                "{outcome} of {cell} in the week of {week} is {before} there and {after} here",
                outcome=_name(name),
                cell=place(record.cells[c]),
                week=day(closed.weeks[k]),
                before=number(before[c, k], record.decimals),
                after=number(after[c, k], record.decimals),
            )
    return None


def _name(key: str) -> Message:
    return say("spend") if key == SPEND else outcome_name(key)
