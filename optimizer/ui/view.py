"""What the screen says about a plan as a whole: headline, key figures, findings. Every figure comes from the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.allocation.problem import Status
from optimizer.history.findings import Finding, Severity
from optimizer.planning.headline import proof
from optimizer.planning.plan import Interval, Move, Plan
from optimizer.planning.verdict import Verdict, has_moved, moved_money, verdict
from optimizer.planning.wording import MONEY_OUTCOMES, PROFIT, outcome_name
from optimizer.ui.format import begun, common_step, day, in_words, money, number, percent, place_name
from optimizer.ui.language import _, n_, tell

NAMED_SHARE = 0.6  # the places a headline names hold at least this share of the money moved
MOST_NAMED = 2


@dataclass(frozen=True)
class Headline:
    """The decision and its worth in one sentence, a line below it, and whether anything moves."""

    sentence: str
    detail: str
    moves: bool


@dataclass(frozen=True)
class Figure:
    """One key figure: name, value, a line below it, and its definition."""

    label: str
    value: str
    note: str
    definition: str


@dataclass(frozen=True)
class FindingLine:
    """A finding as the screen lists it; `serious` ones are shown before the plan."""

    level: str
    sentence: str
    serious: bool


def goal_name(goal: str) -> str:
    """Name of an outcome for people; unknown ones are read from the column name.

    Examples
    --------
    >>> goal_name("revenue"), goal_name("followers_gained")
    ('revenue', 'followers gained')
    """
    return tell(outcome_name(goal))


def amount(value: float, goal: str, currency: str, step: float = 0.0) -> str:
    """Write an outcome: money for revenue and profit, else a count.

    Examples
    --------
    >>> from optimizer.ui.format import NBSP
    >>> amount(310.0, "conversions", "EUR"), amount(310.0, "revenue", "EUR").replace(NBSP, " ")
    ('310', 'EUR 310')
    """
    return money(value, currency if goal in MONEY_OUTCOMES else "", step)


def one_more(currency: str) -> str:
    """The amount behind "the next": one unit of the currency, in words where nobody said which.

    Examples
    --------
    >>> one_more("EUR").replace("\N{NO-BREAK SPACE}", " "), one_more("")
    ('EUR 1', 'unit of money')
    """
    return money(1.0, currency) if currency else _("unit of money")


def weeks_text(count: int) -> str:
    """Write a number of weeks as words.

    Examples
    --------
    >>> weeks_text(1), weeks_text(4)
    ('one week', 'four weeks')
    """
    return n_("{words} week", "{words} weeks", count, words=in_words(count))


def these_weeks(count: int) -> str:
    """Point at the weeks of the plan.

    Examples
    --------
    >>> these_weeks(1), these_weeks(4)
    ('this one week', 'these four weeks')
    """
    return n_("this {words} week", "these {words} weeks", count, words=in_words(count))


def headline(plan: Plan, given: bool = False) -> Headline:
    """Say what to do and what it is worth, or that nothing is worth doing.

    Parameters
    ----------
    plan : Plan
    given : bool
        Whether today's budgets were given by a person, and are not the mean of the last weeks.
    """
    starts = n_(
        "{words} week from {start}.",
        "{words} weeks from {start}.",
        len(plan.weeks),
        words=begun(in_words(len(plan.weeks))),
        start=day(plan.weeks[0]),
    )
    today = _todays_split(plan, given)
    others = "; ".join(_other_outcome(plan, outcome) for outcome in plan.total if outcome not in (plan.goal, PROFIT))
    also = [_("Also expected: {outcomes}.", outcomes=others)] if others else []
    detail = " ".join([starts, today, *also])
    said = verdict(plan)
    if said is Verdict.NO_RESPONSE:
        kept = _("Keep today's split: the history shows no response to spend that could be told from chance.")
        return Headline(kept, detail, moves=False)
    if said is Verdict.STAYS:
        return Headline(_("Keep today's split: no move is worth making at this budget."), detail, moves=False)
    return Headline(_worth(plan, said), detail, moves=True)


def _todays_split(plan: Plan, given: bool) -> str:
    """What "today" means."""
    if given and _today_moved(plan):
        return _("Today means the budgets you gave, scaled to this budget and moved as far as limits ask.")
    if given:
        return _("Today means the budgets you gave, scaled to this budget.")
    if _today_moved(plan):
        return _(
            "Today means your split of the last 12 complete weeks, scaled to this budget and moved as far as limits "
            "ask."
        )
    return _("Today means your split of the last 12 complete weeks, scaled to this budget.")


def _today_moved(plan: Plan) -> bool:
    """Whether limits keep the plan's own reference away from what was spent lately, scaled to the budget."""
    recent = plan.run.settings.get("current")
    if not isinstance(recent, Mapping) or not sum(recent.values()) > 0:
        return False
    today = {move.cell.label: move.today for move in plan.moves}
    scale = sum(today.values()) / sum(recent.values())
    return any(has_moved(scale * spend, today.get(label, 0.0)) for label, spend in recent.items())


