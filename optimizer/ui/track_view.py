"""What the page Track record says: the verdict, misses, periods, scores and advice. Plain records, no Streamlit."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.finance.actuals import Actuals
from optimizer.finance.advice import Advice, Group, groups_of
from optimizer.finance.comparisons import PERIOD, PLACE_WEEK, WEEK, Comparison
from optimizer.finance.definitions import definition
from optimizer.finance.record import Record
from optimizer.finance.track_record import ALL, Score, TrackRecord
from optimizer.finance.track_text import (
    advice_sentence,
    group_name,
    level_name,
    main_score,
    track_sentence,
    verdict_name,
)
from optimizer.language.message import place
from optimizer.planning.wording import MONEY_OUTCOMES, outcome_name
from optimizer.ui.data_view import by_and_when
from optimizer.ui.format import begun, day, money, number, percent, signed
from optimizer.ui.language import _, n_, tell
from optimizer.ui.track_store import Held
from optimizer.ui.view import Figure, Headline

NOTHING = "–"
MISSES = 8


@dataclass(frozen=True)
class MissRow:
    """One forecast whose interval did not hold."""

    place: str
    when: str
    came: str
    forecast: str
    beyond: str
    above: bool
    spend: str


@dataclass(frozen=True)
class PeriodRow:
    """One fiscal period of a record."""

    period: str
    forecast: str
    interval: str
    actual: str
    difference: str
    verdict: str
    closed: bool
    closable: bool


@dataclass(frozen=True)
class ScoreRow:
    """Scores of one group, as written."""

    name: str
    values: tuple[str, ...]


def headline(found: TrackRecord, outcome: str) -> Headline:
    """What the intervals kept, and what was judged."""
    judged = found.score(outcome, PLACE_WEEK)
    weeks = sorted({one.week for one in found.comparisons if one.level == PLACE_WEEK and not one.late})
    detail = []
    if judged is not None and weeks:
        last = dt.date.fromisoformat(weeks[-1]) + dt.timedelta(days=6)
        detail.append(
            n_(
                "{count} forecast of {plans}, weeks from {first} to {last}.",
                "{count} forecasts of {plans}, weeks from {first} to {last}.",
                judged.count,
                plans=n_("{count} plan", "{count} plans", len(found.records) - len(found.waiting)),
                first=day(weeks[0]),
                last=day(last),
            )
        )
    if found.late:
        detail.append(
            n_(
                "{count} place and week is not fully reported and not judged yet.",
                "{count} places and weeks are not fully reported and not judged yet.",
                found.late,
            )
        )
    return Headline(tell(track_sentence(found, outcome)), " ".join(detail), moves=True)


def key_figures(found: TrackRecord, outcome: str) -> tuple[Figure, ...]:
    """Coverage, error, bias and skill of what is judged by."""
    score = main_score(found, outcome)
    if score is None:
        return ()
    ninety = score.coverage[0]
    against = _("naive forecast: {wape}", wape=percent(score.naive_wape, 1)) if math.isfinite(score.naive_wape) else ""
    return (
        Figure(
            tell(definition("coverage").name),
            percent(ninety.share),
            _("could be {low} to {high}; 90 % promised", low=percent(ninety.low), high=percent(ninety.high)),
            tell(definition("coverage").formula),
        ),
        Figure(tell(definition("wape").name), _share(score.wape, 1), against, tell(definition("wape").formula)),
        Figure(
            tell(definition("bias").name),
            _share(score.bias, 1, sign=True),
            _("more was forecast than came") if score.bias > 0 else _("less was forecast than came"),
            tell(definition("bias").formula),
        ),
        Figure(
            tell(definition("skill").name),
            signed(score.skill, 0.01) if math.isfinite(score.skill) else NOTHING,
            _("better than naive") if score.skill > 0 else _("no better than naive"),
            tell(definition("skill").formula),
        ),
    )


def miss_rows(found: TrackRecord, outcome: str) -> tuple[MissRow, ...]:
    """Places and weeks outside of their 90 % interval, the furthest first."""
    return tuple(_miss(one, found.currency) for one in found.misses(outcome, PLACE_WEEK))


def _miss(one: Comparison, currency: str) -> MissRow:
    unit = currency if one.outcome in MONEY_OUTCOMES else ""
    spend = (
        _("as planned")
        if one.as_planned
        else _("{spent} instead of {planned}", spent=number(one.spent, 1), planned=number(one.planned, 1))
    )
    return MissRow(
        place=tell(place(one.place)),
        when=day(one.week),
        came=money(one.actual, unit, 1),
        forecast=_("{low} to {high}", low=number(one.low, 1), high=number(one.high, 1)),
        beyond=signed(one.beyond, 1),
        above=one.beyond > 0,
        spend=spend,
    )


def period_rows(found: TrackRecord, record: Record, outcome: str, closed: frozenset[str]) -> tuple[PeriodRow, ...]:
    """Every fiscal period of a record, in order; what has not come is said to wait."""
    came = {
        one.period: one
        for one in found.comparisons
        if (one.record, one.level, one.outcome) == (record.id, PERIOD, outcome)
    }
    stated = {
        one.period: one
        for one in record.expected
        if one.outcome == outcome and one.period and not one.network and not one.content_type
    }
    unit = found.currency if outcome in MONEY_OUTCOMES else ""
    rows = []
    for period in record.periods:
        one, told = came.get(period.name), stated[period.name]
        rows.append(
            PeriodRow(
                period=period.name,
                forecast=money(told.mean, unit, 1),
                interval=_("{low} to {high}", low=number(told.low, 1), high=number(told.high, 1)),
                actual=NOTHING if one is None else money(one.actual, unit, 1),
                difference=NOTHING if one is None else signed(one.actual - one.forecast, 1),
                verdict=_("waits for its weeks") if one is None else verdict(one),
                closed=period.name in closed,
                closable=one is not None and period.name not in closed,
            )
        )
    return tuple(rows)


def verdict(one: Comparison) -> str:
    """What a comparison came to, in words."""
    if one.late:
        return _("not fully reported yet")
    if one.inside:
        return _("inside the interval")
    return _("above the interval") if one.beyond > 0 else _("below the interval")


def score_header(groups: str) -> tuple[tuple[str, str], ...]:
    """Columns of the scores, with their definitions; `groups` heads their names."""
    return (
        (groups, ""),
        (_("Forecasts"), ""),
        *((tell(definition(key).name), tell(definition(key).formula)) for key in ("wape", "bias", "skill")),
        (_("90 % interval kept"), tell(definition("coverage").formula)),
        (_("80 % interval kept"), tell(definition("coverage").formula)),
    )


def score_rows(found: TrackRecord, outcome: str, level: str, *kinds: str) -> tuple[ScoreRow, ...]:
    """Scores of the groups of some kinds at one level."""
    return tuple(_score(one) for by in kinds for one in found.scores_by(outcome, level, by))


def level_rows(found: TrackRecord, outcome: str, levels: Sequence[str]) -> tuple[ScoreRow, ...]:
    """Scores of all forecasts of each level."""
    rows = []
    for level in levels:
        one = found.score(outcome, level, ALL)
        if one is not None:
            rows.append(_score(one, _("Per {level}", level=tell(level_name(level)))))
    return tuple(rows)


def _score(score: Score, name: str = "") -> ScoreRow:
    kept = [
        _("{inside} of {count}", inside=number(one.inside), count=number(one.count))
        + "|"
        + _("could be {low} to {high}", low=percent(one.low), high=percent(one.high))
        for one in score.coverage
    ]
    values = (
        number(score.count),
        _share(score.wape, 1),
        _share(score.bias, 1, sign=True),
        signed(score.skill, 0.01) if math.isfinite(score.skill) else NOTHING,
        *kept,
    )
    return ScoreRow(name or begun(tell(group_name(score))), values)


def advice_told(advice: Sequence[Advice], currency: str) -> str:
    """What came where advice was followed, and where it was ignored."""
    return tell(advice_sentence(advice, currency))


def advice_rows(advice: Sequence[Advice]) -> tuple[ScoreRow, ...]:
    """Advice by its fate."""
    return tuple(_advice(one) for one in groups_of(advice))


def advice_header() -> tuple[tuple[str, str], ...]:
    """Columns of the advice, with their definitions."""
    return (
        (_("Advice"), ""),
        (_("Places"), ""),
        (_("Planned spend"), ""),
        (_("Spent"), ""),
        (_("Forecast revenue"), _("for the planned spend, as the record states it")),
        (_("Came"), ""),
        (_("Came of the forecast"), _("what came / what was forecast, with its 90 % interval over the places")),
    )


def _advice(one: Group) -> ScoreRow:
    ends = ""
    if math.isfinite(one.low):
        ends = "|" + _("{low} to {high}", low=percent(one.low), high=percent(one.high))
    figures = (number(value, 1) for value in (one.planned, one.spent, one.forecast, one.actual))
    return ScoreRow(begun(tell(verdict_name(one.verdict))), (number(one.places), *figures, _share(one.ratio) + ends))


def record_line(one: Held, names: dict[str, str]) -> str:
    """Who approved a plan of record, when, for which weeks, and whether it still holds."""
    record = one.record
    last = dt.date.fromisoformat(record.weeks[-1]) + dt.timedelta(days=6)
    state = _("holds") if one.holds else _("superseded by {name}", name=names.get(one.replaced_by, _("a later plan")))
    parts = (
        by_and_when(one.kept.author, one.kept.created),
        _("{first} to {last}", first=day(record.weeks[0]), last=day(last)),
        money(float(record.spend.sum()), record.currency, 1),
        state,
    )
    return " · ".join(parts)


def weeks_frame(record: Record, actuals: Actuals, outcome: str) -> pd.DataFrame:
    """The whole plan week by week: stated interval and forecast, and what came; NaN where nothing has."""
    stated = {
        one.week: one
        for one in record.expected
        if one.outcome == outcome and one.week and not one.network and not one.content_type
    }
    unit = record.currency if outcome in MONEY_OUTCOMES else ""
    came = actuals.outcomes[outcome].sum(axis=0) if outcome in actuals.outcomes else np.full(len(record.weeks), np.nan)
    rows = []
    for h, week in enumerate(record.weeks):
        one, actual = stated[week], float(came[h]) if actuals.arrived[h] else math.nan
        inside, late = one.low <= actual <= one.high, bool(actuals.arrived[h] and not actuals.final[h])
        kind = "late" if late else "inside" if inside else "outside"
        said = (
            _("not fully reported yet") if late else _("inside the interval") if inside else _("outside the interval")
        )
        rows.append(
            {
                "week": pd.Timestamp(week),
                "forecast": one.mean,
                "low": one.low,
                "high": one.high,
                "low80": one.low80,
                "high80": one.high80,
                "actual": actual,
                "kind": kind,
                "told": _("{mean} ({low} to {high})", mean=money(one.mean, unit, 1), low=number(one.low, 1),
                          high=number(one.high, 1)),
                "came": money(actual, unit, 1) if math.isfinite(actual) else NOTHING,
                "verdict": said if math.isfinite(actual) else _("waits"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def weeks_data(frame: pd.DataFrame) -> pd.DataFrame:
    """The same for the download."""
    names = {
        "week": _("Week"), "forecast": _("Forecast"), "low": _("Low (90 %)"), "high": _("High (90 %)"),
        "low80": _("Low (80 %)"), "high80": _("High (80 %)"), "actual": _("Came"),
    }  # fmt: skip
    return frame[list(names)].rename(columns=names)


def weeks_alt(found: TrackRecord, record: Record, outcome: str) -> str:
    """The chart in words."""
    own = [one for one in found.comparisons if (one.record, one.level, one.outcome) == (record.id, WEEK, outcome)]
    inside = sum(one.inside for one in own if not one.late)
    judged = sum(not one.late for one in own)
    return _(
        "{outcome} by week: forecast with its 90 and 80 % intervals, and what came; {inside} of {count} weeks lie "
        "inside the 90 % interval.",
        outcome=begun(tell(outcome_name(outcome))),
        inside=number(inside),
        count=number(judged),
    )


def outcome_title(outcome: str, currency: str) -> str:
    """Name of an outcome with its unit."""
    name = begun(tell(outcome_name(outcome)))
    return f"{name}, {currency}" if currency and outcome in MONEY_OUTCOMES else name


def _share(value: float, decimals: int = 0, sign: bool = False) -> str:
    return percent(value, decimals, sign) if math.isfinite(value) else NOTHING
