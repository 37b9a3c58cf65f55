"""A question in plain values: what is allowed, how it is kept, and the request it becomes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InfeasibleError, InputError
from optimizer.history import build_panel, load_history
from optimizer.planning import make_plan
from optimizer.planning.asked import Asked
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest, RulesText
from optimizer.planning.room import default_bounds

WHOLE = Asked(
    budget=4000.0,
    weeks=4,
    goal="revenue",
    by_audience=True,
    risk="careful",
    largest_share=0.5,
    largest_step=0.2,
    limits={"tiktok/video": (None, 400.0), "facebook/image": (50.0, None)},
    locks={"instagram/reel": 250.0},
    rules='[[limit]]\nnetwork = "tiktok"\nmaximum = 300\n',
    settings={"currency": "EUR", "margin": 0.4, "production": {"video": 90}},
    seed=3,
    current={"instagram/reel": 250.0, "facebook/image": 600.0},
)


def test_a_question_survives_json():
    assert Asked.from_json(json.loads(json.dumps(WHOLE.to_json()))) == WHOLE
    assert Asked(100.0, 2).to_json() == {"budget": 100.0, "weeks": 2}
    assert Asked.from_json({"budget": 100, "weeks": 2}) == Asked(100.0, 2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"budget": 0}, "budget is 0; it must be a number above 0 and up to 1e+15."),
        ({"budget": float("inf")}, "budget is inf; it must be a number above 0 and up to 1e+15."),
        ({"weeks": 4.0}, "weeks is 4; it must be a whole number from 1 to 52."),
        ({"weeks": 53}, "weeks is 53; it must be a whole number from 1 to 52."),
        ({"goal": 7}, "goal is 7; it must be text of up to 200 characters."),
        ({"by_audience": 1}, "by_audience is 1; it must be true or false."),
        ({"risk": "brave"}, "risk is 'brave'; known are mean, careful."),
        ({"largest_share": 0}, "largest share is 0; it must be a number above 0 and up to 1."),
        ({"largest_step": -0.1}, "largest step is -0.1; it must be a number from 0 to 100."),
        ({"limits": {"a/b": [1, 2, 3]}}, "limits of a/b are a list; give the smallest and the largest weekly spend"),
        ({"limits": {"a/b": [3, 2]}}, "the smallest weekly spend of a/b is above its largest; lower one or"),
        ({"limits": {"a/b": [None, -2]}}, "largest weekly spend of a/b is -2; it must be a number from 0 to 1e+15."),
        ({"locks": {"a/b": None}}, "lock of a/b is missing; it must be a number from 0 to 1e+15."),
        ({"rules": "x" * 60_000}, "the text of the rules is 'xxx"),
        ({"rules": "a\x07b"}, "the text of the rules is 'a\x07b'; it must be text of up to 50,000 characters."),
        ({"settings": {"margin": None}}, "margin in the settings is missing; write a number or text."),
        ({"settings": []}, "the settings is a list; it must be a table."),
        ({"seed": -1}, "seed is -1; it must be a whole number from 0 to 2,147,483,647."),
        ({"file": "/etc/passwd"}, "the question has a key 'file', which is not known; "),
    ],
)
def test_what_is_not_allowed_is_refused(changed, message):
    with pytest.raises(InputError) as told:
        Asked.from_json({"budget": 4000, "weeks": 4, **changed})
    assert str(told.value).startswith(message)


def test_what_is_missing_is_asked_for():
    with pytest.raises(InputError, match="the question has no weeks; give it"):
        Asked.from_json({"budget": 4000})


def test_settings_without_end_are_refused():
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"outcomes": deep}
    with pytest.raises(InputError, match="outcomes in the settings is a table; write a number or text"):
        Asked(100.0, 2, settings=deep)


def test_the_request_holds_what_was_asked(panel):
    request = WHOLE.request(panel)
    assert isinstance(request, PlanRequest)
    assert (request.budget, request.weeks, request.goal, request.seed) == (4000.0, 4, "revenue", 3)
    assert (request.risk, request.by_audience, request.largest_share, request.largest_step) == (
        "careful", True, 0.5, 0.2,
    )  # fmt: skip
    assert request.settings.margin == 0.4
    assert isinstance(request.rules, RulesText)
    assert Asked(100.0, 2).request(panel) == PlanRequest(budget=100.0, weeks=2)


def test_locks_are_bounds_and_limits_leave_the_rest_as_usual(panel):
    question = settle(panel, WHOLE.request(panel))
    np.testing.assert_allclose(question.bounds.lower, [50.0, 250.0, 0.0])
    np.testing.assert_allclose(question.bounds.upper, [1800.0, 250.0, 400.0])


@pytest.mark.parametrize("part", ["limits", "locks"])
def test_a_cell_that_is_not_there_is_refused(panel, part):
    value = (None, 3.0) if part == "limits" else 3.0
    with pytest.raises(InputError, match="tiktok/vidoe is no cell of the history; did you mean tiktok/video"):
        Asked(100.0, 2, **{part: {"tiktok/vidoe": value}}).request(panel)


def test_settings_that_cannot_be_are_refused(panel):
    with pytest.raises(InputError, match=r"settings, key margin: margin is 2; write the share of revenue"):
        Asked(100.0, 2, settings={"margin": 2}).request(panel)


def test_share_and_step_leave_out_what_is_locked(panel, response):
    request = replace(WHOLE, current={}).request(panel)
    question = settle(panel, request)
    limit, share, step, _cost = plan_rules(request, question, [response], question.bounds.upper)
    assert limit.label == "maximum of tiktok"
    assert (share.cells, share.share) == ((0, 2), 0.5)
    assert (step.cells, step.share) == ((0, 2), 0.2)
    assert step.always == pytest.approx(0.2 * 300.0)  # the usual cell has 300 of 1,000 a week


def test_a_minimum_above_the_usual_maximum_is_a_floor_and_no_fixed_amount(history_file):
    panel = build_panel(load_history(history_file))
    usual = default_bounds(panel.recent_spend).upper
    c = int(np.argmin(usual))
    floor = 2.0 * float(usual[c])
    asked = Asked(4 * 2.0 * float(panel.recent_spend.sum()), 4, limits={panel.cells[c].label: (floor, None)})
    bounds = settle(panel, asked.request(panel)).bounds
    assert bounds.lower[c] == floor
    assert bounds.upper[c] == pytest.approx(asked.budget / asked.weeks)
    # a share it cannot keep is a clash that is told, not a share that is passed over
    tight = replace(asked, largest_share=0.5 * floor / (asked.budget / asked.weeks))
    with pytest.raises(InfeasibleError):
        make_plan(load_history(history_file), tight.request(panel))


def test_todays_budgets_are_what_was_given_and_nothing_elsewhere(panel):
    asked = Asked(budget=4000.0, weeks=4, current={"facebook/image": 600.0})
    request = asked.request(panel)
    given = dict(zip((cell.label for cell in panel.cells), request.current.tolist(), strict=True))
    assert given == {**dict.fromkeys(given, 0.0), "facebook/image": 600.0}
    assert Asked(budget=4000.0, weeks=4).request(panel).current is None
    with pytest.raises(InputError, match="facebook/imag is no cell of the history"):
        Asked(budget=4000.0, weeks=4, current={"facebook/imag": 1.0}).request(panel)
    with pytest.raises(InputError, match="today's budget of facebook/image is -1"):
        Asked(budget=4000.0, weeks=4, current={"facebook/image": -1.0})


def test_a_history_without_spend_lately_is_planned_from_what_is_given(panel):
    from optimizer.planning.question import settle as settled

    silent = replace(panel, spend=np.concatenate([panel.spend[:, :-12], np.zeros((len(panel.cells), 12))], axis=1))
    with pytest.raises(InputError, match="nothing was spent in the last 12 complete weeks"):
        settled(silent, Asked(budget=4000.0, weeks=4).request(silent))
    given = {cell.label: 300.0 for cell in panel.cells}
    question = settled(silent, Asked(budget=4000.0, weeks=4, current=given).request(silent))
    assert (question.today == 300.0).all()
