"""The track record in words: what the intervals kept, misses first, and the scores as a table."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.finance.advice import FOLLOWED, IGNORED, Advice, Group, groups_of
from optimizer.finance.comparisons import (
    NETWORK_PERIOD,
    NETWORK_WEEK,
    PERIOD,
    PLACE_WEEK,
    PLAN,
    WEEK,
    Comparison,
)
from optimizer.finance.coverage import Coverage
from optimizer.finance.track_record import AHEAD, ALL, AS_PLANNED, NETWORK, PERIODS, SPEND, Score, TrackRecord
from optimizer.language.message import Message, capital, day, join, number, percent, place, say, say_many
from optimizer.planning.wording import MONEY_OUTCOMES, outcome_name

if TYPE_CHECKING:
    from optimizer.finance.record import Record

ENOUGH = 10  # forecasts whose money was spent as planned, from which on they are what is judged
MISSES = 10


def level_name(level: str) -> Message:
    """What one forecast covers."""
    return {
        PLACE_WEEK: say("place and week"),
        NETWORK_WEEK: say("network and week"),
        WEEK: say("week"),
        NETWORK_PERIOD: say("network and period"),
        PERIOD: say("period"),
        PLAN: say("plan"),
    }[level]


def main_score(found: TrackRecord, outcome: str, level: str = PLACE_WEEK) -> Score | None:
    """The score to judge by: where money was spent as planned if there is enough of it, else all."""
    kept = found.score(outcome, level, SPEND, AS_PLANNED)
    return kept if kept is not None and kept.count >= ENOUGH else found.score(outcome, level)


def coverage_sentence(coverage: Coverage) -> Message:
    """What an interval promised and kept, and how sure that is."""
    return say(
        "{promised} of 10 promised, {inside} of {count} kept ({share}); the true share could be {low} to {high}",
        promised=number(10 * coverage.stated),
        inside=number(coverage.inside),
        count=number(coverage.count),
        share=percent(coverage.share),
        low=percent(coverage.low),
        high=percent(coverage.high),
    )


def verdict_sentence(found: TrackRecord, score: Score) -> Message:
    """Whether what was kept is in keeping with the promise, as far as that can be said."""
    coverage, planned = score.coverage[0], found.score(score.outcome, score.level, SPEND, AS_PLANNED)
    as_planned = score.count if score.by == SPEND else 0 if planned is None else planned.count
    if 2 * as_planned < score.count:
        return say(
            "money was spent as planned in {count} of them, so this says more of the spend than of the intervals",
            count=number(as_planned),
        )
    if coverage.high < coverage.stated:
        return say("that is fewer than promised: the intervals are too narrow")
    if coverage.low > coverage.stated:
        return say("that is more than promised: the intervals are wider than they need to be")
    return say("that is in keeping with the promise")


def track_sentence(found: TrackRecord, outcome: str = "revenue") -> Message:
    """The track record in one sentence."""
    score = main_score(found, outcome)
    if score is None:
        return say("No forecast of {outcome} can be judged yet.", outcome=outcome_name(outcome))
    values = {
        "outcome": outcome_name(outcome),
        "kept": coverage_sentence(score.coverage[0]),
        "verdict": verdict_sentence(found, score),
    }
    if score.by == SPEND:
        return capital(say("{outcome} per place and week, spent as planned: {kept}; {verdict}.", **values))
    return capital(say("{outcome} per place and week: {kept}; {verdict}.", **values))


def miss_sentence(one: Comparison, currency: str) -> Message:
    """One forecast whose interval did not hold."""
    unit = currency if one.outcome in MONEY_OUTCOMES else ""
    where = place(one.place) if one.place.network else say("all places")
    when = say("period {period}", period=one.period) if one.period else say("week of {week}", week=day(one.week))
    values = {
        "where": where,
        "when": when,
        "actual": number(one.actual, 0, unit),
        "forecast": number(one.forecast),
        "low": number(one.low),
        "high": number(one.high),
        "size": number(abs(one.beyond)),
        "planned": number(one.planned),
        "spent": number(one.spent),
    }
    if one.beyond < 0 and one.as_planned:
        return say("{where}, {when}: {actual} came, {size} below the interval of {low} to {high}", **values)
    if one.beyond < 0:
        return say(
            "{where}, {when}: {actual} came, {size} below the interval of {low} to {high}; {spent} was spent where "
            "{planned} was planned",
            **values,
        )
    if one.as_planned:
        return say("{where}, {when}: {actual} came, {size} above the interval of {low} to {high}", **values)
    return say(
        "{where}, {when}: {actual} came, {size} above the interval of {low} to {high}; {spent} was spent where "
        "{planned} was planned",
        **values,
    )


def advice_sentence(advice: Sequence[Advice], currency: str) -> Message:
    """What came where advice was followed, and where it was ignored."""
    groups = {one.verdict: one for one in groups_of(advice)}
    followed, ignored = groups.get(FOLLOWED), groups.get(IGNORED)
    if followed is None and ignored is None:
        return say("No plan advised a change of spend that can be judged yet.")
    told: list[Message] = []
    if followed is not None:
        said = say_many(
            "{count} place where advice was followed brought {share} of its forecast",
            "{count} places where advice was followed brought {share} of their forecast",
            followed.places,
            share=percent(followed.ratio),
        )
        told.append(_with_range(followed, said))
    if ignored is not None:
        said = say_many(
            "{count} place where it was ignored brought {share} of its forecast",
            "{count} places where it was ignored brought {share} of their forecast",
            ignored.places,
            share=percent(ignored.ratio),
        )
        told += [_with_range(ignored, said), _forgone(ignored, currency)]
    return say("{parts}.", parts=join("; ", told))


def _with_range(group: Group, said: Message) -> Message:
    """What is said of a group, with its interval; without a forecast there is no share."""
    if not math.isfinite(group.ratio):
        return say("{verdict}: nothing was forecast there", verdict=verdict_name(group.verdict))
    if not math.isfinite(group.low):
        return said
    return say("{said} (90 %: {low} to {high})", said=said, low=percent(group.low), high=percent(group.high))


def _forgone(ignored: Group, currency: str) -> Message:
    """What the records' curves say that ignoring advice cost or saved, beside the money that was not spent so."""
    values = {
        "amount": number(abs(ignored.forgone), 0, currency),
        "planned": number(ignored.planned, 0, currency),
        "spent": number(ignored.spent, 0, currency),
    }
    if ignored.forgone >= 0:
        return say(
            "by the plans' own curves {planned} as planned would have brought {amount} more than {spent} as spent",
            **values,
        )
    return say(
        "by the plans' own curves {planned} as planned would have brought {amount} less than {spent} as spent",
        **values,
    )


