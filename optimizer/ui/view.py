"""What the screen says about a plan as a whole: headline, key figures, findings. Every figure comes from the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimizer.allocation.problem import Status
from optimizer.history.findings import Finding, Severity
from optimizer.planning.explain import proof
from optimizer.planning.plan import Interval, Move, Plan
from optimizer.planning.verdict import Verdict, moved_money, verdict
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.ui import text
from optimizer.ui.format import NBSP, common_step, day, in_words, money, number, percent, place_name, signed

NAMED_SHARE = 0.6  # the places a headline names hold at least this share of the money moved
MOST_NAMED = 2
_KEPT = {Verdict.NO_RESPONSE: text.HEAD_NO_RESPONSE, Verdict.STAYS: text.HEAD_KEEP}
_WORTH = {Verdict.GAINS: text.HEAD_WORTH, Verdict.UNSURE: text.HEAD_UNSURE, Verdict.LATER: text.HEAD_LATER}
_LEVELS = {Severity.SERIOUS: text.LEVEL_SERIOUS, Severity.WARNING: text.LEVEL_WARNING, Severity.NOTE: text.LEVEL_NOTE}


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
    return text.GOAL_NAMES.get(goal, goal.replace("_", " "))


def amount(value: float, goal: str, currency: str, step: float = 0.0) -> str:
    """Write an outcome: money for revenue and profit, else a count.

    Examples
    --------
    >>> amount(310.0, "conversions", "EUR"), amount(310.0, "revenue", "EUR").replace(NBSP, " ")
    ('310', 'EUR 310')
    """
    return money(value, currency if goal in MONEY_OUTCOMES else "", step)


def weeks_text(count: int) -> str:
    """Write a number of weeks as words.

    Examples
    --------
    >>> weeks_text(1), weeks_text(4)
    ('one week', 'four weeks')
    """
    return text.ONE_WEEK if count == 1 else text.WEEKS_COUNT.format(count=in_words(count))


def these_weeks(count: int) -> str:
    """Point at the weeks of the plan.

    Examples
    --------
    >>> these_weeks(1), these_weeks(4)
    ('this one week', 'these four weeks')
    """
    return (text.THIS_WEEK if count == 1 else text.THESE_WEEKS).format(weeks=weeks_text(count))


def headline(plan: Plan) -> Headline:
    """Say what to do and what it is worth, or that nothing is worth doing."""
    weeks = weeks_text(len(plan.weeks))
    detail = " ".join(
        [
            text.DETAIL.format(weeks_cap=weeks[:1].upper() + weeks[1:], start=day(plan.weeks[0])),
            *(_other_outcome(plan, outcome) for outcome in plan.total if outcome != plan.goal),
        ]
    )
    said = verdict(plan)
    if said in _KEPT:
        return Headline(_KEPT[said], detail, moves=False)
    gain = plan.gain[plan.goal]
    step = common_step(gain.mean, gain.low, gain.high)
    currency = plan.currency if plan.goal in MONEY_OUTCOMES else ""
    later = plan.carry_after[plan.goal]
    filled = _WORTH[said].format(
        move=_move_sentence(plan, moved_money(plan)),
        these=these_weeks(len(plan.weeks)),
        later=_signed_gain(later, plan.goal, plan.currency),
        gain=money(gain.mean, currency, step),
        goal=goal_name(plan.goal),
        weeks=weeks,
        low=number(gain.low, step),
        high=number(gain.high, step),
        nbsp=NBSP,
    )
    return Headline(filled, detail, moves=True)


def figures(plan: Plan) -> tuple[Figure, ...]:
    """Key figures of the plan, each with its definition."""
    weeks = weeks_text(len(plan.weeks))
    spend = float(plan.spend.sum())
    goal, currency = goal_name(plan.goal), plan.currency
    carry = plan.carry_after[plan.goal]
    carry_text = amount(carry.mean, plan.goal, currency, common_step(carry.mean))
    return (
        Figure(
            text.FIG_SPEND,
            money(spend, currency),
            text.FIG_SPEND_NOTE.format(weekly=money(spend / len(plan.weeks), currency), weeks=weeks),
            text.FIG_SPEND_HELP,
        ),
        Figure(
            text.FIG_TOTAL.format(goal=goal),
            _rounded(plan.total[plan.goal], plan.goal, currency),
            _interval(plan.total[plan.goal]),
            text.FIG_TOTAL_HELP.format(goal=goal),
        ),
        Figure(
            text.FIG_GAIN,
            _signed_gain(plan.gain[plan.goal], plan.goal, currency),
            _interval(plan.gain[plan.goal]),
            text.FIG_GAIN_HELP.format(goal=goal, carry=carry_text),
        ),
        _proof(plan),
    )


def finding_lines(findings: Iterable[Finding]) -> tuple[FindingLine, ...]:
    """List findings as sentences, worst first as they come."""
    return tuple(
        FindingLine(_LEVELS[finding.severity], finding.text, finding.severity is Severity.SERIOUS)
        for finding in findings
    )


def _other_outcome(plan: Plan, outcome: str) -> str:
    """What the plan brings of an outcome that is not its goal."""
    total = plan.total[outcome]
    step = common_step(total.mean, total.low, total.high)
    return text.DETAIL_OTHER.format(
        total=amount(total.mean, outcome, plan.currency, step),
        outcome=goal_name(outcome),
        low=number(total.low, step),
        high=number(total.high, step),
        gain=_signed_gain(plan.gain[outcome], outcome, plan.currency),
        nbsp=NBSP,
    )


def _proof(plan: Plan) -> Figure:
    """The certificate in plain words."""
    certificate = plan.allocation.certificate
    gap = text.GAP_NONE.format(nbsp=NBSP) if certificate.gap < 1e-4 else percent(certificate.gap, decimals=2)
    definition = f"{proof(plan)} {text.FIG_PROOF_HELP}"
    if certificate.status is Status.OPTIMAL:
        return Figure(text.FIG_PROOF, text.PROOF_OPTIMAL, text.PROOF_OPTIMAL_NOTE.format(gap=gap), definition)
    return Figure(text.FIG_PROOF, text.PROOF_FEASIBLE.format(gap=gap), text.PROOF_FEASIBLE_NOTE, definition)


def _interval(interval: Interval) -> str:
    step = common_step(interval.mean, interval.low, interval.high)
    return text.FIG_INTERVAL.format(low=number(interval.low, step), high=number(interval.high, step), nbsp=NBSP)


def _rounded(interval: Interval, goal: str, currency: str) -> str:
    return amount(interval.mean, goal, currency, common_step(interval.mean, interval.low, interval.high))


def _signed_gain(interval: Interval, goal: str, currency: str) -> str:
    step = common_step(interval.mean, interval.low, interval.high)
    figure = signed(interval.mean, step)
    return f"{figure[:1]}{amount(abs(interval.mean), goal, currency, step)}" if figure[:1] in "+−" else figure


def _move_sentence(plan: Plan, moved: float) -> str:
    """Name the places that give and take most of the money moved."""
    givers, all_givers = _leading([move for move in plan.moves if move.plan < move.today])
    takers, all_takers = _leading([move for move in plan.moves if move.plan > move.today])
    sum_text = money(moved, plan.currency, common_step(moved) if moved >= 1000 else 0.0)
    if not givers or not takers:
        return text.HEAD_SPREAD.format(amount=sum_text)
    pattern = text.HEAD_MOVE_ONE if all_givers and all_takers else text.HEAD_MOVE_MANY
    return pattern.format(amount=sum_text, sources=text.AND.join(givers), targets=text.AND.join(takers))


def _leading(moves: list[Move]) -> tuple[list[str], bool]:
    """Names of the largest moves that hold most of the money, at most two; and whether they are all there is."""
    ranked = sorted(moves, key=lambda move: -abs(move.plan - move.today))
    sizes = np.array([abs(move.plan - move.today) for move in ranked])
    if not sizes.size:
        return [], False
    shares = sizes.cumsum() / sizes.sum()
    count = min(int(np.searchsorted(shares, NAMED_SHARE)) + 1, MOST_NAMED, len(ranked))
    return [place_name(*move.cell) for move in ranked[:count]], bool(shares[count - 1] > 0.98)
