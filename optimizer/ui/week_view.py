"""What the page This week shows: the moves as cards, what choices cost, amounts to type in, what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Cell
from optimizer.language.message import place
from optimizer.planning.decisions import Decision
from optimizer.planning.money import money_decimals
from optimizer.planning.plan import Move, Plan
from optimizer.planning.verdict import has_moved
from optimizer.planning.why import why_not_less, why_not_more
from optimizer.ui.cells import DAYS, DOWN, EVIDENCE_DOTS, SAME, UP, evidence_name, table_step
from optimizer.ui.format import NBSP, common_step, day, money, network_name, number, percent, place_name, signed
from optimizer.ui.language import _, n_, speaker, tell
from optimizer.ui.view import amount, goal_name, these_weeks, weeks_text
from optimizer.ui.week_choices import AMOUNT, LEAVE, TAKE, Choices
from optimizer.ui.week_store import Accepted

NOTHING = 1e-3  # of the plan's gain: a cost below it is none


@dataclass(frozen=True)
class Card:
    """One move, as text.

    Attributes
    ----------
    label : str
        Of the cell.
    place, today, plan : str
        Weekly amounts.
    change : str
        With its share of today's amount.
    direction : str
        UP, DOWN or SAME.
    per_day : str
        What a person types into the network.
    brings, brings_range : str
        What the change adds or gives up over the plan's weeks, and its 90 % interval.
    evidence, dots, evidence_reason, reason, warning : str
    state : str
        What was chosen, in words; "" while nothing is.
    """

    label: str
    place: str
    today: str
    plan: str
    change: str
    direction: str
    per_day: str
    brings: str
    brings_range: str
    evidence: str
    dots: str
    evidence_reason: str
    reason: str
    warning: str
    state: str


@dataclass(frozen=True)
class Why:
    """Why a place gets neither more nor less, with what its next money brings."""

    more: str
    less: str
    figure: str
    note: str


@dataclass(frozen=True)
class AmountRow:
    """What to type in for a place."""

    place: str
    per_day: str
    per_week: str
    change: str


@dataclass(frozen=True)
class ChangedRow:
    """A place whose amount differs from that of the accepted plan."""

    place: str
    before: str
    now: str
    change: str
    direction: str


def cards(decision: Decision, choices: Choices) -> tuple[Card, ...]:
    """The moves, largest first by the plan without choices, so that choosing does not shuffle them.

    Places that nothing moves are left out, unless something was chosen for them.
    """
    plan, free = decision.plan, decision.free or decision.plan
    size = {move.cell: abs(move.change) for move in free.moves}
    shown = [
        move
        for move, proposed in zip(plan.moves, free.moves, strict=True)
        if _moves(move, plan) or _moves(proposed, free) or choices.of(move.cell.label)
    ]
    shown.sort(key=lambda move: (-size[move.cell], -abs(move.change), move.cell))
    recommended = {move.cell: move for move in free.moves}
    return tuple(_card(move, decision, choices, recommended[move.cell]) for move in shown)


def _moves(move: Move, plan: Plan) -> bool:
    """Whether a move is large enough to be written as one."""
    return has_moved(move.today, move.plan) and abs(move.change) > table_step(plan) / 2


def _card(move: Move, decision: Decision, choices: Choices, recommended: Move) -> Card:
    """A card; of a place that is fixed it says why the plan proposed otherwise."""
    plan, choice = decision.plan, choices.of(move.cell.label)
    step = table_step(plan)
    brings = decision.brings[plan.cells.index(move.cell)]
    outcome_step = common_step(brings.mean, brings.low, brings.high)
    moves = _moves(move, plan)
    share = f" ({percent(move.change / move.today, sign=True)})" if moves and move.today > 0 else ""
    return Card(
        label=move.cell.label,
        place=place_name(*move.cell),
        today=money(move.today, plan.currency, step),
        plan=money(move.plan, plan.currency, step),
        change=f"{signed(move.change, step)}{share}" if moves else _("as today"),
        direction=SAME if not moves else UP if move.change > 0 else DOWN,
        per_day=_("{amount} a day", amount=daily(move.plan, plan)),
        brings=_signed_amount(brings.mean, plan, outcome_step) if moves else "",
        brings_range=_range(brings.low, brings.high, outcome_step) if moves else "",
        evidence=evidence_name(move.evidence),
        dots=EVIDENCE_DOTS.get(move.evidence, ""),
        evidence_reason=tell(move.evidence_reason),
        reason=tell(recommended.reason if choice in (LEAVE, AMOUNT) else move.reason),
        warning=tell(move.warning),
        state=_state(choice, move, plan, recommended.plan),
    )


def _state(choice: str, move: Move, plan: Plan, recommended: float) -> str:
    """What was chosen, and what was recommended where that is something else."""
    proposed = money(recommended, plan.currency, table_step(plan))
    differs = has_moved(recommended, move.plan)
    if choice == TAKE:
        return _("Taken; without your other choices it was {amount}.", amount=proposed) if differs else _("Taken")
    if choice == LEAVE:
        return _("Left as today; the plan proposed {amount}.", amount=proposed) if differs else _("Left as today")
    if choice == AMOUNT:
        return _("Your amount; the plan proposed {amount}.", amount=proposed) if differs else _("Your amount")
    return ""


def daily(weekly: float, plan: Plan) -> str:
    """A seventh of a weekly amount in the smallest units the plan writes, as a person types it into a network."""
    decimals = money_decimals(plan.budget, len(plan.weeks), len(plan.cells), plan.currency)
    return speaker().money(weekly / DAYS, plan.currency, decimals)


def choice_cost(decision: Decision, choices: Choices) -> str:
    """What the choices cost against the plan without them; "" where nothing is fixed."""
    count, plan = len(choices.fixed), decision.plan
    if not count:
        return ""
    if decision.cost is None or decision.free is None:
        return _("Without your choices no plan keeps the rules, so what they cost cannot be told.")
    cost, gain = decision.cost, decision.free.gain[plan.goal]
    small = NOTHING * max(abs(gain.mean), abs(gain.low), abs(gain.high))
    if abs(cost.mean) <= small and decision.cost_in_all <= small:
        return n_("Your choice costs nothing to speak of.", "Your {count} choices cost nothing to speak of.", count)
    step = common_step(cost.mean, cost.low, cost.high)
    if cost.mean <= 0:
        return n_(
            "Your choice brings {more} more {goal} over {weeks}, but with the 8 weeks after it costs {cost}.",
            "Your {count} choices bring {more} more {goal} over {weeks}, but with the 8 weeks after they cost {cost}.",
            count,
            more=amount(-cost.mean, plan.goal, plan.currency, step),
            goal=goal_name(plan.goal),
            weeks=weeks_text(len(plan.weeks)),
            cost=amount(decision.cost_in_all, plan.goal, plan.currency, step),
        )
    return n_(
        "Your choice costs about {cost} {goal} over {weeks}, 90 % between {low} and {high}: without it the plan would "
        "bring {free} more than today's split.",
        "Your {count} choices cost about {cost} {goal} over {weeks}, 90 % between {low} and {high}: without them the "
        "plan would bring {free} more than today's split.",
        count,
        cost=amount(cost.mean, plan.goal, plan.currency, step),
        goal=goal_name(plan.goal),
        weeks=weeks_text(len(plan.weeks)),
        low=number(cost.low, step),
        high=number(cost.high, step),
        free=amount(gain.mean, plan.goal, plan.currency, common_step(gain.mean, gain.low, gain.high)),
    )


def decided(choices: Choices, shown: Sequence[Card]) -> str:
    """How many moves were decided, in a line."""
    marks = [choices.of(card.label) for card in shown]
    taken, left, own, still = (marks.count(mark) for mark in (TAKE, LEAVE, AMOUNT, ""))
    parts = (
        _("{count} taken", count=taken) if taken else "",
        _("{count} left as today", count=left) if left else "",
        _("{count} at your amount", count=own) if own else "",
        _("{count} open", count=still) if still else "",
    )
    return " · ".join(part for part in parts if part)


# Why not more -------------------------------------------------------------------------------------------------------


def why(decision: Decision, cell: Cell) -> Why:
    """What stops money from going to a place, or from leaving it."""
    plan, rules = decision.plan, decision.rules
    move = plan.moves[plan.cells.index(cell)]
    unit = money(move.unit, plan.currency)
    brings = move.marginal * move.unit
    return Why(
        more=tell(why_not_more(plan, cell, rules)),
        less=tell(why_not_less(plan, cell, rules)),
        figure=_(
            "{amount} for the next {unit}",
            amount=_counted(brings, plan),
            unit=unit,
        ),
        note=_(
            "at {planned} a week; {today} today",
            planned=money(move.plan, plan.currency, table_step(plan)),
            today=money(move.today, plan.currency, table_step(plan)),
        ),
    )


def usual_why(decision: Decision) -> Cell:
    """The place a person asks about first: of those that are not fixed, the one whose next money brings most."""
    plan = decision.plan
    fixed = plan.bounds.upper - plan.bounds.lower <= 0
    free = [move for move, is_fixed in zip(plan.moves, fixed.tolist(), strict=True) if not is_fixed]
    return max(free or plan.moves, key=lambda move: (move.marginal if plan.responsive else 0.0, move.plan)).cell


# Amounts to type in -------------------------------------------------------------------------------------------------


def amounts(plan: Plan) -> dict[str, tuple[AmountRow, ...]]:
    """What to type into each network, dearest first; places that get nothing and got nothing are left out."""
    step = table_step(plan)
    by_network: dict[str, list[Move]] = {}
    for move in sorted(plan.moves, key=lambda move: -move.plan):
        if move.plan > 0 or _moves(move, plan):
            by_network.setdefault(move.cell.network, []).append(move)
    return {
        network_name(network): tuple(
            AmountRow(
                place_name("", move.cell.content_type, move.cell.audience),
                daily(move.plan, plan) if move.plan > 0 else _("stop"),
                money(move.plan, plan.currency, step),
                signed(move.change, step) if _moves(move, plan) else _("as today"),
            )
            for move in moves
        )
        for network, moves in by_network.items()
    }


# Since the last accepted plan -----------------------------------------------------------------------------------------


def changed_since(plan: Plan, accepted: Accepted) -> tuple[ChangedRow, ...]:
    """Places whose weekly amount differs from the accepted plan's, largest difference first."""
    step = table_step(plan)
    now = {move.cell.label: move.plan for move in plan.moves}
    labels = dict.fromkeys((*now, *accepted.weekly))
    found = []
    for label in labels:
        before, planned = accepted.weekly.get(label, 0.0), now.get(label, 0.0)
        if has_moved(before, planned) and abs(planned - before) > step / 2:
            found.append((label, before, planned))
    found.sort(key=lambda one: -abs(one[2] - one[1]))
    return tuple(
        ChangedRow(
            tell(place(tuple(label.split("/")))),
            money(before, plan.currency, step) if label in accepted.weekly else _("not in it"),
            money(planned, plan.currency, step) if label in now else _("not in the history"),
            signed(planned - before, step),
            UP if planned > before else DOWN,
        )
        for label, before, planned in found
    )


