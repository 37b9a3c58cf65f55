"""What the page Pacing shows: key figures, how each budget stands, the next daily budgets, the numbers of the chart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.language.message import day, place
from optimizer.planning.pacing.days import DAYS_PER_WEEK
from optimizer.planning.pacing.next import NextBudgets, usual_share
from optimizer.planning.pacing.pace import Light, Pace, Pacing
from optimizer.planning.pacing.text import light_name, light_sign
from optimizer.ui.cells import DOWN, SAME, UP
from optimizer.ui.format import begun, money, number, percent, signed
from optimizer.ui.language import _, n_, tell
from optimizer.ui.view import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

SPENT, PROJECTED, EVEN = "spent", "projected", "even"
LIGHTS = {Light.GREEN: "green", Light.AMBER: "amber", Light.RED: "red", None: "none"}


@dataclass(frozen=True)
class Shown:
    """A traffic light: sign, word and kind, which the style colours."""

    sign: str
    word: str
    kind: str


@dataclass(frozen=True)
class StandRow:
    """How one budget stands, as text; `level` is 0 for everything, 1 for a network, 2 for a place."""

    name: str
    level: int
    spent: str
    budget: str
    left: str
    pacing: str
    projected: str
    light: Shown


@dataclass(frozen=True)
class BudgetRow:
    """The next daily budget of a place, as text."""

    name: str
    now: str
    daily: str
    change: str
    direction: str
    weekly: str
    why: str


@dataclass(frozen=True, eq=False)
class PaceChart:
    """Money by the end of each day.

    Attributes
    ----------
    frame : DataFrame
        day, kind (spent, projected or even), value, low, high, estimated, told.
    unit : str
        Of the axis.
    alt : str
    has_band : bool
    """

    frame: pd.DataFrame = field(repr=False)
    unit: str
    alt: str
    has_band: bool


def shown_light(one: Pace) -> Shown:
    """The traffic light of a budget."""
    return Shown(light_sign(one), begun(tell(light_name(one))) if one.light is not None else "", LIGHTS[one.light])


def figures(pacing: Pacing) -> tuple[Figure, ...]:
    """Spent, left, pacing and projected end, each with its definition."""
    total, currency = pacing.total, pacing.currency
    budget = total.budget or 0.0
    ends = total.interval
    interval = _("no interval can be told")
    if ends is not None:
        interval = _("90 %: {low} to {high}", low=money(ends.low, currency), high=money(ends.high, currency))
    reported = _("{share} of the budget", share=percent(total.gone / budget))
    if total.estimated:
        reported = _("{amount} of it not reported yet", amount=money(total.estimated, currency))
    left = n_("for {count} day", "for {count} days", pacing.days_left)
    return (
        Figure(
            _("Spent"), money(total.gone, currency), reported,
            _("Media money of the period so far; days that nobody has reported are counted at the mean of the 7 days "
              "before them, not as zero."),
        ),
        Figure(_("Left"), money(total.left, currency), left, _("The budget less what is spent.")),
        Figure(
            _("Pacing"), percent(total.pacing) if total.pacing is not None else _("not yet"),
            n_("{elapsed} of {count} day gone", "{elapsed} of {count} days gone", total.days,
               elapsed=number(pacing.elapsed)),
            _("Share of the budget that is spent, over the share of the days that are gone. Above 100 % money goes "
              "faster than time."),
        ),
        Figure(
            _("Projected end"), money(total.projected, currency), interval,
            _("What is spent, plus the days left times the mean of the last 7 days. The interval says by how far that "
              "rule missed when it was replayed on this history over as many days as are left now."),
        ),
    )  # fmt: skip


def stand_rows(pacing: Pacing) -> tuple[StandRow, ...]:
    """Everything, then each network with its places below it."""
    rows = [_stand(pacing.total, 0, pacing.currency)]
    for network in pacing.networks:
        rows.append(_stand(network, 1, pacing.currency))
        rows += [_stand(cell, 2, pacing.currency) for cell in pacing.cells if cell.key[0] == network.key[0]]
    return tuple(rows)


def _stand(one: Pace, level: int, currency: str) -> StandRow:
    given = one.budget is not None
    return StandRow(
        name=_("Everything") if not one.key else tell(place(one.key)),
        level=level,
        spent=number(one.gone) if level else money(one.gone, currency),
        budget=number(one.budget) if one.budget is not None else "",
        left=number(one.left) if given else "",
        pacing=percent(one.pacing) if one.pacing is not None else "",
        projected=number(one.projected),
        light=shown_light(one),
    )


def budget_rows(pacing: Pacing, found: NextBudgets) -> tuple[BudgetRow, ...]:
    """Every place, and all together last; no reason where a place just gets its share."""
    whys = ["" if one == usual_share() else begun(tell(one)) for one in found.reasons]
    rows = [
        _budget(tell(place(cell)), float(found.now[c]), float(found.daily[c]), (found, whys[c]))
        for c, cell in enumerate(pacing.days.cells)
    ]
    return (*rows, _budget(_("Together"), float(found.now.sum()), found.total, (found, "")))


def _budget(name: str, now: float, daily: float, told: tuple[NextBudgets, str]) -> BudgetRow:
    found, why = told
    step = 10.0**-found.decimals
    change = daily - now
    direction = SAME if abs(change) < 0.5 * step else UP if change > 0 else DOWN
    return BudgetRow(
        name=name,
        now=number(now, step),
        daily=number(daily, step),
        change=signed(change, step),
        direction=direction,
        weekly=number(DAYS_PER_WEEK * daily, step),
        why=why,
    )


def chart_of(pacing: Pacing) -> PaceChart:
    """What was spent by the end of each day, where it leads, and the budget spent evenly."""
    begin, length = pacing.days.at(pacing.period.first), pacing.period.days
    by_day = pacing.days.filled[:, begin:].sum(axis=0)
    unknown = (~pacing.days.known[:, begin:]).sum(axis=0)
    start = pacing.period.first - dt.timedelta(days=1)
    spent = np.concatenate([[0.0], np.cumsum(by_day)])
    total, currency = pacing.total, pacing.currency
    rows: list[tuple[object, ...]] = []
    for k, value in enumerate(spent.tolist()):
        rows.append(_point(start, k, (SPENT, value), bool(k and unknown[k - 1] > 0), currency))
    ahead = np.arange(pacing.days_left + 1)
    mean = total.gone + ahead * total.daily
    factor = np.concatenate([[1.0], pacing.spread])
    moving = total.estimated + ahead * total.daily
    low, high = total.spent + moving / factor, total.spent + moving * factor
    low[0] = high[0] = total.gone
    for k in ahead.tolist():
        ends = (float(low[k]), float(high[k]))
        rows.append(_point(start, pacing.elapsed + k, (PROJECTED, float(mean[k])), False, currency, ends))
    for k in (0, length):
        rows.append(_point(start, k, (EVEN, (total.budget or 0.0) * k / length), False, currency))
    columns = ["day", "kind", "value", "low", "high", "estimated", "told"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["day"] = pd.to_datetime(frame["day"])
    unit = _("Spent, {currency}", currency=currency) if currency else _("Spent")
    return PaceChart(frame, unit, _alt(pacing), bool(np.isfinite(pacing.spread).any()))


def _point(
    start: dt.date, k: int, at: tuple[str, float], estimated: bool, currency: str,
    ends: tuple[float, float] = (float("nan"), float("nan")),
) -> tuple[object, ...]:  # fmt: skip
    kind, value = at
    return (start + dt.timedelta(days=k), kind, value, *ends, estimated, money(value, currency))


def _alt(pacing: Pacing) -> str:
    total, currency = pacing.total, pacing.currency
    return _(
        "Spend of {period} added up by day: {spent} by {day}, projected to {projected} on {last}, against {budget} "
        "spent evenly.",
        period=pacing.period.name,
        spent=money(total.gone, currency),
        day=tell(day(pacing.as_of - dt.timedelta(days=1))),
        projected=money(total.projected, currency),
        last=tell(day(pacing.period.last)),
        budget=money(total.budget or 0.0, currency),
    )


def kinds() -> Sequence[tuple[str, str]]:
    """Each line of the chart with its name."""
    return (SPENT, _("Spent")), (PROJECTED, _("At the pace of the last 7 days")), (EVEN, _("Budget, spent evenly"))
