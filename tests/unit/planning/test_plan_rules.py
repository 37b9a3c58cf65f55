"""Rules in a plan: kept, priced, and refused where they cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InfeasibleError, InputError
from optimizer.history import load_history
from optimizer.planning import PlanRequest, make_plan
from optimizer.planning.console import plain_text
from optimizer.planning.export import summary_json
from optimizer.planning.plan_rules import struck

BUDGET, WEEKS = 100_000.0, 4


def planned(history: Path, folder: Path, text: str):
    rules = folder / "rules.toml"
    rules.write_text(text, encoding="utf-8")
    return make_plan(load_history(history), PlanRequest(budget=BUDGET, weeks=WEEKS, rules=rules))


def weekly(plan, network: str) -> float:
    rows = [index for index, cell in enumerate(plan.cells) if cell.network == network]
    return float(plan.spend[rows].sum(axis=0).mean())


def test_rules_are_kept_and_those_that_bind_are_priced(sample_history: Path, tmp_path: Path) -> None:
    free = make_plan(load_history(sample_history), PlanRequest(budget=BUDGET, weeks=WEEKS))
    least = weekly(free, "linkedin") + 1_000.0
    floor = f'[[limit]]\nnetwork = "linkedin"\nminimum = {least:.2f}\nlabel = "LinkedIn"\n'
    plan = planned(sample_history, tmp_path, floor + "[[diversification]]\nshare = 0.9\n")
    assert weekly(plan, "linkedin") >= least - 0.01 * len(plan.cells)
    assert plan.spend.sum() == pytest.approx(BUDGET, abs=1e-6)
    proven = plan.allocation.certificate
    lost = free.allocation.certificate.value - proven.value
    assert lost > 0
    assert proven.gap < 1e-3
    dear, idle = json.loads(summary_json(plan))["certificate"]["rules"]
    assert (dear["label"], dear["binds"], idle["binds"]) == ("minimum of LinkedIn", True, False)
    assert dear["cost"] == pytest.approx(lost, rel=0.02)
    text = plain_text(plan)
    assert "under these bounds and rules" in text
    assert "minimum of LinkedIn: EUR" in text


def test_a_production_cost_comes_off_the_value(sample_history: Path, tmp_path: Path) -> None:
    every = planned(sample_history, tmp_path, "[[production_cost]]\ncost = 1000\n")
    free = make_plan(load_history(sample_history), PlanRequest(budget=BUDGET, weeks=WEEKS))
    np.testing.assert_allclose(every.spend, free.spend, atol=5.0)
    assert every.allocation.certificate.value == pytest.approx(free.allocation.certificate.value - 1000.0, rel=1e-4)


def test_rules_that_clash_are_named(sample_history: Path, tmp_path: Path) -> None:
    clash = '[[limit]]\nnetwork = "linkedin"\nminimum = 20000\n[[limit]]\nnetwork = "tiktok"\nminimum = 20000\n'
    with pytest.raises(InfeasibleError, match=r"25,000"):
        planned(sample_history, tmp_path, clash)


def test_a_network_that_does_not_exist_is_refused(sample_history: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rules.toml.*linkedn"):
        planned(sample_history, tmp_path, '[[limit]]\nnetwork = "linkedn"\nminimum = 1\n')


def test_a_proof_that_was_cut_short_says_so(sample_history: Path) -> None:
    plan = make_plan(load_history(sample_history), PlanRequest(budget=BUDGET, weeks=WEEKS))
    proven = plan.allocation.certificate
    assert struck(proven) == ""
    late = replace(plan, allocation=replace(plan.allocation, certificate=replace(proven, timed_out=True)))
    assert "time limit struck" in plain_text(late)
