"""Goals: which outcome a plan maximises, or which worths it adds up, and what to know about either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import Message, place, say
from optimizer.planning.wording import PROFIT, VALUE, and_more, money, outcome_name

if TYPE_CHECKING:
    from optimizer.planning.plan import CurveBands
    from optimizer.planning.settings import Settings

USUAL = ("revenue", "conversions")
"""What a plan maximises unasked, the first that was ever above 0."""
UNWANTED = frozenset(("negative_feedback", "bounces"))
"""Outcomes of which less is better."""
COUNTED_TWICE = (("conversions", "revenue"), ("conversions", "repeat_conversions"))
FALLS = 0.01  # share of a curve's height by which it must fall before spend is called harmful
NAMED = 3  # cells a finding names before it counts the rest


def choose_goal(panel: Panel, asked: str | None, settings: Settings | None = None) -> str:
    """The outcome to maximise: the one asked for, else `value` where worths are given, else revenue, else conversions.

    Raises
    ------
    InputError
        The history has no such outcome, or has neither revenue nor conversions and nothing is asked for, or `value` is
        asked for without worths, or `profit` without a margin or without revenue in the history.
    """
    known = [name for name, values in panel.outcomes.items() if np.nansum(values) > 0]
    worths = settings is not None and bool(settings.worths)
    if asked is None:
        if worths:
            return VALUE
        usual = [name for name in USUAL if name in panel.outcomes]
        if not usual:
            fix = say("{goals}; choose (--goal)", goals=_goals(known))
            raise InputError.at(say("the history has neither revenue nor conversions"), fix=fix)
        return next((name for name in usual if name in known), usual[-1])
    name = asked.strip().lower()
    if name in panel.outcomes or (name == VALUE and worths):
        return name
    if name == VALUE:
        fix = say("give them under [outcomes] in --settings FILE")
        raise InputError.at(say("goal value needs what each outcome is worth"), fix=fix)
    if name == PROFIT:
        return _profit(panel, settings, known)
    problem = say("goal is {goal}, but the history has no such column", goal=repr(asked))
    raise InputError.at(problem, fix=_goals(known))


def _profit(panel: Panel, settings: Settings | None, known: Sequence[str]) -> str:
    """Profit where what it is made of is known."""
    if "revenue" not in panel.outcomes:
        raise InputError.at(say("goal profit needs revenue, which the history does not have"), fix=_goals(known))
    if settings is None or settings.margin is None:
        problem = say("goal profit needs margins and costs, which a history does not hold")
        raise InputError.at(problem, fix=say("give margin = 0.4 or so in --settings FILE"))
    return PROFIT


def usual_goals(panel: Panel) -> tuple[str, ...]:
    """Goals to offer, the one a plan takes unasked first: revenue and conversions, else whatever was above 0.

    Empty where the history has no outcome above 0 and neither of the two.
    """
    known = [name for name, values in panel.outcomes.items() if np.nansum(values) > 0]
    if not any(name in panel.outcomes for name in USUAL):
        return tuple(known)
    first = choose_goal(panel, None)
    return (first, *(name for name in USUAL if name in known and name != first))


def _goals(known: Sequence[str]) -> Message:
    if not known:
        return say("this history has no outcome above 0")
    return say("goals of this history are {goals}", goals=", ".join(known))


def goal_worths(panel: Panel, goal: str, settings: Settings | None) -> dict[str, float]:
    """Worth per unit of each outcome that `value` adds up; empty for a goal that is an outcome itself.

    Raises
    ------
    InputError
        The history lacks an outcome that has a worth.
    """
    if goal != VALUE or settings is None:
        return {}
    for name in settings.worths:
        if name not in panel.outcomes:
            has = ", ".join(panel.outcomes) or say("none")
            fix = say("take the line out; outcomes of the history are {outcomes}", outcomes=has)
            where = say("{file}, key {key}", file=settings.file, key=f"outcomes.{name}")
            raise InputError.at(say("the history has no {outcome}", outcome=name), file=where, fix=fix)
    return settings.worths


def goal_history(
    panel: Panel, goal: str, worths: Mapping[str, float], margin: float = 1.0, media_rate: float = 1.0
) -> Floats:
    """(C, T) the goal as it was in the past; NaN where any part of it was not observed.

    Profit is that before production and team, at `margin` of revenue and `media_rate` a unit of spend.
    """
    if goal == PROFIT:
        return np.asarray(margin * panel.outcomes["revenue"] - media_rate * panel.spend)
    if goal != VALUE:
        return panel.outcomes[goal]
    return np.asarray(sum(worth * panel.outcomes[name] for name, worth in worths.items()), dtype=np.float64)


def goal_findings(goal: str, worths: Mapping[str, float]) -> list[Finding]:
    """What a reader should know about the goal itself."""
    found = []
    if goal in UNWANTED:
        problem = say("the plan maximises {outcome}, of which less is better", outcome=outcome_name(goal))
        fix = say("give it a worth below 0 under [outcomes] in --settings FILE instead")
        found.append(Finding("unwanted-goal", Severity.WARNING, problem, fix))
    if goal == "reach" or "reach" in worths:
        problem = say("reach is summed over weeks and cells, so a person reached twice counts twice")
        fix = say("read it as reached people per week and cell")
        found.append(Finding("reach-summed", Severity.WARNING, problem, fix))
    for one, other in COUNTED_TWICE:
        if one in worths and other in worths:
            both = {"one": outcome_name(one), "other": outcome_name(other)}
            problem = say("{one} and {other} both have a worth, and the same sale may be in both", **both)
            fix = say("make sure that the worth of {one} leaves out what {other} already counts", **both)
            found.append(Finding("counted-twice", Severity.NOTE, problem, fix))
    return found


def harmful_spend(cells: Sequence[Cell], weekly: Floats, bands: CurveBands, currency: str) -> list[Finding]:
    """Cells whose curve falls with more spend, since outcomes of negative worth outgrow the others.

    Parameters
    ----------
    cells : sequence of Cell
    weekly : float array, shape (C,)
        Planned weekly spend.
    bands : CurveBands
        Curves as they are, falls included.
    currency : str
    """
    tops = bands.mean.argmax(axis=1)
    rows = np.arange(len(cells))
    height = bands.mean[rows, tops] - bands.mean[:, -1]
    falls = height > FALLS * np.abs(bands.mean).max(axis=1)
    start = bands.spend[rows, tops]
    beyond = falls & (weekly > bands.spend[rows, np.minimum(tops + 1, bands.spend.shape[1] - 1)])

    def named(which: Floats) -> Message:
        places = np.flatnonzero(which).tolist()
        said = [
            say("{cell} (from {amount} a week)", cell=place(cells[c]), amount=money(float(start[c]), currency))
            for c in places[:NAMED]
        ]
        return and_more(said, len(places) - NAMED)

    found = []
    if beyond.any():
        problem = say("more spend lowers the value in {cells}, and the plan spends more there", cells=named(beyond))
        fix = say("a smaller budget, lower minimums there or higher maximums elsewhere would bring more")
        found.append(Finding("harmful-spend", Severity.WARNING, problem, fix))
    if (falls & ~beyond).any():
        problem = say("more spend would lower the value in {cells}", cells=named(falls & ~beyond))
        fix = say("its curve counts as level from there on, so that money is not drawn there")
        found.append(Finding("harmful-spend", Severity.NOTE, problem, fix))
    return found
