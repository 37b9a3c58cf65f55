"""Which budget reaches a total: the reverse question, in the totals that plans show."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.frontier import plain
from optimizer.allocation.problem import Allocation, Problem
from optimizer.allocation.targets import least_spend
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Floats
from optimizer.language.message import Message, say
from optimizer.planning.chance import told_chance
from optimizer.planning.ground import Ground, plan_at
from optimizer.planning.outlook import interval
from optimizer.planning.plan import Interval
from optimizer.planning.wording import money, quantity, week_count
from optimizer.response.curves import Curves

PRECISION = 1e-4  # of the budget, to which it is found
ROUND_UP = 3  # figures of the budget that is told; rounded up, so that it still reaches the total
STEPS = 60
SAMPLES = 9  # budgets looked at where rules may leave some without a plan
SECONDS = 1.0  # for one budget


@dataclass(frozen=True, eq=False)
class TargetAnswer:
    """The budget that reaches a total of the goal.

    Attributes
    ----------
    wanted : float
        Goal of the plan's weeks, organic included.
    budget : float or None
        Money over all weeks whose plan is expected to reach it, rounded up to three figures; None where none does.
    total : Interval
        What the plan of that budget, or else of the most that can be spent, is expected to bring in its weeks, with the
        90 % interval over the draws; the noise of single weeks is not in it.
    limit : float or None
        Proven: no split of less money reaches it in the plan's weeks, whatever it leaves for the weeks after. None
        where nothing is proven.
    chance : float
        Share of the draws in which the expected total is at least what is wanted.
    spend : float array, shape (C,)
        Money per week and cell of that plan.
    sentence : Message
    """

    wanted: float
    budget: float | None
    total: Interval
    limit: float | None
    chance: float
    spend: Floats
    sentence: Message


def budget_for(ground: Ground, wanted: float) -> TargetAnswer:
    """Find the smallest budget whose plan reaches a total.

    Plans are chosen as always, for what they bring in their weeks and the 8 after; what is wanted counts in the weeks
    alone, organic included, as plans show it. So the answer can be given as a budget, and the plan then says the same.

    Parameters
    ----------
    ground : Ground
    wanted : float
        Goal units over the plan's weeks.

    Returns
    -------
    TargetAnswer

    Raises
    ------
    InputError
        What is wanted is not a number.
    InfeasibleError
        No budget at all can be spent within the rules.
    """
    if not math.isfinite(wanted):
        raise InputError.at(say("the total asked for is {total}", total=str(wanted)), fix=say("it must be a number"))
    if float(ground.idle.mean()) >= wanted:
        return _without_money(ground, wanted)
    search = _Search(replace(ground, problem=replace(ground.problem, seconds=SECONDS, price_rules=False)), wanted)
    least, most = ground.room
    low, high = search.bracket(max(least, PRECISION * ground.budget), most)
    if high is None:
        return search.out_of_reach()
    if low is not None:
        high = search.narrow(low, high)
    return search.answer(_rounded_up(search, high, most), at_least_spend=low is None)


def _without_money(ground: Ground, wanted: float) -> TargetAnswer:
    """The answer where it comes in without any spend."""
    said = say(
        "{wanted} in {weeks} is expected without any spend: {organic} come in anyway.",
        wanted=quantity(wanted, ground.goal, ground.currency),
        weeks=week_count(ground.weeks),
        organic=quantity(float(ground.idle.mean()), ground.goal, ground.currency),
    )
    total = interval(float(ground.idle.mean()), ground.idle)
    chance = float(np.mean(ground.idle >= wanted))
    return TargetAnswer(wanted, 0.0, total, None, chance, np.zeros(len(ground.problem.curves.cells)), said)


def _rounded_up(search: _Search, budget: float, most: float) -> float:
    """The budget in round money, where the plan of that is possible and reaches the total too."""
    power = 10.0 ** (math.floor(math.log10(budget)) - ROUND_UP + 1)
    up = round(math.ceil(budget / power - 1e-9) * power, 6)
    return up if up <= most and search.reaches(up) else budget


class _Search:
    """Looks for the budget; every plan is solved for once."""

    def __init__(self, ground: Ground, wanted: float) -> None:
        self.ground, self.wanted = ground, wanted
        self._plans: dict[float, Allocation | None] = {}
        self._totals: dict[float, Floats] = {}

    def plan(self, budget: float) -> Allocation | None:
        """The best plan of a budget; None where rules allow none."""
        if budget not in self._plans:
            try:
                self._plans[budget] = plan_at(self.ground.problem, budget / self.ground.weeks)
            except InfeasibleError:
                self._plans[budget] = None
        return self._plans[budget]

    def total(self, budget: float) -> Floats:
        """(S,) expected goal of the plan's weeks; the budget must have a plan."""
        if budget not in self._totals:
            plan = self.plan(budget)
            assert plan is not None
            drawn, _ = self.ground.draws(plan.spend[None])
            self._totals[budget] = self.ground.net(drawn[0], plan.spend, plan.certificate.value)
        return self._totals[budget]

    def reaches(self, budget: float) -> bool:
        """Whether the plan of a budget is expected to reach the total."""
        return self.plan(budget) is not None and float(self.total(budget).mean()) >= self.wanted

    def bracket(self, least: float, most: float) -> tuple[float | None, float | None]:
        """A budget too small (None if the smallest reaches it) and one that is enough (None if none is)."""
        count = 2 if plain(self.ground.problem) else SAMPLES
        below: float | None = None
        for budget in (float(one) for one in np.linspace(least, most, count)):
            if self.reaches(budget):
                return below, budget
            below = budget
        return below, None

    def narrow(self, low: float, high: float) -> float:
        """The smallest budget between the two that reaches the total, to the precision."""
        for turn in range(STEPS):
            if high - low <= PRECISION * high:
                break
            guess = 0.5 * (low + high) if turn % 3 == 2 else self._guess(low, high)
            low, high = (low, guess) if self.reaches(guess) else (guess, high)
        return high

    def _guess(self, low: float, high: float) -> float:
        """Where the straight line between the two ends reaches the total, a hair above; never at an end."""
        middle = 0.5 * (low + high)
        if self.plan(low) is None:
            return middle
        below, above = (float(self.total(end).mean()) for end in (low, high))
        if above <= below:
            return middle
        edge = 0.5 * PRECISION * high
        at = low + (high - low) * (self.wanted - below) / (above - below) + 0.25 * PRECISION * high
        return min(max(at, low + edge), high - edge) if high - low > 2.0 * edge else middle

    def best(self) -> float:
        """The budget looked at that brings most."""
        possible = [budget for budget, plan in self._plans.items() if plan is not None]
        if not possible:
            raise InfeasibleError(say("No budget within the bounds can be spent within the rules."))
        return max(possible, key=lambda budget: (float(self.total(budget).mean()), -budget))

    def out_of_reach(self) -> TargetAnswer:
        """The answer where no budget does."""
        budget, ground = self.best(), self.ground
        total = self.total(budget)
        said = say(
            "No budget within the bounds reaches {wanted} in {weeks}: the most is about {most}, at {budget}.",
            wanted=quantity(self.wanted, ground.goal, ground.currency),
            weeks=week_count(ground.weeks),
            most=quantity(float(total.mean()), ground.goal, ground.currency),
            budget=money(budget, ground.currency),
        )
        return self._made(None, budget, None, said)

    def answer(self, budget: float, *, at_least_spend: bool) -> TargetAnswer:
        """The answer where a budget does."""
        ground = self.ground
        parts: dict[str, object] = {
            "wanted": quantity(self.wanted, ground.goal, ground.currency),
            "weeks": week_count(ground.weeks),
            "budget": money(budget, ground.currency),
            "share": told_chance(self.chance(budget), len(ground.idle)),
        }
        if at_least_spend:
            said = say(
                "The smallest budget that bounds and rules allow, {budget}, is expected to reach {wanted} in {weeks} "
                "already.",
                **parts,
            )
            return self._made(budget, budget, None, said)
        limit = self._limit()
        said = say(
            "A budget of {budget} is expected to reach {wanted} in {weeks}; the expected total is at least that with a "
            "probability of {share}.",
            **parts,
        )
        return self._made(budget, budget, limit, said)

    def chance(self, budget: float) -> float:
        """Share of the draws in which the expected total reaches what is wanted."""
        return float(np.mean(self.total(budget) >= self.wanted))

    def _made(self, budget: float | None, shown: float, limit: float | None, said: Message) -> TargetAnswer:
        plan, total = self.plan(shown), self.total(shown)
        assert plan is not None
        told = interval(float(total.mean()), total)
        return TargetAnswer(self.wanted, budget, told, limit, self.chance(shown), plan.spend, said)

    def _limit(self) -> float | None:
        """What is proven to be too little: no split of less reaches the total within the weeks."""
        problem = _within_weeks(self.ground)
        if problem is None:
            return None
        try:
            found = least_spend(problem, self.wanted - float(self.ground.idle.mean()), weeks=self.ground.weeks)
        except InfeasibleError:
            return None
        return found.limit * self.ground.weeks


def _within_weeks(ground: Ground) -> Problem | None:
    """The problem with what comes in during the plan's weeks alone; None where costs come off the total."""
    problem, weekly = ground.problem, ground.weekly
    if problem.rules or not problem.spend_all or problem.cost_of_money:
        return None
    now = np.arange(weekly.parts[0].demand.shape[1]) < ground.weeks
    parts = tuple(replace(part, demand=part.demand * now) for part in weekly.parts)
    value, slope = replace(weekly, parts=parts).constant(problem.curves.knots)
    level = np.maximum.accumulate(value, axis=1)
    steep = np.where(value >= level, np.maximum(slope, 0.0), 0.0)
    curves = Curves.from_values(problem.curves.cells, problem.curves.knots, level, steep)
    return replace(problem, curves=curves)
