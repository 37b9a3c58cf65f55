"""The largest spend at a return that is asked for: marginal ROAS, ROAS, or cost per unit of value (CPA).

Units are those of `optimizer.allocation.targets`: spends are weekly, values are of all `weeks`, and a return is value
by weekly spend x weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.certificate import Part, Proof, certify
from optimizer.allocation.concave import find_price
from optimizer.allocation.envelope import Response, respond
from optimizer.allocation.feasibility import check, fit_to_bounds, settle
from optimizer.allocation.frontier import budget_range, plain, solve_at
from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.allocation.targets import (
    ALIKE,
    PRECISION,
    STEPS,
    Answer,
    bound_at,
    brings,
    check_weeks,
    shown,
    total_words,
    try_at,
    with_proof,
)
from optimizer.errors import InfeasibleError, InputError
from optimizer.language.message import Message, figure, say

SLACK = 1e-9  # relative: a return missed by less is met
TOO_SMALL = 1e-9  # of the largest budget: no answer is sought below
TINY = 1e-300


@dataclass(frozen=True)
class _Asked:
    """An average return that is asked for: value per unit of weekly money, and how people say it."""

    rate: float
    weeks: int
    precision: float
    words: Message
    inverse: bool

    def shown(self, rate: float) -> str:
        """A return in the terms that were asked for."""
        return shown(self.weeks / max(rate, TINY) if self.inverse else rate / self.weeks)


def spend_at_marginal_roas(problem: Problem, roas: float, *, weeks: int = 1) -> Answer:
    """Find the largest spend whose last money still earns a marginal ROAS of at least `roas`.

    That is the largest budget B at which V(B) - p B is greatest, p = roas x weeks. On concave curves the marginal value
    there is p. Past a threshold "last money" is the whole step over it: no part of the spend earns less than p on
    average down to any smaller budget, and no further money, however much, earns more. Each cell decides for itself,
    so under bounds alone the answer is exact for curves of every shape.

    Parameters
    ----------
    problem : Problem
        Its budget is not used.
    roas : float
        Value per unit of money, above 0.
    weeks : int
        Weeks that the value covers.

    Returns
    -------
    Answer
        `limit` is `spend`. With rules the sentence says what is proven.

    Raises
    ------
    InputError
        The target is not above 0, or weeks is below 1.
    InfeasibleError
        Not even the first money above the minimums earns so much.

    Examples
    --------
    >>> from optimizer.history.panel import Cell
    >>> from optimizer.response.curves import Curves
    >>> cells = [Cell("instagram", "reel"), Cell("tiktok", "video")]
    >>> curves = Curves.from_slopes(cells, [0.0, 100.0], [[16.0, 0.0], [8.0, 0.0]], [0.0, 0.0])
    >>> problem = Problem(curves, 1.0, Bounds(np.zeros(2), np.full(2, 100.0)), np.ones(2))
    >>> answer = spend_at_marginal_roas(problem, 1.0, weeks=4)
    >>> round(answer.spend, 6), answer.allocation.spend.round(6)
    (125.0, array([75., 50.]))
    """
    price = _price_of(roas, weeks, say("the marginal ROAS asked for"))
    if not plain(problem):
        return _marginal_with_rules(problem, roas, weeks)
    bounds, response = _response(problem)
    spend, _ = response.at(price * (1.0 - ALIKE))
    total, least = float(spend.sum()), float(bounds.lower.sum())
    if total <= least * (1.0 + ALIKE):
        raise _too_dear(roas, _best_first_return(response) / weeks, least)
    at = replace(problem, budget=total)
    spend = settle(spend, total, bounds)
    baseline = fit_to_bounds(problem.baseline, total, bounds, problem.curves.cells)
    proof = certify(at, bounds, spend, Proof((Part(price),)))
    plan = Allocation(spend, baseline, float(problem.curves.value(baseline).sum()), proof)
    words = total_words(brings(total, proof.value), total, weeks)
    if total >= float(bounds.upper.sum()) * (1.0 - ALIKE):
        end = say("the maximums allow no more, and its last money still earns so much")
    else:
        end = say("proven: no further money has a marginal ROAS of {roas}", roas=shown(roas))
    return Answer(total, total, weeks, plan, with_proof(words, end))


def _too_dear(roas: float, best: float, least: float) -> InfeasibleError:
    """The error where not even the first money above the minimums, which sum to `least`, earns what is asked."""
    if least > 0.0:
        return InfeasibleError(
            say(
                "no spend within the bounds has a marginal ROAS of {roas}; the first money above the minimums brings "
                "at most {best}.",
                roas=shown(roas),
                best=shown(best),
            )
        )
    return InfeasibleError(
        say(
            "no spend within the bounds has a marginal ROAS of {roas}; the first money brings at most {best}.",
            roas=shown(roas),
            best=shown(best),
        )
    )


def spend_at_roas(problem: Problem, roas: float, *, weeks: int = 1, precision: float = PRECISION) -> Answer:
    """Find the largest spend whose whole value is at least `roas` times its money.

    Parameters
    ----------
    problem : Problem
        Its budget is not used; its `seconds` hold for each budget looked at.
    roas : float
        Value per unit of money, above 0.
    weeks : int
        Weeks that the value covers.
    precision : float
        Relative width of the bracket to aim at.

    Returns
    -------
    Answer
        At `spend` it is reached; above `limit` it cannot be.

    Raises
    ------
    InputError
        The target is not above 0, or weeks is below 1.
    InfeasibleError
        No spend has such a return; the message says what the best is.
    """
    rate = _price_of(roas, weeks, say("the ROAS asked for"))
    asked = _Asked(rate, weeks, precision, say("a ROAS of {roas}", roas=shown(roas)), inverse=False)
    return _at_average(problem, asked)


def spend_at_cpa(problem: Problem, cpa: float, *, weeks: int = 1, precision: float = PRECISION) -> Answer:
    """Find the largest spend at which one unit of value costs at most `cpa`; else as `spend_at_roas`.

    Examples
    --------
    >>> from optimizer.history.panel import Cell
    >>> from optimizer.response.curves import Curves
    >>> curves = Curves.from_slopes([Cell("instagram", "reel")], [0.0, 100.0], [[4.0, 0.0]], [0.0])
    >>> problem = Problem(curves, 1.0, Bounds(np.zeros(1), np.full(1, 100.0)), np.ones(1))
    >>> round(spend_at_cpa(problem, 0.4).spend, 3)
    75.0
    >>> spend_at_cpa(problem, 0.2)
    Traceback (most recent call last):
        ...
    optimizer.errors.InfeasibleError: no spend within the bounds has a CPA of 0.2 or less; the best is 0.25.
    """
    if not (np.isfinite(cpa) and cpa > 0.0):
        said = say("the CPA asked for is {cpa}", cpa=figure(cpa))
        raise InputError.at(said, fix=say("it must be a number above 0"))
    rate = _price_of(1.0 / cpa, weeks, say("the inverse of the CPA asked for"))
    asked = _Asked(rate, weeks, PRECISION, say("a CPA of {cpa} or less", cpa=shown(cpa)), inverse=True)
    return _at_average(problem, asked)


# Average return -----------------------------------------------------------------------------------------------------


def _at_average(problem: Problem, asked: _Asked) -> Answer:
    """Walk down from the largest budget: what the bound at one excludes is passed over, until a plan is good enough."""
    bounds, response = _response(problem)
    least, most = float(bounds.lower.sum()), float(bounds.upper.sum())
    best, anchor = _best_average(problem, response)
    if best < asked.rate * (1.0 - ALIKE):
        raise _never(asked, best, anchor if anchor > PRECISION * most else 0.0)
    if not plain(problem):
        anchor = _anchor_under_rules(problem, asked, most)
    spend = limit = _envelope_end(problem, response, asked.rate)
    for _ in range(STEPS):
        one = try_at(problem, spend)
        if one is not None and one.certificate.value >= asked.rate * spend * (1.0 - SLACK):
            return _average_answer(problem, asked, (spend, limit), one)
        if spend <= max(least, TOO_SMALL * most):
            break
        bound = one.certificate.bound if one is not None and plain(problem) else bound_at(problem, spend)
        excluded = bound / asked.rate  # no budget from there to here can do it: its value would stand above the bound
        if spend <= limit:
            limit = min(limit, max(excluded, least))
        if limit >= spend * (1.0 - asked.precision):
            # The proof ends here; what lies below may still hold a plan that is good enough.
            excluded = one.certificate.value / asked.rate if one is not None else spend
        # At the anchor some plan is good enough, so no step needs to go past it.
        past = least if spend <= anchor else max(anchor, least)
        spend = max(min(excluded, spend * (1.0 - 0.5 * asked.precision)), past)
    raise InfeasibleError(
        say(
            "no plan within the bounds and rules was found that has {asked}; at best it could be {best}.",
            asked=asked.words,
            best=asked.shown(best),
        )
    )


def _never(asked: _Asked, best: float, at: float) -> InfeasibleError:
    """The error where no budget has the return; the best one is had `at` a weekly spend, if that is above 0."""
    if at > 0.0:
        return InfeasibleError(
            say(
                "no spend within the bounds has {asked}; the best is {best} at {spend} a week.",
                asked=asked.words,
                best=asked.shown(best),
                spend=shown(at),
            )
        )
    return InfeasibleError(
        say("no spend within the bounds has {asked}; the best is {best}.", asked=asked.words, best=asked.shown(best))
    )


def _anchor_under_rules(problem: Problem, asked: _Asked, most: float) -> float:
    """A spend that has the return asked for: the best one when each unit of money costs what it has to bring."""
    netted = replace(problem, spend_all=False, cost_of_money=problem.cost_of_money + asked.rate)
    net = solve_at(netted, most)
    spend = float(net.spend.sum())
    if spend <= TOO_SMALL * most or net.certificate.value < -SLACK * asked.rate * spend:
        raise InfeasibleError(
            say("no spend was found that keeps the bounds and rules and has {asked}.", asked=asked.words)
        )
    return spend


def _average_answer(problem: Problem, asked: _Asked, where: tuple[float, float], plan: Allocation) -> Answer:
    spend, limit = where
    proof = plan.certificate
    found = {"spend": shown(spend), "value": shown(proof.value), "rate": asked.shown(proof.value / spend)}
    if asked.inverse:
        words = say("{spend} a week bring {value}, CPA {rate}", **found)
    else:
        words = say("{spend} a week bring {value}, ROAS {rate}", **found)
    words = total_words(words, spend, asked.weeks)
    if limit >= budget_range(problem)[1] * (1.0 - ALIKE) and spend >= limit * (1.0 - ALIKE):
        end = say("the bounds allow no more")
    else:
        end = say("proven: more than {limit} a week cannot have {asked}", limit=shown(limit), asked=asked.words)
    return Answer(spend, limit, asked.weeks, plan, with_proof(words, end))


def _envelope_end(problem: Problem, response: Response, rate: float) -> float:
    """Largest budget at which the concave envelopes, which nothing exceeds, still have the return asked for.

    Newton's method from above on the concave function ``envelope(B) - rate * B``: each tangent is a dual line
    ``D(p) + p B`` and excludes all that lies past its crossing with ``rate * B``.
    """
    bounds = response.bounds
    least, budget = float(bounds.lower.sum()), float(bounds.upper.sum())
    floor = float(problem.curves.value(bounds.lower).sum())
    hint: float | None = None
    for _ in range(STEPS):
        found = find_price(response, budget, hint)
        height = found.bound + floor
        if height >= rate * budget * (1.0 - ALIKE) or found.price >= rate:
            break
        crossing = (height - found.price * budget) / (rate - found.price)
        if crossing >= budget * (1.0 - ALIKE) or crossing <= least:
            budget = max(min(crossing, budget), least)
            break
        budget, hint = crossing, found.price or None
    return budget


def _best_average(problem: Problem, response: Response) -> tuple[float, float]:
    """Best ratio of value to money over all budgets, and the largest budget that has it (Dinkelbach, 1967).

    Exact for curves of every shape: at the best ratio r each cell for itself makes the most of ``f(x) - r x``.
    """
    spend, rate, at = response.bounds.upper, 0.0, float(response.bounds.upper.sum())
    if not response.bounds.lower.any() and float(problem.curves.value(response.bounds.lower).sum()) > 0.0:
        return np.inf, 0.0  # what comes in without any money is endless by the money spent
    for _ in range(STEPS):
        money = float(spend.sum())
        value = float(problem.curves.value(spend).sum())
        if money <= 0.0 or value / money <= rate * (1.0 + 1e-14):
            break
        rate, at = value / money, money
        spend = response.at(rate * (1.0 - ALIKE))[0]
    return rate, at


# Marginal return ----------------------------------------------------------------------------------------------------


def _marginal_with_rules(problem: Problem, roas: float, weeks: int) -> Answer:
    """The best plan when each unit of money costs what it has to earn, and may be left unspent."""
    price = roas * weeks
    most = budget_range(problem)[1]
    netted = replace(problem, spend_all=False, cost_of_money=problem.cost_of_money + price)
    net = solve_at(netted, most)
    spend = float(net.spend.sum())
    if not spend > ALIKE * most:
        raise InfeasibleError(
            say(
                "no spend within the bounds and rules has a marginal ROAS of {roas}: none is worth its money.",
                roas=shown(roas),
            )
        )
    plan = solve_at(replace(problem, baseline=net.spend), spend)
    missing = max(net.certificate.bound - (plan.certificate.value - price * spend), 0.0)
    words = total_words(brings(spend, plan.certificate.value), spend, weeks)
    proof = say(
        "proven: after {roas} per unit of money no spend is worth {missing} more than this one",
        roas=shown(roas),
        missing=shown(missing),
    )
    return Answer(spend, spend, weeks, plan, with_proof(words, proof))


def _best_first_return(response: Response) -> float:
    """The highest price of money at which any cell takes more than its minimum."""
    low, high = 0.0, response.top_price * (1.0 + ALIKE)
    least = float(response.bounds.lower.sum())
    for _ in range(100):
        middle = 0.5 * (low + high)
        if float(response.at(middle)[0].sum()) > least:
            low = middle
        else:
            high = middle
    return high


def _response(problem: Problem) -> tuple[Bounds, Response]:
    """Bounds narrowed to the curves' ranges, and the cells' answers to a price; rules are left aside."""
    most = budget_range(problem)[1]
    if not most > 0.0:
        raise InfeasibleError(say("the bounds allow no spending at all; raise a maximum above 0."))
    bounds = check(replace(problem, rules=(), spend_all=True, cost_of_money=0.0, budget=most))
    return bounds, respond(problem.curves, bounds)


def _price_of(roas: float, weeks: int, what: Message) -> float:
    if not (np.isfinite(roas) and roas > 0.0):
        said = say("{what} is {value}", what=what, value=figure(roas))
        raise InputError.at(said, fix=say("it must be a number above 0"))
    check_weeks(weeks)
    return roas * weeks
