"""Next week's budgets: within what is allowed, as few moves as are worth it, none where none is, a reason per cell."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError
from optimizer.history import load_history
from optimizer.planning.rebalance.choice import GIVE_AWAY, ODDS
from optimizer.planning.rebalance.files import rebalance_summary
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance, rebalance_in
from optimizer.planning.studio import open_studio

CELLS = ("facebook/image", "instagram/reel", "instagram/story", "tiktok/video")
NOW = np.array([1200.0, 900.0, 500.0, 400.0])
ASKED = RebalanceRequest(budget=3000.0, current=NOW, draws=80)


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), ASKED.of_week())


@pytest.fixture(scope="module")
def usual(studio):
    return rebalance_in(studio, ASKED)


@pytest.fixture
def rules(tmp_path):
    """Write network rules and give their path."""

    def _rules(text: str) -> Path:
        path = tmp_path / "network_rules.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return _rules


def spend_of(found):
    return found.plan.spend[:, 0]


def test_the_history_has_the_cells_these_tests_name(studio) -> None:
    assert tuple(cell.label for cell in studio.panel.cells) == CELLS


def test_money_goes_where_it_brings_most_and_no_further_than_allowed(usual) -> None:
    spend = spend_of(usual)
    assert spend.sum() == pytest.approx(3000.0, abs=1e-9)
    assert (spend >= 0.7 * NOW - 0.005).all()
    assert (spend <= 1.3 * NOW + 0.005).all()
    assert spend[0] < 0.75 * NOW[0]  # 25 conversions of the root of spend, against 90 and 80 elsewhere
    assert spend[3] > 1.25 * NOW[3]
    assert usual.worth.mean > 0
    assert usual.chance >= ODDS


@pytest.mark.parametrize("largest", [0.0, 0.05, 0.6, 1.5])
def test_the_largest_change_holds_exactly(studio, largest) -> None:
    found = rebalance_in(studio, replace(ASKED, max_change=largest))
    assert (np.abs(spend_of(found) - NOW) <= largest * NOW + 0.005).all()
    assert spend_of(found).sum() == pytest.approx(3000.0)


def test_nothing_may_change_so_nothing_does(studio) -> None:
    found = rebalance_in(studio, replace(ASKED, max_change=0.0))
    assert np.array_equal(spend_of(found), NOW)
    assert found.changed == ()
    assert found.churn == 0.0
    assert found.worth.mean == 0.0
    assert np.array_equal(found.plan.spend, found.plan.baseline)


def test_week_after_week_it_comes_to_rest(studio) -> None:
    """Where the moves lead nothing moves any more, and the plan is today's to the cent."""
    now, churn = NOW, []
    for _ in range(12):
        found = rebalance_in(studio, replace(ASKED, current=now))
        now = spend_of(found)
        churn.append(found.churn)
    assert churn[0] > 0.05
    assert churn[-1] == 0.0
    assert sum(churn[6:]) < 0.02
    assert np.array_equal(spend_of(found), np.round(found.current, 2))
    assert "Change nothing" in rebalance_summary(found)["headline"]
    assert found.worth.mean == 0.0
    aim_value = found.plan.curves.value(found.aim).sum() - found.plan.curves.value(now).sum()
    first_value = found.plan.curves.value(found.aim).sum() - found.plan.curves.value(NOW).sum()
    assert 0.0 <= aim_value < 0.1 * first_value


def test_a_move_that_pays_no_oftener_than_not_is_not_made(studio, monkeypatch) -> None:
    """With odds that no move has, nothing moves; with none asked for, the mean alone decides."""
    from optimizer.planning.rebalance import choice as rebalance_choice

    monkeypatch.setattr(rebalance_choice, "ODDS", 1.1)
    sure = rebalance_in(studio, ASKED)
    assert sure.changed == ()
    assert {"noise", "evidence", "alone"} >= set(sure.kinds)
    assert any("would pay with odds of" in move.reason for move in sure.plan.moves)
    monkeypatch.setattr(rebalance_choice, "ODDS", 0.0)
    bold = rebalance_in(studio, ASKED)
    assert bold.plan.allocation.certificate.gap <= GIVE_AWAY


