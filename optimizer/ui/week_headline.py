"""The decision of the page This week as a whole: what to change, what it is worth, and where it leads."""

from __future__ import annotations

import numpy as np

from optimizer.planning.plan import Interval
from optimizer.planning.rebalance.decision import WeekDecision
from optimizer.planning.rebalance.explore_text import explore_sentence
from optimizer.planning.rebalance.rebalance import Rebalance
from optimizer.planning.rebalance.text import BUDGET, odds_of
from optimizer.planning.verdict import has_moved
from optimizer.ui.cells import table_step
from optimizer.ui.format import begun, common_step, day, money, number, percent, place_name, signed
from optimizer.ui.language import _, n_, tell
from optimizer.ui.view import Figure, Headline, amount, goal_name, weeks_text

NAMED_SHARE = 0.6  # the places a headline names hold at least this share of the money moved
MOST_NAMED = 2
DAYS = 7


def changes(found: Rebalance) -> tuple[int, ...]:
    """Cells whose change is large enough to be spoken of, cuts first; less is the budget being a round number."""
    half = table_step(found.plan) / 2
    moves = found.plan.moves
    return tuple(c for c in found.changed if has_moved(moves[c].today, moves[c].plan) and abs(moves[c].change) > half)


def week_headline(decision: WeekDecision) -> Headline:
    """Say what to change next week and what it is worth, or that nothing is worth changing."""
    found = decision.found
    plan = found.plan
    detail = _("Week of {first} to {last}.", first=day(plan.weeks[0]), last=day(plan.weeks[0] + np.timedelta64(6, "D")))
    others = [one for one in ("conversions", "revenue") if one in plan.total and one != plan.goal]
    told = "; ".join(_total(found, name) for name in (plan.goal, *others))
    detail = _("{week} Expected that week: {totals}.", week=detail, totals=told)
    if not changes(found):
        if not plan.responsive:
            said = _("Change nothing: the history shows no response to spend that could be told from chance.")
            return Headline(said, detail, moves=False)
        return Headline(_("Change nothing this week: no move is worth making."), detail, moves=False)
    return Headline(_worth(decision), detail, moves=True)


def _worth(decision: WeekDecision) -> str:
    """The changes and what they are worth."""
    found = decision.found
    plan, gain, count = found.plan, found.worth, len(changes(found))
    what = {"moves": _moved(found), "weeks": weeks_text(found.kept)}
    if all(found.kinds[c] == BUDGET for c in changes(found)):
        return n_(
            "Change {count} budget by what the week's money adds or takes: {moves}. No other move is worth making.",
            "Change {count} budgets by what the week's money adds or takes: {moves}. No other move is worth making.",
            count,
            **what,
        )
    step = common_step(gain.mean, gain.low, gain.high)
    what |= {
        "gain": amount(gain.mean, plan.goal, plan.currency, step),
        "goal": goal_name(plan.goal),
        "low": number(gain.low, step),
        "high": number(gain.high, step),
    }
    if gain.mean <= 0.0:
        what["loss"] = amount(-gain.mean, plan.goal, plan.currency, step)
        return n_(
            "Change {count} budget, {moves}: kept for {weeks} that brings about {loss} less {goal} than today's split, "
            "90 % between {low} and {high}.",
            "Change {count} budgets, {moves}: kept for {weeks} they bring about {loss} less {goal} than today's split, "
            "90 % between {low} and {high}.",
            count,
            **what,
        )
    return n_(
        "Change {count} budget, {moves}: kept for {weeks} that brings about {gain} more {goal}, 90 % between {low} and "
        "{high}.",
        "Change {count} budgets, {moves}: kept for {weeks} they bring about {gain} more {goal}, 90 % between {low} "
        "and {high}.",
        count,
        **what,
    )


def _moved(found: Rebalance) -> str:
    """Whom most of the money leaves, and whom it goes to."""
    change, plan = found.change, found.plan
    givers, takers = (_leading(found, sign * change) for sign in (-1.0, 1.0))
    up, down = float(change[change > 0].sum()), float(-change[change < 0].sum())
    step = 1.0 if max(up, down) >= 10 else 0.0
    parts = {"sources": givers, "targets": takers, "less": money(down, plan.currency, step)}
    parts |= {"more": money(up, plan.currency, step)}
    if not givers:
        return _("{more} a week more, above all for {targets}", **parts)
    if not takers:
        return _("{less} a week less, above all for {sources}", **parts)
    if abs(up - down) <= max(2 * found.step, 0.005 * plan.budget):
        return _("moving {more} a week, above all from {sources} to {targets}", **parts)
    return _("{less} a week less, above all for {sources}, and {more} more, above all for {targets}", **parts)


