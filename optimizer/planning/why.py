"""Why not more here, and why not less: what keeps a plan from giving a cell another amount, with the figures.

The answer is looked for where it lies: a maximum, a minimum or a fixed amount; a rule that a move would break; or money
that earns more where it is. What is said can be checked by planning again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.allocation.rules import Rule
from optimizer.history.panel import Cell
from optimizer.language.message import Message, Written, join, place, say
from optimizer.planning.plan import Plan
from optimizer.planning.request import CAREFUL
from optimizer.planning.swaps import Swap, Swaps
from optimizer.planning.wording import quantity

if TYPE_CHECKING:
    from optimizer.allocation.problem import RuleState

ALIKE = 0.01  # returns that differ by less than this share are "about as much"
BEYOND = 1.01  # times the largest spend tried, from where on a curve is a guess
NAMED_RULES = 2  # rules told with their price
WEAK = ("weak", "none")


class Price(NamedTuple):
    """What a bound costs, in goal units per unit of money that would move if it gave way.

    Attributes
    ----------
    here, away : float
        What the money brings in the cell and elsewhere.
    gain : float
        What moving it would bring.
    """

    here: float
    away: float
    gain: float

    @property
    def counts(self) -> bool:
        """Whether the bound costs something, by the measure in which returns are called alike."""
        return self.gain > ALIKE * max(abs(self.here), abs(self.away))


def why_not_more(plan: Plan, cell: Cell, rules: Sequence[Rule] = ()) -> Message:
    """Say what keeps a cell from getting more.

    Figures compare what the next money would bring here with what taking it from the best place would lose, over the
    plan's weeks and the 8 after, as the reasons of moves do. Where a maximum stops it, they say what the plan would
    gain by a higher one: the price of that bound, which holds at the margin.

    Parameters
    ----------
    plan : Plan
    cell : Cell
        One of the plan's.
    rules : sequence of Rule
        The rules the plan was made under, in the order of its certificate's.

    Returns
    -------
    Message
        One to four sentences; the last says where the curve is a guess.

    Raises
    ------
    InputError
        The plan has no such cell, or was made under another number of rules.
    """
    return _careful(plan, _more(Swaps.of(plan, cell, rules)))


def why_not_less(plan: Plan, cell: Cell, rules: Sequence[Rule] = ()) -> Message:
    """Say what keeps a cell from getting less; the mirror of `why_not_more`.

    Parameters
    ----------
    plan : Plan
    cell : Cell
        One of the plan's.
    rules : sequence of Rule
        The rules the plan was made under, in the order of its certificate's.

    Returns
    -------
    Message
        One to four sentences.

    Raises
    ------
    InputError
        The plan has no such cell, or was made under another number of rules.
    """
    return _careful(plan, _less(Swaps.of(plan, cell, rules)))


def bound_price(plan: Plan, cell: Cell) -> Price | None:
    """What the plan would gain where a bound gave way, as `why_not_more` and `why_not_less` tell it.

    Parameters
    ----------
    plan : Plan
    cell : Cell
        One that its certificate holds at a bound.

    Returns
    -------
    Price or None
        None where the proof does not tell.
    """
    view = Swaps.of(plan, cell, None)
    up = view.cell in plan.allocation.certificate.at_upper
    here = view.next(view.cell) if up else view.last(view.cell)
    away = view.cheapest_elsewhere() if up else view.dearest_elsewhere()
    return None if away is None else Price(here, away, here - away if up else away - here)


def _more(view: Swaps) -> Message:
    """What keeps the cell from getting more."""
    if not view.plan.responsive:
        return say(
            "The history shows no response to spend that stands out from noise, so nothing says that more money here "
            "would bring more."
        )
    most = float(view.upper[view.cell])
    if most <= view.near(0.0):
        return say("It may get nothing: its maximum is 0.")
    if not view.unspent and view.weekly.sum() - view.weekly[view.cell] <= view.near(most):
        return say("It gets the whole budget of {amount} a week already.", amount=view.words.spend(most))
    if view.full(view.cell):
        return _said(_at_most(view), _doubts(view))
    if view.unspent and view.between_next() <= 0.0:
        return _said(_not_worth_it(view), _doubts(view))
    move, stopped = view.sources()
    if move is None and stopped is None:
        return _said(say("No other place can give money: each stands at its minimum."), _doubts(view))
    if move is None and stopped is not None and _wanted(stopped):
        return _said(_ruled_out(view, stopped, _up_fact(view, stopped)), _doubts(view))
    move = move or stopped
    assert move is not None
    held = _held_by_rules(view, stopped, up=True) or _held_below(view, move)
    return _said(_best_up(view, move), held, _doubts(view))


def _less(view: Swaps) -> Message:
    """What keeps the cell from getting less."""
    if view.weekly[view.cell] <= view.near(0.0):
        return say("It gets nothing, so nothing can be taken away.")
    if not view.plan.responsive:
        return say(
            "The history shows no response to spend that stands out from noise, so nothing says that less money here "
            "would do no harm."
        )
    if view.bare(view.cell):
        return _said(_at_least(view), _doubts(view, up=False))
    move, stopped = view.targets()
    if view.paid and (move is None or move.brings <= 0.0):
        return _said(_earns_itself(view), _doubts(view, up=False))
    if not view.others:
        return say("There is no other place for its money.")
    if move is None and stopped is None:
        return say("No other place can take money: each stands at its maximum.")
    if move is None and stopped is not None and _wanted(stopped):
        return _said(_ruled_out(view, stopped, _down_fact(view, stopped)), _doubts(view, up=False))
    move = move or stopped
    assert move is not None
    held = _held_by_rules(view, stopped, up=False) or _held_above(view, move)
    return _said(_best_down(view, move), held, _doubts(view, up=False))


def _careful(plan: Plan, said: Message) -> Message:
    """The answer, with what a careful plan judges by."""
    if plan.risk != CAREFUL or not plan.responsive:
        return said
    return _said(said, say("Judged by the worst 20 % of cases, at the margin."))


def _said(*sentences: Message | str) -> Message:
    return join(" ", sentences)


def _name(view: Swaps, c: int) -> Written:
    return place(view.plan.cells[c])


def _figures(view: Swaps, here: float, away: float, size: float = 0.0) -> dict[str, object]:
    """What an amount of money brings here and elsewhere, for a sentence; "the next 100" unless a size is given."""
    words = replace(view.words, unit=size) if size else view.words
    return {"unit": words.spend(words.unit), "here": words.brings(here), "away": words.bare(away)}


# At a bound ---------------------------------------------------------------------------------------------------------


def _at_most(view: Swaps) -> Message:
    """A cell at its maximum, or at a fixed amount."""
    c, words = view.cell, view.words
    most = float(view.upper[c])
    if view.bare(c):
        return _fixed(view)
    held = say("It stands at its maximum of {amount} a week.", amount=words.spend(most))
    here, away = view.next(c), view.cheapest_elsewhere()
    if away is None:
        return held
    if not Price(here, away, here - away).counts:
        idle = say(
            "A higher one would bring nothing: {unit} more would bring about {here} here and lose {away} where they "
            "would be taken.",
            **_figures(view, here, away),
        )
        return _said(held, idle)
    pays = say(
        "With a higher one each {unit} that moves here would bring about {gain} more: {here} here less {away} where "
        "they would be taken.",
        gain=words.brings(here - away),
        **{**_figures(view, here, away), "here": words.bare(here)},
    )
    return _said(held, pays)


def _not_worth_it(view: Swaps) -> Message:
    """Money that is left unspent, since it would bring less profit than it costs."""
    unit = view.words.unit
    contribution = view.words.spend(unit * (view.between_next() + view.paid))
    return say(
        "The next {unit} would bring back {contribution} here, less than they cost, so they stay unspent.",
        unit=view.words.spend(unit),
        contribution=contribution,
    )


def _earns_itself(view: Swaps) -> Message:
    """Money that earns more than it costs, and would earn less than it costs anywhere else."""
    unit, at = view.words.unit, float(view.weekly[view.cell])
    return say(
        "Taking {unit} away would lose {here} here, and they would not bring back what they cost elsewhere.",
        unit=view.words.spend(unit),
        here=view.words.brings(view.between(view.cell, at - unit, at)),
    )


def _at_least(view: Swaps) -> Message:
    """A cell at its minimum, or at a fixed amount."""
    c, words = view.cell, view.words
    if view.full(c):
        return _fixed(view)
    held = say("It stands at its minimum of {amount} a week.", amount=words.spend(float(view.lower[c])))
    here, away = view.last(c), view.dearest_elsewhere()
    if away is None:
        return held
    if not Price(here, away, away - here).counts:
        idle = say(
            "A lower one would bring nothing: {unit} less would lose about {here} here and bring {away} elsewhere.",
            **_figures(view, here, away),
        )
        return _said(held, idle)
    pays = say(
        "With a lower one each {unit} that moves away would bring about {gain} more: {away} elsewhere less {here} "
        "here.",
        gain=words.brings(away - here),
        **{**_figures(view, here, away), "here": words.bare(here)},
    )
    return _said(held, pays)


def _fixed(view: Swaps) -> Message:
    """An amount that may not change, and what its last money brings beside the plan's next; alone where rules count."""
    fixed = say("It is fixed at {amount} a week.", amount=view.words.spend(float(view.upper[view.cell])))
    price = view.per_unit(float(view.plan.allocation.certificate.price))
    if view.rules or not price > 0:
        return fixed
    worth = say(
        "Its last {unit} are worth about {here}; with {unit} more of budget the plan would bring about {away} more.",
        **_figures(view, view.last(view.cell), price),
    )
    return _said(fixed, worth)


