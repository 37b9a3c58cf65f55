"""Findings about a plan's figures: what was assumed, what is beyond the record, whether its weeks lie ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Panel
from optimizer.history.sample import is_simulated
from optimizer.language.message import Message, day, figure, place, say
from optimizer.planning.goal import goal_history
from optimizer.planning.plan import Interval
from optimizer.planning.question import Question
from optimizer.planning.request import PlanRequest
from optimizer.planning.wording import NAMED, and_more, money, quantity

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.fit import Response

SCALED = 0.01  # today's split counts as scaled where the budget differs from its sum by more than this share
LATE_DAYS = 7  # a plan may be made in the week it begins with, or in the one after
WEEK = np.timedelta64(7, "D")


def of_figures(panel: Panel, question: Question, total: Mapping[str, Interval]) -> list[Finding]:
    """What a reader of the figures should know about them."""
    findings = []
    today = float(question.today.sum())
    if abs(today / question.weekly - 1) > SCALED:
        amounts = {"now": money(today, panel.currency), "planned": money(question.weekly, panel.currency)}
        problem = say("today's spend is {now} a week and the plan's {planned}", **amounts)
        if not question.spend_all:
            problem = say("today's spend is {now} a week and the budget {planned}", **amounts)
        fix = say("today's split was scaled to the plan's budget to compare like with like")
        findings.append(Finding("today-scaled", Severity.NOTE, problem, fix))
    goal = question.goal
    best = float(np.nansum(goal_history(panel, goal, question.worths, question.margin), axis=0).max())
    forecast = total[goal].mean / question.weeks
    if forecast > best > 0:
        tried = question.weekly <= float(np.nansum(panel.spend, axis=0).max())
        problem = say(
            "the plan expects {expected} a week, more than the {record} of the best week on record",
            expected=quantity(forecast, goal, panel.currency),
            record=quantity(best, goal, panel.currency),
        )
        fix = (
            say("check the season and the newest weeks before relying on it")
            if tried
            else say("so much was never spent before")
        )
        findings.append(Finding("beyond-record", Severity.WARNING, problem, fix))
    return findings


def of_todays_split(panel: Panel, question: Question, bounds: Bounds) -> list[Finding]:
    """Say which cells keep today's split, scaled to the budget, from being the baseline as it is."""
    scaled = question.today * (question.weekly / float(question.today.sum()))
    slack = 10.0**-question.decimals + 1e-6 * scaled
    low, high = scaled < bounds.lower - slack, scaled > bounds.upper + slack
    outside = np.flatnonzero(low | high)
    if not outside.size:
        return []
    order = outside[np.argsort(-np.abs(scaled - np.clip(scaled, bounds.lower, bounds.upper))[outside], kind="stable")]

    def said(c: int) -> Message:
        cell, now = place(panel.cells[c]), money(float(scaled[c]), panel.currency)
        if low[c]:
            least = money(float(bounds.lower[c]), panel.currency)
            return say("{cell} ({now} a week, minimum {held})", cell=cell, now=now, held=least)
        most = money(float(bounds.upper[c]), panel.currency)
        return say("{cell} ({now} a week, maximum {held})", cell=cell, now=now, held=most)

    problem = say(
        "today's split at this budget is outside the bounds in {cells}",
        cells=and_more([said(c) for c in order[:NAMED].tolist()], len(order) - NAMED),
    )
    fix = say("it was moved to the nearest split that keeps them, which is what the plan is compared with")
    return [Finding("today-moved", Severity.NOTE, problem, fix)]


def of_unspent(question: Question, unspent: float, currency: str) -> list[Finding]:
    """Say what of the budget stays unspent, since it would not come back."""
    if unspent < 0.5 * 10.0**-question.decimals * question.weeks:
        return []
    problem = say(
        "{amount} of the budget of {budget} stay unspent, since they would not come back as profit",
        amount=money(unspent, currency),
        budget=money(question.budget, currency),
    )
    return [Finding("unspent", Severity.NOTE, problem, say("keep the money, or give it to what is not planned here"))]


def of_response(fitted: Response) -> list[Finding]:
    """Findings of the fit; that one part of a goal does not respond does not keep the whole at today's split."""
    if not fitted.responsive:
        return list(fitted.findings)
    part = say("its part of the goal rests on averages that do not stand out from noise")
    return [replace(one, fix=part) if one.rule == "no-response" else one for one in fitted.findings]


def of_calendar(history: History, panel: Panel, request: PlanRequest) -> list[Finding]:
    """Say so where the history reaches into the weeks that are planned, or ends long before today."""
    newest = history.table["date"].max().to_datetime64().astype("datetime64[D]")
    first = panel.weeks[-1].astype("datetime64[D]") + WEEK
    if newest < first:
        return _long_ago(history, first, request.today or dt.date.today())
    problem = say(
        "the first planned week, {first}, has begun: the history has rows up to {newest}",
        first=day(first),
        newest=day(newest),
    )
    fix = say("what was spent in it already comes off its amounts")
    return [Finding("week-begun", Severity.NOTE, problem, fix, file=history.file)]


def _long_ago(history: History, first: np.datetime64, today: dt.date) -> list[Finding]:
    """Say so where the first planned week lies more than a week back; the sample's calendar is nobody's."""
    days = int((np.datetime64(today, "D") - first).astype(np.int64))
    if days <= LATE_DAYS or is_simulated(history.table):
        return []
    problem = say(
        "the first planned week, {first}, began {days} days before today ({today})",
        first=day(first),
        days=figure(days),
        today=day(today),
    )
    fix = say("the plan follows on the history's last complete week; add the weeks since for one that lies ahead")
    return [Finding("planned-past", Severity.NOTE, problem, fix, file=history.file)]
