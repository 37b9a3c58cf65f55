"""What a plan comes to, in one of six words; the command line and the screen both build their headline on it."""

from __future__ import annotations

from enum import Enum

from optimizer.planning.plan import Move, Plan
from optimizer.planning.request import CAREFUL

MOVED = 0.005  # a cell counts as moved when its spend changes by more than this share of the larger amount
NOTHING_MOVES = 1e-3  # share of the weekly budget; moves that add up to less are not worth a sentence


class Verdict(Enum):
    """What a plan comes to.

    NO_RESPONSE: the history shows no response to spend, today's split is kept. STAYS: nothing worth a word moves.
    LATER: it brings no more within its weeks, but does by carry-over after them. SAFER: a careful plan that brings no
    more at best guess, but does in the worst cases. UNSURE: it brings more at best guess,
    and the interval of the gain holds 0. GAINS: the whole interval is above 0.
    """

    NO_RESPONSE = "no response"
    STAYS = "stays"
    LATER = "later"
    SAFER = "safer"
    UNSURE = "unsure"
    GAINS = "gains"


def has_moved(today: float, plan: float) -> bool:
    """Whether a change of weekly spend counts as a move.

    Examples
    --------
    >>> has_moved(1000.0, 1004.0), has_moved(1000.0, 1006.0), has_moved(0.0, 0.0)
    (False, True, False)
    """
    return abs(plan - today) > MOVED * max(plan, today)


def moved_money(plan: Plan) -> float:
    """Weekly money that changes its place, or is taken where less is spent than today."""
    changes = [move.change for move in plan.moves]
    return max(sum(max(change, 0.0) for change in changes), sum(max(-change, 0.0) for change in changes))


def verdict(plan: Plan) -> Verdict:
    """What the plan comes to, by its gain in the goal over today's split."""
    if not plan.responsive:
        return Verdict.NO_RESPONSE
    still = not any(has_moved(move.today, move.plan) for move in plan.moves)
    if still or moved_money(plan) <= NOTHING_MOVES * sum(move.plan for move in plan.moves):
        return Verdict.STAYS
    gain = plan.gain[plan.goal]
    if gain.mean <= 0:
        return Verdict.SAFER if plan.risk == CAREFUL else Verdict.LATER
    return Verdict.GAINS if gain.low > 0 else Verdict.UNSURE


def told_return(move: Move) -> float:
    """What the next money brings at today's spend (the last, where money is taken), as the reason of a move says it.

    Goal units per unit of money; where nothing moves, the marginal return.
    """
    if not has_moved(move.today, move.plan):
        return move.marginal
    return move.next_unit if move.change > 0 else move.last_unit
