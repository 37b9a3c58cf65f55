"""The track record: how plans of record came true, by outcome, network, period and weeks ahead; misses first.

Error, bias and skill follow `optimizer.finance.definitions`; the naive forecast is the record's own. Only weeks that
have come and are not surely late are judged. A forecast speaks of the planned spend: where other amounts were spent it
is scored too, but apart, since there it missed for another reason than being wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.finance.advice import Advice, advice_of
from optimizer.finance.comparisons import (
    LEVELS,
    NETWORK_PERIOD,
    NETWORK_WEEK,
    PERIOD,
    PLACE_WEEK,
    PLAN,
    WEEK,
    Comparison,
    compare,
    stretches,
)
from optimizer.finance.coverage import LIKE_PLACES, LIKE_SUMS, Coverage, coverage_of
from optimizer.finance.definitions import bias, skill, wape
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.language.message import say

if TYPE_CHECKING:
    from optimizer.finance.actuals import Actuals
    from optimizer.finance.record import Record

ALL, SPEND, NETWORK, AHEAD, PERIODS = "all", "spend", "network", "ahead", "period"
AS_PLANNED, OTHERWISE = "as planned", "otherwise"
_BY = (ALL, SPEND, NETWORK, AHEAD, PERIODS)
STATED = (0.9, 0.8)


@dataclass(frozen=True)
class Score:
    """How forecasts of one group came true.

    Attributes
    ----------
    outcome, level : str
        The level is one of `optimizer.finance.comparisons.LEVELS`: what one forecast covers.
    by, group : str
        What the group is of ("all", "spend", "network", "ahead" or "period") and its name: "" for all, "as planned" or
        "otherwise" by what was spent.
    count : int
        Forecasts judged.
    forecast, actual : float
        Sums.
    wape, bias, naive_wape, skill : float
        See `optimizer.finance.definitions`; NaN where there is no such figure.
    coverage : tuple of Coverage
        Of the 90 and of the 80 % interval.
    """

    outcome: str
    level: str
    by: str
    group: str
    count: int
    forecast: float
    actual: float
    wape: float
    bias: float
    naive_wape: float
    skill: float
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """What became of plans of record.

    Attributes
    ----------
    records : tuple of Record
        Oldest first.
    currency : str
    comparisons : tuple of Comparison
        Late ones among them.
    scores : tuple of Score
    advice : tuple of Advice
    waiting : tuple of Record
        Those of which no week has come.
    replaced : mapping of record id to record id
        Which one superseded it.
    findings : tuple of Finding
    """

    records: tuple[Record, ...]
    currency: str
    comparisons: tuple[Comparison, ...] = field(repr=False)
    scores: tuple[Score, ...] = field(repr=False)
    advice: tuple[Advice, ...] = field(repr=False)
    waiting: tuple[Record, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that are compared, revenue first."""
        names = dict.fromkeys(one.outcome for one in self.comparisons)
        return tuple(sorted(names, key=lambda name: (name != "revenue", name != "conversions", name)))

    @property
    def late(self) -> int:
        """Places and weeks that have come and are not judged yet."""
        return len({(one.week, one.place) for one in self.comparisons if one.late and one.level == PLACE_WEEK})

    def score(self, outcome: str, level: str, by: str = ALL, group: str = "") -> Score | None:
        """One score; None where nothing of the kind was judged."""
        wanted = (outcome, level, by, group)
        return next((one for one in self.scores if (one.outcome, one.level, one.by, one.group) == wanted), None)

    def scores_by(self, outcome: str, level: str, by: str) -> tuple[Score, ...]:
        """Scores of all groups of a kind, in their order."""
        return tuple(one for one in self.scores if (one.outcome, one.level, one.by) == (outcome, level, by))

    def at(self, outcome: str, *levels: str) -> tuple[Comparison, ...]:
        """Comparisons of an outcome at some levels, misses first: the further outside of the interval, the earlier."""
        found = [one for one in self.comparisons if one.outcome == outcome and one.level in levels]
        return tuple(sorted(found, key=_order))

    def misses(self, outcome: str, *levels: str) -> tuple[Comparison, ...]:
        """Forecasts whose 90 % interval did not hold what came, the furthest outside first; not the late ones."""
        return tuple(one for one in self.at(outcome, *(levels or LEVELS)) if not one.inside and not one.late)


