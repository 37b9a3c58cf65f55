"""What moved since the last fit: the new weeks themselves, or what they taught the model about cells in general.

Three fits are held side by side, asked about the same coming weeks: the old one; the old one's spreads on all the data;
everything learned anew. From the first to the second the data speak, from the second to the third the model. The word
"model" means the spreads and the shares of curve shapes that all cells are judged by, not the program's version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from optimizer.allocation import solve
from optimizer.allocation.problem import Problem
from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import number, say
from optimizer.planning.fit import fitted_outcome
from optimizer.planning.goal import choose_goal
from optimizer.planning.room import default_bounds
from optimizer.response.backtest import FEWEST_KNOWN
from optimizer.response.demand import LONGEST_AHEAD
from optimizer.response.model import FittedResponse, ResponseModel
from optimizer.response.prepare import prepare
from optimizer.response.settings import ModelSettings
from optimizer.response.weekly import TAIL_WEEKS

STEP = 0.01  # of today's spend: the next money, whose return is asked for


class Stages(NamedTuple):
    """One figure at the three stages."""

    before: float
    new_data: float
    now: float

    @property
    def by_data(self) -> float:
        """Change that the new weeks made."""
        return self.new_data - self.before

    @property
    def by_model(self) -> float:
        """Change that learning the model anew made."""
        return self.now - self.new_data


@dataclass(frozen=True)
class CellMove:
    """How one cell is judged at the three stages.

    Attributes
    ----------
    cell : Cell
    today : float
        Weekly spend at which the marginal return is taken.
    marginal : Stages
        Goal units per unit of money, of the next 1 % of today's weekly spend.
    share : Stages
        Of the weekly budget in the best split.
    """

    cell: Cell
    today: float
    marginal: Stages
    share: Stages


@dataclass(frozen=True)
class WhatMoved:
    """What changed since an earlier fit.

    Attributes
    ----------
    weeks : int
        How many of the newest weeks are new.
    horizon : int
        Coming weeks that all stages are asked about.
    goal, currency : str
    cells : tuple of CellMove
        Largest change of the share first.
    by_data, by_model : float
        Part of the budget that changes its place from one stage to the next, 0 to 1.
    responsive : tuple of bool
        Whether spend was seen to do anything, stage by stage; where not, the best split is today's.
    """

    weeks: int
    horizon: int
    goal: str
    currency: str
    cells: tuple[CellMove, ...]
    by_data: float
    by_model: float
    responsive: tuple[bool, ...]


def what_moved(
    panel: Panel, weeks: int, goal: str | None = None, horizon: int = 4, settings: ModelSettings | None = None
) -> WhatMoved:
    """Split what changed in the last weeks into data and model.

    The best split is that of today's budget with 0 to 3 times today's spend per cell at every stage, so that nothing
    else changes.

    Parameters
    ----------
    panel : Panel
    weeks : int
        How many of the newest weeks the earlier fit did not see.
    goal : str, optional
        Outcome; without it the one a plan takes unasked (see `choose_goal`).
    horizon : int
        Coming weeks asked about.
    settings : ModelSettings, optional

    Raises
    ------
    InputError
        Fewer than 6 weeks are left for the earlier fit, nothing was spent lately, or the history has no such goal.
    """
    known, limit = len(panel.weeks) - weeks, _furthest(panel, horizon)
    if not 1 <= weeks <= limit:
        few = say("more than {fewest} weeks are needed", fewest=number(FEWEST_KNOWN))
        allowed = say("choose from 1 to {most}", most=number(limit)) if limit >= 1 else few
        has = number(len(panel.weeks))
        raise InputError.at(say("since is {since} with {weeks} complete weeks", since=weeks, weeks=has), fix=allowed)
    today = panel.recent_spend
    if not today.sum() > 0:
        raise InputError.at(say("nothing was spent in the last 12 complete weeks"), fix=say("leave out --since"))
    goal = choose_goal(panel, goal)
    outcome = fitted_outcome(panel, goal)
    model, past = ResponseModel(settings), panel.until(known)
    old = model.fit(past, outcome)
    data = prepare(panel, outcome)
    since = (data.spend * data.reference[:, None])[:, known:]
    stages = (carried_on(old, since), model.fit(panel, outcome, held=old.learned), model.fit(panel, outcome))
    asked = [_ask(fitted.with_today(today), goal, horizon) for fitted in stages]
    moves = [
        CellMove(
            cell, float(today[c]), Stages(*(float(m[c]) for m, _ in asked)), Stages(*(float(s[c]) for _, s in asked))
        )
        for c, cell in enumerate(panel.cells)
    ]
    moves.sort(key=lambda move: (-abs(move.share.now - move.share.before), move.cell))
    shares = [share for _, share in asked]
    by_data, by_model = (0.5 * float(np.abs(b - a).sum()) for a, b in pairwise(shares))
    responsive = tuple(fitted.responsive for fitted in stages)
    return WhatMoved(weeks, horizon, goal, panel.currency, tuple(moves), by_data, by_model, responsive)


def _furthest(panel: Panel, horizon: int) -> int:
    """How many weeks back an earlier fit may end."""
    return min(len(panel.weeks) - FEWEST_KNOWN, LONGEST_AHEAD - TAIL_WEEKS - horizon)


def back_far_enough(panel: Panel, weeks: int) -> int:
    """The usual distance to the earlier fit: `weeks` where the history allows, else 0."""
    return weeks if weeks <= _furthest(panel, weeks) and panel.recent_spend.sum() > 0 else 0


def carried_on(fitted: FittedResponse, spend: Floats) -> FittedResponse:
    """The same response asked later: `spend` (C, W) is made in the meantime and nothing more is learned.

    Without this the earlier fit would be asked about an earlier season, and the calendar would pass for new data.
    """
    future = fitted.future
    state, decay = future.carry_in, future.draws.decay
    for week in (spend / future.reference[:, None]).T:
        state = (1.0 - decay) * week + decay * state
    draws = replace(future.draws, demand=future.draws.demand[:, spend.shape[1] :])
    return replace(fitted, future=replace(future, draws=draws, carry_in=state))


def _ask(fitted: FittedResponse, goal: str, horizon: int) -> tuple[Floats, Floats]:
    """(C,) return of the next money at today's split, and (C,) shares of the best split of today's budget."""
    today = fitted.future.today
    bounds = default_bounds(today)
    curves = fitted.curves(bounds.upper, horizon, goal)
    step = np.where(today > 0, STEP * today, STEP * bounds.upper)
    marginal = (curves.value(today + step) - curves.value(today)) / step / horizon
    budget = float(today.sum())
    if not fitted.responsive:  # the plan keeps today's split then
        return marginal, today / budget
    return marginal, solve(Problem(curves, budget, bounds, today)).spend / budget
