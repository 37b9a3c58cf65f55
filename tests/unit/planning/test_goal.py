"""Goals: what is maximised, what it adds up, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.findings import Severity
from optimizer.planning.fit import fitted_outcome
from optimizer.planning.goal import choose_goal, goal_findings, goal_history, goal_worths, harmful_spend, usual_goals
from optimizer.planning.plan import CurveBands
from optimizer.planning.question import in_currency, settle
from optimizer.planning.request import PlanRequest
from optimizer.planning.settings import Settings

WORTH = Settings(outcomes={"conversions": 10, "negative_feedback": -2})


@pytest.fixture
def hated(panel):
    """The panel with negative feedback, not observed in one week of the first cell."""
    feedback = 0.1 * panel.outcomes["conversions"]
    feedback[0, 3] = np.nan
    return replace(panel, outcomes={**panel.outcomes, "negative_feedback": feedback})


def test_value_is_the_goal_where_worths_are_given_and_nothing_else_is_asked(hated):
    assert choose_goal(hated, None, WORTH) == "value"
    assert choose_goal(hated, " Value ", WORTH) == "value"
    assert choose_goal(hated, "revenue", WORTH) == "revenue"
    assert choose_goal(hated, None, Settings(country="DE")) == "revenue"
    assert choose_goal(hated, None) == "revenue"


@pytest.mark.parametrize("settings", [None, Settings()])
def test_value_without_worths_is_refused(panel, settings):
    with pytest.raises(InputError) as told:
        choose_goal(panel, "value", settings)
    assert str(told.value) == (
        "goal value needs what each outcome is worth; give them under [outcomes] in --settings FILE."
    )


def test_a_worth_of_what_the_history_lacks_is_refused(panel):
    with pytest.raises(InputError) as told:
        goal_worths(panel, "value", WORTH)
    assert str(told.value) == (
        "settings, key outcomes.negative_feedback: the history has no negative_feedback; take the line out; outcomes "
        "of the history are conversions, revenue."
    )
    assert goal_worths(panel, "revenue", WORTH) == {}  # not needed, so not asked for


def test_the_history_of_value_is_the_weighted_sum_where_all_parts_are_observed(hated):
    value = goal_history(hated, "value", goal_worths(hated, "value", WORTH))
    conversions = hated.outcomes["conversions"]
    np.testing.assert_allclose(value[1], (10 - 0.2) * conversions[1])
    assert np.isnan(value[0, 3])
    assert np.isfinite(np.delete(value[0], 3)).all()
    np.testing.assert_array_equal(goal_history(hated, "revenue", {}), hated.outcomes["revenue"])


def test_settle_takes_worths_and_country(hated):
    settings = Settings(country="VN", outcomes=WORTH.outcomes)
    question = settle(hated, PlanRequest(budget=4000, weeks=4, settings=settings))
    assert (question.goal, question.worths, question.country) == ("value", WORTH.worths, "VN")
    question = settle(hated, PlanRequest(budget=4000, weeks=4, settings=settings, goal="conversions"))
    assert (question.goal, question.worths, question.country) == ("conversions", {}, "VN")


def test_the_currency_of_the_settings_is_taken_where_the_history_names_none(panel):
    euros = Settings(currency="EUR")
    assert in_currency(replace(panel, currency=""), euros).currency == "EUR"
    assert in_currency(panel, euros) is panel
    assert in_currency(panel, None) is panel
    assert in_currency(panel, Settings()) is panel


def test_another_currency_than_the_history_names_is_refused(panel):
    with pytest.raises(InputError) as told:
        in_currency(panel, Settings(currency="USD"))
    assert str(told.value) == (
        "settings, key currency: currency is USD, but the history is in EUR; name the history's or take the line out; "
        "amounts are not converted."
    )


@pytest.mark.parametrize(
    ("goal", "worths", "rules"),
    [
        ("conversions", {}, []),
        ("negative_feedback", {}, ["unwanted-goal"]),
        ("bounces", {}, ["unwanted-goal"]),
        ("reach", {}, ["reach-summed"]),
        ("value", {"reach": 0.01, "conversions": 3.0}, ["reach-summed"]),
        ("value", {"conversions": 42.0, "bounces": -1.0}, []),
        ("value", {"conversions": 42.0, "revenue": 0.4}, ["counted-twice"]),
        ("value", {"conversions": 42.0, "revenue": 0.4, "repeat_conversions": 5.0}, ["counted-twice"] * 2),
    ],
)
def test_goals_that_deserve_a_word(goal, worths, rules):
    assert [finding.rule for finding in goal_findings(goal, worths)] == rules


def bands(*means):
    mean = np.array(means, dtype=float)
    spend = np.broadcast_to(np.linspace(0, 400, mean.shape[1]), mean.shape)
    return CurveBands(spend, mean, mean, mean, (), np.zeros((len(mean), 2)))


def test_spend_that_lowers_the_value_is_named(panel):
    rising, falling = [0, 1, 2, 3, 4], [0, 2, 3, 2, 1]
    curves = bands(rising, falling, falling)
    warning, note = harmful_spend(panel.cells, np.array([400.0, 350.0, 150.0]), curves, "EUR")
    assert (warning.severity, note.severity) == (Severity.WARNING, Severity.NOTE)
    assert "lowers the value in instagram/reel (from EUR 200 a week), and the plan spends more there" in warning.text
    assert "would lower the value in tiktok/video (from EUR 200 a week)" in note.text
    assert "facebook/image" not in warning.text + note.text
    assert harmful_spend(panel.cells, np.full(3, 400.0), bands(rising, rising, rising), "EUR") == []


def test_revenue_is_fitted_by_conversions_where_there_are_any(panel):
    assert fitted_outcome(panel, "revenue") == "conversions"
    assert fitted_outcome(panel, "clicks") == "clicks"
    none = replace(panel, outcomes={**panel.outcomes, "conversions": 0 * panel.outcomes["conversions"]})
    assert fitted_outcome(none, "revenue") == "revenue"
    assert fitted_outcome(replace(panel, outcomes={"revenue": panel.spend}), "revenue") == "revenue"


def test_goals_to_offer_begin_with_the_one_taken_unasked(panel):
    zero = np.zeros_like(panel.outcomes["revenue"])
    counts = panel.outcomes["conversions"]
    for outcomes, goals in (
        (panel.outcomes, ("revenue", "conversions")),
        ({"conversions": counts, "revenue": zero}, ("conversions",)),
        ({"conversions": zero, "revenue": counts}, ("revenue",)),
        ({"clicks": counts, "reach": zero}, ("clicks",)),
    ):
        offered = usual_goals(replace(panel, outcomes=outcomes))
        assert offered == goals
        if "clicks" not in outcomes:
            assert offered[0] == choose_goal(replace(panel, outcomes=outcomes), None)
