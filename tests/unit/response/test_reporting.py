"""Late reporting learned from earlier exports of the same history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.history.panel import Panel
from optimizer.response import ResponseModel
from optimizer.response.reporting import UNKNOWN, learn_reporting
from tests.panels import without_newest
from tests.worlds import Truth

SHARES = (0.5, 0.8)


def export(panel: Panel, weeks: int) -> Panel:
    """What was known when the history had that many weeks."""
    outcomes = {name: values[:, :weeks] for name, values in panel.outcomes.items()}
    whole = replace(panel, weeks=panel.weeks[:weeks], spend=panel.spend[:, :weeks], outcomes=outcomes)
    return without_newest(whole, SHARES)


def test_shares_are_learned_by_age(world: Truth) -> None:
    earlier = [export(world.panel(), weeks) for weeks in (70, 80, 90)]
    found = learn_reporting(export(world.panel(), 104), earlier, "conversions")
    assert np.exp(found.mean[:3]) == pytest.approx([0.5, 0.8, 1.0], abs=0.02)
    assert (found.sd[:2] < UNKNOWN.sd[:2]).all()


def test_nothing_is_learned_from_an_export_as_new_as_the_newest(world: Truth) -> None:
    newest = export(world.panel(), 104)
    found = learn_reporting(newest, [newest], "conversions")
    assert found.mean.tolist() == UNKNOWN.mean.tolist()
    assert found.sd.tolist() == UNKNOWN.sd.tolist()


def test_earlier_exports_make_the_forecast_no_wider(world: Truth) -> None:
    newest = export(world.panel(), 104)
    earlier = [export(world.panel(), weeks) for weeks in (70, 80, 90)]
    plan = np.repeat(world.today[:, None], 4, axis=1)
    totals = [
        ResponseModel().fit(newest, earlier=given).forecast(plan)["conversions"].expected.sum(axis=(1, 2))
        for given in ((), earlier)
    ]
    clean = ResponseModel().fit(world.panel()).forecast(plan)["conversions"].expected.sum(axis=(1, 2)).mean()
    assert totals[1].std() <= 1.05 * totals[0].std()
    assert totals[1].mean() == pytest.approx(clean, rel=0.05)
