"""Careful plans: the best mean of the worst fifth of the draws, with a bound that no split exceeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.problem import Status
from optimizer.errors import InfeasibleError, InputError
from optimizer.history import load_history
from optimizer.planning import PlanRequest
from optimizer.planning.careful import TOLERANCE
from optimizer.planning.export import summary
from optimizer.planning.headline import headline, proof
from optimizer.planning.plan import Interval
from optimizer.planning.request import RulesText
from optimizer.planning.settings import Settings
from optimizer.planning.studio import answer, open_studio
from optimizer.planning.verdict import Verdict, verdict

ASKED = PlanRequest(budget=12_000, weeks=4, draws=60, risk="careful")


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), ASKED)


@pytest.fixture(scope="module")
def plan(studio):
    return answer(studio, ASKED)


def worst_fifth(studio, split, goal="revenue"):
    """Mean of the worst 12 of 60 draws of a constant weekly split (C,), worked out apart from the program."""
    fitted = studio.models[0].with_today(studio.panel.recent_spend)
    path, nothing = np.repeat(split[:, None], 4, axis=1), np.zeros((len(split), 4))
    one, none = fitted.forecast(path)[goal], fitted.forecast(nothing)[goal]
    added = (one.expected - none.expected).sum(axis=(1, 2)) + (one.after - none.after).sum(axis=1)
    return np.sort(added)[:12].mean()


def test_the_plan_is_the_best_in_the_worst_cases_and_the_proof_holds(studio, plan):
    proven, weekly = plan.allocation.certificate, plan.spend.mean(axis=1)
    assert plan.risk == "careful"
    assert proven.value == pytest.approx(worst_fifth(studio, weekly), rel=1e-9)
    assert plan.allocation.baseline_value == pytest.approx(worst_fifth(studio, plan.baseline.mean(axis=1)), rel=1e-9)
    assert proven.value > plan.allocation.baseline_value
    assert 0 <= proven.gap <= TOLERANCE
    assert proven.status is Status.OPTIMAL
    rng = np.random.default_rng(0)
    for _ in range(150):
        other = weekly.copy()
        a, b = rng.choice(4, 2, replace=False)
        size = rng.uniform(0, min(other[a], plan.bounds.upper[b] - other[b]))
        other[a], other[b] = other[a] - size, other[b] + size
        assert worst_fifth(studio, other) <= proven.bound * (1 + 1e-9)
    assert plan.spend.sum() == pytest.approx(12_000)


def test_it_is_no_worse_in_the_worst_cases_than_the_plan_by_the_mean(studio, plan):
    mean = answer(studio, replace(ASKED, risk="mean"))
    assert mean.risk == "mean"
    by_mean = worst_fifth(studio, mean.spend.mean(axis=1))
    assert plan.allocation.certificate.value >= by_mean - TOLERANCE * abs(by_mean)
    assert mean.gain["revenue"].mean + mean.carry_after["revenue"].mean >= (
        plan.gain["revenue"].mean + plan.carry_after["revenue"].mean
    ) * (1 - 1e-3)
    assert "risk" not in mean.run.settings
    assert plan.run.settings["risk"] == "careful"


def test_marginals_are_those_of_the_worst_cases(studio, plan):
    weekly, step = plan.spend.mean(axis=1), 2.0
    base = worst_fifth(studio, weekly)
    for c, told in enumerate(plan.allocation.certificate.marginal):
        more = weekly.copy()
        more[c] += step
        assert (worst_fifth(studio, more) - base) / step == pytest.approx(told, rel=0.03)
    move = plan.moves[3]
    assert move.change > 0
    assert move.marginal == pytest.approx(plan.allocation.certificate.marginal[3] / 4, rel=0.03)
    assert move.reason.endswith(" Judged by the worst 20 % of cases.")


def test_the_proof_says_what_it_is_of(plan):
    assert "on average in the worst 20 % of cases, over 4 weeks and the 8 after" in proof(plan)
    assert summary(plan)["risk"] == "careful"


def test_a_plan_that_gives_up_some_of_the_mean_says_so(plan):
    gain = {**plan.gain, "revenue": Interval(-120.0, -900.0, 700.0)}
    safer = replace(plan, gain=gain)
    assert verdict(safer) is Verdict.SAFER
    allocation = plan.allocation
    more = allocation.certificate.value - allocation.baseline_value
    assert headline(safer).startswith(
        f"In the worst 20 % of cases this plan brings +EUR {more:,.0f} revenue on average"
    )
    assert "over all cases it is -EUR 120 over 4 weeks, 90 % interval -900 to 700" in headline(safer)


def test_shares_steps_and_locks_are_kept(studio):
    plan = answer(studio, replace(ASKED, largest_share=0.4, largest_step=0.3, bounds={"tiktok/video": (700.0, 700.0)}))
    weekly, today = plan.spend.mean(axis=1), plan.baseline.mean(axis=1)
    assert weekly[3] == 700.0
    assert weekly[:3].max() <= 0.4 * 3000 + 0.02
    scaled = studio.panel.recent_spend * 3000 / studio.panel.recent_spend.sum()
    assert (np.abs(weekly - scaled)[:3] <= np.maximum(0.3 * scaled, 0.3 * np.median(scaled))[:3] + 0.02).all()
    share, step = plan.allocation.certificate.rules
    assert (share.cost, step.cost) == (None, None)
    assert share.binds or step.binds
    assert today.sum() == pytest.approx(3000)


def test_a_lock_from_a_file_of_rules_is_kept(studio):
    rules = RulesText('[[lock]]\ncell = "tiktok/video"\namount = 700\n')
    assert answer(studio, replace(ASKED, rules=rules)).spend[3].mean() == pytest.approx(700.0, abs=0.01)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"rules": RulesText('[[limit]]\nnetwork = "tiktok"\nmaximum = 500\n')}, "a careful plan cannot keep the rule "
         "maximum of tiktok; it keeps locks, largest shares and change limits; leave the rule out, or plan by"),
        ({"goal": "profit", "settings": Settings(margin=0.4)}, "a careful plan spends its budget in full, and a plan "
         "for profit may leave money; plan for revenue or value, or by the mean (risk mean)."),
        ({"settings": Settings(margin=0.4, production={"video": 5})}, "a careful plan cannot keep the rule production "
         "of video; "),
    ],
)  # fmt: skip
def test_what_it_cannot_keep_is_refused(studio, asked, message):
    with pytest.raises(InputError) as told:
        answer(studio, replace(ASKED, **asked))
    assert str(told.value).startswith(message)


def test_a_clash_is_named(studio):
    with pytest.raises(InfeasibleError, match="largest share of a cell"):
        answer(studio, replace(ASKED, largest_share=0.1))


def test_without_a_response_todays_split_is_kept(studio):
    from optimizer.planning.assemble import Material, assemble
    from optimizer.planning.question import settle

    silent = replace(studio.models[0], response_odds=-5.0)
    question = settle(studio.panel, ASKED)
    plan = assemble(Material(studio.panel, ASKED, question, (silent,)), lambda _what, _share: None)
    np.testing.assert_array_equal(plan.spend, plan.baseline)
    assert all(move.reason.startswith("Kept: the history shows no response") for move in plan.moves)
