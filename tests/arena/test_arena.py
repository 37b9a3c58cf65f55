"""Play against simulated advertisers whose truth is known, and one real-looking history that is not ours to ship.

Both stand beside the project, not in it; without them these tests say so and are skipped. Run with `make arena`.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.arena, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
REAL_HISTORY = SHARED / "data" / "online_ads_performance_2020" / "history.csv"
OPTIMIZER = Path(sys.executable).with_name("optimizer")
LEAST_CAPTURED = 0.75  # pooled over one world per family

needs_arena = pytest.mark.skipif(not (SHARED / "arena").is_dir(), reason="the arena does not stand beside the project")
needs_history = pytest.mark.skipif(not REAL_HISTORY.is_file(), reason="that history does not stand beside the project")


def plan(
    history: Path, budget: float, weeks: int, folder: Path, *more: str
) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Run the command as a user does; returns the plan's rows and the summary."""
    out, summary = folder / "plan.csv", folder / "summary.json"
    words = [str(OPTIMIZER), "plan", str(history), "--budget", repr(budget), "--weeks", str(weeks)]
    words += ["--out", str(out), "--summary", str(summary), *more]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), json.loads(summary.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def arena() -> SimpleNamespace:
    sys.path.insert(0, str(SHARED))
    try:
        from arena import families, score, world
    finally:
        sys.path.remove(str(SHARED))
    return SimpleNamespace(families=families, score=score, world=world)


def play(arena: SimpleNamespace, family: str, seed: int, folder: Path) -> Any:
    """Let the command plan for one advertiser, and score what the plan would really earn."""
    import pandas as pd

    truth = arena.families.make(family, seed)
    budget, bounds = arena.world.request(truth)
    truth.history.to_csv(folder / "history.csv", index=False)
    bounds.to_csv(folder / "bounds.csv", index=False)
    goal = ("--goal", "revenue", "--bounds", str(folder / "bounds.csv"))
    _, summary = plan(folder / "history.csv", budget, truth.horizon, folder, *goal)
    weekly = arena.score.check(pd.read_csv(folder / "plan.csv"), truth, budget, bounds)
    return arena.score.score(truth, weekly, budget, bounds, summary["total"])


@needs_arena
def test_plans_earn_most_of_what_there_is_to_earn(arena: SimpleNamespace, tmp_path: Path) -> None:
    scores = []
    for family in arena.families.FAMILIES:
        folder = tmp_path / family
        folder.mkdir()
        scores.append(play(arena, family, 1, folder))
        print(scores[-1])
    kept = np.array([s.headroom / (1 + s.headroom) for s in scores])  # the regret of keeping today's split
    regret = np.array([s.regret for s in scores])
    assert 1 - regret.mean() / kept.mean() >= LEAST_CAPTURED, scores
    assert not (regret > kept + 0.03).any(), f"a plan earns clearly less than today's split: {scores}"


@needs_history
def test_a_daily_history_of_a_stranger_is_planned_to_the_cent(tmp_path: Path) -> None:
    rows, summary = plan(REAL_HISTORY, 28562, 4, tmp_path)
    assert sum(float(row["spend"]) for row in rows) == pytest.approx(28562, abs=0.01 * len(rows))
    assert summary["total"]["spend"] == pytest.approx(28562, abs=0.01 * len(rows))
    assert len({row["week_start"] for row in rows}) == 4
    assert summary["certificate"]["gap"] >= 0
