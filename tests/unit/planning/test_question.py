from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError
from optimizer.planning.question import choose_goal, request_settings, settle
from optimizer.planning.request import PlanRequest

HEADER = "network,content_type,min_spend,max_spend\n"


def rules(question):
    return [finding.rule for finding in question.findings]


def test_default_bounds_are_three_times_recent_and_said(panel):
    question = settle(panel, PlanRequest(budget=4000, weeks=4))
    np.testing.assert_allclose(question.bounds.upper, [1800, 900, 300])
    assert question.bounds.lower.tolist() == [0, 0, 0]
    assert rules(question) == ["default-bounds"]
    assert "0 to 3 times its mean weekly spend of the last 12 weeks" in question.findings[0].text


def test_a_cell_without_recent_spend_gets_room_for_a_test(panel):
    spend = panel.spend.copy()
    spend[1] = 0.0
    question = settle(replace(panel, spend=spend), PlanRequest(budget=4000, weeks=4))
    np.testing.assert_allclose(question.bounds.upper, [1800, 0.05 * (600 + 100), 300])


def test_bounds_of_a_file_are_completed_and_said(panel, write):
    path = write("b.csv", HEADER + "instagram,reel,100,400\n")
    question = settle(panel, PlanRequest(budget=4000, weeks=4, bounds=path))
    np.testing.assert_allclose(question.bounds.lower, [0, 100, 0])
    np.testing.assert_allclose(question.bounds.upper, [1800, 400, 300])
    assert rules(question) == ["bounds-incomplete"]
    assert "1 of 3 cells, not for facebook/image, tiktok/video" in question.findings[0].text


def test_no_limit_becomes_the_weekly_budget(panel, write):
    path = write("b.csv", HEADER + "facebook,image,,\ninstagram,reel,,\ntiktok,video,,5\n")
    question = settle(panel, PlanRequest(budget=4000, weeks=4, bounds=path))
    np.testing.assert_allclose(question.bounds.upper, [1000, 1000, 5])
    assert rules(question) == []


def test_minimums_above_the_budget_name_the_repair(panel, write):
    path = write("b.csv", HEADER + "facebook,image,900,2000\ninstagram,reel,600,2000\n")
    with pytest.raises(InfeasibleError) as caught:
        settle(panel, PlanRequest(budget=4000, weeks=4, bounds=path))
    assert str(caught.value) == (
        f"A budget of EUR 4,000.00 for 4 weeks is EUR 1,000.00 a week, but the minimums in {path} add up to "
        "EUR 1,500.00 a week; raise the budget to EUR 6,000.00 or lower the minimums by EUR 500.00 a week."
    )
    settle(panel, PlanRequest(budget=6000, weeks=4, bounds=path))  # the repair it names works


def test_maximums_below_the_budget_name_the_repair(panel):
    with pytest.raises(InfeasibleError, match=r"3 times recent spend.*lower the budget to EUR 12,000\.00"):
        settle(panel, PlanRequest(budget=12_001, weeks=4))
    settle(panel, PlanRequest(budget=12_000, weeks=4))


def test_minimums_that_miss_the_budget_by_rounding_alone_fit(panel):
    third = np.full(3, 1000 / 3) * (1 + 1e-12)
    question = settle(panel, PlanRequest(budget=4000, weeks=4, bounds=Bounds(third, third)))
    assert question.bounds.lower.sum() <= question.weekly * (1 + 1e-12)


@pytest.mark.parametrize(
    ("lower", "upper", "what"),
    [
        ([0, 0], [1, 1], "shape"),
        ([0, 0, -1], [1, 1, 1], "bounds.lower of tiktok/video is -1"),
        ([0, 5, 0], [9, 1, 9], "minimum 5.00 of instagram/reel is above its maximum 1.00"),
        ([0, np.nan, 0], [9, 1, 9], "bounds.lower of instagram/reel is nan"),
    ],
)
def test_bad_bounds_from_python_are_refused(panel, lower, upper, what):
    bounds = Bounds(np.array(lower, dtype=float), np.array(upper, dtype=float))
    with pytest.raises(InputError, match=what):
        settle(panel, PlanRequest(budget=4000, weeks=4, bounds=bounds))


def test_today_is_recent_spend_unless_given(panel, write):
    assert settle(panel, PlanRequest(budget=4000, weeks=4)).today.tolist() == [600, 300, 100]
    path = write("c.csv", "network,content_type,spend\ninstagram,reel,500\n")
    question = settle(panel, PlanRequest(budget=4000, weeks=4, current=path))
    assert question.today.tolist() == [0, 500, 0]
    assert "current-incomplete" in rules(question)
    given = settle(panel, PlanRequest(budget=4000, weeks=4, current=np.array([1.0, 2.0, 3.0])))
    assert given.today.tolist() == [1, 2, 3]


def test_no_recent_spend_asks_for_todays_split(panel):
    silent = replace(panel, spend=np.zeros_like(panel.spend))
    with pytest.raises(InputError, match=r"nothing was spent in the last 12 complete weeks.*--current"):
        settle(silent, PlanRequest(budget=4000, weeks=4))
    question = settle(silent, PlanRequest(budget=4000, weeks=4, current=np.array([600.0, 600.0, 600.0])))
    assert question.bounds.upper.tolist() == [1800, 1800, 1800]


@pytest.mark.parametrize("current", [np.zeros(3), np.array([1.0, np.inf, 1.0]), np.array([1.0, -1.0, 1.0]), np.ones(2)])
def test_bad_current_from_python_is_refused(panel, current):
    with pytest.raises(InputError, match="current"):
        settle(panel, PlanRequest(budget=4000, weeks=4, current=current))


def test_goal_is_revenue_where_there_is_any(panel):
    assert choose_goal(panel, None) == "revenue"
    assert choose_goal(panel, " Conversions ") == "conversions"
    zero = replace(panel, outcomes={**panel.outcomes, "revenue": np.zeros_like(panel.spend)})
    assert choose_goal(zero, None) == "conversions"


def test_unknown_goals_are_refused_with_those_there_are(panel):
    with pytest.raises(InputError, match=r"goal is 'sales'.*goals of this history are conversions, revenue"):
        choose_goal(panel, "sales")
    with pytest.raises(InputError, match="profit needs margins"):
        choose_goal(panel, "profit")
    clicks = replace(panel, outcomes={"clicks": panel.spend})
    with pytest.raises(InputError, match="neither revenue nor conversions; goals of this history are clicks"):
        choose_goal(clicks, None)


def test_settings_hold_all_that_was_asked(panel):
    request = PlanRequest(budget=4000, weeks=4, draws=50)
    settings = request_settings(panel, request, settle(panel, request))
    assert settings["budget"] == 4000
    assert settings["draws"] == 50
    assert settings["bounds"]["instagram/reel"] == [0.0, 900.0]
    assert settings["current"] == {"facebook/image": 600.0, "instagram/reel": 300.0, "tiktok/video": 100.0}