def _worth(plan: Plan, said: Verdict) -> str:
    """The moves and what they are worth."""
    gain = plan.gain[plan.goal]
    step = common_step(gain.mean, gain.low, gain.high)
    parts = {
        "move": _move_sentence(plan),
        "gain": amount(gain.mean, plan.goal, plan.currency, step),
        "goal": goal_name(plan.goal),
        "weeks": weeks_text(len(plan.weeks)),
        "low": number(gain.low, step),
        "high": number(gain.high, step),
    }
    if said is Verdict.GAINS:
        return _("{move}: about {gain} more {goal} over {weeks}, 90 % between {low} and {high}.", **parts)
    if said is Verdict.UNSURE:
        return _(
            "{move}: {gain} more {goal} over {weeks} at best guess, but it may also bring less: 90 % between {low} "
            "and {high}.",
            **parts,
        )
    if said is Verdict.SAFER:
        proven = plan.allocation
        worst = proven.certificate.value - proven.baseline_value
        parts["worst"] = amount(worst, plan.goal, plan.currency, common_step(worst))
        return _(
            "{move}: in the worst fifth of cases it brings about {worst} more {goal} by the end of the 8 weeks after; "
            "over all cases {gain} over {weeks}, 90 % between {low} and {high}.",
            **parts,
        )
    parts["later"] = _signed_gain(plan.carry_after[plan.goal], plan.goal, plan.currency)
    return _(
        "{move}: it pays after {these}, with {later} {goal} in the 8 weeks that follow; until then it brings {gain} "
        "(90 % between {low} and {high}).",
        these=these_weeks(len(plan.weeks)),
        **parts,
    )


def figures(plan: Plan) -> tuple[Figure, ...]:
    """Key figures of the plan, each with its definition; profit and unspent money where there are any."""
    shown = [_spend(plan), _total(plan), _gain(plan)]
    if PROFIT in plan.total and plan.goal != PROFIT:
        shown.append(_profit(plan))
    if plan.unspent > 0:
        shown.append(_unspent(plan))
    return (*shown, _proof(plan))


def _spend(plan: Plan) -> Figure:
    weeks = weeks_text(len(plan.weeks))
    whole = _("Media cost over the plan's weeks, without VAT, spent in full.")
    part = _("Media cost over the plan's weeks, without VAT: what of the budget comes back as profit.")
    return Figure(
        _("Spend"),
        money(plan.budget, plan.currency),
        _("{weekly} a week for {weeks}", weekly=money(plan.budget / len(plan.weeks), plan.currency), weeks=weeks),
        part if plan.unspent > 0 else whole,
    )


def _total(plan: Plan) -> Figure:
    goal = goal_name(plan.goal)
    organic = _(
        "All {goal} of the plan's weeks, also what comes without spend. In nine of ten cases the figure you will see "
        "once everything is reported lies in the interval: it holds the ups and downs of single weeks too.",
        goal=goal,
    )
    return Figure(
        begun(_("Expected {goal}", goal=goal)),
        _rounded(plan.total[plan.goal], plan.goal, plan.currency),
        _interval(plan.total[plan.goal]),
        profit_definition() if plan.goal == PROFIT else organic,
    )


def _gain(plan: Plan) -> Figure:
    carry = plan.carry_after[plan.goal]
    return Figure(
        _("More than today's split"),
        _signed_gain(plan.gain[plan.goal], plan.goal, plan.currency),
        _interval(plan.gain[plan.goal]),
        _(
            "Expected {goal} of this plan minus that of today's split at the same budget, in the plan's weeks. The "
            "interval is that of the difference, without the ups and downs of single weeks, which hit both alike. In "
            "the 8 weeks after, carry-over adds {carry} ({goal}, compared with today's split).",
            goal=goal_name(plan.goal),
            carry=amount(carry.mean, plan.goal, plan.currency, common_step(carry.mean)),
        ),
    )


def _profit(plan: Plan) -> Figure:
    gain = _signed_gain(plan.gain[PROFIT], PROFIT, plan.currency)
    return Figure(
        _("Expected profit"),
        _rounded(plan.total[PROFIT], PROFIT, plan.currency),
        _("{gain} against today's split", gain=gain),
        profit_definition(),
    )


def _unspent(plan: Plan) -> Figure:
    return Figure(
        _("Left unspent"),
        money(plan.unspent, plan.currency),
        _("of a budget of {budget}", budget=money(plan.budget + plan.unspent, plan.currency)),
        _("Money of the budget that would not come back as profit, wherever it was spent."),
    )


def profit_definition() -> str:
    """What profit is."""
    return _(
        "Margin on all revenue of the plan's weeks, less media, production and team. Margin and costs are those of the "
        "page Data and settings."
    )


