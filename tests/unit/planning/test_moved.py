"""What moved since an earlier fit, split into data and model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.planning.backtest_text import moved_text
from optimizer.planning.moved import WhatMoved, back_far_enough, carried_on, what_moved
from optimizer.response import ResponseModel
from tests.panels import with_break
from tests.worlds import Truth, WorldSpec, simulate

BROKEN = 1


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate(5, WorldSpec(cells=5, weeks=70, shapes=("power", "weibull")))


@pytest.fixture(scope="module")
def broken(truth: Truth) -> WhatMoved:
    return what_moved(with_break(truth, BROKEN, 10, -0.75), 10)


def test_an_earlier_fit_asked_later_forecasts_the_same_weeks(truth: Truth) -> None:
    fitted = ResponseModel().fit(truth.until(60).panel())
    rng = np.random.default_rng(0)
    meanwhile, planned = (truth.today[:, None] * rng.uniform(0.2, 2.0, (5, weeks)) for weeks in (7, 4))
    whole = fitted.forecast(np.concatenate([meanwhile, planned], axis=1))["conversions"]
    later = carried_on(fitted, meanwhile).forecast(planned)["conversions"]
    assert later.expected == pytest.approx(whole.expected[..., 7:])
    assert later.after == pytest.approx(whole.after)


def test_data_and_model_add_up_to_the_whole_change(broken: WhatMoved) -> None:
    for cell in broken.cells:
        for stages in (cell.marginal, cell.share):
            assert stages.by_data + stages.by_model == pytest.approx(stages.now - stages.before)
    for stage in range(3):
        assert sum(cell.share[stage] for cell in broken.cells) == pytest.approx(1.0)
    total = 0.5 * sum(abs(cell.share.by_data) for cell in broken.cells)
    assert broken.by_data == pytest.approx(total)


def test_a_cell_that_lost_its_effect_moves_most_and_the_data_say_so(truth: Truth, broken: WhatMoved) -> None:
    first = broken.cells[0]
    assert first.cell == truth.cells[BROKEN]
    assert first.marginal.now < 0.6 * first.marginal.before
    assert abs(first.marginal.by_data) > 3 * abs(first.marginal.by_model)
    assert broken.by_data > broken.by_model
    changes = [abs(cell.share.now - cell.share.before) for cell in broken.cells]
    assert changes == sorted(changes, reverse=True)


def test_little_moves_where_nothing_happened(truth: Truth, broken: WhatMoved) -> None:
    still = what_moved(truth.panel(), 2)
    assert still.by_data + still.by_model < 0.5 * (broken.by_data + broken.by_model)


def test_it_is_told_with_the_largest_mover_first(truth: Truth, broken: WhatMoved) -> None:
    lines = moved_text(broken).splitlines()
    assert lines[0].startswith("What moved with the last 10 weeks: ")
    assert lines[2].startswith(truth.cells[BROKEN].label)
    assert len(lines) == 2 + 5


def test_where_spend_does_nothing_the_best_split_is_todays(truth: Truth) -> None:
    rng = np.random.default_rng(1)
    deaf = truth.panel()
    flat = {"conversions": rng.poisson(60.0, deaf.spend.shape).astype(float)}
    moved = what_moved(replace(deaf, outcomes=flat), 4)
    assert moved.responsive == (False, False, False)
    assert moved.by_data == moved.by_model == 0.0
    assert "No detectable response to spend (before, with the new data, now)" in moved_text(moved)


@pytest.mark.parametrize(("weeks", "since"), [(70, 0), (70, 65), (6, 1), (12, 7)])
def test_an_earlier_fit_needs_weeks_of_its_own(truth: Truth, weeks: int, since: int) -> None:
    with pytest.raises(InputError, match=f"since is {since} with {weeks} complete weeks"):
        what_moved(truth.until(weeks).panel(), since)


def test_the_usual_distance_is_the_horizon_where_there_is_room(truth: Truth) -> None:
    assert back_far_enough(truth.panel(), 4) == 4
    assert back_far_enough(truth.until(9).panel(), 4) == 0
    idle = truth.spend.copy()
    idle[:, -12:] = 0.0
    assert back_far_enough(replace(truth.panel(), spend=idle), 4) == 0


def test_revenue_that_is_always_0_is_not_the_goal(truth: Truth) -> None:
    panel = truth.panel()
    none = {**panel.outcomes, "revenue": np.zeros_like(panel.spend)}
    assert what_moved(replace(panel, outcomes=none), 2).goal == "conversions"
