"""What matters most: each lever moved a little both ways, the split planned anew, the goal held against today's plan.

All plans are judged on the same draws. They are planned to a looser gap than a plan that is shown, and rules get no
prices: what is asked here is which lever is the longest, not its last digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.rules import RatioFloor
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Floats
from optimizer.language.message import Message, place, say
from optimizer.planning.change import EVERYWHERE, NO_CHANGE, Change
from optimizer.planning.ground import Ground, curves_of, far_bounds, ground_of, on_problem, plan_at, pose
from optimizer.planning.outlook import interval
from optimizer.planning.plan import Interval
from optimizer.planning.plan_rules import plan_rules
from optimizer.response.curves import Curves

if TYPE_CHECKING:
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

MOVED = 0.1  # share by which a lever moves each way
TOLERANCE = 1e-3  # proven gap asked of each plan
SECONDS = 0.5  # for one plan
SAME = 1e-12  # of the goal: a lever that moves it by less does nothing


@dataclass(frozen=True)
class Lever:
    """One thing that could be otherwise.

    Attributes
    ----------
    kind : "budget", "price", "rate", "worth" or "off"
    network : str
        "" for all.
    """

    kind: str
    network: str = EVERYWHERE

    @property
    def name(self) -> Message:
        """What people call it."""
        network = place((self.network,))
        names = {
            "budget": say("budget"),
            "price": say("price of media on {network}", network=network) if self.network else say("price of media"),
            "rate": say("conversion rate"),
            "worth": say("value per conversion"),
            "off": say("{network} switched off", network=network),
        }
        return names[self.kind]


@dataclass(frozen=True)
class LeverRow:
    """What a lever does to the goal of the plan's weeks.

    Attributes
    ----------
    lever : Lever
    low, high : Interval or None
        Difference from the plan as it is, with the lever 10 % lower and 10 % higher, with its 90 % interval over the
        draws; the noise of single weeks is not in it. What is switched off has but `low`. None also where bounds or
        rules allow no plan.
    problem : str
        Why one of them is missing; "" where none is.
    """

    lever: Lever
    low: Interval | None
    high: Interval | None
    problem: str = ""

    @property
    def size(self) -> float:
        """The larger of the two differences."""
        return max((abs(side.mean) for side in (self.low, self.high) if side is not None), default=0.0)


@dataclass(frozen=True)
class Tornado:
    """Levers by what they do.

    Attributes
    ----------
    goal : str
    base : Interval
        Goal of the plan's weeks as things are, organic included; expected, over the draws.
    moved : float
        Share by which levers move.
    rows : tuple of LeverRow
        Largest first; levers that do nothing to the goal are left out.
    note : Message or ""
        Set where the history shows no response, so that the figures rest on averages.
    """

    goal: str
    base: Interval
    moved: float
    rows: tuple[LeverRow, ...]
    note: Message | str = ""


def tornado(studio: Studio, request: PlanRequest, change: Change = NO_CHANGE) -> Tornado:
    """Move each lever by 10 % both ways, one at a time, and switch each network off.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
    change : Change
        What is different already; levers come on top of it.

    Returns
    -------
    Tornado

    Raises
    ------
    InputError, InfeasibleError
        As for a plan of the request.
    """
    request = replace(request, settings=request.read_settings())
    work = _Levers(studio, request, change)
    base = work.total(work.base)
    mean = float(base.mean())
    upper = work.base.problem.bounds.upper
    networks = sorted({cell.network for cell, most in zip(studio.panel.cells, upper, strict=True) if most > 0.0})
    rows = []
    for lever in _levers(networks):
        row = _row(work, lever, base)
        if row.problem or row.size > SAME * abs(mean):
            rows.append(row)
    rows.sort(key=lambda row: (-row.size, row.lever.kind, row.lever.network))
    return Tornado(work.base.goal, interval(mean, base), MOVED, tuple(rows), work.base.note)


def _levers(networks: Sequence[str]) -> Iterator[Lever]:
    yield Lever("budget")
    yield Lever("price")
    if len(networks) > 1:
        yield from (Lever("price", network) for network in networks)
    yield Lever("rate")
    yield Lever("worth")
    if len(networks) > 1:
        yield from (Lever("off", network) for network in networks)


def _row(work: _Levers, lever: Lever, base: Floats) -> LeverRow:
    """A lever both ways; a way that bounds or rules do not allow keeps the reason."""
    sides: list[Interval | None] = []
    problem = ""
    for share in (-MOVED,) if lever.kind == "off" else (-MOVED, MOVED):
        try:
            apart = work.total(work.ground(lever, share)) - base
            sides.append(interval(float(apart.mean()), apart))
        except (InfeasibleError, InputError) as error:
            sides.append(None)
            problem = error.message
    low, high = (sides[0], None) if lever.kind == "off" else sides
    return LeverRow(lever, low, high, problem)


def moved(change: Change, lever: Lever, share: float) -> Change:
    """The change with a lever moved on top of it.

    Examples
    --------
    >>> moved(Change(price={"": 0.1}), Lever("price", "tiktok"), 0.1).price
    {'': 0.1, 'tiktok': 0.2100000000000002}
    """
    if lever.kind == "off":
        return replace(change, off=(*change.off, lever.network))
    if lever.kind == "worth":
        return replace(change, worth=(1.0 + change.worth) * (1.0 + share) - 1.0)
    if lever.kind not in ("price", "rate"):
        return change
    now = change.price if lever.kind == "price" else change.rate
    usual = now.get(EVERYWHERE, 0.0)
    which = [lever.network] if lever.network else [EVERYWHERE, *(name for name in now if name)]
    then = {**now, **{name: (1.0 + now.get(name, usual)) * (1.0 + share) - 1.0 for name in which}}
    return replace(change, price=then) if lever.kind == "price" else replace(change, rate=then)


class _Levers:
    """Plans under levers; what several of them share is worked out once.

    The price of one network moves its curves alone, and moves them as the price of all does; switching off and the
    budget move none.
    """

    def __init__(self, studio: Studio, request: PlanRequest, change: Change) -> None:
        self.studio, self.request, self.change = studio, request, change
        self.base = ground_of(studio, request, change, 1.0 + MOVED)
        self._whole: dict[tuple[str, float], Curves] = {}

    def ground(self, lever: Lever, share: float) -> Ground:
        """The question with a lever moved."""
        change, request = moved(self.change, lever, share), self.request
        if lever.kind == "budget":
            request = replace(request, budget=request.budget * (1.0 + share))
        posed = pose(self.studio, request, change)
        question, base = posed.question, self.base.problem
        bounds = far_bounds(self.studio, request, change, question, 1.0)
        rules = base.rules
        if any(isinstance(rule, RatioFloor) for rule in rules):  # these look at curves, which levers move
            rules = plan_rules(request, question, posed.responses, base.curves.knots[:, -1])
        curves = self._curves(lever, share)
        return on_problem(
            replace(base, curves=curves, budget=question.weekly, bounds=bounds, rules=rules), posed, self._idle(lever)
        )

    def _idle(self, lever: Lever) -> Floats | None:
        """What comes in without spend, where the lever does not change that."""
        return None if lever.kind in ("rate", "worth") else self.base.idle

    def _curves(self, lever: Lever, share: float) -> Curves:
        """Curves under a lever, over the same spend as those of the base."""
        if lever.kind in ("budget", "off"):
            return self.base.problem.curves
        whole = self._of_all(lever.kind, share)
        if not lever.network:
            return whole
        own = np.array([cell.network == lever.network for cell in self.studio.panel.cells])
        return _mixed(self.base.problem.curves, whole, own)

    def _of_all(self, kind: str, share: float) -> Curves:
        """Curves with a lever moved on all networks."""
        if (kind, share) not in self._whole:
            change, ends = moved(self.change, Lever(kind), share), self.base.problem.curves.knots[:, -1]
            self._whole[kind, share] = curves_of(self.studio, pose(self.studio, self.request, change), change, ends)
        return self._whole[kind, share]

    def total(self, ground: Ground) -> Floats:
        """(S,) expected goal of the plan's weeks under the best plan, or today's split where no response is seen."""
        problem = replace(ground.problem, tolerance=TOLERANCE, seconds=SECONDS, price_rules=False)
        plan = plan_at(problem, problem.budget)
        split = (plan.spend, plan.certificate.value) if ground.responsive else (plan.baseline, plan.baseline_value)
        return ground.net(ground.draws(split[0][None])[0][0], *split)


def _mixed(base: Curves, other: Curves, rows: NDArray[np.bool_]) -> Curves:
    """Curves of which some cells' are those of another set."""
    some = rows[:, None]
    return Curves(
        base.cells,
        np.where(some, other.knots, base.knots),
        np.where(some, other.start, base.start),
        np.where(some, other.end, base.end),
        np.where(rows, other.base, base.base),
    )