def changed_sentence(plan: Plan, accepted: Accepted, rows: Sequence[ChangedRow]) -> str:
    """How this plan differs from the accepted one as a whole."""
    weekly, before = plan.budget / len(plan.weeks), accepted.budget / accepted.weeks
    values: Mapping[str, object] = {
        "name": accepted.kept.name,
        "before": money(before, plan.currency, table_step(plan)),
        "now": money(weekly, plan.currency, table_step(plan)),
        "start": day(np.datetime64(accepted.first)),
        "weeks": weeks_text(accepted.weeks),
    }
    if not rows:
        return _("Every amount is as in {name} ({weeks} from {start}).", **values)
    if has_moved(before, weekly):
        return n_(
            "{count} place differs from {name} ({weeks} from {start}); the weekly budget goes from {before} to {now}.",
            "{count} places differ from {name} ({weeks} from {start}); the weekly budget goes from {before} to {now}.",
            len(rows),
            **values,
        )
    return n_(
        "{count} place differs from {name} ({weeks} from {start}); the weekly budget stays at {now}.",
        "{count} places differ from {name} ({weeks} from {start}); the weekly budget stays at {now}.",
        len(rows),
        **values,
    )


def proposed_name(plan: Plan) -> str:
    """A name for the plan: its first and last day."""
    last = plan.weeks[-1] + np.timedelta64(6, "D")
    return _("Plan {first} to {last}", first=day(plan.weeks[0]), last=day(last)).replace(NBSP, " ")


def keep_question(plan: Plan) -> str:
    """What is asked of a person where nothing moves."""
    return _(
        "There is no move to decide on: accepting keeps today's split for {weeks}.", weeks=these_weeks(len(plan.weeks))
    )


def _counted(value: float, plan: Plan) -> str:
    """An outcome with its name where it is a count."""
    text = amount(value, plan.goal, plan.currency)
    return text if plan.goal in ("revenue", "value") else _("{amount} {goal}", amount=text, goal=goal_name(plan.goal))


def _signed_amount(value: float, plan: Plan, step: float) -> str:
    text = signed(value, step)
    sign = text[:1] if text[:1] in "+−" else ""
    return f"{sign}{_counted_to(abs(value), plan, step)}"


def _counted_to(value: float, plan: Plan, step: float) -> str:
    text = amount(value, plan.goal, plan.currency, step)
    return _("{amount} {goal}", amount=text, goal=goal_name(plan.goal))


def _range(low: float, high: float, step: float) -> str:
    return _("90 %: {low} to {high}", low=number(low, step), high=number(high, step))
