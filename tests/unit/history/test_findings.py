"""What is odd about a history that can be used, each with the rule that finds it and a history that it leaves alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from optimizer.history import Severity, load_history

MONDAY = dt.date(2025, 1, 6)


def table(
    weeks: int = 16, cells=(("facebook", "video"), ("instagram", "reel")), step: int = 7, **columns
) -> pd.DataFrame:
    """A calm history: one row per cell and date."""
    rng = np.random.default_rng(1)
    dates = [MONDAY + dt.timedelta(days=step * i) for i in range(weeks * 7 // step)]
    frame = pd.DataFrame([(day, *cell) for day in dates for cell in cells], columns=["date", "network", "content_type"])
    frame["spend"] = rng.uniform(90, 110, len(frame)).round(2)
    frame["conversions"] = rng.poisson(20, len(frame))
    frame["revenue"] = frame["conversions"] * 10.0
    frame["currency"] = "EUR"
    return frame.assign(**columns)


@pytest.fixture
def found(write):
    """Load a table and give its findings by rule; one rule once."""

    def findings(frame: pd.DataFrame) -> dict:
        history = load_history(write(frame.to_csv(index=False)))
        severities = [finding.severity for finding in history.findings]
        assert severities == sorted(severities, reverse=True)
        assert all(finding.file == history.file and finding.text.endswith(".") for finding in history.findings)
        return {finding.rule: finding for finding in history.findings}

    return findings


@pytest.mark.parametrize("step", [1, 7])
def test_a_calm_history_has_no_findings(found, step):
    assert found(table(step=step)) == {}


# Columns ------------------------------------------------------------------------------------------------------------


def test_conversions_all_zero_is_serious(found):
    finding = found(table(conversions=0, revenue=0.0))["zero-outcome"]
    assert finding.severity is Severity.SERIOUS
    text = found(table(conversions=0))["zero-outcome"].text
    assert "conversions is 0 in every row, so nothing can be learned about what brings conversions" in text
    assert "or plan for revenue" in text
    assert "a plan for conversions can only keep today's split" in text


def test_other_outcomes_all_zero_are_a_note(found):
    finding = found(table(negative_feedback=0))["zero-outcome"]
    assert (finding.severity, finding.column) == (Severity.NOTE, "negative_feedback")


def test_no_conversions(found):
    finding = found(table().drop(columns="conversions"))["no-conversions"]
    assert finding.severity is Severity.WARNING
    assert "plans can be made for revenue" in finding.fix
    assert "no-conversions" in found(table(conversions=""))


def test_no_currency(found):
    assert found(table().drop(columns="currency"))["no-currency"].severity is Severity.NOTE


def test_empty_column(found):
    assert found(table(sessions=""))["empty-column"].problem == "sessions holds no value"


def test_empty_values_are_not_zero(found):
    frame = table()
    frame["revenue"] = frame["revenue"].astype(object)
    frame.loc[[3, 5, 8, 9], "revenue"] = ""
    finding = found(frame)["empty-values"]
    assert (finding.severity, finding.column, finding.rows) == (Severity.WARNING, "revenue", (5, 7, 10, 11))
    assert finding.problem == "revenue is empty in 4 of 32 rows; no row says 0, so empty may well mean 0"
    frame.loc[7, "revenue"] = 0
    assert found(frame)["empty-values"].problem == "revenue is empty in 4 of 32 rows"


def test_reach_is_never_summed(found):
    finding = found(table(step=1, reach=100))["not-summed"]
    assert (finding.column, finding.fix) == ("reach", "it was left out")
    assert "not-summed" not in found(table(reach=100))


# Calendar -----------------------------------------------------------------------------------------------------------


def test_incomplete_weeks_are_named(found):
    frame = table(step=1)
    frame = frame[(frame["date"] > MONDAY) & (frame["date"] < frame["date"].max())]
    path_findings = found(frame)
    finding = path_findings["incomplete-week"]
    assert finding.severity is Severity.NOTE
    assert finding.fix == "it is not counted as a week"


def test_both_incomplete_weeks_are_named(write):
    frame = table(step=1).iloc[4:-4]
    history = load_history(write(frame.to_csv(index=False)))
    named = [finding.problem for finding in history.findings if finding.rule == "incomplete-week"]
    assert named == [
        "the week of 2025-01-06 is incomplete (rows start on 2025-01-08)",
        "the week of 2025-04-21 is incomplete (rows end on 2025-04-25)",
    ]
    assert history.weeks[[0, -1]].astype(str).tolist() == ["2025-01-13", "2025-04-14"]


def test_short_history(found):
    assert found(table(weeks=11))["short-history"].problem == "there are only 11 complete weeks"
    assert "short-history" not in found(table(weeks=12))


def test_weeks_without_rows(found):
    frame = table()
    findings = found(frame[~frame["date"].isin([MONDAY + dt.timedelta(days=21)])])
    assert set(findings) == {"weeks-without-rows"}
    finding = findings["weeks-without-rows"]
    assert finding.severity is Severity.WARNING
    assert finding.problem == "1 week between 2025-01-06 and 2025-04-21 has no row at all (2025-01-27)"


def test_half_a_year_without_rows_is_serious(found):
    frame = table(weeks=60)
    gap = (frame["date"] > MONDAY + dt.timedelta(days=70)) & (frame["date"] < MONDAY + dt.timedelta(days=70 + 27 * 7))
    assert found(frame[~gap])["weeks-without-rows"].severity is Severity.SERIOUS


def test_days_without_rows(found):
    frame = table(step=1)
    finding = found(frame[frame["date"] != MONDAY + dt.timedelta(days=23)])["days-without-rows"]
    assert finding.problem == "1 day has no row in any cell (2025-01-29)"


def test_days_off_every_week_are_no_hole(found):
    frame = table(step=1)
    working = frame[[day.weekday() < 5 or day == frame["date"].max() for day in frame["date"]]]
    assert "days-without-rows" not in found(working)


def test_last_week_low(found):
    frame = table()
    frame.loc[frame["date"] == frame["date"].max(), "spend"] = 30.0
    finding = found(frame)["last-week-low"]
    assert "the last week (2025-04-21) holds 30% of the usual spend" in finding.problem
    assert finding.rows == (32, 33)


def test_weeks_on_sundays(found):
    frame = table()
    frame["date"] += dt.timedelta(days=6)
    assert "weeks-on-sundays" in found(frame)
    frame.loc[frame.index[-2:], "date"] -= dt.timedelta(days=6)
    assert "weeks-on-sundays" not in found(frame)


def test_future_dates(found):
    frame = table()
    shift = dt.date.today() - frame["date"].max() + dt.timedelta(days=1)
    frame["date"] += shift
    finding = found(frame)["future-date"]
    assert (finding.column, finding.rows) == ("date", (32, 33))


# Cells and values ---------------------------------------------------------------------------------------------------


def test_cell_without_spend(found):
    frame = table()
    frame.loc[frame["network"] == "facebook", "spend"] = 0.0
    finding = found(frame)["cell-without-spend"]
    assert finding.severity is Severity.WARNING
    assert finding.problem == "1 cell has rows but never any spend (facebook/video)"


def test_cell_without_outcome(found):
    frame = table()
    frame.loc[frame["network"] == "facebook", ["conversions", "revenue"]] = 0
    frame.loc[frame["network"] == "facebook", "spend"] = 10.0
    finding = found(frame)["cell-without-outcome"]
    assert "1 cell has spent 160 and brought no" in finding.problem
    assert "(facebook/video)" in finding.problem


def test_cell_with_few_weeks(found):
    frame = table()
    late = (frame["network"] == "facebook") & (frame["date"] < MONDAY + dt.timedelta(days=13 * 7))
    assert "(facebook/video)" in found(frame[~late])["cell-with-few-weeks"].problem


def test_gaps_inside_a_run(found):
    frame = table()
    finding = found(frame.drop(index=[4, 6, 9]))["gap"]
    assert "3 weeks without a row inside the runs of cells (facebook/video: 2, instagram/reel: 1)" in finding.problem


def test_a_late_start_is_no_gap(found):
    assert "gap" not in found(table().drop(index=[0, 2, 4]))


def test_similar_names(found):
    frame = table(cells=(("facebook", "story"), ("facebook", "reels"), ("facebook", "reel"), ("x", "reels")))
    assert found(frame)["similar-names"].problem == "content types with similar names (facebook: reel and reels)"
    assert "similar-names" not in found(table(cells=(("facebook", "reel"), ("x", "reels"))))


@pytest.mark.parametrize(
    ("part", "whole", "severity"),
    [
        ("clicks", "impressions", Severity.WARNING),
        ("reach", "impressions", Severity.WARNING),
        ("bounces", "sessions", Severity.WARNING),
        ("repeat_conversions", "conversions", Severity.WARNING),
        ("conversions", "clicks", Severity.NOTE),
    ],
)
def test_part_exceeds_whole(found, part, whole, severity):
    frame = table().assign(**{whole: 100, part: 50})
    assert "part-exceeds-whole" not in found(frame)
    frame.loc[5, part] = 101
    finding = found(frame)["part-exceeds-whole"]
    assert (finding.severity, finding.column, finding.rows) == (severity, part, (7,))
    assert finding.problem == f"{part} exceeds {whole} in 1 row"


def test_revenue_without_conversions(found):
    frame = table()
    frame.loc[5, "conversions"] = 0
    assert found(frame)["revenue-without-conversions"].rows == (7,)


@pytest.mark.parametrize("column", ["spend", "conversions", "revenue"])
def test_outlier(found, column):
    frame = table(step=1)
    frame[column] = frame[column].astype(float)
    frame.loc[20, column] *= 60
    finding = found(frame)["outlier"]
    assert (finding.severity, finding.column) == (Severity.WARNING, column)
    assert f"{column} of facebook/video in the week of 2025-01-13 is " in finding.problem
    assert len(finding.rows) == 7
    assert 22 in finding.rows


def test_outliers_are_counted_after_the_first_five(write):
    frame = table(weeks=40)
    frame.loc[[4, 9, 14, 19, 24, 29, 34], "spend"] *= 30
    history = load_history(write(frame.to_csv(index=False)))
    outliers = [finding.problem for finding in history.findings if finding.rule == "outlier"]
    assert len(outliers) == 6
    assert outliers[-1] == "2 more values as far off"


def test_small_counts_and_seasons_are_no_outliers(found):
    rng = np.random.default_rng(7)
    frame = table(weeks=104, conversions=rng.poisson(1.5, 208), revenue=0.0)
    frame["spend"] = 100 * np.exp(np.sin(np.arange(208) / 208 * 12.6) + rng.normal(0, 0.3, 208))
    assert "outlier" not in found(frame)


def test_wide_spread_is_no_outlier(found):
    rng = np.random.default_rng(8)
    frame = table(weeks=104, spend=100 * np.exp(rng.normal(0, 0.9, 208)))
    assert frame["spend"].max() > 5 * frame["spend"].median()
    assert "outlier" not in found(frame)


def test_finer_rows_are_summed_with_a_note(found):
    frame = table()
    finer = pd.concat([frame.assign(device="phone"), frame.assign(device="desktop")])
    finding = found(finer)["finer-rows"]
    assert finding.problem == "rows of the same day and campaign differ only in device"
    assert (finding.severity, finding.fix) == (Severity.NOTE, "they were summed")


def test_a_cell_that_stopped_is_named_and_a_short_silence_is_not(found):
    frame = table()
    last = MONDAY + dt.timedelta(weeks=16)
    for weeks, said in ((2, False), (3, True)):
        off = (frame["network"] == "facebook") & (frame["date"] >= last - dt.timedelta(weeks=weeks))
        assert ("stopped" in found(frame[~off])) is said
    assert found(frame[~off])["stopped"].problem == "facebook/video has no rows since the week of 2025-03-31"


def test_a_pause_is_told_from_a_gap(found):
    findings = found(table().drop(index=[8, 10, 12]))
    assert "gap" not in findings
    assert "such weeks count as paused, with spend 0" in findings["pause"].text


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e6])
def test_money_is_judged_alike_on_any_scale(found, scale):
    frame = table()
    frame["spend"] *= scale
    frame["revenue"] *= scale
    frame.loc[20, "spend"] *= 30
    assert found(frame)["outlier"].column == "spend"
