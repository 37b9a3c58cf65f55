"""Sentences for what stands out: both figures, and the weeks they are of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.history.findings import Severity
from optimizer.history.ledger import Breakdown, Ledger, Weekly, group_text
from optimizer.history.measures import BY_KEY, MEASURES, OF_WHOLE, Better, Measure, figure
from optimizer.history.noise import change
from optimizer.history.standouts import FEWEST_WEEKS, LEVEL, NEW, YEAR, Candidate, Standout, Told, in_units, pair_of
from optimizer.language.message import Message, join, number, percent, say, say_many

NAMED = 2
"""Groups that are named above the whole, and below it."""
ALIKE = 0.5
"""Part of a change that the same weeks a year before must have shown, for the season to be the likely reason."""


def standout(ledger: Ledger, candidate: Candidate, severity: Severity = Severity.NOTE) -> Standout:
    """A comparison that is told, with its sentence."""
    measure = BY_KEY[candidate.weekly.measure.key]
    before, now = candidate.reference, candidate.difference.now
    return Standout(
        candidate.told,
        severity,
        sentence_of(ledger, candidate),
        measure,
        candidate.weekly.breakdown,
        candidate.group,
        before,
        now,
        candidate.weight,
        good=None if measure.better is Better.NEITHER else (now > before) == (measure.better is Better.MORE),
        late=candidate.windows.late,
    )


def sentence_of(ledger: Ledger, candidate: Candidate) -> Message:
    """The sentence of a comparison."""
    if candidate.told is Told.CHANGE:
        return _change(ledger, candidate)
    return _year(ledger, candidate) if candidate.told is Told.YEAR else _level(ledger, candidate)


def a_year_before(candidate: Candidate) -> tuple[float, float] | None:
    """The same change a year before, from and to, where it was at least half as large and in the same direction."""
    windows = candidate.windows
    if windows.old[0] < YEAR:
        return None
    pair = pair_of(candidate.weekly, candidate.row)
    stretch = [windows.back(windows.end, int(windows.year[0]))]
    then = change(pair, windows.year, windows.old - YEAR, stretch, False)
    if then is None:
        return None
    told = in_units(candidate.weekly.measure, then)
    if not (np.isfinite(told.before) and np.isfinite(told.now) and told.before > 0):
        return None
    moved = told.now / told.before - 1
    return (told.before, told.now) if moved / candidate.relative >= ALIKE else None


def first_told(found: Sequence[Standout], measure: Measure, breakdown: Breakdown) -> tuple[Standout, ...]:
    """What is told of a measure: its largest change and the groups furthest from the whole, else its change in a year.

    Parameters
    ----------
    found : sequence of Standout
        Largest first, as `standouts` gives them.
    """
    mine = [one for one in found if one.measure.key == measure.key and one.breakdown is breakdown]
    changed, levels, years = (
        [one for one in mine if one.told is told] for told in (Told.CHANGE, Told.LEVEL, Told.YEAR)
    )
    high, low = ([one for one in levels if (one.now > one.before) is above][:NAMED] for above in (True, False))
    if changed or levels:
        return (*changed[:1], *high, *low)
    return tuple(years[:1])


def sentences(
    found: Sequence[Standout], measure: Measure, breakdown: Breakdown, currency: str = ""
) -> tuple[Message, ...]:
    """What stands out in a measure, in one sentence or two; none where nothing does."""
    told = first_told(found, measure, breakdown)
    levels = [one for one in told if one.told is Told.LEVEL]
    others = [one.sentence for one in told if one.told is not Told.LEVEL]
    if len(levels) < 2 or measure.denominator == OF_WHOLE or not all(np.isfinite(one.now) for one in levels):
        return tuple([*others, *(one.sentence for one in levels)][:2])
    return (*others, _levels_together(levels, currency))


def _levels_together(levels: Sequence[Standout], currency: str) -> Message:
    """Groups above and below the whole in one sentence."""
    measure = levels[0].measure

    def named(above: bool) -> Message:
        chosen = sorted((one for one in levels if (one.now > one.before) is above), key=lambda one: -one.now)
        named = (
            say(
                "{group} ({value})",
                group=group_text(one.breakdown, one.group),
                value=figure(measure, one.now, currency),
            )
            for one in chosen
        )
        return join(", ", named)

    values = {
        "measure": measure.name,
        "period": period(LEVEL, levels[0].late),
        "whole": figure(measure, levels[0].before, currency),
        "high": named(above=True),
        "low": named(above=False),
    }
    if not values["low"]:
        return say("{measure} {period}: {whole} overall; well above it {high}.", **values)
    if not values["high"]:
        return say("{measure} {period}: {whole} overall; well below it {low}.", **values)
    return say("{measure} {period}: {whole} overall; well above it {high}; well below it {low}.", **values)


def shares_together(found: Sequence[Standout], breakdown: Breakdown) -> Message | None:
    """What the group that stands out most brings for its part of the spend, in one sentence; None where none does."""
    shares = [
        one
        for one in found
        if one.breakdown is breakdown and one.measure.denominator == OF_WHOLE and one.told is Told.LEVEL
    ]
    if not shares:
        return None
    first = shares[0].sentence.values
    mine = sorted((one for one in shares if one.group == shares[0].group), key=lambda one: MEASURES.index(one.measure))
    parts = [
        say("{share} of {what}", share=one.sentence.values["share"], what=one.sentence.values["what"]) for one in mine
    ]
    return say(
        "{group}: {spend} of spend brings {parts} {period}.",
        group=first["group"],
        spend=first["spend"],
        parts=join(", ", parts),
        period=first["period"],
    )


def nothing_told(breakdown: Breakdown, weeks: int) -> Message:
    """What is said where nothing stands out, in a history of so many complete weeks."""
    if weeks < FEWEST_WEEKS:
        return say_many(
            "To tell what stands out takes {needed} complete weeks; the history has {count}.",
            "To tell what stands out takes {needed} complete weeks; the history has {count}.",
            weeks,
            needed=number(FEWEST_WEEKS),
        )
    if breakdown is Breakdown.ALL:
        return say("No change beyond the usual ups and downs.")
    return say("No group stands out from the others.")


def largest_part(weekly: Weekly) -> Message | None:
    """Which group has the largest part of a total over the newest 12 weeks; None where there is nothing to share."""
    sums = np.nansum(weekly.numerator[:, -LEVEL:], axis=1)
    if len(sums) < 2 or sums.sum() <= 0:
        return None
    first = int(sums.argmax())
    weeks = min(LEVEL, len(weekly.weeks))
    return say_many(
        "{group} has the largest part of {measure}: {share} in the newest week.",
        "{group} has the largest part of {measure}: {share} in the newest {count} weeks.",
        weeks,
        group=group_text(weekly.breakdown, weekly.groups[first]),
        measure=weekly.measure.name,
        share=percent(sums[first] / sums.sum()),
    )


def period(weeks: int, late: int) -> Message:
    """The weeks a figure is of, as the end of a sentence."""
    if not late:
        return say("in the newest {weeks} weeks", weeks=number(weeks))
    return say_many(
        "in the {weeks} weeks before the newest one, whose conversions may not all be in yet",
        "in the {weeks} weeks before the newest {count}, whose conversions may not all be in yet",
        late,
        weeks=number(weeks),
    )


def _change(ledger: Ledger, candidate: Candidate) -> Message:
    measure, currency = candidate.weekly.measure, ledger.history.currency
    before, now = candidate.difference.before, candidate.difference.now
    values = {
        "group": group_text(candidate.weekly.breakdown, candidate.group),
        "measure": measure.name,
        "before": figure(measure, before, currency),
        "period": period(NEW, candidate.windows.late),
    }
    if not np.isfinite(now):
        spent = float(np.nansum(candidate.weekly.numerator[candidate.row, candidate.windows.new]))
        values["spent"] = figure(BY_KEY["cost_per_conversion"], spent, currency)
        return say("{group}: nothing came of {spent} {period}; {measure} was {before} before.", **values)
    values["now"] = figure(measure, now, currency)
    then = a_year_before(candidate)
    if then is not None:
        values["then_before"], values["then"] = (figure(measure, value, currency) for value in then)
    if then is None and candidate.rest is not None:
        values["rest_before"], values["rest_now"] = (figure(measure, value, currency) for value in candidate.rest)
        if now > before:
            return say(
                "{group}: {measure} rose from {before} to {now} {period}; elsewhere it went from {rest_before} to"
                " {rest_now}.",
                **values,
            )
        return say(
            "{group}: {measure} fell from {before} to {now} {period}; elsewhere it went from {rest_before} to"
            " {rest_now}.",
            **values,
        )
    if now > before:
        if then is None:
            return say("{group}: {measure} rose from {before} to {now} {period}.", **values)
        return say(
            "{group}: {measure} rose from {before} to {now} {period}, much as a year before ({then_before} to {then}).",
            **values,
        )
    if then is None:
        return say("{group}: {measure} fell from {before} to {now} {period}.", **values)
    return say(
        "{group}: {measure} fell from {before} to {now} {period}, much as a year before ({then_before} to {then}).",
        **values,
    )


def _year(ledger: Ledger, candidate: Candidate) -> Message:
    measure, currency = candidate.weekly.measure, ledger.history.currency
    before, now = candidate.difference.before, candidate.difference.now
    values = {
        "group": group_text(candidate.weekly.breakdown, candidate.group),
        "measure": measure.name,
        "before": figure(measure, before, currency),
        "now": figure(measure, now, currency) if np.isfinite(now) else say("without any result"),
        "period": period(NEW, candidate.windows.late),
    }
    if now > before:
        return say("{group}: {measure} at {now} {period}, up from {before} in the same weeks a year before.", **values)
    return say("{group}: {measure} at {now} {period}, down from {before} in the same weeks a year before.", **values)


def _level(ledger: Ledger, candidate: Candidate) -> Message:
    measure, currency = BY_KEY[candidate.weekly.measure.key], ledger.history.currency
    group = group_text(candidate.weekly.breakdown, candidate.group)
    weeks = period(LEVEL, candidate.windows.late)
    if measure.denominator == OF_WHOLE:
        window = candidate.windows.back(LEVEL)
        above, below = (
            np.nansum(part[:, window], axis=1) for part in (candidate.weekly.numerator, candidate.weekly.denominator)
        )
        row = candidate.row
        return say(
            "{group}: {spend} of spend brings {share} of {what} {period}.",
            group=group,
            spend=figure(measure, below[row] / below.sum()),
            share=figure(measure, above[row] / above.sum()),
            what=_total_of(measure).name,
            period=weeks,
        )
    values = {
        "group": group,
        "measure": measure.name,
        "now": figure(measure, candidate.difference.now, currency),
        "whole": figure(measure, candidate.whole, currency),
        "period": weeks,
    }
    if not np.isfinite(candidate.difference.now):
        return say("{group}: spend without any result {period}; overall, {measure} is {whole}.", **values)
    if candidate.difference.now > candidate.whole:
        return say("{group}: {measure} at {now} {period}, well above the {whole} overall.", **values)
    return say("{group}: {measure} at {now} {period}, well below the {whole} overall.", **values)


def _total_of(measure: Measure) -> Measure:
    """The total that a share is of."""
    return next(one for one in MEASURES if one.total and one.numerator == measure.numerator)