def verdict_name(verdict: str) -> Message:
    """What became of advice, as a word."""
    return {FOLLOWED: say("followed"), IGNORED: say("ignored")}.get(verdict, say("no advice"))


def group_name(score: Score) -> Message | str:
    """What a score is of."""
    if score.by == ALL:
        return say("all")
    if score.by == SPEND:
        return say("spent as planned") if score.group == AS_PLANNED else say("spent otherwise")
    if score.by == AHEAD:
        return say_many("{count} week ahead", "{count} weeks ahead", int(score.group))
    return place((score.group, "")) if score.by == NETWORK else score.group


def approved_text(record: Record, before: Record | None, file: str) -> str:
    """What was approved, for the terminal."""
    last = dt.date.fromisoformat(record.weeks[-1]) + dt.timedelta(days=6)
    values = {
        "name": record.name,
        "author": record.author,
        "first": day(record.weeks[0]),
        "last": day(last),
        "budget": number(float(record.spend.sum()), record.decimals, record.currency),
    }
    lines: list[str] = [say("{name}, approved by {author}: {budget} from {first} to {last}.", **values)]
    lines += [_promise(record, outcome) for outcome in ("revenue", "conversions") if outcome in record.forecasts]
    if before is not None:
        lines.append(say("It supersedes {name} ({id}).", name=before.name, id=before.id))
    lines.append(say("Plan of record {id}. Written: {files}.", id=record.id, files=file))
    return "\n".join(lines) + "\n"


