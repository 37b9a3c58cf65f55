"""Answers: the ratios, chances and amounts that a controller asks of a plan, each with its 90 % interval.

Totals hold the noise and drift that the plan's weeks will show; differences and marginal figures are of expected
amounts on common draws. Incrementality enters with its draws everywhere it is in the definition.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.definitions import break_even_roas, customer_value, ratio, roi, stop_roas
from optimizer.finance.figures import Figure
from optimizer.finance.forecast import brought_by
from optimizer.history.panel import Cell, Floats
from optimizer.planning.change import NO_CHANGE
from optimizer.planning.ground import pose
from optimizer.planning.settings_finance import FinanceInputs

if TYPE_CHECKING:
    from optimizer.finance.forecast import MoneyForecast
    from optimizer.finance.statement import Statement
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.settings import Settings
    from optimizer.planning.studio import Studio

INTERVAL = (5.0, 95.0)  # percent: the ends of a 90 % interval
BAD_CASE = 5.0  # percent of cases that are worse
STEP = 1e-3  # share of a cell's spend by which it is moved either way to see what the next unit brings
FULL_COST = ("media", "production", "team", "tools", "agency")
CUSTOMER = ("new_customers", "customer_contribution_per_month", "retention_per_month")


def answers_of(
    studio: Studio, request: PlanRequest, plan: Plan, money: MoneyForecast, statement: Statement
) -> tuple[Figure, ...]:
    """Answers of a plan: those of the whole plan first, then those of networks, then those of places.

    What needs an input that nobody gave is left out; see `lacking`.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        What the plan answers, with its settings.
    plan : Plan
    money : MoneyForecast
        Of the plan, see `optimizer.finance.forecast.forecast_money`.
    statement : Statement
        Of the forecast, with its draws.
    """
    settings = request.read_settings()
    finance = FinanceInputs() if settings is None else settings.finance
    book = _Book(money, statement, _slopes(studio, request, plan, money))
    everything = np.ones(len(money.cells), dtype=bool)
    figures = [*_returns(book, everything), *_of_inputs(book), *_of_result(book), *_of_customers(book, finance)]
    for network in sorted({cell.network for cell in money.cells}):
        own = np.array([cell.network == network for cell in money.cells])
        if money.plan.spend[own].sum() > 0.0:
            figures += [_at(figure, network) for figure in _returns(book, own)]
    for (network, content_type), own in _places(money.cells).items():
        figures.append(_at(book.marginal_roas(own), network, content_type))
    return tuple(figures)


def lacking(settings: Settings | None, with_conversions: bool) -> dict[str, tuple[str, ...]]:
    """Answers that cannot be given, with the keys of the settings that they need and nobody gave.

    A history without conversions lacks the key "conversions".

    Examples
    --------
    >>> lacking(None, True)["payback"]
    ('new_customers', 'customer_contribution_per_month')
    """
    finance = FinanceInputs() if settings is None else settings.finance
    needed = {
        "cpa": (),
        "marginal_cpa": (),
        "cac": ("new_customers",),
        "payback": ("new_customers", "customer_contribution_per_month"),
        "ltv": ("customer_contribution_per_month", "retention_per_month"),
    }
    found = {}
    for key, names in needed.items():
        gone = [name for name in names if getattr(finance, name) is None]
        if not with_conversions and key != "ltv":
            gone.insert(0, "conversions")
        if gone:
            found[key] = tuple(gone)
    return found


def full_cost(statement: Statement) -> float:
    """Media, production, team, tools and agency of the plan, account currency, above 0."""
    return -math.fsum(statement.amounts(line).plan for line in FULL_COST if line in statement.lines)


@dataclass(frozen=True, eq=False)
class _Slopes:
    """What one more unit of money brings in each cell, over the plan's weeks and the 8 after, each (S, C).

    Attributes
    ----------
    revenue : float array
        Before incrementality, which comes on top.
    conversions : float array or None
        Credited by the networks.
    """

    revenue: Floats
    conversions: Floats | None


@dataclass(frozen=True, eq=False)
class _Book:
    """What answers are made of."""

    money: MoneyForecast
    statement: Statement
    slopes: _Slopes

    def marginal_roas(self, own: Floats) -> Figure:
        """Of some cells, more money being spread as planned."""
        mean = self._spread(self.money.terms.factor * self.slopes.revenue, own).mean()
        return _of_draws("marginal_roas", float(mean), self._spread(self.money.factors * self.slopes.revenue, own))

    def marginal_cpa(self, own: Floats) -> Figure | None:
        """Of some cells; None where conversions are not known."""
        if self.slopes.conversions is None:
            return None
        drawn = self._spread(self.slopes.conversions, own)
        low, high = np.percentile(drawn, INTERVAL)
        return Figure("marginal_cpa", ratio(1.0, float(drawn.mean())), ratio(1.0, float(high)), ratio(1.0, float(low)))

    def _spread(self, slopes: Floats, own: Floats) -> Floats:
        """(S,) slopes of some cells, weighed by their planned spend; alike where nothing is planned."""
        weights = np.where(own, self.money.plan.spend.sum(axis=1), 0.0)
        weights = weights if weights.sum() > 0.0 else own.astype(np.float64)
        return np.asarray(slopes @ (weights / weights.sum()))


def _slopes(studio: Studio, request: PlanRequest, plan: Plan, money: MoneyForecast) -> _Slopes:
    """Slopes by a small step either way; cells do not act on each other, so all of them are moved at once.

    Where nothing is planned, what the first money brings: one step of what a cell gets on average, in every week.
    """
    responses = pose(studio, request, NO_CHANGE).responses
    worth = money.terms.value_per_conversion
    usual = float(plan.spend.mean()) or 1.0
    unplanned = np.asarray(plan.spend.max(axis=1) <= 0.0)
    step = STEP * np.where(unplanned[:, None], usual, plan.spend)
    above = brought_by(responses, plan.spend + step, worth)
    below = brought_by(responses, np.maximum(plan.spend - step, 0.0), worth)
    money_between = (above.spend - below.spend).sum(axis=1)

    def slope(of: str) -> Floats:
        more, less = (getattr(side, of) for side in (above, below))
        gained = (more.expected - less.expected).sum(axis=2) + more.after - less.after
        return np.asarray(gained / money_between)

    return _Slopes(slope("revenue"), None if above.conversions is None else slope("conversions"))


def _returns(book: _Book, own: Floats) -> Iterator[Figure]:
    """Returns on media of some cells: ROAS, iROAS, CPA and the marginal ones."""
    money = book.money
    brought, media = money.plan, float(money.plan.spend[own].sum())
    attributed = brought.revenue.expected.mean(axis=0)[own].sum()
    incremental = money.mean_incremental(brought)[own].sum()
    seen = brought.revenue.observed[:, own].sum(axis=(1, 2))
    seen_incremental = money.incremental_observed(brought)[:, own].sum(axis=(1, 2))
    yield _of_draws("roas", ratio(float(attributed), media), _over(seen, media))
    yield _of_draws("iroas", ratio(float(incremental), media), _over(seen_incremental, media))
    yield book.marginal_roas(own)
    if brought.conversions is None:
        return
    counted = float(brought.conversions.expected.mean(axis=0)[own].sum())
    yield _per_unit("cpa", media, counted, brought.conversions.observed[:, own].sum(axis=(1, 2)))
    marginal = book.marginal_cpa(own)
    if marginal is not None:
        yield marginal


def _of_inputs(book: _Book) -> Iterator[Figure]:
    """What follows from inputs alone: the returns at which money comes back."""
    terms, statement = book.money.terms, book.statement
    media = -statement.amounts("media").plan
    fixed = full_cost(statement) - media
    yield _sure("break_even_roas", break_even_roas(terms.margin))
    yield _sure("loaded_break_even_roas", break_even_roas(terms.margin, fixed, media))
    yield _sure("stop_roas", stop_roas(terms.margin, terms.hurdle, terms.agency_share))


def _of_result(book: _Book) -> Iterator[Figure]:
    """ROI and its chance, what the plan does to the income statement, and a bad case."""
    money, statement = book.money, book.statement
    cost, drawn = full_cost(statement), statement.total_draws("marketing_contribution")
    result = statement.amounts("marketing_contribution")
    returns = _over(drawn, cost)
    yield _of_draws("roi", roi(result.plan, cost), returns)
    yield _sure("chance_above_hurdle", float((returns > money.terms.hurdle).mean()) if cost > 0.0 else math.nan)
    gained = (money.incremental(money.plan) - money.incremental(money.baseline)).sum(axis=(1, 2))
    contribution = statement.amounts("contribution")
    costs = result.difference - contribution.difference
    yield _of_draws("income_effect", result.difference, money.terms.margin * gained + costs)
    yield _sure("loss_at_5", round(float(np.percentile(drawn, BAD_CASE)), statement.decimals))


def _of_customers(book: _Book, finance: FinanceInputs) -> Iterator[Figure]:
    """What a customer costs, when that has come back, and what a customer is worth; where the inputs are given."""
    money, monthly = book.money, finance.customer_contribution_per_month
    counted = money.plan.conversions
    idle = money.idle.conversions
    if finance.new_customers is not None and counted is not None and idle is not None:
        gained = counted.expected - idle.expected
        mean = finance.new_customers * (money.terms.factor[:, None] * gained.mean(axis=0)).sum()
        noise = counted.observed - counted.expected
        drawn = finance.new_customers * (money.factors[..., None] * gained + noise).sum(axis=(1, 2))
        cost = _per_unit("cac", full_cost(book.statement), float(mean), drawn)
        yield cost
        if monthly is not None:
            yield Figure("payback", ratio(cost.value, monthly), ratio(cost.low, monthly), ratio(cost.high, monthly))
    if monthly is not None and finance.retention_per_month is not None:
        worth = customer_value(monthly, finance.retention_per_month, finance.discount_per_year, finance.months)
        yield _sure("ltv", worth)


def _places(cells: Sequence[Cell]) -> Mapping[tuple[str, str], Floats]:
    """Cells by network and content type, as a mask each."""
    pairs = dict.fromkeys((cell.network, cell.content_type) for cell in cells)
    return {pair: np.array([(cell.network, cell.content_type) == pair for cell in cells]) for pair in pairs}


def _at(figure: Figure, network: str, content_type: str = "") -> Figure:
    return Figure(figure.key, figure.value, figure.low, figure.high, network, content_type)


def _sure(key: str, value: float) -> Figure:
    return Figure(key, value, value, value)


def _of_draws(key: str, value: float, drawn: Floats) -> Figure:
    low, high = np.percentile(drawn, INTERVAL)
    return Figure(key, value, float(low), float(high))


def _over(drawn: Floats, whole: float) -> Floats:
    return drawn / whole if whole > 0.0 else np.full_like(drawn, np.nan)


def _per_unit(key: str, money: float, counted: float, drawn: Floats) -> Figure:
    """Money per unit: the more units, the less each costs; NaN for an end at which none comes."""
    few, many = (float(end) for end in np.percentile(drawn, INTERVAL))
    return Figure(key, ratio(money, counted), ratio(money, many), ratio(money, few))
