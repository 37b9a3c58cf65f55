"""Why revenue differs: what each step adds, averaged over all orders in which the steps can change.

Revenue of a cell in a period is::

    conversions the plan's curve gives for the money x how well it did against that curve
    x value per conversion x share reported

where the money is total spend x the cell's share of it, at the planned price of a click: cheaper clicks are as good as
more money. Spend, mix and price so move along the plan's own curve, with its falling returns and with what comes
without any spend, instead of along a ray from nothing.

Which step is taken first decides how much it seems to matter, so each gets its mean over all orderings (Shapley, 1953):
what it adds to every set of the others, weighed by how many orderings have that set before it. k steps need 2^k sets,
whatever the number of cells.

What cannot be known is left out of the chain, cell by cell and period by period: without clicks on both sides price is
part of "cost per conversion", and without conversions (or where there is revenue but no conversion) all that money
brings is one step. A value per conversion that one side does not have is the other side's; a cell whose curve brings
nothing without spend and that was not to get any is held against its curve. Revenue where even the curve has none is no
product and is told apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats

SPEND, MIX, PRICE, RATE, CONVERSION_COST = "spend", "mix", "price", "rate", "conversion_cost"
VALUE, RETURN, LATE, WITHOUT_SPEND, CURRENCY = "value", "return", "late", "without_spend", "currency"
STEPS = (SPEND, MIX, PRICE, RATE, CONVERSION_COST, VALUE, RETURN, LATE, WITHOUT_SPEND, CURRENCY)
"""Every step a bridge can have, in the order they are shown."""
MONEY_STEPS = 3  # of the chain that say what money buys: total spend, share of it, its worth
DUST = 1e-9  # of a cent and of what moves: what is left of a step that does nothing


@dataclass(frozen=True, eq=False)
class Side:
    """The plan or what came of it; P periods, C cells.

    Attributes
    ----------
    spend, revenue : float array, shape (P, C)
        Account currency.
    conversions, price : float array, shape (P, C)
        Conversions, and what a click cost; NaN where not known.
    reported : float array, shape (P, C)
        Share of conversions and revenue that was in, 0 to 1; 1 on the plan's side.
    """

    spend: Floats
    revenue: Floats
    conversions: Floats
    price: Floats
    reported: Floats


@dataclass(frozen=True, eq=False)
class Volume:
    """What the plan's curves give for money; C cells, P periods, K knots.

    Attributes
    ----------
    spend : float array, shape (C, K)
        Weekly spend, rising from 0.
    revenue, conversions : float array, shape (C, K)
        What it brings a week; conversions are None where not known.
    weeks : float array, shape (P,)
        Weeks that each period holds.
    """

    spend: Floats
    revenue: Floats
    conversions: Floats | None
    weeks: Floats

    def of(self, money: Floats, in_conversions: NDArray[np.bool_]) -> Floats:
        """(P, C) what money (P, C) of whole periods brings, in conversions or in revenue.

        Beyond the last knot its slope goes on.

        Examples
        --------
        >>> bent = Volume(np.array([[0.0, 10.0, 20.0]]), np.array([[1.0, 5.0, 6.0]]), None, np.array([2.0]))
        >>> money = [np.array([[amount]]) for amount in (0.0, 10.0, 20.0, 80.0)]
        >>> [float(bent.of(amount, amount < 0)[0, 0]) for amount in money]
        [2.0, 6.0, 10.0, 16.0]
        """
        weekly = money / self.weeks[:, None]
        found = self._read(weekly, self.revenue)
        if self.conversions is not None:
            found = np.where(in_conversions, self._read(weekly, self.conversions), found)
        return np.asarray(found * self.weeks[:, None])

    def _read(self, weekly: Floats, curves: Floats) -> Floats:
        cells = zip(weekly.T, self.spend, curves, strict=True)
        return np.stack([on_curve(*one) for one in cells], axis=1)


def on_curve(weekly: Floats, spend: Floats, brings: Floats) -> Floats:
    """What a frozen curve says that weekly spend (P,) brings; beyond its last knot the slope goes on.

    Examples
    --------
    >>> on_curve(np.array([5.0, 40.0]), np.array([0.0, 10.0, 20.0]), np.array([1.0, 5.0, 6.0])).tolist()
    [3.0, 8.0]
    """
    slope = (brings[-1] - brings[-2]) / (spend[-1] - spend[-2])
    return np.asarray(np.interp(weekly, spend, brings) + slope * np.maximum(weekly - spend[-1], 0.0))


def effects(plan: Side, actual: Side, volume: Volume) -> dict[str, Floats]:
    """What each step does to revenue, (P, C) each; they add up to actual less planned revenue.

    Examples
    --------
    Twice the spend on a straight curve, at half the revenue per money of it: 75 by spend and -75 by what money brings,
    the mean of 100 and -100 in one order and 50 and -50 in the other.

    >>> one, none = np.ones((1, 1)), np.full((1, 1), np.nan)
    >>> straight = Volume(np.array([[0.0, 100.0]]), np.array([[0.0, 200.0]]), None, np.ones(1))
    >>> plan, actual = Side(50 * one, 100 * one, none, none, one), Side(100 * one, 100 * one, none, none, one)
    >>> told = effects(plan, actual, straight)
    >>> {step: round(float(effect[0, 0]), 6) for step, effect in told.items() if effect.any()}
    {'spend': 75.0, 'return': -75.0}
    """
    links = _links(plan, actual)
    planned, came = (_chain(side, plan, volume, links) for side in (plan, actual))
    before, after = _settled(planned, came), _settled(came, planned)
    products = _products(before, after, volume, links)
    spend, mix, price, did, value, late = _averaged(products)
    other = (actual.revenue - products[-1]) - (plan.revenue - products[0])
    return {
        SPEND: spend,
        MIX: mix,
        PRICE: price,
        RATE: np.where(links.conversions & links.clicks, did, 0.0),
        CONVERSION_COST: np.where(links.conversions & ~links.clicks, did, 0.0),
        VALUE: value,
        RETURN: np.where(links.conversions, 0.0, did),
        LATE: late,
        WITHOUT_SPEND: np.where(np.abs(other) > DUST * (np.abs(actual.revenue) + np.abs(plan.revenue)), other, 0.0),
    }


def used(plan: Side, actual: Side) -> frozenset[str]:
    """Steps that have a meaning somewhere, whatever they come to."""
    links = _links(plan, actual)
    ran = (plan.spend > 0.0) | (actual.spend > 0.0)
    found = {
        SPEND: True,
        MIX: ran.shape[1] > 1,
        PRICE: bool((ran & links.clicks).any()),
        RATE: bool((ran & links.clicks & links.conversions).any()),
        CONVERSION_COST: bool((ran & links.conversions & ~links.clicks).any()),
        VALUE: bool((ran & links.conversions).any()),
        RETURN: bool((ran & ~links.conversions).any()),
        LATE: bool((actual.reported < 1.0).any()),
    }
    return frozenset(step for step, there in found.items() if there)


class _Links(NamedTuple):
    """(P, C) where conversions and where prices of clicks are known on both sides."""

    conversions: NDArray[np.bool_]
    clicks: NDArray[np.bool_]


def _links(plan: Side, actual: Side) -> _Links:
    conversions = np.ones(plan.spend.shape, dtype=np.bool_)
    for side in (plan, actual):
        conversions &= np.isfinite(side.conversions) & ((side.conversions > 0.0) | (side.revenue == 0.0))
    # what was not bought has no price of its own, and then the plan's is as good as any
    return _Links(conversions, (plan.price > 0.0) & ((actual.price > 0.0) | (actual.spend <= 0.0)))


Chain: TypeAlias = tuple[Floats, ...]
"""One side's steps, (P, C) each: total spend, share of it, worth of money, result against curve, value, reported."""


