"""Reasons of moves where the goal or the risk asks for other words: profit that does not come back, a careful plan."""

from __future__ import annotations

from dataclasses import replace

from optimizer.language.message import say
from optimizer.planning.plan import Move
from optimizer.planning.request import CAREFUL
from optimizer.planning.verdict import has_moved
from optimizer.planning.wording import PROFIT, Wording


def told_by(move: Move, risk: str, wording: Wording) -> Move:
    """The move with its reason in the words of its goal and risk.

    Parameters
    ----------
    move : Move
    risk : "mean" or "careful"
    wording : Wording
    """
    if wording.responsive and wording.goal == PROFIT and _does_not_pay(move):
        words = wording.for_size(max(move.today, move.plan))
        figures = {"unit": words.spend(words.unit), "profit": words.brings(move.last_unit)}
        reason = say("The last {unit} cost more than they bring here: {profit}.", **figures)
        if move.plan == 0:
            reason = say("Stopped: the last {unit} cost more than they bring here: {profit}.", **figures)
        move = replace(move, reason=reason)
    if risk == CAREFUL and wording.responsive:
        move = replace(move, reason=say("{reason} Judged by the worst 20 % of cases.", reason=move.reason))
    return move


def _does_not_pay(move: Move) -> bool:
    """Whether money is taken where the last of it brings less than it costs."""
    return move.change < 0 and has_moved(move.today, move.plan) and move.last_unit < 0
