"""A change in plain values: what is allowed, how it is kept, and what is said of what is not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.planning.change import NO_CHANGE, Change, check_change, shift_of

WHOLE = Change(
    price={"instagram": 0.1, "": -0.05},
    rate={"tiktok": 0.2},
    worth=-0.1,
    off=("facebook", "instagram/reel"),
    added=(("tiktok", "live"),),
    added_most={"tiktok/live": 300.0},
    promotion={1: 0.3, 4: -0.2},
    team_cost=500.0,
    production_cost={"video": 900.0},
)


def test_a_change_survives_json():
    assert Change.from_json(json.loads(json.dumps(WHOLE.to_json()))) == WHOLE
    assert Change.from_json({}) == NO_CHANGE
    assert NO_CHANGE.to_json() == {}
    assert Change(price={}, worth=0.0).key == NO_CHANGE.key
    assert WHOLE.key != replace(WHOLE, worth=0.0).key


def test_what_shifts_the_response_is_told_apart_from_what_is_allowed_and_paid():
    assert Change(off=("a",), team_cost=5.0, added=(("a", "b"),)).shift_key == ""
    assert WHOLE.shift_key == replace(WHOLE, off=(), team_cost=0.0, production_cost={}, added=()).shift_key
    assert len({Change(**one).shift_key for one in ({"price": {"": 0.1}}, {"rate": {"": 0.1}}, {"worth": 0.1})}) == 3


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ([], "the change is a list; it must be a table."),
        ({"prices": {}}, "the change has a key 'prices', which is not known; did you mean price?"),
        ({"price": 3}, "the change of prices is 3; it must be a table."),
        ({"price": {"": -1}}, "change of the price of all networks is -1; it must be a number above -1 and up to 100."),
        (
            {"rate": {"x": "y"}},
            "change of the conversion rate of x is 'y'; it must be a number above -1 and up to 100.",
        ),
        ({"worth": True}, "change of the value per conversion is True; it must be a number above -1 and up to 100."),
        ({"worth": float("nan")}, "change of the value per conversion is nan; "),
        ({"off": "tiktok"}, "the list of what is switched off is 'tiktok'; it must be a list."),
        ({"off": [""]}, "a network that is switched off is ''; it must be text of up to 200 characters."),
        ({"off": ["a\x00b"]}, "a network that is switched off is 'a"),
        ({"off": ["x"] * 501}, "the list of what is switched off has 501 entries; 500 are allowed."),
        ({"added": [["a"]]}, "a new cell is a list; give its network and its content type."),
        ({"added": [["a", 3]]}, "the network or content type of a new cell is 3; it must be text"),
        ({"added_most": {"a/b": -1}}, "largest weekly amount of a/b is -1; it must be a number from 0 to 1e+15."),
        ({"promotion": {"0": 0.1}}, "a promotion's week is 0; it must be a whole number from 1 to 52."),
        ({"promotion": {"one": 0.1}}, "a promotion's week is 'one'; it must be a whole number from 1 to 52."),
        ({"promotion": {"2": None}}, "rise of demand in week 2 is missing; "),
        ({"team_cost": -5}, "team cost is -5; it must be a number from 0 to 1e+15."),
        ({"production_cost": {"video": []}}, "production cost of video is a list; "),
    ],
)
def test_what_is_not_allowed_is_refused(plain, message):
    with pytest.raises(InputError) as told:
        Change.from_json(plain)
    assert str(told.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Change(price={"instagrm": 0.1}), "instagrm is no network of the history; did you mean instagram?"),
        (Change(rate={"x": 0.1}), "x is no network of the history; known are facebook, instagram, tiktok."),
        (Change(off=("tiktok/vide",)), "tiktok/vide is neither a network nor a cell of the history; did you mean "),
        (Change(added=(("tiktok", "video"),)), "tiktok/video is to be added, but the history has it already; "),
        (Change(added=(("x", "y"),)), "x/y is to be added, but the response was not fitted with it; "),
        (Change(added_most={"a/b": 3.0}), "a/b is not among the new cells; there is none."),
        (Change(production_cost={"vidoe": 3.0}), "vidoe is no content type of the history; did you mean video?"),
        (Change(promotion={3: 0.1}), "a promotion is in week 3; the plan has weeks 1 to 2."),
    ],
)
def test_what_is_not_there_is_refused(panel, change, message):
    with pytest.raises(InputError) as told:
        check_change(change, panel, (), 2)
    assert str(told.value).startswith(message)


def test_what_is_there_is_taken(panel):
    check_change(
        Change(price={"": 0.1, "tiktok": 1.0}, off=("facebook", "tiktok/video"), promotion={2: 0.1}), panel, (), 2
    )


def test_a_network_of_its_own_stands_above_all_networks():
    cells = (Cell("instagram", "reel"), Cell("tiktok", "video"), Cell("tiktok", "live"))
    shift = shift_of(WHOLE, cells)
    assert shift is not None
    np.testing.assert_allclose(shift.price, [1.1, 0.95, 0.95])
    np.testing.assert_allclose(shift.rate, [1.0, 1.2, 1.2])
    assert shift.worth == pytest.approx(0.9)
    np.testing.assert_allclose(np.exp(shift.demand[:5]), [1.3, 1, 1, 0.8, 1])
    assert shift_of(Change(off=("tiktok",)), cells) is None
