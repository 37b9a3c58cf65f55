"""Sums of rows by cell and week."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import Cell, build_panel, load_history

HEADER = "date,network,content_type,campaign,spend,conversions,revenue"
NAN = float("nan")


@pytest.fixture
def panel_of(write):
    def panel(*rows: str, header: str = HEADER, **options):
        return build_panel(load_history(write("\n".join((header, *rows)))), **options)

    return panel


def test_weekly_rows(panel_of):
    panel = panel_of(
        "2026-01-12,x,link,a,20,2,200",
        "2026-01-05,facebook,video,a,10,1,100",
        "2026-01-05,x,link,a,15,3,300",
        "2026-01-12,facebook,video,a,0,0,0",
        "2026-01-26,x,link,a,25,4,400",
    )
    assert panel.cells == (Cell("facebook", "video"), Cell("x", "link"))
    assert panel.weeks.astype(str).tolist() == ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]
    np.testing.assert_array_equal(panel.spend, [[10, 0, NAN, NAN], [15, 20, NAN, 25]])
    np.testing.assert_array_equal(panel.outcomes["conversions"], [[1, 0, NAN, NAN], [3, 2, NAN, 4]])
    np.testing.assert_array_equal(panel.recent_spend, [5, 20])


def test_weekly_rows_on_other_days_go_to_the_monday_of_their_week(panel_of):
    panel = panel_of("2026-01-08,x,link,a,10,1,1", "2026-01-15,x,link,a,20,1,1", "2026-01-22,x,link,a,30,1,1")
    assert panel.weeks.astype(str).tolist() == ["2026-01-05", "2026-01-12", "2026-01-19"]
    np.testing.assert_array_equal(panel.spend, [[10, 20, 30]])


def test_weekly_rows_with_many_gaps_are_still_weekly(panel_of):
    rows = [
        f"2026-01-{day:02},x,{cell},a,10,1,1" for day, cell in ((7, "link"), (14, "video"), (21, "link"), (28, "video"))
    ]
    panel = panel_of(*rows)
    assert panel.weeks.astype(str).tolist() == ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]


def test_finer_rows_are_summed(panel_of):
    panel = panel_of(
        "2026-01-05,x,link,a,10,1,100", "2026-01-05,x,link,b,5,0.5,50",
        "2026-01-12,x,link,a,20,2,200", "2026-01-12,x,link,b,1,1,10",
    )  # fmt: skip
    np.testing.assert_array_equal(panel.spend, [[15, 21]])
    np.testing.assert_array_equal(panel.outcomes["conversions"], [[1.5, 3]])


def daily(first: int, last: int, spend: float = 1.0) -> list[str]:
    """One row a day in January 2026, of which the 5th is a Monday."""
    return [f"2026-01-{day:02},x,link,a,{spend},1,2" for day in range(first, last + 1)]


def test_daily_rows_count_in_complete_weeks_alone(panel_of):
    panel = panel_of(*daily(3, 20))
    assert panel.weeks.astype(str).tolist() == ["2026-01-05", "2026-01-12"]
    np.testing.assert_array_equal(panel.spend, [[7, 7]])


@pytest.mark.parametrize(("first", "last", "weeks"), [(5, 18, 2), (6, 25, 2), (5, 24, 2), (5, 25, 3), (4, 26, 3)])
def test_edges_of_complete_weeks(panel_of, first, last, weeks):
    assert len(panel_of(*daily(first, last)).weeks) == weeks


def test_days_without_a_row_add_nothing_and_weeks_without_one_are_not_observed(panel_of):
    other = ["2026-01-06,x,video,a,3,1,1", "2026-01-20,x,video,a,4,1,1", "2026-01-21,x,video,a,5,1,1"]
    panel = panel_of(*daily(5, 25), *other)
    np.testing.assert_array_equal(panel.spend, [[7, 7, 7], [3, NAN, 9]])


def test_a_cell_without_a_complete_week_stays_unobserved(panel_of):
    panel = panel_of(*daily(5, 20), "2026-01-20,x,video,a,3,1,1")
    np.testing.assert_array_equal(panel.spend, [[7, 7], [NAN, NAN]])
    np.testing.assert_array_equal(panel.recent_spend, [7, 0])


def test_a_missing_outcome_is_not_zero(panel_of):
    rows = daily(5, 18)
    rows[2] = "2026-01-07,x,link,a,1,,2"
    panel = panel_of(*rows)
    np.testing.assert_array_equal(panel.outcomes["conversions"], [[NAN, 7]])
    np.testing.assert_array_equal(panel.spend, [[7, 7]])
    np.testing.assert_array_equal(panel.outcomes["revenue"], [[14, 14]])


def test_outcomes_without_values_are_not_there(panel_of):
    panel = panel_of("2026-01-05,x,link,a,10,1,", "2026-01-12,x,link,a,20,2,--")
    assert list(panel.outcomes) == ["conversions"]


def test_reach_is_there_for_weeks_of_one_row(panel_of):
    panel = panel_of(
        "2026-01-05,x,link,a,10,1,500", "2026-01-12,x,link,a,10,1,500", "2026-01-12,x,link,b,10,1,400",
        header="date,network,content_type,campaign,spend,conversions,reach",
    )  # fmt: skip
    np.testing.assert_array_equal(panel.outcomes["reach"], [[500, NAN]])


def test_audiences_split_cells_when_asked_for(panel_of):
    header = "date,network,content_type,audience,spend,conversions"
    rows = ("2026-01-05,x,link,Parents,10,1", "2026-01-05,x,link,,5,2", "2026-01-12,x,link,Parents,20,3")
    split = panel_of(*rows, header=header, by_audience=True)
    assert split.cells == (Cell("x", "link", ""), Cell("x", "link", "Parents"))
    np.testing.assert_array_equal(split.spend, [[5, NAN], [10, 20]])
    whole = panel_of(*rows, header=header)
    assert whole.cells == (Cell("x", "link"),)
    np.testing.assert_array_equal(whole.spend, [[15, 20]])


def test_splitting_by_audience_without_audiences_changes_nothing(panel_of):
    assert panel_of(*daily(5, 18), by_audience=True).cells == (Cell("x", "link"),)


def test_hours_are_summed_and_are_no_duplicates(panel_of):
    rows = [row.replace(",x,", f" {hour:02}:00,x,", 1) for row in daily(5, 18) for hour in (0, 6, 18)]
    np.testing.assert_array_equal(panel_of(*rows).spend, [[21, 21]])


# Rows that only look like duplicates ---------------------------------------------------------------------------------


def test_rows_told_apart_by_a_column_of_the_table_are_summed(panel_of):
    header = "date,network,content_type,landing_page,spend,conversions"
    rows = [f"2026-01-{day},x,link,{page},1,1" for day in ("05", "12") for page in ("/a", "/b", "")]
    np.testing.assert_array_equal(panel_of(*rows, header=header).spend, [[3, 3]])


@pytest.mark.parametrize(
    ("name", "values"), [("device", ("phone", "desktop")), ("ad_id", ("17", "18")), ("Ad name", ("a1", "b2"))]
)
def test_rows_told_apart_by_an_unknown_name_are_summed(panel_of, name, values):
    header = f"date,network,content_type,spend,conversions,{name}"
    rows = [f"2026-01-{day},x,link,1,1,{value}" for day in ("05", "12") for value in values]
    np.testing.assert_array_equal(panel_of(*rows, header=header).spend, [[2, 2]])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("cpm", ("1.5", "2.5", "3.5", "2.5")),
        ("ctr", ("1.5%", "2.5%", "3.5%", "2.5%")),
        ("id", ("1", "2", "3", "4")),
        ("device", ("phone",) * 4),
    ],
)
def test_measures_row_numbers_and_constants_tell_no_rows_apart(panel_of, name, values):
    header = f"date,network,content_type,spend,conversions,{name}"
    days = ("05", "05", "12", "12")
    rows = [f"2026-01-{day},x,link,1,1,{value}" for day, value in zip(days, values, strict=True)]
    with pytest.raises(InputError, match="row 3: this row repeats row 2"):
        panel_of(*rows, header=header)


def test_a_pause_counts_as_zero_in_todays_split_and_a_hole_does_not(panel_of):
    mondays = np.arange("2026-01-05", "2026-03-30", 7, dtype="datetime64[D]")
    runs = {"always": range(12), "stopped": range(6), "hole": [*range(5), *range(7, 12)], "young": range(9, 12)}
    rows = [f"{mondays[week]},x,{name},a,12,1,1" for name, weeks in runs.items() for week in weeks]
    panel = panel_of(*rows)
    today = dict(zip((cell.content_type for cell in panel.cells), panel.recent_spend.tolist(), strict=True))
    assert today == {"always": 12.0, "stopped": 6.0, "hole": 12.0, "young": 12.0}


def test_weeks_that_no_cell_has_are_a_hole_however_long(panel_of):
    days = ("2026-01-05", "2026-01-12", "2026-02-16", "2026-02-23")
    panel = panel_of(*(f"{day},x,link,a,10,1,1" for day in days))
    np.testing.assert_array_equal(panel.recent_spend, [10])
