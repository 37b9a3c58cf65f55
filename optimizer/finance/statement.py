"""The statement: from attributed revenue to marketing contribution, by fiscal period, network and content type.

Amounts are whole numbers of the smallest unit of the currency (cents), so every cut adds up exactly. Each cell's total
is rounded once and shared among periods by cumulative rounding; costs that follow revenue are rounded per cell and
period. What comes without any spend is rounded once too, and incremental revenue is what is left of attributed revenue
in cents, times incrementality: where that is 1, the plan and today's split have the same that would have come anyway.
Costs that no cell bears stand in units of their own: production by content type, team, tools and agency without either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Cell, Floats
from optimizer.planning.economics import WEEKS_PER_MONTH

if TYPE_CHECKING:
    from optimizer.finance.forecast import Brought, MoneyForecast
    from optimizer.planning.fiscal import Period

ENDS = (10.0, 90.0)  # percent: P10 and P90, the ends of an 80 % interval
CORRECTION = 1e-7  # of a cent: what binary fractions take from a half
COSTS = ("returns", "cost_of_goods", "variable_costs", "all_variable_costs")
OVERHEADS = ("team", "tools", "agency")
Cents: TypeAlias = NDArray[np.int64]
Cut: TypeAlias = tuple[str, int | None, str | None, str | None]
"""Line, period, network and content type; None for all."""


class Amounts(NamedTuple):
    """One line under one cut, account currency; costs are negative.

    `low` and `high` are P10 and P90 of the plan: 8 of 10 results lie between them.
    """

    baseline: float
    plan: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Statement:
    """Lines x periods x units of money.

    Attributes
    ----------
    lines : tuple of str
        Keys of `optimizer.finance.definitions`, in their order on the page; subtotals among them.
    periods : tuple of Period
    units : tuple of Cell
        The cells; then one per content type that costs production, without network; then one without either.
    currency : str
    decimals : int
    plan, baseline : mapping of line to int array, shape (P, U)
        Smallest units of the currency.
    observed : mapping of line to float array, shape (S, P, U)
        Account currency, of the plan, per draw and with noise; only of lines that follow revenue. Empty once frozen.
    ends : mapping of cut to (float, float)
        P10 and P90 of every cut of those lines, once frozen; see `frozen`.
    """

    lines: tuple[str, ...]
    periods: tuple[Period, ...]
    units: tuple[Cell, ...]
    currency: str
    decimals: int
    plan: Mapping[str, Cents] = field(repr=False)
    baseline: Mapping[str, Cents] = field(repr=False)
    observed: Mapping[str, Floats] = field(default_factory=dict, repr=False)
    ends: Mapping[Cut, tuple[float, float]] = field(default_factory=dict, repr=False)

    def amounts(
        self, line: str, period: int | None = None, network: str | None = None, content_type: str | None = None
    ) -> Amounts:
        """One line, in all periods or one, of all units or those of a network or content type.

        The network "" holds what no network bears.
        """
        units = self._units(network, content_type)
        periods = slice(None) if period is None else slice(period, period + 1)
        before, after = (int(held[line][periods, units].sum()) for held in (self.baseline, self.plan))
        low, high = self._ends((line, period, network, content_type), after / self.scale)
        return Amounts(before / self.scale, after / self.scale, (after - before) / self.scale, low, high)

    def rows(
        self, period: int | None = None, network: str | None = None, content_type: str | None = None
    ) -> dict[str, Amounts]:
        """All lines of a cut, in order."""
        return {line: self.amounts(line, period, network, content_type) for line in self.lines}

    def total_draws(self, line: str) -> Floats:
        """(S,) a line over all periods and units, per draw and with noise, account currency."""
        return np.asarray(self._drawn(line).sum(axis=(1, 2)))

    @property
    def scale(self) -> float:
        """Smallest units in one unit of the currency."""
        return float(10**self.decimals)

    @property
    def networks(self) -> tuple[str, ...]:
        """Networks, and "" last where something is borne by none."""
        return tuple(dict.fromkeys(sorted((unit.network for unit in self.units), key=lambda name: (not name, name))))

    @property
    def content_types(self) -> tuple[str, ...]:
        """Content types, and "" last where something is borne by none."""
        names = sorted((unit.content_type for unit in self.units), key=lambda name: (not name, name))
        return tuple(dict.fromkeys(names))

    def frozen(self) -> Statement:
        """The same without draws, with the ends of all its cuts: what a plan of record keeps."""
        if not self.observed:  # frozen already
            return self
        cuts: list[tuple[str | None, str | None]] = [(None, None), *((name, None) for name in self.networks)]
        cuts += [(None, name) for name in self.content_types]
        cuts += [(unit.network, unit.content_type) for unit in dict.fromkeys(self.units)]
        kept: dict[Cut, tuple[float, float]] = {}
        for line in self.observed:
            for period in (None, *range(len(self.periods))):
                for network, content_type in dict.fromkeys(cuts):
                    one = self.amounts(line, period, network, content_type)
                    kept[line, period, network, content_type] = (one.low, one.high)
        return replace(self, observed={}, ends=kept)

    def _ends(self, cut: Cut, value: float) -> tuple[float, float]:
        """P10 and P90 of a cut of the plan; a line that does not follow revenue is sure."""
        line, period, network, content_type = cut
        if line in self.observed:
            periods = slice(None) if period is None else slice(period, period + 1)
            drawn = self.observed[line][:, periods, self._units(network, content_type)].sum(axis=(1, 2))
            low, high = np.percentile(drawn, ENDS)
            return round(float(low), self.decimals), round(float(high), self.decimals)
        return self.ends.get(cut, (value, value))

    def _drawn(self, line: str) -> Floats:
        """(S, P, U) draws of a line; a line that does not follow revenue is the same in all."""
        drawn = self.observed.get(line)
        return drawn if drawn is not None else self.plan[line][None] / self.scale

    def _units(self, network: str | None, content_type: str | None) -> NDArray[np.intp]:
        return np.array(
            [
                u
                for u, unit in enumerate(self.units)
                if network in (None, unit.network) and content_type in (None, unit.content_type)
            ],
            dtype=np.intp,
        )


def make_statement(money: MoneyForecast) -> Statement:
    """The statement of a plan, beside today's split."""
    units = _all_units(money)
    lines = _lines(money)
    plan, baseline = (_column(money, brought, units) for brought in (money.plan, money.baseline))
    return Statement(
        lines=lines,
        periods=money.periods,
        units=units,
        currency=money.currency,
        decimals=money.decimals,
        plan={line: plan[line] for line in lines},
        baseline={line: baseline[line] for line in lines},
        observed=_observed(money, plan, len(units)),
    )


