"""Check: everything odd about a history that can still be used, worst first.

What cannot be used is an error and never comes here. Rules about single values and cells are in `plausible`; this
file has those about columns and the calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.facts import Facts, count, listing
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import sum_to_panel
from optimizer.history.plausible import RULES as VALUE_RULES
from optimizer.history.schema import BY_NAME, NUMERIC, OUTCOMES
from optimizer.history.weeks import DAY, WEEK, Span, monday

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
            other = f", or plan for {useful[0]}" if useful else ""
            yield facts.finding(
                "zero-outcome",
                Severity.SERIOUS,
                f"{name} is 0 in every row, so nothing can be learned about what brings {name}",
                f"check that {name} is tracked and exported{other}; a plan for {name} can only keep today's split",
                name,
            )
        else:
            yield facts.finding("zero-outcome", Severity.NOTE, f"{name} is 0 in every row", "check the export", name)


def absent_columns(facts: Facts) -> Iterator[Finding]:
    """No conversions, or no currency."""
    present = [name for name in OUTCOMES if name in facts.table and facts.table[name].notna().any()]
    if "conversions" not in present:
        yield facts.finding(
            "no-conversions",
            Severity.WARNING,
            "there are no conversions",
            f"plans can be made for {', '.join(present)}; add a column conversions to plan for them",
        )
    if not facts.currency:
        yield facts.finding(
            "no-currency", Severity.NOTE, "no currency is named", "amounts are shown without one; add a column currency"
        )


def empty_values(facts: Facts) -> Iterator[Finding]:
    """Outcomes that some rows, or all, leave empty."""
    for name in (name for name in OUTCOMES if name in facts.table):
        empty = facts.table[name].isna()
        if empty.all():
            yield facts.finding("empty-column", Severity.NOTE, f"{name} holds no value", "it was left out", name)
        elif empty.any():
            often = empty.mean() > OFTEN_EMPTY and not (facts.table[name] == 0).any()
            hint = "; no row says 0, so empty may well mean 0" if often else ""
            severity = Severity.WARNING if name in ("conversions", "revenue") else Severity.NOTE
            yield facts.finding(
                "empty-values",
                severity,
                f"{name} is empty in {int(empty.sum()):,} of {count(len(empty), 'row')}{hint}",
                "their weeks count as not observed for it, not as 0; write 0 where there was nothing",
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
            yield facts.finding(
                "not-summed",
                Severity.NOTE,
                f"{name} is never summed over days or campaigns, since one person reached twice is one person",
                f"{kept:,} of {count(observed, 'cell week')} have a value of their own" if kept else "it was left out",
                name,
            )


# Calendar -----------------------------------------------------------------------------------------------------------


def incomplete_weeks(facts: Facts) -> Iterator[Finding]:
    """First and last week that the file covers in part."""
    span = facts.span
    for week in span.cut:
        side = f"rows start on {span.first}" if week < span.weeks[0] else f"rows end on {span.last}"
        dates = monday(facts.table["date"].to_numpy())
        yield facts.finding(
            "incomplete-week",
            Severity.NOTE,
            f"the week of {week} is incomplete ({side})",
            "it is not counted as a week",
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
            f"there are only {count(weeks, 'complete week')}",
            f"expect wide intervals and small moves; add older weeks if you have them ({WEEKS_FOR_EVIDENCE} or more)",
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
            f"{count(len(bare), 'week')} between {weeks[0]} and {weeks[-1]} {_have(len(bare))} no row at all"
            f" ({listing([str(week) for week in bare])})",
            "such weeks count as not observed; check the dates, or export them again",
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
                f"{count(len(missing), 'day')} {_have(len(missing))} no row in any cell"
                f" ({listing([str(day) for day in missing])})",
                "their weeks are summed from the other days; check whether the export is whole",
                "date",
            )


def _longest_run(weeks: np.ndarray[tuple[int], np.dtype[np.datetime64]], step: np.timedelta64) -> int:
    breaks = np.flatnonzero(np.diff(weeks) != step)
    edges = np.concatenate([[-1], breaks, [len(weeks) - 1]])
    return int(np.diff(edges).max())


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


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
            f"the last week ({week}) holds {total[-1] / usual:.0%} of the usual spend and may not be over",
            "remove its rows if it was not",
            rows=facts.table.index[monday(facts.table["date"].to_numpy()) == week],
        )


def weeks_on_sundays(facts: Facts) -> Iterator[Finding]:
    """Weekly rows dated on Sundays, which end one week and, in some countries, begin another."""
    days = facts.table["date"].to_numpy().astype("datetime64[D]")
    if facts.span.frequency == "weekly" and (days - monday(days) == 6 * DAY).all():
        yield facts.finding(
            "weeks-on-sundays",
            Severity.NOTE,
            "every row is dated on a Sunday",
            "it is counted in the week from Monday that ends on this day; export by day if weeks begin on it",
            "date",
        )


def future_dates(facts: Facts) -> Iterator[Finding]:
    """Rows of days that are still to come."""
    future = facts.table["date"].to_numpy() > np.datetime64(facts.today)
    if future.any():
        yield facts.finding(
            "future-date",
            Severity.WARNING,
            f"{count(int(future.sum()), 'row')} {_have(int(future.sum()))} a date after today ({facts.today}),"
            f" the last {facts.span.last}",
            "remove planned rows: a history holds what was spent",
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