def test_relearning_that_costs_more_than_a_move_brings_keeps_all(studio, rules) -> None:
    path = rules('[[relearning]]\nnetwork = ["facebook", "instagram", "tiktok"]\nshare = 10.0\n')
    found = rebalance_in(studio, replace(ASKED, network_rules=path))
    assert found.changed == ()
    little = rules('[[relearning]]\nnetwork = ["facebook", "instagram", "tiktok"]\nshare = 0.001\n')
    assert rebalance_in(studio, replace(ASKED, network_rules=little)).changed != ()


def test_little_is_given_away_and_the_proof_says_how_little(usual) -> None:
    proven, start = usual.plan.allocation.certificate, usual.plan.allocation.baseline_value
    gain = proven.bound - start
    assert 0.0 <= proven.bound - proven.value <= 2 * GIVE_AWAY * gain
    assert proven.value == pytest.approx(usual.plan.curves.value(spend_of(usual)).sum())


def test_a_new_budget_does_not_change_every_cell(studio) -> None:
    """Scaling would touch all four budgets for three per cent."""
    settled = NOW
    for _ in range(12):
        settled = spend_of(rebalance_in(studio, replace(ASKED, current=settled)))
    more = rebalance_in(studio, replace(ASKED, budget=3100.0, current=settled))
    assert spend_of(more).sum() == pytest.approx(3100.0)
    assert 0 < len(more.changed) < 4
    assert "budget" in more.kinds
    added = more.kinds.index("budget")
    assert "of what the budget adds" in more.plan.moves[added].reason
    assert more.churn == pytest.approx(0.0, abs=1e-9)  # nothing changes its cell
    assert more.plan.allocation.certificate.value >= more.plan.allocation.baseline_value
    assert "no other move" in rebalance_summary(more)["headline"]


def test_a_budget_out_of_reach_is_refused_with_what_can_be_reached(studio) -> None:
    with pytest.raises(
        InfeasibleError, match=r"EUR 5,000\.00 a week cannot be reached .* EUR 2,100\.00 to EUR 3,900\.00"
    ):
        rebalance_in(studio, replace(ASKED, budget=5000.0))


def test_bounds_hold_and_a_minimum_stands_above_the_largest_change(studio) -> None:
    bounds = Bounds(np.array([0.0, 0.0, 0.0, 700.0]), np.array([2000.0, 920.0, 2000.0, 2000.0]))
    found = rebalance_in(studio, replace(ASKED, bounds=bounds))
    assert spend_of(found)[3] >= 700.0
    assert spend_of(found)[1] <= 920.0
    assert any(one.rule == "minimum-first" for one in found.plan.findings)


def test_a_maximum_below_today_is_approached(studio) -> None:
    bounds = Bounds(np.zeros(4), np.array([2000.0, 2000.0, 100.0, 2000.0]))
    found = rebalance_in(studio, replace(ASKED, bounds=bounds))
    assert spend_of(found)[2] == pytest.approx(350.0)
    assert any(one.rule == "maximum-later" for one in found.plan.findings)


def test_a_locked_cell_stays_and_says_so(studio) -> None:
    bounds = Bounds(np.array([1200.0, 0, 0, 0]), np.array([1200.0, 2000, 2000, 2000]))
    found = rebalance_in(studio, replace(ASKED, bounds=bounds))
    assert spend_of(found)[0] == 1200.0
    assert found.kinds[0] == "locked"
    assert found.plan.moves[0].reason == "Kept: fixed at EUR 1,200 a week."