# Between the bounds -------------------------------------------------------------------------------------------------


def _best_up(view: Swaps, move: Swap) -> Message:
    """What the best move to the cell, of those that rules allow, would bring and lose."""
    if _pays(move):
        return _within_gap(view, _up_fact(view, move))
    figures = {"there": _name(view, move.giver), **_figures(view, move.brings, move.loses, move.size)}
    if move.alike(ALIKE):
        return say(
            "The next {unit} would bring {here} here, about as much as they bring at {there}, the best place to take "
            "them from, so nothing is to be gained.",
            **figures,
        )
    return say(
        "The next {unit} would bring {here} here, but taking them from {there}, the best place to take them from, "
        "would lose {away}.",
        **figures,
    )


def _best_down(view: Swaps, move: Swap) -> Message:
    """What the best move away, of those that rules allow, would lose and bring."""
    if _pays(move):
        return _within_gap(view, _down_fact(view, move))
    figures = {"there": _name(view, move.taker), **_figures(view, move.loses, move.brings, move.size)}
    if move.alike(ALIKE):
        return say(
            "Taking {unit} away would lose {here} here, about as much as they would bring at {there}, the best place "
            "for them, so nothing is to be gained.",
            **figures,
        )
    return say(
        "Taking {unit} away would lose {here} here, but they would bring only {away} at {there}, the best place for "
        "them.",
        **figures,
    )


