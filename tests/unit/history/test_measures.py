"""Measures: sums over sums, by group and week, with what was not reported left out on both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from optimizer.history import load_history
from optimizer.history.history import History
from optimizer.history.ledger import Breakdown, Grain, Ledger, Selection, tidy_table, weekly
from optimizer.history.measures import BY_KEY, MEASURES, NOT_COLUMNS, Theme, available, figure, missing_columns
from optimizer.history.schema import BY_NAME

NAN = float("nan")
MONDAYS = np.array(["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02"], dtype="datetime64[D]")


def history(rows: Sequence[tuple], columns: str, weeks: int = 2) -> History:
    """A weekly history from rows of (number of the week, network, content type, values ...)."""
    table = pd.DataFrame(
        [(MONDAYS[week], *rest) for week, *rest in rows], columns=["date", "network", "content_type", *columns.split()]
    )
    return History(table, (), "h.csv", "EUR", "", "weekly", MONDAYS[:weeks])


@pytest.fixture(scope="module")
def sample(root) -> History:
    return load_history(root / "data" / "sample_history.csv")


def test_a_ratio_is_a_sum_over_a_sum_and_no_mean_of_ratios() -> None:
    one = history([(0, "x", "video", 100.0, 10.0), (0, "x", "image", 900.0, 10.0), (1, "x", "video", 50.0, 5.0)],
                  "spend conversions")  # fmt: skip
    cost = weekly(one, BY_KEY["cost_per_conversion"])
    assert cost.value.tolist() == [[50.0, 10.0]]
    assert cost.over(2).tolist() == [pytest.approx(1050 / 25)]
    assert cost.over(2)[0] != pytest.approx(cost.value.mean())


def test_a_ratio_leaves_out_rows_that_lack_one_of_its_two_sides() -> None:
    one = history(
        [(0, "x", "a", 100.0, 10.0), (0, "x", "b", 900.0, NAN), (0, "x", "c", NAN, 30.0), (1, "x", "a", 1.0, NAN)],
        "sessions bounces",
    )
    rate = weekly(one, BY_KEY["bounce_rate"])
    assert rate.value[0, 0] == pytest.approx(0.1)
    assert np.isnan(rate.value[0, 1])
    assert np.isnan(rate.numerator[0, 1])


def test_nothing_is_divided_by_zero() -> None:
    one = history([(0, "x", "a", 0.0, 0.0), (1, "x", "a", 10.0, 0.0)], "spend conversions")
    assert np.isnan(weekly(one, BY_KEY["cost_per_conversion"]).value).all()
    assert np.isnan(weekly(one, BY_KEY["cost_per_conversion"]).over(2)).all()
    assert weekly(one, BY_KEY["conversions"]).value.tolist() == [[0.0, 0.0]]


def test_a_total_is_unknown_where_a_cell_that_reports_left_a_hole_but_not_where_it_never_reports() -> None:
    one = history(
        [(0, "x", "a", 1.0), (0, "x", "b", 2.0), (0, "y", "c", NAN), (1, "x", "a", 1.0), (1, "x", "b", NAN)], "sessions"
    )
    assert weekly(one, BY_KEY["sessions"]).value[0].tolist() == [3.0, pytest.approx(NAN, nan_ok=True)]
    by_network = weekly(one, BY_KEY["sessions"], Breakdown.NETWORK)
    assert by_network.groups == (("x",),)


def test_a_week_without_rows_is_not_observed() -> None:
    one = history([(0, "x", "a", 5.0), (2, "x", "a", 7.0), (1, "y", "a", 1.0)], "spend", weeks=3)
    spend = weekly(one, BY_KEY["spend"], Breakdown.NETWORK)
    np.testing.assert_array_equal(spend.value, [[5.0, NAN, 7.0], [NAN, 1.0, NAN]])


def test_reach_is_a_mean_of_rows_and_frequency_a_ratio_of_sums() -> None:
    one = history(
        [(0, "x", "a", 100.0, 300.0), (0, "x", "b", 50.0, 60.0), (1, "x", "a", 0.0, 0.0), (1, "x", "b", 80.0, 80.0)],
        "reach impressions",
    )
    assert weekly(one, BY_KEY["reach"]).value.tolist() == [[75.0, 80.0]]
    assert weekly(one, BY_KEY["frequency"]).value.tolist() == [[360 / 150, 1.0]]
    assert [m.key for m in MEASURES if "reach" in m.columns and m.total] == []


def test_shares_of_a_week_are_one_together_and_unknown_where_a_group_left_a_hole() -> None:
    one = history([(0, "x", "a", 10.0), (0, "y", "a", 30.0), (1, "x", "a", 10.0), (1, "y", "a", NAN)], "conversions")
    shares = weekly(one, BY_KEY["share_conversions"], Breakdown.NETWORK).value
    assert shares[:, 0].tolist() == [0.25, 0.75]
    assert np.isnan(shares[:, 1]).all()


def test_content_without_video_has_no_part_in_the_view_rate() -> None:
    one = history([(0, "x", "video", 100.0, 40.0), (0, "x", "image", 900.0, 0.0), (1, "x", "video", 100.0, 0.0)],
                  "impressions video_views")  # fmt: skip
    rate = weekly(one, BY_KEY["video_view_rate"], Breakdown.CONTENT_TYPE)
    assert rate.groups == (("video",),)
    assert rate.value.tolist() == [[0.4, 0.0]]


def test_a_selection_keeps_and_leaves_out() -> None:
    one = history([(week, network, kind, 1.0 + week) for week in range(3) for network in "xy" for kind in "ab"],
                  "spend", weeks=3)  # fmt: skip

    def spend(**chosen: object) -> list[float]:
        return weekly(one, BY_KEY["spend"], selection=Selection(**chosen)).value[0].tolist()

    assert spend() == [4.0, 8.0, 12.0]
    assert spend(networks=("x",)) == [2.0, 4.0, 6.0]
    assert spend(networks=("x",), content_types=("b",)) == [1.0, 2.0, 3.0]
    assert spend(weeks=2) == [8.0, 12.0]
    assert spend(without=((Breakdown.CELL, ("x", "b")), (Breakdown.NETWORK, ("y",)))) == [1.0, 2.0, 3.0]


def test_the_tidy_table_has_one_row_per_period_and_group() -> None:
    one = history([(0, "x", "a", 10.0, 1.0), (1, "x", "a", 20.0, 4.0), (1, "y", "a", 5.0, 0.0)], "spend conversions")
    table = tidy_table(one, BY_KEY["cost_per_conversion"], Breakdown.NETWORK)
    assert table.columns.tolist() == ["period", "group", "numerator", "denominator", "value"]
    assert table["group"].tolist() == ["x", "x", "y", "y"]
    assert table["period"].dt.strftime("%d.%m.").tolist() == ["05.01.", "12.01.", "05.01.", "12.01."]
    np.testing.assert_array_equal(table["value"], [10.0, 5.0, NAN, NAN])
    assert table["denominator"].tolist()[-1] == 0.0


def test_a_month_holds_the_weeks_whose_thursday_it_has_and_its_total_is_a_mean() -> None:
    one = history([(week, "x", "a", 10.0 * (week + 1), 1.0 + week) for week in range(5)], "spend conversions", weeks=5)
    spend = tidy_table(one, BY_KEY["spend"], grain=Grain.MONTH)
    assert spend["period"].dt.strftime("%Y-%m").tolist() == ["2026-01", "2026-02"]  # 26 January's Thursday is the 29th
    assert spend["value"].tolist() == [25.0, 50.0]
    cost = tidy_table(one, BY_KEY["cost_per_conversion"], grain=Grain.MONTH)
    assert cost["value"].tolist() == [100 / 10, 50 / 5]


def test_days_are_summed_to_complete_weeks_alone(tmp_path) -> None:
    days = pd.date_range("2026-01-03", "2026-01-27")  # Saturday to Tuesday: three whole weeks
    text = "date,network,content_type,spend,conversions\n"
    text += "\n".join(f"{day:%Y-%m-%d},x,a,{day.day},1" for day in days) + "\n"
    path = tmp_path / "days.csv"
    path.write_text(text)
    spend = weekly(load_history(path), BY_KEY["spend"])
    assert spend.weeks.astype(str).tolist() == ["2026-01-05", "2026-01-12", "2026-01-19"]
    assert spend.value[0].tolist() == [sum(range(first, first + 7)) for first in (5, 12, 19)]


@pytest.mark.parametrize("measure", [m for m in MEASURES if m.denominator in BY_NAME], ids=lambda m: m.key)
def test_every_ratio_of_the_sample_is_what_pandas_says(sample: History, measure) -> None:
    table = sample.table
    if measure.where_any:
        table = table[table.groupby("content_type")[measure.numerator].transform("max") > 0]
    sums = table.groupby(["network", "content_type", "date"])[[measure.numerator, measure.denominator]].sum()
    expected = (measure.per * sums[measure.numerator] / sums[measure.denominator])[sums[measure.denominator] > 0]
    found = weekly(sample, measure, Breakdown.CELL)
    frame = found.frame().set_index(["group", "period"])["value"].dropna()
    assert len(frame) == len(expected)
    for (network, kind, date), value in list(expected.items())[::97]:
        assert frame[f"{network}/{kind}", date] == pytest.approx(value)


def test_what_a_history_lacks_is_named() -> None:
    one = history([(0, "x", "a", 5.0, NAN, 0.0), (1, "x", "a", 5.0, NAN, 0.0)], "spend conversions sessions")
    one = History(one.table.assign(bounces=1.0), (), "h.csv", "", "", "weekly", one.weeks)
    assert missing_columns(one, BY_KEY["revenue"]) == ("revenue",)
    assert missing_columns(one, BY_KEY["cost_per_conversion"]) == ("conversions",)
    assert missing_columns(one, BY_KEY["bounce_rate"]) == ("sessions",)
    assert {measure.key for measure in available(one)} == {"spend", "share_spend", "sessions"}


def test_groups_can_be_told_apart_only_where_there_are_two(sample: History) -> None:
    assert Ledger(sample).breakdowns == tuple(Breakdown)
    one = Ledger(sample, Selection(networks=("linkedin",)))
    assert one.breakdowns == (Breakdown.ALL, Breakdown.CONTENT_TYPE, Breakdown.CELL, Breakdown.AUDIENCE)


def test_every_measure_is_made_of_known_columns_and_says_what_it_is() -> None:
    assert len(BY_KEY) == len(MEASURES)
    assert {measure.theme for measure in MEASURES} == set(Theme)
    for measure in MEASURES:
        assert set(measure.columns) <= set(BY_NAME), measure.key
        assert measure.denominator in (*BY_NAME, *NOT_COLUMNS)
        assert measure.definition.endswith(".")
        assert measure.name.pattern
        assert measure.definition.pattern


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("bounce_rate", 0.5231, "52.3 %"),
        ("click_rate", 0.00831, "0.83 %"),
        ("cpm", 8.4, "EUR 8.40"),
        ("spend", 22785.4, "EUR 22,785 a week"),
        ("followers", 3.4, "3.4 a week"),
        ("negative_rate", 0.0561, "0.056"),
        ("frequency", 1.8, "1.80"),
        ("conversions", 0.0, "0.0 a week"),
    ],
)
def test_figures_have_about_three_digits(key: str, value: float, text: str) -> None:
    assert figure(BY_KEY[key], value, "EUR") == text
