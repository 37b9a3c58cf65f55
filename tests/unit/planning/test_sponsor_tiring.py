"""Posts that tire: noise is not called a rise, and a rise is called one."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from optimizer.history.posts import PaidWeek, Post
from optimizer.planning.sponsor.tiring import tirings

MONDAY = dt.date(2026, 9, 7)


def post(conversions, spend=100.0, frequency=math.nan, name="a"):
    weeks = tuple(
        PaidWeek(MONDAY + dt.timedelta(weeks=t), spend, float(count), frequency=frequency)
        for t, count in enumerate(conversions)
    )
    return Post(name, "instagram", "reel", 2, None, 30.0, 1000.0, True, {}, weeks)


def kind(*args, **more):
    (found,) = tirings([post(*args, **more)])
    return found


def test_a_cost_that_triples_is_tired_and_stops():
    found = kind([30, 28, 31, 29, 10, 9])
    assert (found.kind, found.stops) == ("tired", True)
    assert found.before == pytest.approx(400 / 118)
    assert found.now == pytest.approx(200 / 19)
    assert found.doubled > 0.8


def test_a_clear_rise_short_of_double_is_watched_and_does_not_stop():
    found = kind([60, 62, 58, 61, 42, 40])
    assert (found.kind, found.stops) == ("limited", False)
    assert found.doubled < 0.1 < 0.9 < found.risen


def test_two_results_after_three_are_no_change():
    found = kind([3, 2, 4, 1, 1])
    assert found.kind == ""
    assert found.rise[1] < 1 < found.rise[2]


@pytest.mark.parametrize(("frequency", "told"), [(2.4, ""), (2.5, "seen"), (3.5, "worn")])
def test_frequency_is_watched_and_then_stops(frequency, told):
    found = kind([20, 20, 20, 20], frequency=frequency)
    assert (found.kind, found.stops) == (told, told == "worn")


def test_no_results_at_all_in_the_newest_weeks_is_a_rise_if_there_were_enough_before():
    assert kind([20, 22, 19, 0, 0]).kind == "tired"
    assert math.isinf(kind([20, 22, 19, 0, 0]).now)
    assert kind([1, 0, 0]).kind == ""


def test_a_post_with_one_week_or_with_a_sum_alone_cannot_tell():
    assert math.isnan(kind([20]).risen)
    alone = Post("a", "x", "y", 2, None, 3.0, 9.0, True, {}, (PaidWeek(None, 50.0, 4.0),))
    assert math.isnan(tirings([alone])[0].risen)
    assert tirings([Post("a", "x", "y", 2, None, 3.0, 9.0, True, {})]) == (None,)


def test_what_does_not_change_is_seldom_called_tiring():
    rng = np.random.default_rng(1)
    posts = [post(rng.poisson(12, 6), name=str(k)) for k in range(300)]
    found = [one.kind for one in tirings(posts)]
    assert found.count("tired") <= 3
    assert found.count("limited") <= 0.1 * len(found)