def _up_fact(view: Swaps, move: Swap) -> Message:
    figures = {"there": _name(view, move.giver), **_figures(view, move.brings, move.loses, move.size)}
    return say("The next {unit} would bring {here} here, and taking them from {there} would lose {away}", **figures)


def _down_fact(view: Swaps, move: Swap) -> Message:
    figures = {"there": _name(view, move.taker), **_figures(view, move.loses, move.brings, move.size)}
    return say("Taking {unit} away would lose {here} here, and at {there} they would bring {away}", **figures)


def _pays(move: Swap) -> bool:
    """Whether a move would bring something; not where the two are about alike."""
    return not move.alike(ALIKE) and move.gain > 0


def _within_gap(view: Swaps, fact: Message) -> Message:
    """A move that would pay a little: what the proof leaves open."""
    proven, words = view.plan.allocation.certificate, view.words
    left = quantity(proven.bound - proven.value, words.goal, words.currency, short=True)
    return say("{fact}; the proof leaves {gap} open, and this lies within it.", fact=fact, gap=left)


def _ruled_out(view: Swaps, move: Swap, fact: Message) -> Message:
    """Rules that stand against every move, with what they cost."""
    broken = view.broken_by(move)
    names = join(", ", [state.label for state in broken])
    stopped = say("{fact}, but a rule stands against it: {names}.", fact=fact, names=names)
    return _said(stopped, *(_price(view, state) for state in broken[:NAMED_RULES]))