def finding_lines(findings: Iterable[Finding]) -> tuple[FindingLine, ...]:
    """List findings as sentences, worst first as they come."""
    return tuple(
        FindingLine(_level(finding.severity), tell(finding.text), finding.severity is Severity.SERIOUS)
        for finding in findings
    )


def _level(severity: Severity) -> str:
    if severity is Severity.SERIOUS:
        return _("Serious")
    return _("Check") if severity is Severity.WARNING else _("Note")


def _other_outcome(plan: Plan, outcome: str) -> str:
    """What the plan brings of an outcome that is not its goal."""
    total = plan.total[outcome]
    step = common_step(total.mean, total.low, total.high)
    return _(
        "{total} {outcome} (90 %: {low} to {high}), {gain} against today's split",
        total=amount(total.mean, outcome, plan.currency, step),
        outcome=goal_name(outcome),
        low=number(total.low, step),
        high=number(total.high, step),
        gain=_signed_gain(plan.gain[outcome], outcome, plan.currency),
    )


def _proof(plan: Plan) -> Figure:
    """The certificate in plain words."""
    certificate = plan.allocation.certificate
    if not plan.responsive:
        return Figure(_("Proof"), _("Nothing to prove"), _("no response to spend stands out"), tell(proof(plan)))
    gap = _("under 0.01 %") if certificate.gap < 1e-4 else percent(certificate.gap, decimals=2)
    checked = _(
        "That is checked on the curves themselves, not taken from a solver. It says nothing about how well the curves "
        "are known: the intervals do."
    )
    definition = f"{tell(proof(plan))} {checked}"
    if certificate.status is Status.OPTIMAL:
        return Figure(_("Proof"), _("Best possible"), _("gap to any better split {gap}", gap=gap), definition)
    return Figure(_("Proof"), _("Within {gap}", gap=gap), _("of the best possible split"), definition)


def _interval(interval: Interval) -> str:
    step = common_step(interval.mean, interval.low, interval.high)
    return _("90 %: {low} to {high}", low=number(interval.low, step), high=number(interval.high, step))


def _rounded(interval: Interval, goal: str, currency: str) -> str:
    return amount(interval.mean, goal, currency, common_step(interval.mean, interval.low, interval.high))


def _signed_gain(interval: Interval, goal: str, currency: str) -> str:
    step = common_step(interval.mean, interval.low, interval.high)
    return money(interval.mean, currency if goal in MONEY_OUTCOMES else "", step, sign=True)


def _move_sentence(plan: Plan) -> str:
    """Name the places that give and take most of the money moved."""
    givers, all_givers = _leading([move for move in plan.moves if move.plan < move.today])
    takers, all_takers = _leading([move for move in plan.moves if move.plan > move.today])
    moved = moved_money(plan)
    parts = {"amount": _weekly(moved, plan), "sources": _listed(givers), "targets": _listed(takers)}
    left = plan.unspent / len(plan.weeks)
    if left > 0.5 * common_step(moved) and givers:
        parts["left"], parts["given"] = _weekly(left, plan), _weekly(max(moved - left, 0.0), plan)
        if not takers:
            if all_givers:
                return _("Spend {amount} a week less on {sources}", **parts)
            return _("Spend {amount} a week less, above all on {sources}", **parts)
        if all_givers and all_takers:
            return _("Take {amount} a week from {sources}, give {given} to {targets} and leave {left} unspent", **parts)
        return _(
            "Take {amount} a week, above all from {sources}, give {given}, above all to {targets}, and leave {left} "
            "unspent",
            **parts,
        )
    if not givers or not takers:
        return _("Move {amount} a week", **parts)
    if all_givers and all_takers:
        return _("Move {amount} a week from {sources} to {targets}", **parts)
    return _("Move {amount} a week, above all from {sources} to {targets}", **parts)


def _weekly(value: float, plan: Plan) -> str:
    return money(value, plan.currency, common_step(value) if value >= 1000 else 0.0)


def _listed(names: list[str]) -> str:
    """One name, or two with the word between them."""
    return _("{one} and {other}", one=names[0], other=names[1]) if len(names) == 2 else "".join(names)


def _leading(moves: list[Move]) -> tuple[list[str], bool]:
    """Names of the largest moves that hold most of the money, at most two; and whether they are all there is."""
    ranked = sorted(moves, key=lambda move: -abs(move.plan - move.today))
    sizes = np.array([abs(move.plan - move.today) for move in ranked])
    if not sizes.size:
        return [], False
    shares = sizes.cumsum() / sizes.sum()
    count = min(int(np.searchsorted(shares, NAMED_SHARE)) + 1, MOST_NAMED, len(ranked))
    return [place_name(*move.cell) for move in ranked[:count]], bool(shares[count - 1] > 0.98)
