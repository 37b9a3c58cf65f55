"""Check: everything odd about a history that can still be used, worst first.

What cannot be used is an error and never comes here. Rules about single values and cells are in `plausible`; this
file has those about columns and the calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.facts import Facts, listing, share
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import sum_to_panel
from optimizer.history.plausible import RULES as VALUE_RULES
from optimizer.history.schema import BY_NAME, NUMERIC, OUTCOMES
from optimizer.history.weeks import DAY, WEEK, Span, monday
from optimizer.language.message import day, join, number, say, say_many

if TYPE_CHECKING:
    import pandas as pd

Rule = Callable[[Facts], Iterator[Finding]]

WEEKS_FOR_EVIDENCE = 12
LONG_GAP_WEEKS = 26
OFTEN_EMPTY = 0.1
"""Share of empty cells from which a column without any 0 looks as if it left zeros out."""

LOW_LAST_WEEK = 0.5
"""Share of the usual spend below which the last weekly row looks like a week that was not over."""


def check_history(table: pd.DataFrame, span: Span, file: str, currency: str) -> tuple[Finding, ...]:
    """Apply every rule.

    Parameters
    ----------
    table : DataFrame
        As in `History.table`.
    span : Span
    file, currency : str

    Returns
    -------
    tuple of Finding
        Worst first.
    """
    facts = Facts(table, sum_to_panel(table, span.weeks), span, file, currency, dt.date.today())
    return worst_first([finding for rule in (*RULES, *VALUE_RULES) for finding in rule(facts)])


# Columns ------------------------------------------------------------------------------------------------------------


def zero_outcomes(facts: Facts) -> Iterator[Finding]:
    """An outcome that is 0 throughout."""
    useful = [name for name in ("conversions", "revenue") if (facts.table.get(name, np.zeros(1)) > 0).any()]
    for name in OUTCOMES:
        if name not in facts.table or not (values := facts.table[name].dropna()).size or (values > 0).any():
            continue
        if name in ("conversions", "revenue"):
            fix = say(
                "check that {name} is tracked and exported; a plan for {name} can only keep today's split", name=name
            )
            if useful:
                fix = say(
                    "check that {name} is tracked and exported, or plan for {other}; a plan for {name} can only keep"
                    " today's split",
                    name=name,
                    other=useful[0],
                )
            yield facts.finding(
                "zero-outcome",
                Severity.SERIOUS,
                say("{name} is 0 in every row, so nothing can be learned about what brings {name}", name=name),
                fix,
                name,
            )
        else:
            problem = say("{name} is 0 in every row", name=name)
            yield facts.finding("zero-outcome", Severity.NOTE, problem, say("check the export"), name)


def absent_columns(facts: Facts) -> Iterator[Finding]:
    """No conversions, or no currency."""
    present = [name for name in OUTCOMES if name in facts.table and facts.table[name].notna().any()]
    if "conversions" not in present:
        yield facts.finding(
            "no-conversions",
            Severity.WARNING,
            say("there are no conversions"),
            say(
                "plans can be made for {outcomes}; add a column conversions to plan for them",
                outcomes=join(", ", present),
            ),
        )
    if not facts.currency:
        yield facts.finding(
            "no-currency",
            Severity.NOTE,
            say("no currency is named"),
            say("amounts are shown without one; add a column currency"),
        )


def empty_values(facts: Facts) -> Iterator[Finding]:
    """Outcomes that some rows, or all, leave empty."""
    for name in (name for name in OUTCOMES if name in facts.table):
        empty = facts.table[name].isna()
        if empty.all():
            problem = say("{name} holds no value", name=name)
            yield facts.finding("empty-column", Severity.NOTE, problem, say("it was left out"), name)
        elif empty.any():
            often = empty.mean() > OFTEN_EMPTY and not (facts.table[name] == 0).any()
            where = say_many(
                "{name} is empty in {empty} of {count} row",
                "{name} is empty in {empty} of {count} rows",
                len(empty),
                name=name,
                empty=number(int(empty.sum())),
            )
            hint = say("no row says 0, so empty may well mean 0") if often else ""
            severity = Severity.WARNING if name in ("conversions", "revenue") else Severity.NOTE
            yield facts.finding(
                "empty-values",
                severity,
                join("; ", [where, hint]),
                say("their weeks count as not observed for it, not as 0; write 0 where there was nothing"),
                name,
                facts.table.index[empty],
            )


def reach_not_summed(facts: Facts) -> Iterator[Finding]:
    """Columns that may not be summed, where weeks are made of several rows."""
    observed = int(np.isfinite(facts.panel.spend).sum())
    for name in (name for name in NUMERIC if name in facts.table and not BY_NAME[name].additive):
        values = facts.panel.outcomes.get(name)
        kept = 0 if values is None else int(np.isfinite(values).sum())
        if kept < observed and facts.table[name].notna().any():
            some = say_many(
                "{kept} of {count} cell week have a value of their own",
                "{kept} of {count} cell weeks have a value of their own",
                observed,
                kept=number(kept),
            )
            yield facts.finding(
                "not-summed",
                Severity.NOTE,
                say(
                    "{name} is never summed over days or campaigns, since one person reached twice is one person",
                    name=name,
                ),
                some if kept else say("it was left out"),
                name,
            )


# Calendar -----------------------------------------------------------------------------------------------------------


def incomplete_weeks(facts: Facts) -> Iterator[Finding]:
    """First and last week that the file covers in part."""
    span = facts.span
    for week in span.cut:
        before = week < span.weeks[0]
        if before:
            problem = say(
                "the week of {week} is incomplete (rows start on {first})", week=day(week), first=day(span.first)
            )
        else:
            problem = say("the week of {week} is incomplete (rows end on {last})", week=day(week), last=day(span.last))
        dates = monday(facts.table["date"].to_numpy())
        yield facts.finding(
            "incomplete-week",
            Severity.NOTE,
            problem,
            say("it is not counted as a week"),
            "date",
            facts.table.index[dates == week],
        )


def short_history(facts: Facts) -> Iterator[Finding]:
    """Few weeks to learn from."""
    weeks = len(facts.span.weeks)
    if weeks < WEEKS_FOR_EVIDENCE:
        yield facts.finding(
            "short-history",
            Severity.WARNING,
            say("there are only {weeks} complete weeks", weeks=weeks),
            say(
                "expect wide intervals and small moves; add older weeks if you have them ({enough} or more)",
                enough=WEEKS_FOR_EVIDENCE,
            ),
        )


def weeks_without_rows(facts: Facts) -> Iterator[Finding]:
    """Weeks, and in daily files days, in which no cell has a row."""
    weeks = facts.span.weeks
    bare = weeks[~np.isfinite(facts.panel.spend).any(axis=0)]
    if len(bare):
        long = _longest_run(bare, WEEK) >= LONG_GAP_WEEKS
        yield facts.finding(
            "weeks-without-rows",
            Severity.SERIOUS if long else Severity.WARNING,
            say_many(
                "{count} week between {first} and {last} has no row at all ({weeks})",
                "{count} weeks between {first} and {last} have no row at all ({weeks})",
                len(bare),
                first=day(weeks[0]),
                last=day(weeks[-1]),
                weeks=listing([day(week) for week in bare]),
            ),
            say("such weeks count as not observed; check the dates, or export them again"),
            "date",
        )
    if facts.span.frequency == "daily":
        days = np.arange(weeks[0], weeks[-1] + WEEK, DAY)
        missing = days[~np.isin(days, facts.table["date"].to_numpy().astype("datetime64[D]"))]
        missing = missing[~np.isin(monday(missing), bare)]
        # Days off that come every week (no delivery on Sundays) are a habit, not a hole.
        weekday, times = np.unique((missing - monday(missing)).astype(np.int64), return_counts=True)
        missing = missing[~np.isin((missing - monday(missing)).astype(np.int64), weekday[times > len(weeks) / 2])]
        if len(missing):
            yield facts.finding(
                "days-without-rows",
                Severity.WARNING,
                say_many(
                    "{count} day has no row in any cell ({days})",
                    "{count} days have no row in any cell ({days})",
                    len(missing),
                    days=listing([day(one) for one in missing]),
                ),
                say("their weeks are summed from the other days; check whether the export is whole"),
                "date",
            )


def _longest_run(weeks: np.ndarray[tuple[int], np.dtype[np.datetime64]], step: np.timedelta64) -> int:
    breaks = np.flatnonzero(np.diff(weeks) != step)
    edges = np.concatenate([[-1], breaks, [len(weeks) - 1]])
    return int(np.diff(edges).max())


def last_week_low(facts: Facts) -> Iterator[Finding]:
    """A last weekly row that looks as if the week was not over when it was exported."""
    total = np.nansum(facts.panel.spend, axis=0)
    if facts.span.frequency != "weekly" or len(total) < 4:
        return
    usual = float(np.median(total[-9:-1]))
    if total[-1] < LOW_LAST_WEEK * usual:
        week = facts.span.weeks[-1]
        yield facts.finding(
            "last-week-low",
            Severity.WARNING,
            say(
                "the last week ({week}) holds {share} of the usual spend and may not be over",
                week=day(week),
                share=share(total[-1] / usual),
            ),
            say("remove its rows if it was not"),
            rows=facts.table.index[monday(facts.table["date"].to_numpy()) == week],
        )


def weeks_on_sundays(facts: Facts) -> Iterator[Finding]:
    """Weekly rows dated on Sundays, which end one week and, in some countries, begin another."""
    days = facts.table["date"].to_numpy().astype("datetime64[D]")
    if facts.span.frequency == "weekly" and (days - monday(days) == 6 * DAY).all():
        yield facts.finding(
            "weeks-on-sundays",
            Severity.NOTE,
            say("every row is dated on a Sunday"),
            say("it is counted in the week from Monday that ends on this day; export by day if weeks begin on it"),
            "date",
        )


def future_dates(facts: Facts) -> Iterator[Finding]:
    """Rows of days that are still to come."""
    future = facts.table["date"].to_numpy() > np.datetime64(facts.today)
    if future.any():
        yield facts.finding(
            "future-date",
            Severity.WARNING,
            say_many(
                "{count} row has a date after today ({today}), the last {last}",
                "{count} rows have a date after today ({today}), the last {last}",
                int(future.sum()),
                today=day(facts.today),
                last=day(facts.span.last),
            ),
            say("remove planned rows: a history holds what was spent"),
            "date",
            facts.table.index[future],
        )


RULES: tuple[Rule, ...] = (
    zero_outcomes,
    absent_columns,
    empty_values,
    reach_not_summed,
    incomplete_weeks,
    short_history,
    weeks_without_rows,
    last_week_low,
    weeks_on_sundays,
    future_dates,
)
