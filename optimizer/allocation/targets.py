"""Reverse questions: how little money brings an outcome, and how much can be spent at a return that is asked for.

Two units meet here. Curves hold the value of a whole horizon for a constant *weekly* spend: 1,000 a week over 4 weeks
are 4,000 of money. `weeks` says how many weeks the value covers, so a return on money (ROAS, marginal ROAS, CPA) is
value by weekly spend x weeks; spends in answers are weekly, as budgets of problems are, and `total_spend` is for all
weeks. Value is whatever the curves hold: ROAS wants revenue curves, CPA wants conversions.

What is proven rests on two facts. Curves never fall, so under bounds alone the best value V(B) never falls with the
budget B, and a bound proven for B holds for every smaller budget. And for any price p the dual gives one line above all
budgets at once: V(B) <= D(p) + p B. Where rules take that order away, V(B) is the best of spending at most B, which
never falls either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.frontier import budget_range, plain, solve_at
from optimizer.allocation.problem import Allocation, Problem
from optimizer.errors import InfeasibleError, InputError
from optimizer.language.message import Message, figure, number, say

PRECISION = 1e-6  # of the spend: how near the spend that is reached and the one that is proven too little come
ALIKE = 1e-12  # relative: a target missed by less is met
STEPS = 200
SAMPLES = 9  # budgets looked at first where rules may leave small ones without a plan
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Answer:
    """A spend that meets a target, and how much better any spend could do.

    Attributes
    ----------
    spend : float
        Weekly money at which the target is met.
    limit : float
        Weekly money; proven: below it (least spend) or above it (largest spend) no plan within the bounds meets the
        target. It differs from `spend` by the precision where curves are concave, else also by what is left unproven.
    weeks : int
        Weeks that the value covers.
    allocation : Allocation
        The plan of that spend, with its certificate.
    sentence : str
        The answer in words.
    """

    spend: float
    limit: float
    weeks: int
    allocation: Allocation
    sentence: str

    @property
    def total_spend(self) -> float:
        """Money over all weeks."""
        return self.spend * self.weeks

    @property
    def value(self) -> float:
        """Value of the plan over the horizon."""
        return self.allocation.certificate.value


def least_spend(problem: Problem, outcome: float, *, weeks: int = 1, precision: float = PRECISION) -> Answer:
    """Find the least weekly spend whose best plan is worth at least `outcome`.

    Parameters
    ----------
    problem : Problem
        Its budget is not used; its `seconds` hold for each budget looked at.
    outcome : float
        Value over the horizon, in the curves' unit.
    weeks : int
        Weeks that the value covers; only words and `total_spend` depend on it.
    precision : float
        Relative width of the bracket to aim at.

    Returns
    -------
    Answer
        At `spend` it is reached; below `limit` it cannot be.

    Raises
    ------
    InputError
        The outcome is not a number, or weeks is below 1.
    InfeasibleError
        No budget within bounds and rules brings so much; the message says what the most is.

    Examples
    --------
    >>> from optimizer.allocation.problem import Bounds
    >>> from optimizer.history.panel import Cell
    >>> from optimizer.response.curves import Curves
    >>> cells = [Cell("instagram", "reel"), Cell("tiktok", "video")]
    >>> curves = Curves.from_slopes(cells, [0.0, 100.0], [[4.0, 0.0], [2.0, 0.0]], [0.0, 0.0])
    >>> problem = Problem(curves, 1.0, Bounds(np.zeros(2), np.full(2, 100.0)), np.ones(2))
    >>> answer = least_spend(problem, 246.0)
    >>> round(answer.spend, 3), round(answer.limit, 3)
    (110.0, 110.0)
    >>> least_spend(problem, 301.0)
    Traceback (most recent call last):
        ...
    optimizer.errors.InfeasibleError: no budget within the bounds brings 301.00; the most is 300.00 at 200.00 a week.
    """
    if not np.isfinite(outcome):
        problem_said = say("the outcome asked for is {outcome}", outcome=figure(outcome))
        raise InputError.at(problem_said, fix=say("it must be a number"))
    check_weeks(weeks)
    problem = at_most(problem)
    low, high, reached = _first_bracket(problem, outcome)
    enough = outcome - ALIKE * abs(outcome)
    if reached is not None and low is None:
        words = say(
            "the smallest budget, {spend} a week, already brings {value}",
            spend=shown(high),
            value=shown(reached.certificate.value),
        )
        return Answer(high, high, weeks, reached, say("{answer}.", answer=total_words(words, high, weeks)))
    assert low is not None and reached is not None  # noqa: PT018 - `_first_bracket` raises otherwise
    below, value_below, price = low, _value_at(problem, low), 0.0
    for turn in range(STEPS):
        if high - below <= precision * high:
            break
        guess = _guess((below, value_below, price), (high, reached.certificate.value), outcome, turn)
        one = try_at(problem, guess)
        if one is not None and one.certificate.value >= enough:
            high, reached = guess, one
        else:
            below = guess
            value_below, price = (one.certificate.value, one.certificate.price) if one is not None else (-np.inf, 0.0)
    limit = _too_little(problem, outcome, high, precision)
    words = brings(high, reached.certificate.value)
    proof = say("proven: less than {limit} a week cannot bring {outcome}", limit=shown(limit), outcome=shown(outcome))
    return Answer(high, limit, weeks, reached, with_proof(total_words(words, high, weeks), proof))


def _first_bracket(problem: Problem, outcome: float) -> tuple[float | None, float, Allocation | None]:
    """A budget too small (None if the smallest is enough), one that is enough, and the plan of that one."""
    enough = outcome - ALIKE * abs(outcome)
    least, most = budget_range(problem)
    budgets = np.linspace(least, most, 2 if plain(problem) else SAMPLES)
    best: tuple[float, Allocation] | None = None
    for place, budget in enumerate(float(b) for b in budgets):
        one = try_at(problem, budget)
        if one is None:
            continue
        if one.certificate.value >= enough:
            return (float(budgets[place - 1]) if place else None), budget, one
        if best is None or one.certificate.value > best[1].certificate.value:
            best = budget, one
    if best is None:
        raise InfeasibleError(
            say(
                "no budget from {least} to {most} a week can be spent within the rules.",
                least=shown(least),
                most=shown(most),
            )
        )
    raise _out_of_reach(problem, outcome, *best)


def _out_of_reach(problem: Problem, outcome: float, budget: float, best: Allocation) -> InfeasibleError:
    proof = best.certificate
    found = {"outcome": shown(outcome), "most": shown(proof.value), "budget": shown(budget)}
    if proof.bound < outcome and plain(problem):
        return InfeasibleError(
            say("no budget within the bounds brings {outcome}; the most is {most} at {budget} a week.", **found)
        )
    if proof.bound < outcome:
        return InfeasibleError(
            say(
                "no budget within the bounds and rules brings {outcome}; the most is {most} at {budget} a week.",
                **found,
            )
        )
    if plain(problem):
        return InfeasibleError(
            say(
                "no plan within the bounds was found that brings {outcome}; the most found is {most} at {budget} a "
                "week, and at most {bound} is possible there; allow more time or ask for less.",
                bound=shown(proof.bound),
                **found,
            )
        )
    return InfeasibleError(
        say(
            "no plan within the bounds and rules was found that brings {outcome}; the most found is {most} at {budget} "
            "a week, and at most {bound} is possible there; allow more time or ask for less.",
            bound=shown(proof.bound),
            **found,
        )
    )


def _guess(low: tuple[float, float, float], high: tuple[float, float], outcome: float, turn: int) -> float:
    """Next budget: in turn along the tangent at the low end, the secant, and the middle; never at an end."""
    below, value, price = low
    above, enough = high
    width = above - below
    guess = below + 0.5 * width
    if turn % 3 == 0 and price > 0.0 and np.isfinite(value):
        # A hair past the tangent's root, so that a root met exactly ends the search from above.
        guess = below + (outcome - value) / price + 0.25 * PRECISION * width
    elif turn % 3 == 1 and np.isfinite(value) and enough > value:
        guess = below + width * (outcome - value) / (enough - value)
    edge = 0.25 * PRECISION * width
    return float(min(max(guess, below + edge), above - edge))


def _too_little(problem: Problem, outcome: float, reached: float, precision: float) -> float:
    """Largest budget found at which the proven bound stays below the outcome."""
    least, _ = budget_range(problem)
    low, high = least, reached
    start = reached * (1.0 - precision)  # where curves are concave the bracket is that narrow at once
    for guess in [start, *([None] * STEPS)]:
        if high - low <= precision * high:
            break
        at = 0.5 * (low + high) if guess is None else max(guess, low)
        if bound_at(problem, at) < outcome:
            low = at
        else:
            high = at
    return low


def at_most(problem: Problem) -> Problem:
    """The problem whose budget may be left unspent, where that matters: more budget is then never worth less."""
    return problem if plain(problem) else replace(problem, spend_all=False)


def bound_at(problem: Problem, budget: float) -> float:
    """What no plan of at most this budget can be worth."""
    return solve_at(at_most(problem), budget).certificate.bound


def _value_at(problem: Problem, budget: float) -> float:
    one = try_at(problem, budget)
    return one.certificate.value if one is not None else -np.inf


def try_at(problem: Problem, budget: float) -> Allocation | None:
    """Solve for a budget; None where the rules allow no plan of it."""
    if plain(problem):
        return solve_at(problem, budget)
    if budget <= 0.0:
        return None
    try:
        return solve_at(problem, budget)
    except InfeasibleError:
        return None


def check_weeks(weeks: int) -> None:
    """Raise InputError unless the value covers a week or more."""
    if weeks < 1:
        problem = say("weeks is {weeks}", weeks=number(weeks))
        raise InputError.at(problem, fix=say("the value covers 1 week or more"))


def brings(spend: float, value: float) -> Message:
    """Say what a weekly spend is worth."""
    return say("{spend} a week bring {value}", spend=shown(spend), value=shown(value))


def total_words(words: Message, spend: float, weeks: int) -> Message:
    """Say what a weekly spend is over all weeks."""
    if weeks <= 1:
        return words
    total = shown(spend * weeks)
    return say("{answer} ({total} over {weeks} weeks)", answer=words, total=total, weeks=number(weeks))


def with_proof(answer: Message, proof: Message) -> Message:
    """An answer and what is known about it, as one sentence."""
    return say("{answer}; {proof}.", answer=answer, proof=proof)


def shown(amount: float) -> str:
    """An amount for reading: two decimals, or four figures below 1.

    Examples
    --------
    >>> shown(1234.5), shown(0.0), shown(0.123456)
    ('1,234.50', '0.00', '0.1235')
    """
    return number(amount, 2) if abs(amount) >= 1.0 or amount == 0.0 else figure(amount, ".4g")
