"""Scores, misses and advice against figures worked out on paper."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.actuals import actuals_of
from optimizer.finance.advice import FOLLOWED, IGNORED, NO_ADVICE, groups_of
from optimizer.finance.comparisons import NETWORK_PERIOD, NETWORK_WEEK, PERIOD, PLACE_WEEK, PLAN, WEEK
from optimizer.finance.track_files import COLUMNS, track_csv, track_json
from optimizer.finance.track_record import AHEAD, AS_PLANNED, NETWORK, OTHERWISE, PERIODS, SPEND, TrackRecord, track
from optimizer.finance.track_text import track_sentence, track_text
from tests.unit.finance.records import MEAN, WEEKS, came, make_record
from tests.unit.finance.records import SPEND as PLANNED

CAME = np.array([[1100.0, 700.0], [2000.0, 2300.0], [3000.0, 4000.0]])


def judged(revenue: np.ndarray = CAME, spend: np.ndarray | None = None, **late: float) -> TrackRecord:
    record = make_record()
    shares = {WEEKS[int(name[1:])]: share for name, share in late.items()}
    return track([(record, actuals_of(record, came(revenue, spend, shares)))])


def test_scores_of_places_and_weeks():
    score = judged().score("revenue", PLACE_WEEK)
    assert score is not None
    errors = np.array([100.0, 300.0, 0.0, 300.0, 0.0, 1000.0])
    assert score.count == 6
    assert score.wape == pytest.approx(errors.sum() / CAME.sum())
    assert score.bias == pytest.approx((MEAN - CAME).sum() / CAME.sum())
    naive = np.abs(np.array([[1200.0] * 2, [2000.0] * 2, [2500.0] * 2]) - CAME).sum() / CAME.sum()
    assert score.naive_wape == pytest.approx(naive)
    assert score.skill == pytest.approx(1.0 - score.wape / naive)
    ninety, eighty = score.coverage
    assert (ninety.inside, eighty.inside) == (4, 3)  # 700 and 4,000 are out of 20 %, 2,300 of 10 %; 1,100 is on its end
    assert 0.0 < ninety.low < 4 / 6 < ninety.high < 1.0


def test_scores_by_network_weeks_ahead_and_period():
    found = judged()
    counts = {one.group: (one.count, one.coverage[0].inside) for one in found.scores_by("revenue", PLACE_WEEK, NETWORK)}
    assert counts == {"facebook": (4, 3), "tiktok": (2, 1)}
    ahead = {one.group: one.coverage[0].inside for one in found.scores_by("revenue", PLACE_WEEK, AHEAD)}
    assert ahead == {"1": 3, "2": 1}
    week = found.score("revenue", WEEK)
    assert week is not None
    assert (week.count, week.forecast, week.actual) == (2, 12_000.0, CAME.sum())
    networks = found.score("revenue", NETWORK_WEEK, NETWORK, "tiktok")
    assert networks is not None
    assert networks.coverage[0].inside == 1
    november = found.score("revenue", PERIOD, PERIODS, "2026-11")
    assert november is not None
    assert november.actual == pytest.approx(CAME[:, 0].sum() + CAME[:, 1].sum() / 7)
    assert november.forecast == pytest.approx(6000.0 * 8 / 7)
    assert found.score("revenue", NETWORK_PERIOD, PERIODS, "2026-12").count == 2  # type: ignore[union-attr]
    assert found.score("revenue", PLAN).count == 1  # type: ignore[union-attr]


def test_misses_come_first_the_furthest_outside_before_the_others():
    found = judged()
    missed = found.misses("revenue", PLACE_WEEK)
    assert [(one.place.label, one.week, one.beyond) for one in missed] == [
        ("tiktok/video", WEEKS[1], pytest.approx(400.0)),
        ("facebook/image", WEEKS[1], pytest.approx(-100.0)),
    ]
    ordered = found.at("revenue", PLACE_WEEK)
    assert ordered[:2] == missed
    assert [abs(one.actual - one.forecast) for one in ordered[2:]] == [300.0, 100.0, 0.0, 0.0]


def test_late_weeks_are_shown_and_not_judged():
    found = judged(w1=0.5)
    assert found.score("revenue", PLACE_WEEK).count == 3  # type: ignore[union-attr]
    assert found.late == 3
    assert found.misses("revenue") == ()
    assert found.score("revenue", PLAN) is None
    assert sum(one.late for one in found.at("revenue", PLACE_WEEK)) == 3
    assert found.score("revenue", PERIOD) is None  # both periods have a day of the late week


def test_spend_otherwise_than_planned_is_scored_apart():
    spend = PLANNED.copy()
    spend[2, 1] = 400.0  # 300 planned
    spend[0, 0] = 109.0  # within 10 %
    found = judged(spend=spend)
    kept, other = (found.score("revenue", PLACE_WEEK, SPEND, name) for name in (AS_PLANNED, OTHERWISE))
    assert kept is not None
    assert other is not None
    assert (kept.count, kept.coverage[0].inside) == (5, 4)
    assert (other.count, other.coverage[0].inside) == (1, 0)


def test_advice_followed_against_ignored():
    # planned 100, 200, 300 a week against 200, 200, 200 today
    spend = np.array([[110.0, 120.0], [500.0, 500.0], [220.0, 240.0]])
    found = judged(spend=spend)
    assert [one.verdict for one in found.advice] == [FOLLOWED, NO_ADVICE, IGNORED]
    followed, ignored, _none = (groups_of(found.advice)[k] for k in range(3))
    assert (followed.planned, followed.spent) == (200.0, 230.0)
    assert followed.ratio == pytest.approx(1800.0 / 2000.0)
    assert ignored.ratio == pytest.approx(7000.0 / 6000.0)
    assert ignored.forgone == pytest.approx(20.0 * (300.0 - 230.0))  # 20 a unit by the curves, over both weeks
    assert math.isnan(followed.low)  # one place says nothing of how sure that is
    assert track_text(found).count("advice was followed") == 1


def test_what_ignored_advice_cost_is_read_beyond_the_end_of_a_curve_as_the_bridge_reads_it():
    found = judged(spend=np.array([[10.0, 990.0], [200.0, 200.0], [300.0, 300.0]]))  # 500 a week; the curve ends at 400
    (ignored,) = (one for one in groups_of(found.advice) if one.verdict == IGNORED)
    assert ignored.forgone == pytest.approx(20.0 * (100.0 - 500.0))


def test_the_same_week_told_twice_is_no_more_evidence_and_is_said():
    one, other = make_record(), make_record(name="Twice")
    actuals = actuals_of(one, came(MEAN))
    alone, both = track([(one, actuals)]), track([(one, actuals), (other, actuals)])
    first, second = (found.score("revenue", PLACE_WEEK) for found in (alone, both))
    assert first is not None
    assert second is not None
    assert second.count == 2 * first.count
    assert second.coverage[0].worth == pytest.approx(first.coverage[0].worth)
    assert (second.coverage[0].low, second.coverage[0].high) == (first.coverage[0].low, first.coverage[0].high)
    assert alone.findings == ()
    (said,) = both.findings
    assert str(said.problem) == "November and Twice speak of the same weeks, and neither supersedes the other"


def test_a_superseded_record_counts_up_to_the_one_that_took_its_place():
    before = make_record()
    after = make_record(name="December", weeks=("2026-11-30", "2026-12-07"), supersedes=before.id,
                        created="2026-11-27T08:00:00Z")  # fmt: skip
    source = came(np.hstack([CAME, MEAN[:, 1:]]), np.hstack([PLANNED, PLANNED[:, 1:]]), weeks=(*WEEKS, "2026-12-07"))
    found = track([(after, actuals_of(after, source)), (before, actuals_of(before, source))])
    assert [one.name for one in found.records] == ["November", "December"]
    assert found.replaced == {before.id: after.id}
    own = [one for one in found.comparisons if one.record == before.id and one.level == PLACE_WEEK]
    assert {one.week for one in own} == {WEEKS[0]}
    assert not [one for one in found.comparisons if one.record == before.id and one.level in (PERIOD, PLAN)]
    assert found.score("revenue", PLACE_WEEK).count == 3 + 6  # type: ignore[union-attr]
    at_once = make_record(name="Again", supersedes=before.id, created="2026-11-21T08:00:00Z")
    found = track([(before, actuals_of(before, source)), (at_once, actuals_of(at_once, source))])
    assert {one.record for one in found.comparisons} == {at_once.id}


def test_what_cannot_be_followed():
    record = make_record()
    draft, dollars = replace(record, created=""), replace(record, currency="USD", name="Dollars")
    actuals = actuals_of(record, came(CAME))
    with pytest.raises(InputError, match="November is a draft that nobody has approved; approve it first"):
        track([(draft, actuals)])
    with pytest.raises(InputError, match="one plan of record is in EUR, another in USD"):
        track([(record, actuals), (dollars, actuals)])
    with pytest.raises(InputError, match="there is no plan of record to follow"):
        track([])
    waiting = actuals_of(record, came(CAME, weeks=("2026-11-09", "2026-11-16")))
    found = track([(record, waiting)])
    assert (found.comparisons, found.waiting) == ((), (record,))
    assert "November waits for its first week." in track_text(found)


def test_the_files_hold_what_was_compared():
    found = judged(w1=0.5)
    lines = track_csv(found).splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    rows = [dict(zip(COLUMNS, line.split(","), strict=True)) for line in lines[1:]]
    places = [row for row in rows if row["level"] == PLACE_WEEK]
    assert len(places) == 6
    assert {row["currency"] for row in rows} == {"EUR"}
    assert {row["fully_reported"] for row in places if row["week_start"] == WEEKS[1]} == {"no"}
    plain = json.loads(track_json(judged()))
    first = plain["scores"][0]
    assert (first["outcome"], first["level"], first["count"]) == ("revenue", PLACE_WEEK, 6)
    assert first["coverage"][0]["share"] == pytest.approx(4 / 6)
    places = [one["place"] for one in plain["misses"] if one["level"] == PLACE_WEEK]
    assert places == ["tiktok/video", "facebook/image"]
    assert plain["records"][0]["name"] == "November"


def test_the_sentence_says_what_was_promised_and_kept():
    assert str(track_sentence(judged())).startswith(
        "Revenue per place and week: 9 of 10 promised, 4 of 6 kept (67 %); the true share could be "
    )
    elsewhere = judged(spend=2.0 * PLANNED)
    assert "money was spent as planned in 0 of them, so this says more of the spend" in track_sentence(elsewhere)
    text = track_text(judged())
    assert text.index("2 misses, the largest first:") < text.index("WAPE")
    assert "tiktok/video, week of 2026-11-30: EUR 4,000 came, 400 above the interval of 2,400 to 3,600" in text