def cents(amounts: Floats, scale: float) -> Cents:
    """Whole smallest units, halves away from 0, as spreadsheets round.

    Examples
    --------
    >>> cents(np.array([0.125, -0.125, 1.005]), 100.0).tolist()
    [13, -13, 101]
    """
    scaled = np.asarray(amounts) * scale
    return np.asarray(np.sign(scaled) * np.floor(np.abs(scaled) + 0.5 + CORRECTION), dtype=np.int64)


def shared_out(total: Floats, parts: Floats, scale: float) -> Cents:
    """Totals (U,) in cents, shared among periods in proportion to parts (P, U); each column adds up to its total.

    Where the parts come to 0 the first period takes the total.

    Examples
    --------
    >>> shared_out(np.array([1.0]), np.array([[1.0], [1.0], [1.0]]), 100.0).ravel().tolist()
    [33, 34, 33]
    """
    running = np.cumsum(parts, axis=0)
    whole = running[-1]
    running = np.where(whole != 0.0, running / np.where(whole != 0.0, whole, 1.0), 1.0)
    running[-1] = 1.0
    return np.asarray(np.diff(cents(total * running, scale), axis=0, prepend=0), dtype=np.int64)


def _all_units(money: MoneyForecast) -> tuple[Cell, ...]:
    produced = sorted(money.terms.production)
    return (*money.cells, *(Cell("", name) for name in produced), Cell("", ""))


def _lines(money: MoneyForecast) -> tuple[str, ...]:
    """What the statement shows: a line for what is known, a subtotal only where it says something of its own."""
    terms = money.terms
    costs = [name for name in COSTS if name in terms.shares]
    if "returns" in costs:
        costs.insert(1, "net_revenue")
    agency = terms.agency_share or terms.fixed["agency"]
    own = [name for name in ("team", "tools") if terms.fixed[name]]
    return (
        "attributed_revenue",
        "not_incremental",
        "incremental_revenue",
        *costs,
        "contribution",
        "media",
        *(["production"] if terms.production else []),
        *own,
        *(["agency"] if agency else []),
        "marketing_contribution",
    )


