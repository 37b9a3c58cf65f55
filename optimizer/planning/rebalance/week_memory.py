"""Week memory: what one week's decision leaves behind for the weeks after: tests that run, and moves turned down.

A test keeps its amount until its weeks are over, or it would teach nothing; then what it taught is told. A move that a
person turned down is not proposed again for some weeks, unless the odds that it pays have become much better.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.language.message import Message, join, say
from optimizer.planning.plain_values import amount_of, list_of, only_known, shown, table_of, text_of
from optimizer.planning.rebalance.limits import Hold

if TYPE_CHECKING:
    from optimizer.planning.rebalance.rebalance import Rebalance

REST_WEEKS = 4
"""Weeks for which a move that was turned down is not proposed again."""
SURER = 3.0  # times the odds for against against, from where on the evidence has changed
CERTAIN = 0.99  # all of a few hundred draws are not certainty
LONGEST_REASON = 160
MOST_EFFECT = 1e15


@dataclass(frozen=True)
class RunningTest:
    """A test that was begun on purpose.

    Attributes
    ----------
    cell : str
        Label of the cell.
    goal : str
    without, spend : float
        Weekly money without the test and with it, account currency.
    since, until : date
        Mondays of its first week and of the first week after it.
    effect, low, high : float
        Change of the cell's goal per week as it was expected when the test began, with the ends of its 90 % interval.
    """

    cell: str
    goal: str
    without: float
    spend: float
    since: dt.date
    until: dt.date
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class TurnedDown:
    """A move that was proposed and that a person did not want.

    Attributes
    ----------
    cell : str
        Label of the cell.
    today, proposed : float
        Weekly money, account currency.
    odds : float
        Share of draws in which it would have paid.
    on, until : date
        Mondays of the week it was proposed for, and of the first in which it may be proposed again.
    reason : str
        As it was given; may be empty.
    """

    cell: str
    today: float
    proposed: float
    odds: float
    on: dt.date
    until: dt.date
    reason: str = ""

    @property
    def up(self) -> bool:
        """Whether it was to get more."""
        return self.proposed > self.today

    def surer(self, odds: float) -> bool:
        """Whether such odds are so much better that the move is proposed again before its date.

        Examples
        --------
        >>> day = dt.date(2026, 11, 2)
        >>> left = TurnedDown("tiktok/video", 400.0, 520.0, 0.75, day, day)
        >>> left.surer(0.85), left.surer(0.92)
        (False, True)
        """
        return _ratio(odds) >= SURER * _ratio(self.odds)


@dataclass(frozen=True)
class WeekMemory:
    """What the weeks before have left behind; plain values.

    Attributes
    ----------
    tests : tuple of RunningTest
    turned_down : tuple of TurnedDown

    Examples
    --------
    >>> WeekMemory.from_json({"tests": [], "turned_down": []}) == WeekMemory()
    True
    >>> WeekMemory.from_json({"tests": 3})
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: the list of tests is 3; it must be a list.
    """

    tests: tuple[RunningTest, ...] = ()
    turned_down: tuple[TurnedDown, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tests or self.turned_down)

    def running(self, week: dt.date) -> tuple[RunningTest, ...]:
        """Tests that go on in a week, named by its Monday."""
        return tuple(one for one in self.tests if one.since <= week < one.until)

    def over(self, week: dt.date) -> tuple[RunningTest, ...]:
        """Tests whose weeks have passed."""
        return tuple(one for one in self.tests if one.until <= week)

    def resting(self, week: dt.date) -> tuple[TurnedDown, ...]:
        """Moves that are not to be proposed in a week."""
        return tuple(one for one in self.turned_down if one.on < week < one.until)

    def to_json(self) -> dict[str, object]:
        """Plain values that `from_json` takes."""
        return {
            "tests": [_plain(asdict(one)) for one in self.tests],
            "turned_down": [_plain(asdict(one)) for one in self.turned_down],
        }

    @classmethod
    def from_json(cls, plain: object) -> WeekMemory:
        """A memory from plain values.

        Raises
        ------
        InputError
            A key is not known or missing, or a value is not allowed.
        """
        values = table_of(plain, say("the memory"))
        only_known(values, [one.name for one in fields(cls)], say("the memory"))
        tests = list_of(values.get("tests", []), say("the list of tests"))
        refused = list_of(values.get("turned_down", []), say("the list of moves turned down"))
        return cls(tuple(map(_test, tests)), tuple(map(_refused, refused)))


def read_memory(path: str | Path) -> WeekMemory:
    """Read a memory from a JSON file.

    Raises
    ------
    InputError
        The file cannot be read, or does not hold a memory.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = say("the memory cannot be read ({reason})", reason=str(error.strerror or error))
        raise InputError.at(problem, file=path, fix=say("check the path; --remember writes one")) from None
    except (ValueError, RecursionError) as error:
        problem = say("the memory is not valid JSON: {reason}", reason=str(error))
        raise InputError.at(problem, file=path, fix=say("take one that --remember wrote")) from None
    try:
        return WeekMemory.from_json(values)
    except InputError as error:
        raise InputError(join(": ", [str(path), error.message])) from None


