"""Learning on purpose: where knowing more is worth most, within the share, at a known cost, until it has taught it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds
from optimizer.history import load_history
from optimizer.planning.rebalance.explore import LONGEST, Room, Trial, detectable_weeks, with_trials
from optimizer.planning.rebalance.files import rebalance_summary
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance_in
from optimizer.planning.studio import open_studio

SETTLED = np.array([540.0, 1200.0, 340.0, 1520.0])
ASKED = RebalanceRequest(budget=3600.0, current=SETTLED, explore=0.05)


def history_of(folder, varied: bool, weeks: int = 80, noise: float = 400.0):
    """Three cells whose curve is seen, and a fourth whose spend never changed, or changed as theirs did."""
    rng = np.random.default_rng(5)
    rows = ["date,network,content_type,spend,conversions,revenue,currency"]
    cells = (
        ("facebook", "image", 900, 0.5),
        ("instagram", "reel", 1500, 0.5),
        ("instagram", "story", 700, 0.5),
        ("tiktok", "video", 1200, 0.9),
    )
    for week in range(weeks):
        day = dt.date(2024, 1, 1) + dt.timedelta(weeks=week)
        for network, kind, brings, power in cells:
            share = rng.uniform(0.4, 1.6) if varied or network != "tiktok" else 1.0
            mean = brings * share**power
            seen = rng.poisson(rng.gamma(noise, mean / noise))
            rows.append(f"{day},{network},{kind},{900 * share:.2f},{seen},{40 * seen},EUR")
    path = folder / f"history_{varied}_{noise:g}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load_history(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("explore")


@pytest.fixture(scope="module")
def unvaried(folder):
    return open_studio(history_of(folder, varied=False), ASKED.of_week())


@pytest.fixture(scope="module")
def tested(unvaried):
    return rebalance_in(unvaried, ASKED)


def test_the_cell_that_was_never_varied_is_tested(tested) -> None:
    (trial,) = tested.trials
    assert tested.plan.cells[trial.cell].label == "tiktok/video"
    assert tested.kinds[trial.cell] == "test"
    assert trial.teaches > trial.costs >= 0.0
    assert tested.plan.spend[trial.cell, 0] == pytest.approx(trial.spend, abs=0.005)


def test_tests_keep_to_their_share_and_to_what_next_week_allows(tested) -> None:
    assert sum(abs(one.change) for one in tested.trials if one.change > 0) <= 0.05 * 3600.0 + 0.01
    spend = tested.plan.spend[:, 0]
    assert spend.sum() == pytest.approx(3600.0)
    assert (np.abs(spend - SETTLED) <= 0.3 * SETTLED + 0.005).all()


def test_size_and_duration_can_detect_the_effect(tested) -> None:
    """In simulated tests of that size and length the effect stands out in about 80 % of cases."""
    (trial,) = tested.trials
    assert 2 <= trial.weeks <= LONGEST
    rng = np.random.default_rng(0)
    means = trial.effect + trial.noise * rng.standard_normal((20_000, trial.weeks)).mean(axis=1)
    found = (np.sign(trial.effect) * means > 1.6449 * trial.noise / np.sqrt(trial.weeks)).mean()
    assert found >= 0.79
    if trial.weeks > 2:
        shorter = trial.effect + trial.noise * rng.standard_normal((20_000, trial.weeks - 1)).mean(axis=1)
        limit = 1.6449 * trial.noise / np.sqrt(trial.weeks - 1)
        assert (np.sign(trial.effect) * shorter > limit).mean() < 0.81


def test_it_is_shown_as_such_with_its_cost_and_what_it_teaches(tested) -> None:
    (trial,) = tested.trials
    reason = tested.plan.moves[trial.cell].reason
    assert reason.startswith("Test: EUR ")
    assert f"for {trial.weeks} weeks" in reason
    assert "would stand out from the noise" in reason
    told = rebalance_summary(tested)["explore"]
    assert told["tests"][0]["teaches"] == trial.teaches
    assert told["costs"] == trial.costs
    assert told["text"].startswith("1 test: EUR ")


def test_it_stops_when_it_has_taught_it(folder) -> None:
    """With the same curves, and the fourth cell varied as the others were, nothing is left that is worth a test."""
    found = rebalance_in(open_studio(history_of(folder, varied=True), ASKED.of_week()), ASKED)
    assert found.explored
    assert found.trials == ()
    assert "test" not in found.kinds
    assert found.explore_cost == 0.0


def test_what_noise_would_drown_is_not_proposed(folder) -> None:
    """With a spread of 60 % a week, 5 % of the budget shows nothing within a quarter."""
    studio = open_studio(history_of(folder, varied=False, noise=2.8), ASKED.of_week())
    found = rebalance_in(studio, ASKED)
    assert found.trials == ()
    assert rebalance_summary(found)["explore"]["text"].startswith("No test is worth its cost now")


def test_nothing_is_tested_unless_asked_for(unvaried) -> None:
    found = rebalance_in(unvaried, replace(ASKED, explore=0.0))
    assert found.trials == ()
    assert "test" not in found.kinds
    assert not found.explored


def test_a_cell_that_must_stay_is_not_tested(unvaried) -> None:
    bounds = Bounds(np.array([0.0, 0.0, 0.0, 1520.0]), np.array([3000.0, 3000.0, 3000.0, 1520.0]))
    found = rebalance_in(unvaried, replace(ASKED, bounds=bounds))
    assert found.kinds[3] == "locked"
    assert found.plan.spend[3, 0] == 1520.0


def test_weeks_grow_with_the_square_of_noise_over_effect() -> None:
    assert detectable_weeks(1.0, 1.0) == 7
    assert detectable_weeks(1.0, 2.0) == 25
    assert detectable_weeks(-1.0, 2.0) == 25
    assert detectable_weeks(1e9, 1.0) == 1


def room_of(spend, start, low, high) -> Room:
    bounds = Bounds(np.array(low, dtype=float), np.array(high, dtype=float))
    return Room(np.array(spend, dtype=float), np.array(start, dtype=float), bounds, bounds, 1.0, 0.1)


def trial_of(cell: int, without: float, spend: float) -> Trial:
    return Trial(cell, without, spend, 4, 1.0, 1.0, 1.0, 0.0)


def test_cells_that_move_anyway_pay_first() -> None:
    room = room_of([100, 130, 70], [100, 100, 100], [50, 50, 50], [150, 150, 150])
    spend = with_trials(room, [trial_of(0, 100, 120)], np.array([1.0, 3.0, 2.0]))
    assert spend.tolist() == [120.0, 110.0, 70.0]


def test_then_those_that_lose_least_pay() -> None:
    room = room_of([100, 100, 100], [100, 100, 100], [50, 50, 90], [150, 150, 150])
    spend = with_trials(room, [trial_of(0, 100, 120)], np.array([1.0, 3.0, 2.0]))
    assert spend.tolist() == [120.0, 90.0, 90.0]


def test_a_test_shrinks_where_nobody_can_pay() -> None:
    room = room_of([100, 100], [100, 100], [50, 95], [150, 150])
    spend = with_trials(room, [trial_of(0, 100, 120)], np.array([1.0, 3.0]))
    assert spend.tolist() == [105.0, 95.0]


def test_what_a_test_frees_goes_where_it_brings_most() -> None:
    room = room_of([100, 100, 100], [100, 100, 100], [50, 50, 50], [150, 110, 150])
    spend = with_trials(room, [trial_of(0, 100, 70)], np.array([1.0, 3.0, 2.0]))
    assert spend.tolist() == [70.0, 110.0, 120.0]