def _promise(record: Record, outcome: str) -> Message:
    """What a record says the whole plan will bring."""
    whole = next(
        one
        for one in record.expected
        if (one.outcome, one.period, one.week, one.network, one.content_type) == (outcome, "", "", "", "")
    )
    unit = record.currency if outcome in MONEY_OUTCOMES else ""
    return say(
        "Forecast {outcome}: {mean} (90 %: {low} to {high}).",
        outcome=outcome_name(outcome),
        mean=number(whole.mean, 0, unit),
        low=number(whole.low),
        high=number(whole.high),
    )


HEADER = ("", "forecasts", "WAPE", "bias", "skill", "90 % kept", "could be", "80 % kept")


def table_rows(found: TrackRecord, outcome: str) -> list[tuple[str, ...]]:
    """Scores of an outcome as text: places and weeks by all that they are cut by, then the sums."""
    scores = [
        score
        for by in (ALL, SPEND, NETWORK, AHEAD)
        for score in found.scores_by(outcome, PLACE_WEEK, by)
    ]  # fmt: skip
    rows = [_row(group_name(score), score) for score in scores]
    for level in (WEEK, PERIOD, PLAN):
        whole = found.score(outcome, level)
        if whole is not None:
            rows.append(_row(say("per {level}, all places together", level=level_name(level)), whole))
    rows += [
        _row(say("{period}, by network", period=score.group), score)
        for score in found.scores_by(outcome, NETWORK_PERIOD, PERIODS)
    ]
    return rows


def _row(name: str, score: Score) -> tuple[str, ...]:
    ninety, eighty = score.coverage
    return (
        str(name),
        number(score.count),
        _share(score.wape),
        _share(score.bias, sign=True),
        number(score.skill, 2, sign=True) if math.isfinite(score.skill) else "-",
        f"{ninety.inside} of {ninety.count}",
        f"{100 * ninety.low:.0f}-{100 * ninety.high:.0f} %",
        f"{eighty.inside} of {eighty.count}",
    )


def _share(value: float, sign: bool = False) -> str:
    return percent(value, 1, sign=sign) if math.isfinite(value) else "-"


def track_text(found: TrackRecord, files: Sequence[str] = ()) -> str:
    """The track record without colour, misses first."""
    lines: list[str] = []
    for outcome in [name for name in found.outcomes if name in ("revenue", "conversions")] or found.outcomes[:1]:
        lines += [track_sentence(found, outcome), *_misses(found, outcome), *_table(found, outcome), ""]
    if not found.outcomes:
        lines += [say("No week of these plans has come yet."), ""]
    if found.advice:
        lines.append(advice_sentence(found.advice, found.currency))
    lines += [say("{name} waits for its first week.", name=record.name) for record in found.waiting]
    if files:
        lines.append(say("Written: {files}.", files=", ".join(files)))
    return "\n".join(lines).rstrip() + "\n"


def _misses(found: TrackRecord, outcome: str) -> list[str]:
    missed = found.misses(outcome, PLACE_WEEK)
    if not missed:
        return []
    head = say_many("{count} miss, the largest first:", "{count} misses, the largest first:", len(missed))
    return ["", head, *(f"  {miss_sentence(one, found.currency)}" for one in missed[:MISSES])]


def _table(found: TrackRecord, outcome: str) -> list[str]:
    rows = table_rows(found, outcome)
    if not rows:
        return []
    lines = [HEADER, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    told = [
        "  ".join(
            text.rjust(width) if column else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return ["", *told]