def _leading(found: Rebalance, size: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    """Names of the places that hold most of the money, at most two; "" where there is none."""
    order = [int(c) for c in np.argsort(-size, kind="stable") if size[c] > 0.5 * found.step]
    if not order:
        return ""
    shares = size[order].cumsum() / size[order].sum()
    names = [place_name(*found.plan.cells[c]) for c in order[: min(int((shares < NAMED_SHARE).sum()) + 1, MOST_NAMED)]]
    return _("{one} and {other}", one=names[0], other=names[1]) if len(names) == 2 else names[0]


def _total(found: Rebalance, outcome: str) -> str:
    total = found.plan.total[outcome]
    step = common_step(total.mean, total.low, total.high)
    return _(
        "{total} {outcome} (90 %: {low} to {high})",
        total=amount(total.mean, outcome, found.plan.currency, step),
        outcome=goal_name(outcome),
        low=number(total.low, step),
        high=number(total.high, step),
    )


def week_figures(decision: WeekDecision) -> tuple[Figure, ...]:
    """Key figures of the week, each with its definition."""
    found = decision.found
    plan = found.plan
    spent = Figure(
        _("Budget of the week"),
        money(plan.budget, plan.currency, _whole(plan.budget)),
        _("{amount} a day", amount=money(plan.budget / DAYS, plan.currency, _whole(plan.budget / DAYS))),
        _("Media cost of next week, without VAT. A day is a seventh of it: what networks ask you to type in."),
    )
    moved = Figure(
        _("Changes"),
        n_("{count} budget", "{count} budgets", len(changes(found))),
        _("{share} of the money changes its place", share=percent(found.churn, 1)),
        _(
            "As few changes as are worth making: each must pay in at least three of five ways in which the history can "
            "be read, and what brings next to nothing is left out."
        ),
    )
    return (spent, moved, _gain(found), *_tests(found), _proof(found))


def _gain(found: Rebalance) -> Figure:
    gain = found.worth
    step = common_step(gain.mean, gain.low, gain.high)
    goal = found.plan.goal
    value = amount(abs(gain.mean), goal, found.plan.currency, step)
    sign = "" if not changes(found) or round(gain.mean / step) == 0 else "+" if gain.mean > 0 else "−"
    note = _("odds that it pays: {odds}", odds=tell(odds_of(found.chance))) if changes(found) else _("nothing changes")
    return Figure(
        begun(_("{goal} if kept {weeks}", goal=goal_name(goal), weeks=weeks_text(found.kept))),
        f"{sign}{value}",
        note,
        _(
            "What these budgets bring more than today's split, scaled to the week's budget, if they are kept for "
            "{weeks}, carry-over after them included; without the ups and downs of single weeks, which hit both alike. "
            "90 % between {low} and {high}.",
            weeks=weeks_text(found.kept),
            low=number(gain.low, step),
            high=number(gain.high, step),
        ),
    )


def _tests(found: Rebalance) -> tuple[Figure, ...]:
    """What is tested on purpose, where that was asked for."""
    if not found.explored:
        return ()
    costs, goal = found.explore_cost, found.plan.goal
    told = amount(costs, goal, found.plan.currency, common_step(costs) if costs else 0.0)
    given_up = _("about {costs} {goal} given up", costs=told, goal=goal_name(goal))
    note = given_up if found.trials else _("none is worth its cost")
    return (
        Figure(
            _("New tests"),
            number(len(found.trials)),
            note,
            _(
                "Small changes on purpose, where knowing more is worth more than it costs. {sentence}",
                sentence=tell(explore_sentence(found)),
            ),
        ),
    )


def _proof(found: Rebalance) -> Figure:
    proven = found.plan.allocation.certificate
    if not found.plan.responsive:
        return Figure(_("Proof"), _("Nothing to prove"), _("no response to spend stands out"), _("Nothing moves."))
    gap = _("under 0.01 %") if proven.gap < 1e-4 else percent(proven.gap, decimals=2)
    return Figure(
        _("Left out"),
        gap,
        _("by fewer, surer moves"),
        _(
            "No split that next week allows can bring more than {most} {goal} if kept for {weeks}, on average; this "
            "one brings {share} less. That is checked on the curves themselves, not taken from a solver.",
            most=amount(proven.bound, found.plan.goal, found.plan.currency, common_step(proven.bound)),
            goal=goal_name(found.plan.goal),
            weeks=weeks_text(found.kept),
            share=gap,
        ),
    )


def signed_interval(value: Interval, found: Rebalance) -> tuple[str, str]:
    """An outcome that a change adds or gives up, with its 90 % interval."""
    plan = found.plan
    step = common_step(value.mean, value.low, value.high)
    text = signed(value.mean, step)
    sign = text[:1] if text[:1] in "+−" else ""
    size = amount(abs(value.mean), plan.goal, plan.currency, step)
    return (
        _("{amount} {goal}", amount=f"{sign}{size}", goal=goal_name(plan.goal)),
        _("90 %: {low} to {high}", low=number(value.low, step), high=number(value.high, step)),
    )


def _whole(value: float) -> float:
    return 1.0 if value >= 10 else 0.0