def track(pairs: Sequence[tuple[Record, Actuals]]) -> TrackRecord:
    """The track record of plans of record.

    Parameters
    ----------
    pairs : sequence of (Record, Actuals)
        At least one; a record that is given twice counts once.

    Raises
    ------
    InputError
        There is no record, one is a draft, or they are in different currencies.
    """
    known = {record.id: (record, actuals) for record, actuals in pairs}
    ordered = sorted(known.values(), key=lambda pair: (pair[0].weeks[0], pair[0].created, pair[0].id))
    if not ordered:
        raise InputError.at(say("there is no plan of record to follow"), fix=say("approve a plan first"))
    _check(ordered)
    replaced = {record.supersedes: record for record, _ in ordered if record.supersedes in known}
    comparisons: list[Comparison] = []
    advice: list[Advice] = []
    waiting = []
    for record, actuals in ordered:
        until = replaced[record.id].weeks[0] if record.id in replaced else ""
        made = compare(record, actuals, until)
        comparisons += made
        if made:
            advice += advice_of(record, actuals, until)
        elif not actuals.arrived.any():
            waiting.append(record)
    longest = max(len(record.weeks) for record, _ in ordered)
    return TrackRecord(
        records=tuple(record for record, _ in ordered),
        currency=next((record.currency for record, _ in ordered if record.currency), ""),
        comparisons=tuple(comparisons),
        scores=scores_of([one for one in comparisons if not one.late], longest),
        advice=tuple(advice),
        waiting=tuple(waiting),
        replaced={before: after.id for before, after in replaced.items()},
        findings=worst_first(
            (
                *dict.fromkeys(finding for _, actuals in ordered for finding in actuals.findings),
                *_overlaps([record for record, _ in ordered], replaced),
            )
        ),
    )


def _overlaps(records: Sequence[Record], replaced: Mapping[str, Record]) -> Iterator[Finding]:
    """Plans that both count in some weeks: what came there is judged twice, which is no more evidence."""
    spans = []
    for record in records:
        until = replaced[record.id].weeks[0] if record.id in replaced else ""
        spans.append({week for week in record.weeks if not until or week < until})
    for k, (record, weeks) in enumerate(zip(records, spans, strict=True)):
        for other, others in zip(records[k + 1 :], spans[k + 1 :], strict=True):
            if weeks & others:
                problem = say(
                    "{name} and {other} speak of the same weeks, and neither supersedes the other",
                    name=record.name,
                    other=other.name,
                )
                fix = say("what came there is held against both; follow one of them, or read the figures of each")
                yield Finding("plans-overlap", Severity.WARNING, problem, fix)


def scores_of(comparisons: Sequence[Comparison], weeks: int) -> tuple[Score, ...]:
    """Scores of all outcomes and levels; finest level first, of everything first.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Those that are judged.
    weeks : int
        Length of the longest plan: weeks within such a stretch are not independent of each other.
    """
    groups: dict[tuple[str, str, str, str], list[Comparison]] = {}
    for one in comparisons:
        for by, name in _groups(one):
            groups.setdefault((one.outcome, one.level, by, name), []).append(one)
    made = [_score(key, members, weeks) for key, members in groups.items()]
    return tuple(sorted(made, key=_score_order))


def _groups(one: Comparison) -> list[tuple[str, str]]:
    """What a comparison counts to."""
    found = [(ALL, ""), (SPEND, AS_PLANNED if one.as_planned else OTHERWISE)]
    if one.level in (PLACE_WEEK, NETWORK_WEEK, NETWORK_PERIOD):
        found.append((NETWORK, one.place.network))
    if one.ahead:
        found.append((AHEAD, str(one.ahead)))
    if one.period:
        found.append((PERIODS, one.period))
    return found


def _score(key: tuple[str, str, str, str], members: Sequence[Comparison], weeks: int) -> Score:
    told, came, naive = (np.array([getattr(one, name) for one in members]) for name in ("forecast", "actual", "naive"))
    stretch = stretches(members, weeks)
    kept: Mapping[float, Callable[[Comparison], bool]] = {0.9: lambda one: one.inside, 0.8: lambda one: one.inside80}
    usual = LIKE_SUMS if key[1] in (WEEK, PERIOD, PLAN) else LIKE_PLACES
    distinct = len({(one.week, one.period, one.place) for one in members})
    error, simple = wape(told, came), wape(naive, came)
    return Score(
        *key,
        count=len(members),
        forecast=float(told.sum()),
        actual=float(came.sum()),
        wape=error,
        bias=bias(told, came),
        naive_wape=simple,
        skill=skill(error, simple),
        coverage=tuple(
            coverage_of(stated, np.array([kept[stated](one) for one in members]), stretch, usual, distinct)
            for stated in STATED
        ),
    )


def _score_order(one: Score) -> tuple[object, ...]:
    group = (int(one.group), "") if one.by == AHEAD else (0, one.group)
    return one.outcome != "revenue", one.outcome, LEVELS.index(one.level), _BY.index(one.by), group


def _order(one: Comparison) -> tuple[object, ...]:
    """Misses that are judged first, by how far outside; then the others by how far off."""
    miss = not one.inside and not one.late
    size = abs(one.beyond) if miss else abs(one.actual - one.forecast)
    return not miss, one.late, -size if math.isfinite(size) else 0.0, one.week, one.place


def _check(ordered: Sequence[tuple[Record, Actuals]]) -> None:
    """Refuse drafts and records in different money."""
    for record, _ in ordered:
        if not record.approved:
            problem = say("{name} is a draft that nobody has approved", name=record.name)
            raise InputError.at(problem, fix=say("approve it first"))
    currencies = dict.fromkeys(record.currency for record, _ in ordered if record.currency)
    if len(currencies) > 1:
        first, other = list(currencies)[:2]
        problem = say("one plan of record is in {first}, another in {other}", first=first, other=other)
        raise InputError.at(problem, fix=say("follow the plans of one currency at a time"))
