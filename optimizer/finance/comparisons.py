"""Comparisons: each forecast of a plan of record beside what came, at every level it was stated at.

A superseded record counts up to the first week of the one that took its place: later weeks were not played as it said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.finance.actuals import Actuals, Flags
from optimizer.history.panel import Cell, Floats
from optimizer.planning.fiscal import day_shares

if TYPE_CHECKING:
    from optimizer.finance.record import Expected, Record

PLACE_WEEK, NETWORK_WEEK, WEEK = "place and week", "network and week", "week"
NETWORK_PERIOD, PERIOD, PLAN = "network and period", "period", "plan"
LEVELS = (PLACE_WEEK, NETWORK_WEEK, WEEK, NETWORK_PERIOD, PERIOD, PLAN)
"""From the finest: what one comparison covers."""
NEAR = 0.1
"""Spend within this share of what was planned counts as spent as planned."""


class Comparison(NamedTuple):
    """One forecast beside what came.

    Attributes
    ----------
    record : str
        Id of the plan of record.
    outcome, level : str
        The level is one of `LEVELS`.
    week : str
        Monday; of the first week where it covers several.
    period : str
        Name of the fiscal period, "" where it covers none as such.
    ahead : int
        Weeks ahead, 1 for the first of the plan; 0 where it covers several.
    place : Cell
        Network, content type and audience; "" for all.
    forecast, low, high, low80, high80 : float
        As the record states them.
    actual, naive : float
    planned, baseline, spent : float
        Spend, account currency.
    late : bool
        What came is surely not fully reported: it is shown and not judged.
    """

    record: str
    outcome: str
    level: str
    week: str
    period: str
    ahead: int
    place: Cell
    forecast: float
    low: float
    high: float
    low80: float
    high80: float
    actual: float
    naive: float
    planned: float
    baseline: float
    spent: float
    late: bool

    @property
    def as_planned(self) -> bool:
        """Whether the money was spent as planned, so that what came tests the forecast itself."""
        return abs(self.spent - self.planned) <= NEAR * self.planned

    @property
    def inside(self) -> bool:
        """Whether what came lies inside the 90 % interval, ends included."""
        return self.low <= self.actual <= self.high

    @property
    def inside80(self) -> bool:
        """Whether it lies inside the 80 % interval."""
        return self.low80 <= self.actual <= self.high80

    @property
    def beyond(self) -> float:
        """How far what came lies outside of the 90 % interval: below 0 under it, above 0 over it, else 0."""
        return min(self.actual - self.low, 0.0) + max(self.actual - self.high, 0.0)


def compare(record: Record, actuals: Actuals, until: str = "") -> tuple[Comparison, ...]:
    """Everything that a record states of weeks that have come.

    Parameters
    ----------
    record : Record
    actuals : Actuals
    until : str
        Monday from which another record took its place; "" for none.
    """
    counted = actuals.arrived & np.array([not until or week < until for week in record.weeks])
    if not counted.any():
        return ()
    found: list[Comparison] = []
    for outcome in record.forecasts:
        if outcome in actuals.outcomes:
            view = _View(record, actuals, outcome, counted)
            found += [*_places(view), *_cuts(view)]
    return tuple(found)


class _View(NamedTuple):
    """One outcome of one record."""

    record: Record
    actuals: Actuals
    outcome: str
    counted: Flags


def _places(view: _View) -> Iterator[Comparison]:
    """Every place in every week of which there is a row."""
    record, actuals, name, counted = view
    told, came, final = record.forecasts[name], actuals.outcomes[name], actuals.final
    values: list[Floats] = [told.mean, told.low, told.high, told.low80, told.high80, came, record.naive[name]]
    values += [record.spend, record.baseline, actuals.spend]
    names = Comparison._fields[7:-1]
    for c, h in np.argwhere(actuals.seen & counted & np.isfinite(came)).tolist():
        figures = {key: float(one[c, h]) for key, one in zip(names, values, strict=True)}
        late = bool(not final[h])
        yield Comparison(record.id, name, PLACE_WEEK, record.weeks[h], "", h + 1, record.cells[c], **figures, late=late)


def _cuts(view: _View) -> Iterator[Comparison]:
    """Sums that the record states an interval of: networks and the whole, by week, by period and over the plan."""
    record, counted = view.record, view.counted
    mondays = np.array(record.weeks, dtype="datetime64[D]")
    shares = dict(zip((one.name for one in record.periods), day_shares(mondays, record.periods), strict=True))
    weeks = dict(zip(record.weeks, np.eye(len(record.weeks)), strict=True))
    for one in record.expected:
        if one.outcome != view.outcome or one.content_type:
            continue
        share = shares[one.period] if one.period else weeks[one.week] if one.week else np.ones(len(record.weeks))
        level = _level(one)
        if level and counted[share > 0.0].all():
            made = _summed(view, one, level, share)
            if np.isfinite(made.actual):
                yield made


def _level(one: Expected) -> str:
    """What a stated sum covers; "" for networks over the whole plan, which periods tell already."""
    by_network: Mapping[bool, tuple[str, str, str]] = {
        True: (NETWORK_WEEK, NETWORK_PERIOD, ""),
        False: (WEEK, PERIOD, PLAN),
    }
    week, period, plan = by_network[bool(one.network)]
    return week if one.week else period if one.period else plan


def _summed(view: _View, one: Expected, level: str, share: Floats) -> Comparison:
    record, actuals = view.record, view.actuals
    rows = np.array([one.network in ("", cell.network) for cell in record.cells])
    used = share > 0.0

    def total(values: Floats) -> float:
        return float(values[rows][:, used].sum(axis=0) @ share[used])

    first = int(np.flatnonzero(used)[0])
    return Comparison(
        record=record.id,
        outcome=one.outcome,
        level=level,
        week=record.weeks[first],
        period=one.period,
        ahead=first + 1 if one.week else 0,
        place=Cell(one.network, ""),
        forecast=one.mean,
        low=one.low,
        high=one.high,
        low80=one.low80,
        high80=one.high80,
        actual=total(actuals.outcomes[one.outcome]),
        naive=total(record.naive[one.outcome]),
        planned=total(record.spend),
        baseline=total(record.baseline),
        spent=total(actuals.spend),
        late=not actuals.final[used].all(),
    )


def stretches(comparisons: Sequence[Comparison], weeks: int) -> NDArray[np.intp]:
    """(N,) which stretch of so many weeks each comparison belongs to, by its first week."""
    mondays = np.array([one.week for one in comparisons], dtype="datetime64[D]").astype(np.int64)
    return np.asarray((mondays - mondays.min()) // (7 * weeks), dtype=np.intp)