def test_every_cell_has_a_kind_and_a_reason(studio, usual) -> None:
    assert len(usual.kinds) == len(usual.plan.moves) == 4
    for kind, move in zip(usual.kinds, usual.plan.moves, strict=True):
        assert move.reason.endswith(".")
        assert ("Odds that it pays" in move.reason) == (kind == "moved")
        assert move.today == NOW[CELLS.index(move.cell.label)]


def test_rules_of_the_user_hold_too(studio, tmp_path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[limit]]\nnetwork = "instagram"\nmaximum = 1350\n', encoding="utf-8")
    found = rebalance_in(studio, replace(ASKED, rules=path))
    assert spend_of(found)[1] + spend_of(found)[2] <= 1350.005
    free = spend_of(rebalance_in(studio, ASKED))
    assert free[1] + free[2] > 1350.005


def test_what_only_the_rules_change_says_so(studio, tmp_path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[lock]]\ncell = "instagram/story"\namount = 450\n', encoding="utf-8")
    found = rebalance_in(studio, replace(ASKED, rules=path))
    assert spend_of(found)[2] == 450.0
    assert found.kinds[2] == "rules"
    assert found.plan.moves[2].reason == "Set to EUR 450 a week so that bounds and rules hold."


def test_without_response_nothing_moves(history_text, tmp_path) -> None:
    rng = np.random.default_rng(1)
    columns = history_text.header.split(",")
    for row in history_text.rows:
        row[columns.index("conversions")] = str(rng.poisson(30))
        row[columns.index("revenue")] = str(40 * int(row[columns.index("conversions")]))
    path = tmp_path / "flat.csv"
    path.write_text(str(history_text), encoding="utf-8")
    found = rebalance(load_history(path), ASKED)
    assert not found.plan.responsive
    assert found.changed == ()
    assert set(found.kinds) == {"no response"}


def test_the_same_question_has_the_same_answer(studio, usual) -> None:
    again = rebalance_in(studio, ASKED)
    assert rebalance_summary(again) == rebalance_summary(usual)
    other = rebalance_in(studio, replace(ASKED, max_change=0.2))
    assert other.plan.run.id != usual.plan.run.id


def test_the_summary_holds_what_the_plan_s_holds_and_what_moves(usual) -> None:
    told = json.loads(json.dumps(rebalance_summary(usual), allow_nan=False))
    assert {"total", "baseline", "gain", "carry_after", "certificate", "findings", "run"} <= set(told)
    assert told["total"]["spend"] == 3000.0
    assert [move["kind"] for move in told["moves"]] == list(usual.kinds)
    assert told["look_again"] == str(usual.plan.weeks[0] + np.timedelta64(7, "D"))
    price = told["certificate"]["price"]  # of money, as the marginals of the moves are
    inside = [one["marginal"] for one in told["moves"] if one["kind"] in ("small", "balanced")]
    assert all(0.2 * price < one < 5 * price for one in inside)
    assert told["explore"] == {"asked": False, "text": "", "costs": 0, "tests": []}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"budget": -5.0}, "budget is -5; it must be above 0: the money for one week."),
        ({"budget": float("nan")}, "budget is nan; it must be above 0: the money for one week."),
        ({"max_change": -0.1}, "largest change is -0.1; it must be a number from 0 to 10."),
        ({"max_change": 30}, "largest change is 30; it must be a number from 0 to 10."),
        ({"explore": 0.9}, "share to explore with is 0.9; it must be a number from 0 to 0.5."),
    ],
)
def test_values_that_cannot_be_are_refused(change, said) -> None:
    with pytest.raises(InputError) as caught:
        replace(ASKED, **change)
    assert str(caught.value) == said


def test_profit_is_refused_since_a_week_s_budget_is_spent(studio) -> None:
    from optimizer.planning.settings import Settings

    with pytest.raises(InputError, match="goal is profit; a week's budget is spent in full"):
        rebalance_in(studio, replace(ASKED, goal="profit", settings=Settings(margin=0.4)))
