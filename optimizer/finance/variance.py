"""The bridge from planned to actual revenue: which step took or brought how much, to the cent.

It is made for each cell and fiscal period, and every cut is a sum of those, so cuts add up exactly. Mix is a cell's
share of what its period spent. Weeks of the plan that have no actuals yet are left out on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.errors import InputError
from optimizer.finance.periods import period_cents, period_sums
from optimizer.finance.shapley import CURRENCY, STEPS, Side, Volume, effects, in_cents, used
from optimizer.finance.statement import Cents, cents
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import say
from optimizer.planning.money import WHOLE_CURRENCIES
from optimizer.planning.plain_values import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.finance.actuals import Actuals
    from optimizer.finance.record import Record
    from optimizer.planning.fiscal import Period

LEAST_DECIMALS = 2


@dataclass(frozen=True)
class Rates:
    """Rates at which the account currency is taken into the books.

    Attributes
    ----------
    currency : str
        Of the books, ISO 4217.
    budget : float
        Units of it for one unit of the account currency, as budgeted.
    actual : mapping of period name to float
    """

    currency: str
    budget: float
    actual: Mapping[str, float]


class Leg(NamedTuple):
    """A bridge under one cut, in money of the books.

    `steps` holds what each step brought (above 0) or took, in order; they add up to actual less plan.
    """

    plan: float
    actual: float
    steps: dict[str, float]
    residual: float


@dataclass(frozen=True, eq=False)
class Bridge:
    """From planned to actual attributed revenue; P periods, C cells.

    Attributes
    ----------
    steps : tuple of str
        Those that some cell has, in the order of `optimizer.finance.shapley.STEPS`.
    periods : tuple of Period
        Fiscal periods with a week that has arrived.
    cells : tuple of Cell
    weeks : tuple of str
        Mondays that it covers.
    missing : tuple of str
        Weeks of the plan without actuals, left out on both sides.
    currency : str
        Of all amounts.
    decimals : int
    plan, actual : int array, shape (P, C)
        Attributed revenue in the smallest unit of the currency.
    effects : mapping of step to int array, shape (P, C)
    levels : mapping of str to (float array, float array), shape (P, C) each
        Spend, clicks, conversions and revenue, planned and actual, in the account currency; NaN where not known.
    reported : float
        Share of the actual conversions and revenue that was in when it was made.
    account_currency : str
    rates : Rates or None
    """

    steps: tuple[str, ...]
    periods: tuple[Period, ...]
    cells: tuple[Cell, ...]
    weeks: tuple[str, ...]
    missing: tuple[str, ...]
    currency: str
    decimals: int
    plan: Cents = field(repr=False)
    actual: Cents = field(repr=False)
    effects: Mapping[str, Cents] = field(repr=False)
    levels: Mapping[str, tuple[Floats, Floats]] = field(repr=False)
    reported: float = 1.0
    account_currency: str = ""
    rates: Rates | None = None

    def leg(self, period: int | None = None, network: str | None = None, content_type: str | None = None) -> Leg:
        """The bridge of one cut; None for all."""
        rows, columns = self._cut(period, network, content_type)
        plan, actual, *steps = (
            int(held[rows, columns].sum()) for held in (self.plan, self.actual, *(self.effects[s] for s in self.steps))
        )
        scale = self.scale
        residual = (actual - plan - sum(steps)) / scale
        return Leg(
            plan / scale, actual / scale, {s: n / scale for s, n in zip(self.steps, steps, strict=True)}, residual
        )

    def level(
        self, name: str, period: int | None = None, network: str | None = None, content_type: str | None = None
    ) -> tuple[float, float]:
        """Planned and actual spend, clicks, conversions or revenue of a cut, account currency; NaN where not known."""
        rows, columns = self._cut(period, network, content_type)
        planned, came = (float(side[rows, columns].sum()) for side in self.levels[name])
        return planned, came

    @property
    def scale(self) -> float:
        """Smallest units in one unit of the currency."""
        return float(10**self.decimals)

    @property
    def networks(self) -> tuple[str, ...]:
        """Networks in order of their names."""
        return tuple(sorted({cell.network for cell in self.cells}))

    def _cut(
        self, period: int | None, network: str | None, content_type: str | None
    ) -> tuple[slice, NDArray[np.bool_]]:
        rows = slice(None) if period is None else slice(period, period + 1)
        chosen = [network in (None, c.network) and content_type in (None, c.content_type) for c in self.cells]
        return rows, np.array(chosen, dtype=np.bool_)


def told_weeks(actuals: Actuals) -> NDArray[np.bool_]:
    """(H,) weeks that have arrived with the revenue of every cell."""
    revenue = actuals.outcomes.get("revenue")
    if revenue is None:
        return np.zeros(actuals.arrived.shape, dtype=np.bool_)
    return np.asarray(actuals.arrived & np.isfinite(revenue).all(axis=0))


def make_bridge(record: Record, actuals: Actuals, rates: Rates | None = None) -> Bridge:
    """The bridge of a plan of record.

    Parameters
    ----------
    record : Record
    actuals : Actuals
        What came of its weeks.
    rates : Rates, optional
        Where the books are kept in another currency.

    Raises
    ------
    InputError
        No week has arrived whole, or a rate is missing or not above 0.
    """
    arrived = np.flatnonzero(told_weeks(actuals))
    if not len(arrived):
        problem = say("there are no actuals yet of the weeks of this plan")
        fix = say("give a history that holds at least one of them whole, with revenue")
        raise InputError.at(problem, file=actuals.file, fix=fix)
    weeks = tuple(record.weeks[h] for h in arrived)
    whole = np.array(record.weeks, dtype="datetime64[D]")[arrived]
    periods = tuple(one for one in record.periods if _touches(one, whole))
    span = _Span(weeks, periods, record.decimals)
    plan, actual = _planned(record, arrived, span), _actual(actuals, arrived, span)
    currency, budget, now = _rates(record, rates, periods)
    decimals = record.decimals if rates is None else _decimals(record, currency)
    scale = 10.0**decimals
    told = {step: budget * effect for step, effect in effects(plan, actual, _volume(record, span)).items()}
    before, after = cents(plan.revenue * budget, scale), cents(actual.revenue * now[:, None], scale)
    at_budget = cents(actual.revenue * budget, scale)
    exact = {**in_cents(told, at_budget - before, scale), CURRENCY: after - at_budget}
    shown_steps = {*used(plan, actual), *([CURRENCY] if rates else [])}
    return Bridge(
        steps=tuple(step for step in STEPS if exact[step].any() or step in shown_steps),
        periods=periods,
        cells=record.cells,
        weeks=weeks,
        missing=tuple(week for h, week in enumerate(record.weeks) if h not in arrived),
        currency=currency,
        decimals=decimals,
        plan=before,
        actual=after,
        effects=exact,
        levels=_levels(plan, actual),
        reported=_share_in(actual),
        account_currency=record.currency,
        rates=rates,
    )


def _levels(plan: Side, actual: Side) -> dict[str, tuple[Floats, Floats]]:
    """What the steps are read from, as sums can be made of it."""
    sides = (plan, actual)
    clicks = [np.where(side.spend > 0.0, side.spend / side.price, 0.0) for side in sides]
    return {
        "spend": (plan.spend, actual.spend),
        "clicks": (clicks[0], clicks[1]),
        "conversions": (plan.conversions, actual.conversions),
        "revenue": (plan.revenue, actual.revenue),
    }


def _touches(period: Period, mondays: NDArray[np.datetime64]) -> bool:
    """Whether a period holds a day of any of those weeks."""
    days = mondays[:, None] + np.arange(7)
    return bool(((days >= np.datetime64(period.first)) & (days <= np.datetime64(period.last))).any())


@dataclass(frozen=True)
class _Span:
    """What weekly figures are summed over."""

    weeks: tuple[str, ...]
    periods: tuple[Period, ...]
    decimals: int

    def money(self, weekly: Floats) -> Floats:
        """(P, C) to the cent."""
        return period_cents(weekly, self.weeks, self.periods, self.decimals) / 10.0**self.decimals

    def sums(self, weekly: Floats) -> Floats:
        """(P, C) as they are."""
        return period_sums(weekly, self.weeks, self.periods)


def _planned(record: Record, arrived: NDArray[np.intp], span: _Span) -> Side:
    forecasts = {name: one.mean[:, arrived] for name, one in record.forecasts.items()}
    spend = span.money(record.spend[:, arrived])
    unknown = np.full((len(record.cells), len(arrived)), np.nan)
    return Side(
        spend=spend,
        revenue=span.money(forecasts["revenue"]),
        conversions=span.sums(forecasts.get("conversions", unknown)),
        price=np.broadcast_to(record.cost_per_click, spend.shape),
        reported=np.ones(spend.shape),
    )


def _actual(actuals: Actuals, arrived: NDArray[np.intp], span: _Span) -> Side:
    outcomes = {name: values[:, arrived] for name, values in actuals.outcomes.items()}
    revenue, spend = outcomes["revenue"], span.money(actuals.spend[:, arrived])
    unknown = np.full(revenue.shape, np.nan)
    # not to the cent: clicks are not cut to whole ones either
    paid, clicks = span.sums(actuals.spend[:, arrived]), span.sums(outcomes.get("clicks", unknown))
    return Side(
        spend=spend,
        revenue=span.money(revenue),
        conversions=span.sums(outcomes.get("conversions", unknown)),
        price=np.divide(paid, clicks, out=np.full(paid.shape, np.nan), where=(paid > 0.0) & (clicks > 0.0)),
        reported=_reported(np.maximum(revenue, 0.0), np.broadcast_to(actuals.reported[arrived], revenue.shape), span),
    )


def _volume(record: Record, span: _Span) -> Volume:
    """The plan's curves a week; they are frozen for all of its weeks together."""
    curves, count = record.curves, len(record.weeks)
    held = span.sums(np.ones((1, len(span.weeks))))[:, 0]
    conversions = None if curves.conversions is None else curves.conversions / count
    return Volume(curves.spend, curves.revenue / count, conversions, held)


