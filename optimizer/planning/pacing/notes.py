"""What to know about the days of a period: holes, networks that report late, pauses, weekly rows, rows left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.findings import Finding, Severity
from optimizer.language.message import Message, day, join, place, say
from optimizer.planning.pacing.days import Days, Gap, span
from optimizer.planning.wording import money

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.fiscal import Period


def notes_of(
    history: History, known: tuple[Days, tuple[Gap, ...], str], period: Period, as_of: dt.date
) -> list[Finding]:
    """Findings of a period; `known` are its days, its gaps and the currency."""
    days, gaps, currency = known
    found = [_gap(gap, _money_of(days, gap), currency, not _known_before(days, gap)) for gap in gaps]
    found += [_paused(gap) for gap in days.paused if gap.last >= period.first]
    if history.frequency == "weekly":
        problem = say("rows are weekly, so each week's spend is spread evenly over its seven days")
        found.append(Finding("weekly-spread", Severity.NOTE, problem, say("import daily exports to pace by the day")))
    last = span(history)[1]
    if last >= as_of:
        problem = say("rows from {day} on are left out: {day} counts as the first day to come", day=day(as_of))
        fix = say("the data go to {last}; leave the day out to count them", last=day(last))
        found.append(Finding("as-of", Severity.NOTE, problem, fix))
    if days.begins > period.first:
        problem = say("the data begin on {day}, within the period", day=day(days.begins))
        fix = say("the days before are counted as below, not as zero; give the history from {first} on",
                  first=day(period.first))  # fmt: skip
        found.append(Finding("begins-late", Severity.WARNING, problem, fix))
    return found


def unused_plans(planned: Sequence[object], judged: str, period: Period) -> list[Finding]:
    """Said where plan files were given and judge nothing; plans that the screen keeps are of any week."""
    if judged == "plan" or not any(isinstance(one, str | Path) for one in planned):
        return []
    if judged:
        problem = say("the plans are left out, since budgets were given for networks or places")
        return [Finding("plan-unused", Severity.WARNING, problem, say("give the plans or those budgets"))]
    problem = say("no plan that was given has money on a day of {period}", period=period.name)
    return [Finding("plan-unused", Severity.WARNING, problem, say("places are not judged; give a plan of its weeks"))]


def _money_of(days: Days, gap: Gap) -> float:
    """What is counted for a gap."""
    cells = [c for c, cell in enumerate(days.cells) if cell.network in gap.networks]
    begin, end = days.at(gap.first), days.at(gap.last) + 1
    return float(np.where(days.known[cells, begin:end], 0.0, days.filled[cells, begin:end]).sum())


def _known_before(days: Days, gap: Gap) -> bool:
    """Whether any day before a gap is known of its networks."""
    cells = [c for c, cell in enumerate(days.cells) if cell.network in gap.networks]
    return bool(days.known[cells, : days.at(gap.first)].any())


def days_of(gap: Gap) -> Message | str:
    """The days of a gap, as a day or from one to another."""
    if gap.first == gap.last:
        return day(gap.first)
    return say("{first} to {last}", first=day(gap.first), last=day(gap.last))


def networks_of(gap: Gap) -> Message:
    """The networks of a gap, one after the other."""
    return join(", ", [place((name,)) for name in gap.networks])


def _gap(gap: Gap, amount: float, currency: str, first: bool) -> Finding:
    """What a gap counts as; `first` where nothing is known of its networks before it."""
    when, counted = days_of(gap), money(amount, currency)
    fix = say(
        "counted at the mean of the 7 days before, {amount} in all, not as zero; export them, with spend 0 where "
        "nothing was spent",
        amount=counted,
    )
    if first:
        fix = say(
            "counted at the mean of the 7 days after, {amount} in all, not as zero; export them, with spend 0 where "
            "nothing was spent",
            amount=counted,
        )
    if gap.everybody:
        problem = say("no network has rows for {days}", days=when)
        return Finding("days-missing", Severity.WARNING, problem, fix)
    if gap.kind == "late":
        problem = say("{network} has not reported {days} yet", network=networks_of(gap), days=when)
        return Finding("days-late", Severity.WARNING, problem, fix)
    problem = say("{network} has no rows for {days}", network=networks_of(gap), days=when)
    return Finding("days-missing", Severity.WARNING, problem, fix)


def _paused(gap: Gap) -> Finding:
    problem = say("{network} has no rows since {day} while others report", network=networks_of(gap), day=day(gap.first))
    return Finding("paused", Severity.NOTE, problem, say("it is taken as paused: nothing spent"))
