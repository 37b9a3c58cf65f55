"""Advice followed against advice ignored: where the money really went, and how the forecasts there came true.

A plan advises where its weekly spend differs from today's split. Advice counts as followed where what was spent lies
nearer to the plan than to today's split. The comparison is of what came with what was forecast for the plan's spend; it
says what went with following advice, not what caused it, since nobody drew lots over whose advice to follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.actuals import Actuals, Flags
from optimizer.finance.definitions import ratio
from optimizer.finance.shapley import on_curve
from optimizer.history.panel import Cell, Floats

if TYPE_CHECKING:
    from optimizer.finance.record import Record

FOLLOWED, IGNORED, NO_ADVICE = "followed", "ignored", "no advice"
VERDICTS = (FOLLOWED, IGNORED, NO_ADVICE)
LEAST_CHANGE = 0.05  # of the larger of plan and today's split: a smaller difference is no advice
NEARER = 0.5
FEWEST = 3  # places of which an interval is told
SURE = 0.9


@dataclass(frozen=True)
class Advice:
    """One place of one record.

    Attributes
    ----------
    record : str
        Id of the record.
    cell : Cell
    verdict : str
        One of `VERDICTS`.
    weeks : int
        Weeks that count.
    planned, baseline, spent : float
        Weekly spend, mean over them, account currency.
    forecast, actual : float
        Revenue of those weeks: forecast for the planned spend, and what came.
    forgone : float
        Revenue that by the record's curves the planned spend would have brought over what was spent; beyond the last
        point of a curve its slope goes on, as in the bridge.
    """

    record: str
    cell: Cell
    verdict: str
    weeks: int
    planned: float
    baseline: float
    spent: float
    forecast: float
    actual: float
    forgone: float


@dataclass(frozen=True)
class Group:
    """All places whose advice met the same fate.

    Attributes
    ----------
    verdict : str
    places : int
    planned, spent, forecast, actual, forgone : float
        Sums over all weeks.
    ratio, low, high : float
        What came over what was forecast, with its 90 % interval from leaving out one place at a time; NaN where there
        is none.
    """

    verdict: str
    places: int
    planned: float
    spent: float
    forecast: float
    actual: float
    forgone: float
    ratio: float
    low: float
    high: float


def advice_of(record: Record, actuals: Actuals, until: str = "") -> tuple[Advice, ...]:
    """What became of a record's advice in the weeks that may be judged; nothing where it has no revenue.

    Parameters
    ----------
    record : Record
    actuals : Actuals
    until : str
        Monday from which another record took its place; "" for none.
    """
    came = actuals.outcomes.get("revenue")
    counted = actuals.final & np.array([not until or week < until for week in record.weeks])
    if came is None or not counted.any():
        return ()
    found = []
    for c, cell in enumerate(record.cells):
        weeks = counted & np.isfinite(came[c]) & np.isfinite(actuals.spend[c])
        if weeks.any():
            found.append(_advice(record, actuals, (c, cell), weeks))
    return tuple(found)


def _advice(record: Record, actuals: Actuals, at: tuple[int, Cell], weeks: Flags) -> Advice:
    c, cell = at
    planned, baseline, spent = (float(one[c, weeks].mean()) for one in (record.spend, record.baseline, actuals.spend))
    knots, revenue = record.curves.spend[c], record.curves.revenue[c]
    part = float(weeks.sum()) / len(record.weeks)
    as_planned, as_spent = on_curve(np.array([planned, spent]), knots, revenue).tolist()
    forecast, came = record.forecasts["revenue"].mean, actuals.outcomes["revenue"]
    return Advice(
        record.id,
        cell,
        verdict(planned, baseline, spent),
        int(weeks.sum()),
        planned,
        baseline,
        spent,
        float(forecast[c, weeks].sum()),
        float(came[c, weeks].sum()),
        part * (as_planned - as_spent),
    )


def verdict(planned: float, baseline: float, spent: float) -> str:
    """Whether advice was followed.

    Examples
    --------
    >>> verdict(1200.0, 800.0, 1100.0), verdict(1200.0, 800.0, 900.0), verdict(1010.0, 1000.0, 700.0)
    ('followed', 'ignored', 'no advice')
    """
    change = planned - baseline
    if abs(change) <= LEAST_CHANGE * max(planned, baseline):
        return NO_ADVICE
    return FOLLOWED if (spent - baseline) / change >= NEARER else IGNORED


def groups_of(advice: Sequence[Advice]) -> tuple[Group, ...]:
    """Advice by its fate, those that some place met."""
    return tuple(_group(name, own) for name in VERDICTS if (own := [one for one in advice if one.verdict == name]))


def _group(name: str, own: Sequence[Advice]) -> Group:
    sums = np.array([(one.forecast, one.actual, one.forgone) for one in own])
    forecast, actual, forgone = (float(one) for one in sums.sum(axis=0))
    planned, spent = (sum(getattr(one, key) * one.weeks for one in own) for key in ("planned", "spent"))
    share = ratio(actual, forecast)
    reach = _reach(sums[:, :2], share)
    return Group(name, len(own), planned, spent, forecast, actual, forgone, share, share - reach, share + reach)


def _reach(sums: Floats, share: float) -> float:
    """Half of the 90 % interval of a ratio of sums (N, 2), by the jackknife; NaN for few places."""
    count = len(sums)
    rest = sums.sum(axis=0) - sums
    if count < FEWEST or not np.isfinite(share) or not (rest[:, 0] > 0).all():
        return float("nan")
    without = rest[:, 1] / rest[:, 0]
    error = float(np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum()))
    return NormalDist().inv_cdf(0.5 + 0.5 * SURE) * error