def memory_json(memory: WeekMemory) -> str:
    """The memory as JSON text, which `read_memory` takes."""
    return json.dumps(memory.to_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def remember(memory: WeekMemory, free: Rebalance, found: Rebalance, left: Mapping[str, str]) -> WeekMemory:
    """What a decision leaves behind.

    Parameters
    ----------
    memory : WeekMemory
        Of the weeks before.
    free : Rebalance
        What was proposed.
    found : Rebalance
        What was decided on: `free` itself where nothing was fixed.
    left : mapping of label to str
        Cells that stay as they are at somebody's wish, with the reason; "" for none given.

    Returns
    -------
    WeekMemory
        With the tests that begin and those that go on, and the moves that were turned down; what is over is gone.
    """
    week: dt.date = found.plan.weeks[0].astype("datetime64[D]").astype(object)
    labels = [cell.label for cell in found.plan.cells]
    testing = {labels[c] for c, kind in enumerate(found.kinds) if kind == Hold.TESTING.value}
    begun = tuple(
        RunningTest(
            labels[trial.cell],
            found.plan.goal,
            _money(trial.without),
            _money(trial.spend),
            week,
            week + dt.timedelta(weeks=trial.weeks),
            trial.effect,
            trial.low,
            trial.high,
        )
        for trial in found.trials
    )
    proposed = {labels[c] for c in free.changed}
    refused = tuple(
        _turned_down(free, label, reason, week)
        for label, reason in left.items()
        if label in proposed and label not in testing
    )
    new = {one.cell for one in refused} | {labels[c] for c in found.changed}
    return WeekMemory(
        (*(one for one in memory.running(week) if one.cell in testing), *begun),
        (*(one for one in _resting(memory, week) if one.cell not in new), *refused),
    )


def _resting(memory: WeekMemory, week: dt.date) -> Iterable[TurnedDown]:
    return (one for one in memory.turned_down if one.until > week)


def _turned_down(free: Rebalance, label: str, reason: str, week: dt.date) -> TurnedDown:
    c = [cell.label for cell in free.plan.cells].index(label)
    until = week + dt.timedelta(weeks=REST_WEEKS)
    today, proposed = _money(free.current[c]), _money(free.plan.spend[c, 0])
    return TurnedDown(label, today, proposed, float(free.odds[c]), week, until, reason[:LONGEST_REASON])


def _ratio(odds: float) -> float:
    within = min(max(odds, 1.0 - CERTAIN), CERTAIN)
    return within / (1.0 - within)


def _money(value: float) -> float:
    return round(float(value), 8) + 0.0


# Plain values -------------------------------------------------------------------------------------------------------


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {name: one.isoformat() if isinstance(one, dt.date) else one for name, one in values.items()}


def _test(plain: object) -> RunningTest:
    what = say("a test of the memory")
    values = _fields(plain, [one.name for one in fields(RunningTest)], what)
    since, until = _days(values, ("since", "until"), what)
    effects = [amount_of(values[name], _key(name, what), -MOST_EFFECT, MOST_EFFECT) for name in _EFFECTS]
    return RunningTest(
        text_of(values["cell"], _key("cell", what)),
        text_of(values["goal"], _key("goal", what)),
        amount_of(values["without"], _key("without", what)),
        amount_of(values["spend"], _key("spend", what)),
        since,
        until,
        *effects,
    )


_EFFECTS = ("effect", "low", "high")


def _refused(plain: object) -> TurnedDown:
    what = say("a move of the memory")
    values = _fields(plain, [one.name for one in fields(TurnedDown)], what)
    on, until = _days(values, ("on", "until"), what)
    return TurnedDown(
        text_of(values["cell"], _key("cell", what)),
        amount_of(values["today"], _key("today", what)),
        amount_of(values["proposed"], _key("proposed", what)),
        amount_of(values["odds"], _key("odds", what), 0.0, 1.0),
        on,
        until,
        text_of(values["reason"], _key("reason", what), LONGEST_REASON, empty=True),
    )


def _fields(plain: object, names: list[str], what: Message) -> dict[str, object]:
    values = table_of(plain, what)
    only_known(values, names, what)
    for name in names:
        if name not in values:
            raise InputError.at(say("{what} has no {key}", what=what, key=name), fix=say("give it"))
    return values


def _key(name: str, what: Message) -> Message:
    return say("{key} of {what}", key=name, what=what)


def _days(values: Mapping[str, object], names: tuple[str, str], what: Message) -> tuple[dt.date, dt.date]:
    """Two days of which the first comes first."""
    found = []
    for name in names:
        try:
            found.append(dt.date.fromisoformat(str(values[name])))
        except ValueError:
            problem = say("{what} is {value}", what=_key(name, what), value=shown(values[name]))
            raise InputError.at(problem, fix=say("write a day such as 2026-11-02")) from None
    if found[0] >= found[1]:
        raise InputError.at(say("{what} ends before it begins", what=what), fix=say("correct one of its days"))
    return found[0], found[1]