def _chain(side: Side, plan: Side, volume: Volume, links: _Links) -> Chain:
    """The steps of one side, NaN where they have no meaning."""
    total = np.broadcast_to(side.spend.sum(axis=1, keepdims=True), side.spend.shape)
    worth = np.where(links.clicks & (side.spend > 0.0), _over(plan.price, side.price), 1.0)
    brought = np.where(links.conversions, side.conversions, side.revenue)
    against = _over(_over(brought, side.reported), volume.of(side.spend * worth, links.conversions))
    if side is plan:  # where its curve promises nothing, what comes is held against the curve alone
        against = np.where(np.isfinite(against), against, 1.0)
    value = np.where(links.conversions, _over(side.revenue, side.conversions), 1.0)
    return total, _over(side.spend, total), worth, against, value, side.reported


def _settled(chain: Chain, other: Chain) -> Chain:
    """What a side lacks is the other's; where both lack it, 1."""
    return tuple(
        np.where(np.isfinite(own), own, np.where(np.isfinite(others), others, 1.0))
        for own, others in zip(chain, other, strict=True)
    )


def _over(part: Floats, whole: Floats) -> Floats:
    """A ratio; NaN where there is nothing to divide by."""
    there = np.isfinite(whole) & (whole > 0.0)
    return np.asarray(np.where(there, part / np.where(there, whole, 1.0), np.nan))