def _column(money: MoneyForecast, brought: Brought, units: Sequence[Cell]) -> dict[str, Cents]:
    """Every line of one spend path (P, U), subtotals included."""
    terms, scale, by_period = money.terms, 10.0**money.decimals, money.shares.T
    count, own = len(units), slice(0, len(money.cells))

    def laid_out(of_cells: Cents) -> Cents:
        whole = np.zeros((len(money.periods), count), dtype=np.int64)
        whole[:, own] = of_cells
        return whole

    def by_cell(weekly: Floats) -> Cents:
        parts = (np.maximum(weekly, 0.0) @ by_period).T
        return laid_out(shared_out(weekly.sum(axis=1), parts, scale))

    attributed = by_cell(brought.revenue.expected.mean(axis=0))
    gained = (attributed - by_cell(money.idle.revenue.expected.mean(axis=0)))[:, own]
    incremental = laid_out(_times(terms.factor, gained))
    column = {
        "attributed_revenue": attributed,
        "not_incremental": incremental - attributed,
        "incremental_revenue": incremental,
        "media": -by_cell(brought.spend),
    }
    for name, share in terms.shares.items():
        column[name] = -cents(np.asarray(share * incremental / scale, dtype=np.float64), scale)
    if "returns" in terms.shares:
        column["net_revenue"] = incremental + column["returns"]
    column["contribution"] = incremental + _sum(column[name] for name in terms.shares)
    days = money.shares.sum(axis=1)[:, None]
    months = brought.spend.shape[1] / WEEKS_PER_MONTH
    for name in OVERHEADS:
        whole = np.zeros_like(incremental)
        whole[:, -1:] = -shared_out(np.array([months * terms.fixed[name]]), days, scale)
        column[name] = whole
    column["agency"] = column["agency"] - by_cell(terms.agency_share * brought.spend)
    column["production"] = _production(money, brought, units)
    spent = _sum(column[name] for name in ("media", "production", *OVERHEADS))
    column["marketing_contribution"] = column["contribution"] + spent
    return column


def _times(factor: Floats, gained: Cents) -> Cents:
    """(P, C) revenue gained times incrementality (C,): a cell's total is rounded once, and comes as the gain does."""
    whole = cents(factor * gained.sum(axis=0), 1.0)
    return shared_out(whole.astype(np.float64), gained.astype(np.float64), 1.0)


def _sum(parts: object) -> Cents:
    return np.asarray(sum(parts), dtype=np.int64)  # type: ignore[call-overload]


def _production(money: MoneyForecast, brought: Brought, units: Sequence[Cell]) -> Cents:
    """(P, U) production of the content types that get money, in the first period of the plan."""
    used = {cell.content_type for cell, spend in zip(money.cells, brought.spend, strict=True) if (spend > 0).any()}
    whole = np.zeros((len(money.periods), len(units)), dtype=np.int64)
    for u, unit in enumerate(units):
        if not unit.network and unit.content_type in used:
            whole[0, u] = -cents(np.array([money.terms.production[unit.content_type]]), 10.0**money.decimals)[0]
    return whole


def _observed(money: MoneyForecast, plan: Mapping[str, Cents], units: int) -> dict[str, Floats]:
    """Lines of the plan that follow revenue (S, P, U), per draw and with noise."""
    by_period = money.shares.T

    def by_unit(weekly: Floats) -> Floats:
        of_cells = np.swapaxes(weekly @ by_period, 1, 2)
        filled = np.zeros((*of_cells.shape[:2], units))
        filled[..., : of_cells.shape[2]] = of_cells
        return filled

    attributed = by_unit(money.plan.revenue.observed)
    incremental = by_unit(money.incremental_observed(money.plan))
    terms, scale = money.terms, 10.0**money.decimals
    drawn = {
        "attributed_revenue": attributed,
        "not_incremental": incremental - attributed,
        "incremental_revenue": incremental,
        **{name: -share * incremental for name, share in terms.shares.items()},
    }
    if "returns" in terms.shares:
        drawn["net_revenue"] = incremental + drawn["returns"]
    drawn["contribution"] = terms.margin * incremental
    spent = _sum(plan[name] for name in ("media", "production", *OVERHEADS)) / scale
    drawn["marketing_contribution"] = drawn["contribution"] + spent
    return drawn
