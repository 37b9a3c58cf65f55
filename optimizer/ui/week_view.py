"""What the page This week shows: changes as cards, what stays and why, amounts to type in, what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.language.message import place
from optimizer.planning.money import money_decimals
from optimizer.planning.plan import Move, Plan
from optimizer.planning.rebalance.decision import WeekDecision
from optimizer.planning.rebalance.explore_text import learned_sentence
from optimizer.planning.rebalance.limits import Hold
from optimizer.planning.rebalance.rebalance import Rebalance
from optimizer.planning.rebalance.text import TEST, kind_name
from optimizer.planning.verdict import has_moved
from optimizer.ui.cells import DAYS, DOWN, EVIDENCE_DOTS, SAME, UP, evidence_name, table_step
from optimizer.ui.format import NBSP, common_step, day, money, network_name, number, percent, place_name, signed
from optimizer.ui.language import _, n_, speaker, tell
from optimizer.ui.view import amount, goal_name, weeks_text
from optimizer.ui.week_choices import AMOUNT, LEAVE, TAKE, Choices
from optimizer.ui.week_headline import changes, signed_interval
from optimizer.ui.week_store import Accepted

NOTHING = 1e-3  # of the gain: a cost below it is none
AIMED = 0.02  # relative: what leads no further than this leads nowhere
TESTS = (TEST, Hold.TESTING.value)


@dataclass(frozen=True)
class Card:
    """One change, as text.

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
    per_day_today : str
        What is typed in now.
    brings, brings_range : str
        What the change adds or gives up if it is kept, and its 90 % interval.
    leads : str
        The weekly amount it leads to; "" where it leads no further.
    evidence, dots, evidence_reason, reason, warning : str
    state : str
        What was chosen, in words; "" while nothing is.
    test : bool
        Whether it is a test.
    """

    label: str
    place: str
    today: str
    plan: str
    change: str
    direction: str
    per_day: str
    per_day_today: str
    brings: str
    brings_range: str
    leads: str
    evidence: str
    dots: str
    evidence_reason: str
    reason: str
    warning: str
    state: str
    test: bool


@dataclass(frozen=True)
class StayRow:
    """A place that keeps its budget: what it is, in a word or two why, where it leads, and the reason."""

    place: str
    per_week: str
    per_day: str
    kind: str
    leads: str
    reason: str


@dataclass(frozen=True)
class AimRow:
    """A place whose budget is on its way."""

    place: str
    today: str
    plan: str
    aim: str
    change: str
    direction: str


@dataclass(frozen=True)
class AmountRow:
    """What to type in for a place."""

    place: str
    per_day: str
    per_week: str
    change: str


@dataclass(frozen=True)
class ChangedRow:
    """A place whose amount differs from that of the accepted budgets."""

    place: str
    before: str
    now: str
    change: str
    direction: str


def cards(decision: WeekDecision, choices: Choices) -> tuple[Card, ...]:
    """The changes, largest first by the proposal without choices, so that choosing does not shuffle them.

    Places that keep their budget are left out, unless something was chosen for them or a test goes on there.
    """
    found, free = decision.found, decision.free or decision.found
    proposed, moved = set(changes(free)), set(changes(found))
    size = np.abs(free.change)
    labels = [cell.label for cell in found.plan.cells]
    shown = [
        c for c in range(len(labels)) if c in proposed or c in moved or choices.of(labels[c]) or found.kinds[c] in TESTS
    ]
    shown.sort(key=lambda c: (-size[c], -abs(found.change[c]), labels[c]))
    return tuple(_card(c, decision, choices) for c in shown)


def _card(c: int, decision: WeekDecision, choices: Choices) -> Card:
    """A card; of a place that is fixed it says why something else was proposed."""
    found, free = decision.found, decision.free or decision.found
    plan, move = found.plan, found.plan.moves[c]
    choice, step = choices.of(move.cell.label), table_step(found.plan)
    moves = c in changes(found)
    share = f" ({percent(move.change / move.today, sign=True)})" if moves and move.today > 0 else ""
    brings, spread = signed_interval(decision.brings[c], found) if moves else ("", "")
    fixed = choice in (LEAVE, AMOUNT)
    return Card(
        label=move.cell.label,
        place=place_name(*move.cell),
        today=money(move.today, plan.currency, step),
        plan=money(move.plan, plan.currency, step),
        change=f"{signed(move.change, step)}{share}" if moves else _("as today"),
        direction=SAME if not moves else UP if move.change > 0 else DOWN,
        per_day=_("{amount} a day", amount=daily(move.plan, plan)),
        per_day_today=_("{amount} now", amount=daily(move.today, plan)) if moves else "",
        brings=brings,
        brings_range=spread,
        leads=leads_to(free if fixed else found, c),
        evidence=evidence_name(move.evidence),
        dots=EVIDENCE_DOTS.get(move.evidence, ""),
        evidence_reason=tell(move.evidence_reason),
        reason=tell(free.plan.moves[c].reason if fixed else move.reason),
        warning=tell(move.warning),
        state=_state(choice, move, plan, float(free.plan.spend[c, 0])),
        test=(free if fixed else found).kinds[c] in TESTS,
    )


def leads_to(found: Rebalance, c: int) -> str:
    """The weekly amount that a place is on its way to; "" where it is there."""
    aim, planned = float(found.aim[c]), float(found.plan.spend[c, 0])
    if not found.plan.responsive or abs(aim - planned) <= AIMED * max(aim, planned):
        return ""
    return _("{amount} a week", amount=money(aim, found.plan.currency, table_step(found.plan)))


def _state(choice: str, move: Move, plan: Plan, recommended: float) -> str:
    """What was chosen, and what was recommended where that is something else."""
    proposed = money(recommended, plan.currency, table_step(plan))
    differs = has_moved(recommended, move.plan)
    if choice == TAKE:
        return _("Taken; without your other choices it was {amount}.", amount=proposed) if differs else _("Taken")
    if choice == LEAVE:
        return _("Left as today; {amount} was proposed.", amount=proposed) if differs else _("Left as today")
    if choice == AMOUNT:
        return _("Your amount; {amount} was proposed.", amount=proposed) if differs else _("Your amount")
    return ""


def daily(weekly: float, plan: Plan) -> str:
    """A seventh of a weekly amount in the smallest units the plan writes, as a person types it into a network."""
    decimals = money_decimals(plan.budget, len(plan.weeks), len(plan.cells), plan.currency)
    return speaker().money(weekly / DAYS, plan.currency, decimals)


def choice_cost(decision: WeekDecision, choices: Choices) -> str:
    """What the choices cost against the plan without them; "" where nothing is fixed."""
    count, found = len(choices.fixed), decision.found
    if not count:
        return ""
    if decision.cost is None or decision.free is None:
        return _("Without your choices next week cannot hold the budget, so what they cost cannot be told.")
    cost, gain, plan = decision.cost, decision.free.worth, found.plan
    if abs(cost.mean) <= NOTHING * max(abs(gain.mean), abs(gain.low), abs(gain.high)):
        return n_("Your choice costs nothing to speak of.", "Your {count} choices cost nothing to speak of.", count)
    step = common_step(cost.mean, cost.low, cost.high)
    figures = {
        "cost": amount(abs(cost.mean), plan.goal, plan.currency, step),
        "goal": goal_name(plan.goal),
        "weeks": weeks_text(found.kept),
        "low": number(cost.low, step),
        "high": number(cost.high, step),
        "free": amount(gain.mean, plan.goal, plan.currency, common_step(gain.mean, gain.low, gain.high)),
    }
    if cost.mean < 0:
        return n_(
            "Your choice brings about {cost} more {goal} over {weeks} than what was proposed, which left out what is "
            "less sure.",
            "Your {count} choices bring about {cost} more {goal} over {weeks} than what was proposed, which left out "
            "what is less sure.",
            count,
            **figures,
        )
    return n_(
        "Your choice costs about {cost} {goal} over {weeks}, 90 % between {low} and {high}: without it the budgets "
        "would bring {free} more than today's split.",
        "Your {count} choices cost about {cost} {goal} over {weeks}, 90 % between {low} and {high}: without them the "
        "budgets would bring {free} more than today's split.",
        count,
        **figures,
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


# What stays ---------------------------------------------------------------------------------------------------------


def stays(decision: WeekDecision, shown: Sequence[Card]) -> tuple[StayRow, ...]:
    """Every place that keeps its budget and has no card, dearest first, with why."""
    found = decision.found
    plan, named = found.plan, {card.label for card in shown}
    step = table_step(plan)
    kept = [c for c, cell in enumerate(plan.cells) if cell.label not in named]
    kept.sort(key=lambda c: (-plan.spend[c, 0], plan.cells[c]))
    return tuple(
        StayRow(
            place_name(*plan.cells[c]),
            money(plan.moves[c].plan, plan.currency, step),
            daily(plan.moves[c].plan, plan),
            tell(kind_name(found.kinds[c])),
            leads_to(found, c) or "–",
            tell(plan.moves[c].reason),
        )
        for c in kept
    )


def aims(found: Rebalance) -> tuple[AimRow, ...]:
    """Where each place is on its way to, furthest first; none where the history shows no response."""
    plan, step = found.plan, table_step(found.plan)
    going = [c for c in range(len(plan.cells)) if leads_to(found, c)]
    going.sort(key=lambda c: -abs(float(found.aim[c]) - float(found.current[c])))
    return tuple(
        AimRow(
            place_name(*plan.cells[c]),
            money(float(found.current[c]), plan.currency, step),
            money(float(plan.spend[c, 0]), plan.currency, step),
            money(float(found.aim[c]), plan.currency, step),
            signed(float(found.aim[c] - found.current[c]), step),
            UP if found.aim[c] > found.current[c] else DOWN,
        )
        for c in going
    )


def learned(found: Rebalance) -> tuple[str, ...]:
    """What tests that are over have taught, a sentence each."""
    return tuple(tell(learned_sentence(one, found)) for one in found.learned)


# Amounts to type in -------------------------------------------------------------------------------------------------


def _moves(move: Move, plan: Plan) -> bool:
    """Whether a change is large enough to be written as one."""
    return has_moved(move.today, move.plan) and abs(move.change) > table_step(plan) / 2


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


# Since the last accepted budgets ------------------------------------------------------------------------------------


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
    """A name for the week's budgets: its first and last day."""
    last = plan.weeks[-1] + np.timedelta64(6, "D")
    return _("Week {first} to {last}", first=day(plan.weeks[0]), last=day(last)).replace(NBSP, " ")