def _products(before: Chain, after: Chain, volume: Volume, links: _Links) -> Floats:
    """(2^k, P, C) revenue by the chain for every set of steps that are as they came, the others as planned.

    Bit i of the first index says whether step i is as it came.
    """
    chosen = list(zip(before, after, strict=True))
    bought = [
        volume.of(chosen[0][mask & 1] * chosen[1][mask >> 1 & 1] * chosen[2][mask >> 2 & 1], links.conversions)
        for mask in range(2**MONEY_STEPS)
    ]
    return np.stack(
        [
            bought[mask % len(bought)] * math.prod(chosen[k][mask >> k & 1] for k in range(MONEY_STEPS, len(chosen)))
            for mask in range(2 ** len(chosen))
        ]
    )


def _averaged(products: Floats) -> Floats:
    """(k, P, C) mean change by each step over all orderings, from the products of all sets."""
    count = len(products).bit_length() - 1
    masks = np.arange(len(products))
    sizes = ((masks[:, None] >> np.arange(count)) & 1).sum(axis=1)
    orders = [math.factorial(n) * math.factorial(count - n - 1) for n in range(count)]
    weights = np.array(orders) / math.factorial(count)
    found = np.empty((count, *products.shape[1:]))
    for k in range(count):
        without = masks[(masks >> k) & 1 == 0]
        change = products[without | (1 << k)] - products[without]
        found[k] = np.tensordot(weights[sizes[without]], change, axes=1)
    return found


def in_cents(told: dict[str, Floats], change: NDArray[np.int64], scale: float) -> dict[str, NDArray[np.int64]]:
    """Effects in whole cents that add up to a change in whole cents: the cents left over go to the largest remainders.

    Parameters
    ----------
    told : mapping of step to float array, shape (P, C)
        Account currency.
    change : int array, shape (P, C)
        Cents.
    scale : float
        Cents in one unit of money.

    Examples
    --------
    >>> third = np.full((1, 1), 1 / 3)
    >>> told = in_cents({"price": third, "rate": third, "value": third, "mix": 0 * third}, np.array([[100]]), 100.0)
    >>> {step: int(effect[0, 0]) for step, effect in told.items()}
    {'price': 34, 'rate': 33, 'value': 33, 'mix': 0}
    """
    exact = np.stack(list(told.values())) * scale
    size = np.abs(exact).sum(axis=0)
    exact = np.where(np.abs(exact) > DUST * (1.0 + size), exact, 0.0)
    whole = np.floor(exact).astype(np.int64)
    moved = (exact != 0.0) | ~(exact != 0.0).any(axis=0)  # where nothing moved, a cent may go anywhere
    left = change - whole.sum(axis=0)
    order = np.argsort(np.where(moved, whole - exact, np.inf), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    able = moved.sum(axis=0)
    each, extra = np.divmod(left, able)
    whole += np.where(moved, each + (rank < extra), 0)
    return dict(zip(told, whole, strict=True))
