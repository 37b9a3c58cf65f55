"""Next week's amounts as they can be typed in: multiples of the networks' steps of money, and whole cents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.rules import Rule, Steps
from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats
from optimizer.language.message import say
from optimizer.planning.money import weekly_amounts
from optimizer.planning.rebalance.choice import Chosen, moved

if TYPE_CHECKING:
    from optimizer.planning.question import Question

SAME_AMOUNT = 1e-3  # relative; a cell that starts so near to what is set now keeps that
NEAR = 1e-9  # of a step


def stepped(problem: Problem, chosen: Chosen, step: Floats) -> Chosen:
    """The moves in multiples of the steps of money; a cell that does not move keeps today's amount, multiple or not.

    What is left over, less than a step, stays unspent where no cell without a step can take it. A move that no multiple
    allows is taken back.

    Parameters
    ----------
    problem : Problem
    chosen : Chosen
    step : float array, shape (C,)
        Weekly money; 0 for none.
    """
    change = moved(chosen.spend, chosen.start, problem.budget)
    bound = change & (step > 0.0)
    if not bound.any():
        return chosen
    low, high = problem.bounds.lower, problem.bounds.upper
    size = np.where(bound, step, 1.0)
    fits = np.floor(high / size + NEAR) >= np.ceil(low / size - NEAR)
    change &= fits | ~bound
    bounds = Bounds(np.where(change, low, chosen.start), np.where(change, high, chosen.start))
    steps: tuple[Rule, ...] = tuple(
        Steps(
            tuple(int(c) for c in np.flatnonzero(change & bound & (step == one))), float(one), say("steps of a network")
        )
        for one in np.unique(step[change & bound])
    )
    whole = problem.spend_all and bool((change & ~bound).any())
    ruled = replace(problem, bounds=bounds, rules=(*problem.rules, *steps), baseline=chosen.start, price_rules=False)
    for spend_all in (True, False) if whole else (False,):
        try:
            found = solve(replace(ruled, spend_all=spend_all))
        except InfeasibleError:
            continue
        return replace(chosen, spend=found.spend, stuck=bound & ~moved(found.spend, chosen.start, problem.budget))
    return replace(chosen, spend=chosen.start.copy(), stuck=bound)  # today's amounts are always allowed


def booked(question: Question, problem: Problem, chosen: Chosen) -> Chosen:
    """The split and the one it starts from in amounts as they are written; a cell that stays keeps its amount.

    Parameters
    ----------
    question : Question
        Its `today` is what is set now.
    problem : Problem
    chosen : Chosen
    """
    decimals, now = question.decimals, question.today
    change = moved(chosen.spend, chosen.start, problem.budget)
    kept = np.abs(chosen.start - now) <= SAME_AMOUNT * now
    before: Floats = np.asarray(np.round(np.where(kept, now, chosen.start), decimals), dtype=np.float64)
    start = _settled(before, before, question.budget, (problem.bounds, ~kept, decimals))
    same = bool((chosen.reference == chosen.start).all())
    reference = start
    if not same:
        reference = weekly_amounts(chosen.reference, question.budget, 1, problem.bounds, decimals)[:, 0]
    money = min(question.budget, round(float(chosen.spend.sum()), decimals))  # less where steps leave money over
    wanted = np.where(change, chosen.spend, start)
    spend = _settled(wanted, start, money, (problem.bounds, change, decimals))
    return replace(chosen, spend=spend, start=start, reference=reference)


def _settled(wanted: Floats, still: Floats, money: float, how: tuple[Bounds, NDArray[np.bool_], int]) -> Floats:
    """(C,) whole amounts that add up to the money; only cells that are free give and take, if they can.

    Where they cannot, the largest cells do: fractions of a cent that no one would call a move.
    """
    bounds, free, decimals = how
    lower, upper = np.where(free, bounds.lower, still), np.where(free, bounds.upper, still)
    scale = 10.0**decimals
    quota = round(money * scale)
    order = np.argsort(-still, kind="stable")
    for c in order:
        least, most = np.ceil(lower * scale - 1e-6).sum(), np.floor(upper * scale + 1e-6).sum()
        if least <= quota <= most:
            break
        lower[c], upper[c] = min(bounds.lower[c], still[c]), max(bounds.upper[c], still[c])
    return weekly_amounts(np.clip(wanted, lower, upper), money, 1, Bounds(lower, upper), decimals)[:, 0]