def _wanted(move: Swap) -> bool:
    """Whether a move would pay, or would but for a fixed cost."""
    return not move.alike(ALIKE) and (move.gain > 0 or move.brings > move.loses)


def _held_by_rules(view: Swaps, move: Swap | None, *, up: bool) -> Message | str:
    """Another cell with which a move would pay, and the rules that stand against it."""
    if move is None or not _wanted(move):
        return ""
    broken = view.broken_by(move)
    figures = _figures(view, move.brings, move.loses, move.size)
    figures["names"] = join(", ", [state.label for state in broken])
    if up:
        figures["there"] = _name(view, move.giver)
        said = say("Taking them from {there} would lose only {away}, but a rule stands against it: {names}.", **figures)
    else:
        figures["there"] = _name(view, move.taker)
        said = say("At {there} they would bring {here}, but a rule stands against it: {names}.", **figures)
    return _said(said, *(_price(view, state) for state in broken[:NAMED_RULES]))


def _price(view: Swaps, state: RuleState) -> Message | str:
    """What a rule costs, by what the certificate says of it."""
    words, plan = view.words, view.plan
    if state.binds and state.cost is not None and state.cost > 0:
        cost = quantity(state.cost, plan.goal, plan.currency)
        return say("Without this rule ({rule}) the plan would bring about {cost} more.", rule=state.label, cost=cost)
    if state.binds and state.price:
        return say(
            "Each {unit} by which this rule ({rule}) gave way would bring about {brings} more.",
            unit=words.spend(words.unit),
            rule=state.label,
            brings=words.brings(view.per_unit(state.price)),
        )
    return ""


def _held_below(view: Swaps, move: Swap) -> Message | str:
    """Another cell whose minimum holds money that would earn more here."""
    size, weekly = view.words.unit, view.weekly
    held = [d for d in view.others if view.bare(d) and not view.full(d) and view.lower[d] > view.near(0.0)]
    last = {d: view.between(d, float(weekly[d]) - size, float(weekly[d])) for d in held}
    cheapest = min(last, key=lambda d: last[d], default=None)
    if cheapest is None or last[cheapest] >= (1.0 - ALIKE) * min(move.brings, move.loses):
        return ""
    return say(
        "Money that brings less is held at {there} by its minimum of {amount} a week: taking {unit} there would lose "
        "only {away}.",
        there=_name(view, cheapest),
        amount=view.words.spend(float(view.lower[cheapest])),
        unit=view.words.spend(size),
        away=view.words.brings(last[cheapest]),
    )


def _held_above(view: Swaps, move: Swap) -> Message | str:
    """Another cell that would earn more with the money, and is held by its maximum."""
    held = [r for r in view.others if view.full(r) and not view.bare(r)]
    brings = {r: view.next(r) for r in held}
    dearest = max(brings, key=lambda r: brings[r], default=None)
    if dearest is None or brings[dearest] <= (1.0 + ALIKE) * max(move.brings, move.loses):
        return ""
    return say(
        "At {there} they would bring more, about {away}, but it stands at its maximum of {amount} a week.",
        there=_name(view, dearest),
        away=view.words.brings(brings[dearest]),
        amount=view.words.spend(float(view.upper[dearest])),
    )


# Evidence -----------------------------------------------------------------------------------------------------------


def _doubts(view: Swaps, up: bool = True) -> Message | str:
    """Where what is said about the cell's curve is a guess."""
    move, words = view.plan.moves[view.cell], view.words
    low, high = (float(end) for end in view.plan.bands.tried[view.cell])
    if not high > 0:
        return say("Nothing was ever spent here: its curve is judged by its network and content type alone.")
    spend = float(view.weekly[view.cell])
    if up and spend + words.unit > BEYOND * high:
        most = words.spend(high)
        return say("Never more than {most} a week was spent here: what more would bring is a guess.", most=most)
    if not up and spend - words.unit < low / BEYOND:
        least = words.spend(low)
        return say("Never less than {least} a week was spent here: what less would bring is a guess.", least=least)
    if move.evidence in WEAK:
        return say("The evidence here is weak: {reason}.", reason=move.evidence_reason)
    return ""
