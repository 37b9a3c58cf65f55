from __future__ import annotations

import math

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.planning.request import PlanRequest, read_bounds, read_current

CELLS = (Cell("facebook", "image"), Cell("instagram", "reel"), Cell("tiktok", "video"))
HEADER = "network,content_type,min_spend,max_spend\n"


@pytest.mark.parametrize("budget", [0.0, -5.0, math.nan, math.inf])
def test_a_budget_must_be_above_zero(budget):
    with pytest.raises(InputError, match=rf"^budget is {budget:g}; it must be above 0"):
        PlanRequest(budget=budget, weeks=4)


@pytest.mark.parametrize("weeks", [0, -1, 53])
def test_weeks_are_one_to_fifty_two(weeks):
    with pytest.raises(InputError, match=rf"^weeks is {weeks}; a plan covers 1 to 52 whole weeks\.$"):
        PlanRequest(budget=100, weeks=weeks)


def test_seed_and_draws_are_checked():
    with pytest.raises(InputError, match="seed is -1"):
        PlanRequest(budget=100, weeks=4, seed=-1)
    with pytest.raises(InputError, match="draws is 3"):
        PlanRequest(budget=100, weeks=4, draws=3)


def test_bounds_are_put_in_the_order_of_the_cells(write):
    path = write("b.csv", HEADER + "TikTok, video ,10,20\nfacebook,image,1,2\n")
    bounds = read_bounds(path, CELLS)
    np.testing.assert_array_equal(bounds.lower, [1, np.nan, 10])
    np.testing.assert_array_equal(bounds.upper, [2, np.nan, 20])


def test_bounds_are_read_as_europeans_write_them(write):
    path = write("b.csv", "\ufeffNetwork;Content type;Min_Spend;max_spend;note\ninstagram;reel;1.234,50;2.000,25;x\n\n")
    bounds = read_bounds(path, CELLS)
    assert (bounds.lower[1], bounds.upper[1]) == (1234.5, 2000.25)


def test_empty_limits_mean_none(write):
    bounds = read_bounds(write("b.csv", HEADER + "instagram,reel,,\n"), CELLS)
    assert (bounds.lower[1], bounds.upper[1]) == (0.0, math.inf)
    assert np.isnan(bounds.lower[[0, 2]]).all()


@pytest.mark.parametrize(
    ("rows", "place", "what"),
    [
        ("instagram,reels,0,1\n", "row 2, column content_type", "'instagram/reels' is not in the history"),
        ("instagram,reels,0,1\n", "row 2", "did you mean 'instagram/reel'"),
        ("facebook,image,0,1\nsnapchat,ad,0,1\n", "row 3, column network", "'snapchat/ad' is not in the history"),
        ("instagram,reel,0,1\ninstagram,reel,0,2\n", "row 3, column content_type", "row 2 names 'instagram/reel' too"),
        (
            "instagram,reel,5,2\n",
            "row 2, column min_spend",
            "min_spend 5.00 of instagram/reel is above its max_spend 2.00",
        ),
        ("instagram,reel,-3,2\n", "row 2, column min_spend", "min_spend is -3"),
        ("instagram,reel,1,lots\n", "row 2, column max_spend", "max_spend is 'lots'"),
        ("\ninstagram,reel,1,inf\n", "row 3, column max_spend", "max_spend is inf"),
        ("", "row 1", "no row below"),
    ],
)
def test_bad_bounds_name_their_place(write, rows, place, what):
    path = write("b.csv", HEADER + rows)
    with pytest.raises(InputError) as caught:
        read_bounds(path, CELLS)
    message = str(caught.value)
    assert message.startswith(f"{path}, {place}")
    assert what in message
    assert message.endswith(".")
    assert "\n" not in message


def test_a_missing_column_is_named_with_what_may_be_meant(write):
    path = write("b.csv", "network,content_type,minspend,max_spend\ninstagram,reel,0,1\n")
    with pytest.raises(InputError, match=r"row 1: column min_spend is missing.*'minspend' may be min_spend"):
        read_bounds(path, CELLS)


def test_a_column_named_twice_is_refused(write):
    path = write("b.csv", "network,content_type,min_spend,Min spend,max_spend\ninstagram,reel,0,1,2\n")
    with pytest.raises(InputError, match="names min_spend more than once"):
        read_bounds(path, CELLS)


def test_audiences_are_refused_where_cells_have_none(write):
    path = write("b.csv", "network,content_type,audience,min_spend,max_spend\ninstagram,reel,parents,0,1\n")
    with pytest.raises(InputError, match=r"column audience: cell 'instagram/reel/parents'.*--by-audience"):
        read_bounds(path, CELLS)


def test_audiences_are_matched_where_cells_have_them(write):
    cells = (Cell("instagram", "reel", "new"), Cell("instagram", "reel", "parents"))
    path = write("b.csv", "network,content_type,audience,min_spend,max_spend\ninstagram,reel,Parents,3,4\n")
    assert read_bounds(path, cells).lower[1] == 3


def test_a_workbook_is_refused_in_words(tmp_path):
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"PK\x03\x04 anything")
    with pytest.raises(InputError, match="save the table as CSV"):
        read_bounds(path, CELLS)


def test_current_is_nan_for_cells_not_named(write):
    path = write("c.csv", "network,content_type,spend\ninstagram,reel,120\n")
    np.testing.assert_array_equal(read_current(path, CELLS), [np.nan, 120, np.nan])


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("instagram,reel,\n", "row 2, column spend: spend of instagram/reel is empty"),
        ("instagram,reel,0\n", "all spend is 0"),
    ],
)
def test_bad_current_is_refused(write, rows, what):
    with pytest.raises(InputError, match=what):
        read_current(write("c.csv", "network,content_type,spend\n" + rows), CELLS)


@pytest.mark.parametrize(
    "wrong", [{"weeks": 4.0}, {"weeks": True}, {"seed": 1.5}, {"draws": 50.5}, {"budget": "100"}, {"budget": True}]
)
def test_values_of_another_type_are_refused_in_words(wrong):
    (name,) = wrong
    with pytest.raises(InputError, match=f"^{name} is "):
        PlanRequest(**{"budget": 100.0, "weeks": 4, **wrong})


def test_whole_numbers_of_numpy_are_taken():
    assert PlanRequest(budget=np.float64(100), weeks=np.int64(4)).weeks == 4


def test_audiences_that_differ_in_case_are_told_apart(write):
    cells = (Cell("x", "link", "Parents"), Cell("x", "link", "parents"))
    head = "network,content_type,audience,min_spend,max_spend\n"
    bounds = read_bounds(write("b.csv", head + "x,link,Parents,1,2\nX,link,parents,3,4\n"), cells)
    np.testing.assert_array_equal(bounds.lower, [1, 3])
    with pytest.raises(InputError, match="column audience: audience 'PARENTS' may be 'Parents' or 'parents'"):
        read_bounds(write("c.csv", head + "x,link,PARENTS,1,2\n"), cells)
