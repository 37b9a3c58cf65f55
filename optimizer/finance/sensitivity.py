"""Sensitivity: how far margin, prices, rates, values and incrementality move marketing contribution.

The split stays as planned, and its money with it: what moves is what that money brings. One input is moved at a time,
to the ends of its own range where one was given, else by a tenth either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.figures import Swing
from optimizer.finance.forecast import brought_by
from optimizer.history.panel import Floats
from optimizer.planning.change import EVERYWHERE, Change
from optimizer.planning.ground import pose

if TYPE_CHECKING:
    from optimizer.finance.forecast import MoneyForecast
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

MOVED = 0.1  # share by which an input moves each way where nothing is known of its own range
MARGIN, PRICE, RATE, WORTH, INCREMENTALITY = "margin", "price", "rate", "worth", "incrementality"


def swings_of(studio: Studio, request: PlanRequest, plan: Plan, money: MoneyForecast) -> tuple[Swing, ...]:
    """What each input does to the plan's marketing contribution, the longest swing first.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        What the plan answers, with its settings.
    plan : Plan
    money : MoneyForecast
        Of the plan, see `optimizer.finance.forecast.forecast_money`.
    """
    work = _Swings(studio, request, plan, money, money.mean_incremental(money.plan).sum(axis=1))
    found = [work.margin(), *(work.response(key) for key in (PRICE, RATE, WORTH)), *work.incrementality()]
    return tuple(sorted(found, key=lambda one: (-max(abs(one.low), abs(one.high)), one.key, one.network)))


@dataclass(frozen=True, eq=False)
class _Swings:
    """What swings are worked out from; `usual` is (C,) incremental revenue of the plan."""

    studio: Studio
    request: PlanRequest
    plan: Plan
    money: MoneyForecast
    usual: Floats

    def margin(self) -> Swing:
        """More of each unit of revenue stays, or less; never more than all of it."""
        margin, whole = self.money.terms.margin, float(self.usual.sum())
        low, high = 1.0 - MOVED, min(1.0 + MOVED, 1.0 / margin)
        return self._swing(MARGIN, EVERYWHERE, (low, high), [(share - 1.0) * margin * whole for share in (low, high)])

    def response(self, key: str) -> Swing:
        """The same money buys more or less, or brings more or less of value."""
        ends = (1.0 - MOVED, 1.0 + MOVED)
        moved = [self._contribution(self._brought(key, share)) for share in ends]
        return self._swing(key, EVERYWHERE, ends, moved)

    def incrementality(self) -> Iterator[Swing]:
        """By network where any has a range of its own, else of all at once."""
        terms, networks = self.money.terms, sorted({cell.network for cell in self.money.cells})
        ranged = bool((terms.factor_ends[:, 0] < terms.factor_ends[:, 1]).any())
        for network in networks if ranged else [EVERYWHERE]:
            own = np.array([network in (EVERYWHERE, cell.network) for cell in self.money.cells])
            first = int(np.flatnonzero(own)[0])
            low, high = (float(end) for end in terms.factor_ends[first] / terms.factor[first])
            if network == EVERYWHERE or low == high:
                low, high = 1.0 - MOVED, 1.0 + MOVED
            worth = terms.margin * float(self.usual[own].sum())
            yield self._swing(INCREMENTALITY, network, (low, high), [(share - 1.0) * worth for share in (low, high)])

    def _swing(self, key: str, network: str, ends: tuple[float, float], moved: Sequence[float]) -> Swing:
        """In whole smallest units of the currency, so that what is alike but for binary dust is alike."""
        return Swing(key, network, *ends, *(round(one, self.money.decimals) + 0.0 for one in moved))

    def _contribution(self, incremental: Floats) -> float:
        """Contribution of some incremental revenue (C,) beyond that of the plan as it is."""
        return self.money.terms.margin * float((incremental - self.usual).sum())

    def _brought(self, key: str, share: float) -> Floats:
        """(C,) incremental revenue of the planned spend where an input is so many times what it is."""
        terms, worth = self.money.terms, self.money.terms.value_per_conversion
        change = {
            PRICE: Change(price={EVERYWHERE: share - 1.0}),
            RATE: Change(rate={EVERYWHERE: share - 1.0}),
            WORTH: Change(worth=share - 1.0) if worth is None else Change(),
        }[key]
        if worth is not None and key == WORTH:
            worth *= share
        responses = pose(self.studio, self.request, change).responses
        paid, idle = (
            brought_by(responses, spend, worth) for spend in (self.plan.spend, np.zeros_like(self.plan.spend))
        )
        gained = (paid.revenue.expected - idle.revenue.expected).mean(axis=0)
        return np.asarray((terms.factor[:, None] * gained).sum(axis=1))
