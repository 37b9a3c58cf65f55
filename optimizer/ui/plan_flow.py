"""What flows where: the money that changes its place between today's split and the plan, as records without Streamlit.

Money carries no name: which giver's money a taker gets is nobody's to say. It therefore flows through one middle, and
where single flows are listed each giver gives to every taker by the taker's share of all that is received.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats
from optimizer.planning.plan import Plan
from optimizer.ui.cells import DOWN, UP, table_step
from optimizer.ui.format import money, place_name, signed
from optimizer.ui.language import _, n_

MOST_ENDS = 8  # on each side; the smallest ones beyond are added up


@dataclass(frozen=True)
class End:
    """A place that gives or receives weekly money, or several small ones added up.

    Attributes
    ----------
    name : str
    amount : float
        Money a week, above 0.
    written : str
        The amount with its sign.
    """

    name: str
    amount: float
    written: str

    @property
    def label(self) -> str:
        """Name and amount, unique on its side and beside those of the other one."""
        return f"{self.name}  {self.written}"


@dataclass(frozen=True, eq=False)
class Flow:
    """Money that changes its place.

    Attributes
    ----------
    givers, takers : tuple of End
        Largest first.
    links : float array, shape (givers, takers)
        Money a week from each giver to each taker, in proportion.
    middle : str
        All that moves, with its unit.
    caption, description : str
        How to read it; and the same for a screen reader, with every amount.
    """

    givers: tuple[End, ...]
    takers: tuple[End, ...]
    links: Floats
    middle: str
    caption: str
    description: str


def flow(plan: Plan) -> Flow | None:
    """The money that changes its place; None where none worth writing down does."""
    step = table_step(plan)
    givers = _ends([(place_name(*move.cell), -move.change) for move in plan.moves if move.change < 0], step, DOWN)
    takers = _ends([(place_name(*move.cell), move.change) for move in plan.moves if move.change > 0], step, UP)
    left = sum(one.amount for one in givers) - sum(one.amount for one in takers)
    if left > step / 2 and plan.unspent > 0:
        takers = (*takers, End(_("Left unspent"), left, signed(left, step)))
    if not givers or not takers:
        return None
    given, taken = (np.array([one.amount for one in side]) for side in (givers, takers))
    moved = money(float(given.sum()), plan.currency, step)
    return Flow(
        givers,
        takers,
        np.outer(given, taken / taken.sum()),
        _("{moved} a week", moved=moved),
        _caption(plan, moved),
        _said(givers, takers),
    )


def _ends(changes: Sequence[tuple[str, float]], step: float, direction: str) -> tuple[End, ...]:
    """The largest changes of one side, and what the others add up to; what would be written as 0 is left out."""
    ranked = sorted(changes, key=lambda one: -one[1])
    named, others = ranked[:MOST_ENDS], ranked[MOST_ENDS:]
    if len(others) == 1:
        named, others = ranked, []
    if others:
        words = n_("{count} other place", "{count} other places", len(others))
        named = [*named, (words, sum(amount for _name, amount in others))]
    sign = -1 if direction == DOWN else 1
    return tuple(End(name, amount, signed(sign * amount, step)) for name, amount in named if amount > step / 2)


def _caption(plan: Plan, moved: str) -> str:
    weekly = sum(move.today for move in plan.moves)
    if plan.unspent > 0:
        return _(
            "Of {weekly} a week {moved} leave where they are today; what would not come back stays unspent. Money "
            "carries no name, so nobody can tell who gives to whom: all that is given flows together.",
            moved=moved,
            weekly=money(weekly, plan.currency, table_step(plan)),
        )
    return _(
        "{moved} of {weekly} a week change their place; the rest stays where it is. Money carries no name, so nobody "
        "can tell who gives to whom: all that is given flows together, and from there to those that receive.",
        moved=moved,
        weekly=money(weekly, plan.currency, table_step(plan)),
    )


def _said(givers: Sequence[End], takers: Sequence[End]) -> str:
    return _(
        "Flow of weekly money. Places that give: {givers}. Places that receive: {takers}.",
        givers=", ".join(f"{one.name} {one.written}" for one in givers),
        takers=", ".join(f"{one.name} {one.written}" for one in takers),
    )