def _reported(seen: Floats, reported: Floats, span: _Span) -> Floats:
    """(P, C) share of what revenue there will be that is in; where there is none, the mean over the days."""
    final = np.divide(seen, reported, out=seen.copy(), where=reported > 0.0)
    so_far, whole = span.sums(seen), span.sums(final)
    mean = span.sums(reported) / span.sums(np.ones_like(reported))
    return np.where(whole > 0.0, so_far / np.where(whole > 0.0, whole, 1.0), mean)


def _rates(record: Record, rates: Rates | None, periods: tuple[Period, ...]) -> tuple[str, float, Floats]:
    """Currency of the books, the budget rate, and the actual rate of each period."""
    if rates is None:
        return record.currency, 1.0, np.ones(len(periods))
    missing = [period.name for period in periods if period.name not in rates.actual]
    if missing:
        problem = say("there is no actual rate of {currency} for {period}", currency=rates.currency, period=missing[0])
        raise InputError.at(problem, fix=say("give a rate for each period that has actuals"))
    now = np.array([rates.actual[period.name] for period in periods], dtype=np.float64)
    for rate in (rates.budget, *now.tolist()):
        if not (np.isfinite(rate) and rate > 0.0):
            fix = say("write how much one unit of the account currency is in {currency}", currency=rates.currency)
            raise InputError.at(say("a rate is {rate}; it must be above 0", rate=shown(rate)), fix=fix)
    return rates.currency, rates.budget, now


def _decimals(record: Record, currency: str) -> int:
    return 0 if currency in WHOLE_CURRENCIES else max(LEAST_DECIMALS, record.decimals)


def _share_in(actual: Side) -> float:
    """Share of the revenue there will be that was in; 1 where there is none."""
    final = float((actual.revenue / np.where(actual.reported > 0.0, actual.reported, 1.0)).sum())
    return float(actual.revenue.sum()) / final if final > 0.0 else 1.0
