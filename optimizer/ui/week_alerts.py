"""Alerts of the page This week: what got worse or is doubtful, worst first, and what each means for the decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optimizer.history.findings import Finding, Severity
from optimizer.history.ledger import Breakdown
from optimizer.history.measures import BY_KEY
from optimizer.history.standouts import FEWEST_WEEKS, Standout
from optimizer.language.message import Message, Written
from optimizer.planning.plan import Move, Plan
from optimizer.planning.verdict import has_moved
from optimizer.ui.cells import table_step
from optimizer.ui.format import money, percent, place_name, signed
from optimizer.ui.language import _, n_, tell

DECISIVE = ("no-response", "break", "outage", "late-data", "outlier", "beyond-record", "harmful-spend")
PAST = "planned-past"  # a note about the plan as such, but no small thing for who asks what to do this week
WEAK = ("weak", "none")
WEAK_SHARE = 0.02  # of the weekly budget that moves on weak evidence, from where on it is an alert
NAMED = 3


@dataclass(frozen=True)
class Alert:
    """One alert.

    Attributes
    ----------
    severity : Severity
    level : str
        The severity as a word.
    sentence : str
        What is the matter, with its figures.
    meaning : str
        What it means for the decision.
    """

    severity: Severity
    level: str
    sentence: str
    meaning: str


def alerts_of(plan: Plan, worse: Sequence[Standout]) -> tuple[Alert, ...]:
    """All alerts, worst first: findings that are more than notes, what got worse lately, and moves on thin evidence.

    Of those that are equally bad, what the fit found comes first and what was found in the file last.

    Parameters
    ----------
    plan : Plan
    worse : sequence of Standout
        As `optimizer.history.alerts.alerts` gives them.
    """
    told = [one for one in plan.findings if one.severity > Severity.NOTE]
    found = [_of_finding(replace(one, severity=Severity.WARNING), plan) for one in plan.findings if one.rule == PAST]
    found += [_of_finding(one, plan) for one in told if one.rule in DECISIVE]
    found += [*(_of_standout(one, plan) for one in worse), *_of_weak_evidence(plan), *_of_untried(plan)]
    found += [_of_finding(one, plan) for one in told if one.rule not in DECISIVE]
    return tuple(sorted(found, key=lambda one: -one.severity))


def quiet(weeks: int) -> str:
    """What is said where there is no alert; what could not be looked at is not called quiet."""
    if weeks < FEWEST_WEEKS:
        return n_(
            "To tell whether something got worse takes {needed} complete weeks; the history has {count}.",
            "To tell whether something got worse takes {needed} complete weeks; the history has {count}.",
            weeks,
            needed=FEWEST_WEEKS,
        )
    watched = ", ".join(tell(BY_KEY[key].name) for key in ("bounce_rate", "negative_rate", "cost_per_conversion"))
    return _(
        "No alerts: the data hold no serious gap, and none of these rose beyond noise: {watched}.", watched=watched
    )


def level_name(severity: Severity) -> str:
    """How bad it is, in a word."""
    if severity is Severity.SERIOUS:
        return _("Serious")
    return _("Check") if severity is Severity.WARNING else _("Note")


# Findings -----------------------------------------------------------------------------------------------------------


def _of_finding(finding: Finding, plan: Plan) -> Alert:
    cells = _cells_named(finding)
    there = _there([move for move in plan.moves if move.cell in cells], plan)
    meaning = " ".join(part for part in (_finding_meaning(finding), there) if part)
    return Alert(finding.severity, level_name(finding.severity), tell(finding.text), meaning)


def _finding_meaning(finding: Finding) -> str:
    """What a finding means for whoever decides."""
    meanings: dict[str, Callable[[], str]] = {
        "no-response": lambda: _("No move can be justified from this history, so the plan keeps today's split."),
        "break": lambda: _("If its cause has passed, leave the place as today until new weeks are in."),
        "outage": lambda: _("Check the tracking before more money goes there."),
        "outlier": lambda: _("Check that number at its source; if it is right, the plan knows too little of it."),
        "late-data": lambda: _("Conversions still to come are allowed for; a newer export makes the figures surer."),
        "beyond-record": lambda: _("Take the expected total as a hope rather than a promise, and move in steps."),
        "harmful-spend": lambda: _("Settle what that outcome is worth to you before you accept."),
        PAST: lambda: _("Until newer weeks are added, these are not this week's amounts."),
        "unwanted-goal": lambda: _("Choose another goal on the page Plan before you accept."),
    }
    meant = meanings.get(finding.rule)
    if meant is not None:
        return meant()
    if finding.severity is Severity.SERIOUS:
        return _("It could overturn the plan: settle it before you accept.")
    return _("The plan rests on it: check it before you accept.")


def _cells_named(finding: Finding) -> set[tuple[str, ...]]:
    """Places that a finding speaks of."""
    said = finding.problem.values.values() if isinstance(finding.problem, Message) else ()
    return {tuple(one.value) for one in said if isinstance(one, Written) and isinstance(one.value, tuple)}


# What got worse -----------------------------------------------------------------------------------------------------


def _of_standout(worse: Standout, plan: Plan) -> Alert:
    there = _there([move for move in plan.moves if _inside(worse, move)], plan)
    meaning = " ".join(part for part in (_worse_meaning(worse.measure.key), there) if part)
    return Alert(worse.severity, level_name(worse.severity), tell(worse.sentence), meaning)


def _worse_meaning(measure: str) -> str:
    if measure == "bounce_rate":
        return _("People leave the page at once: look at the page before more money leads to it.")
    if measure == "negative_rate":
        return _("People hide or report these posts: change or pause them before more money shows them.")
    return _("What a conversion costs rose: see whether the post, the page or the tracking changed.")


def _inside(worse: Standout, move: Move) -> bool:
    """Whether a move is of the group that got worse; of all posts no single move is."""
    cell = move.cell
    if worse.breakdown is Breakdown.NETWORK:
        return worse.group == (cell.network,)
    return worse.breakdown is Breakdown.CELL and worse.group == (cell.network, cell.content_type)


def _there(moves: Sequence[Move], plan: Plan) -> str:
    """What the plan does where the alert is."""
    if not moves:
        return ""
    step = table_step(plan)
    today, planned = (sum(getattr(move, name) for move in moves) for name in ("today", "plan"))
    amount = money(planned, plan.currency, step)
    if not has_moved(today, planned):
        return _("The plan keeps {amount} a week there.", amount=amount)
    return _("The plan puts {amount} a week there ({change}).", amount=amount, change=signed(planned - today, step))


# Thin evidence ------------------------------------------------------------------------------------------------------


def _of_weak_evidence(plan: Plan) -> list[Alert]:
    """Money added on evidence that is weak."""
    if not plan.responsive:
        return []
    weak = [
        move for move in plan.moves if move.evidence in WEAK and move.change > 0 and has_moved(move.today, move.plan)
    ]
    added, weekly = sum(move.change for move in weak), plan.budget / len(plan.weeks)
    if added <= WEAK_SHARE * weekly:
        return []
    sentence = _(
        "{amount} more a week, {share} of the budget, go where the evidence is weak: {places}.",
        amount=money(added, plan.currency, table_step(plan)),
        share=percent(added / weekly),
        places=_named(weak),
    )
    meaning = _("Take it as a test: leave these places as today if you cannot afford that it fails.")
    return [Alert(Severity.WARNING, level_name(Severity.WARNING), sentence, meaning)]


def _of_untried(plan: Plan) -> list[Alert]:
    """Places that get more than was ever spent there."""
    tried = dict(zip(plan.cells, plan.bands.tried[:, 1].tolist(), strict=True))
    beyond = [move for move in plan.moves if move.warning and move.plan > tried[move.cell] and move.plan > move.today]
    if not beyond:
        return []
    sentence = n_(
        "{count} place gets more than was ever spent there: {places}.",
        "{count} places get more than was ever spent there: {places}.",
        len(beyond),
        places=_named(sorted(beyond, key=lambda move: tried[move.cell] - move.plan)),
    )
    meaning = _("What the money brings beyond that is judged by the curve, not by experience: raise it in steps.")
    return [Alert(Severity.NOTE, level_name(Severity.NOTE), sentence, meaning)]


def _named(moves: Sequence[Move]) -> str:
    """Names of the first places and how many more there are."""
    names = ", ".join(place_name(*move.cell) for move in moves[:NAMED])
    more = len(moves) - NAMED
    return _("{listed} and {more} more", listed=names, more=more) if more > 0 else names
