"""A small plan made by hand, so that what the screen says of it can be worked out on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.allocation.problem import Allocation, Bounds, Certificate, Status
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell
from optimizer.planning.plan import CellForecast, CurveBands, Interval, Move, Plan, RunInfo
from optimizer.response.curves import Curves
from optimizer.ui import service
from tests.ui.driver import fresh_server

CELLS = (
    Cell("facebook", "image"),
    Cell("facebook", "video"),
    Cell("instagram", "image"),
    Cell("instagram", "reel"),
    Cell("tiktok", "video"),
)
TODAY = np.array([2000.0, 1500.0, 1000.0, 500.0, 0.0])
WEEKS = 4


def build_plan(planned: list[float], gain: Interval, **changes: object) -> Plan:
    spend = np.array(planned)
    shape = (len(CELLS), WEEKS)
    grid = np.linspace(0, 6000, 13)
    curve = 40 * np.sqrt(grid)
    total = Interval(80_000.0, 70_000.0, 91_000.0)
    moves = tuple(
        Move(
            cell=cell,
            today=float(TODAY[c]),
            plan=float(spend[c]),
            marginal=1.5 + c,
            marginal_today=1.5 + c + (1.9 if c == 3 else 0.0),
            next_unit=1.5 + c + (1.7 if c == 3 else 0.0),
            last_unit=1.2 + c,
            reason=f"Reason {c}.",
            evidence=("strong", "some", "weak", "none", "none")[c],
            evidence_reason=f"Evidence {c}.",
            warning="Planned 2,000 a week; never above 800 before." if c == 3 and spend[c] > 800 else "",
        )
        for c, cell in enumerate(CELLS)
    )
    certificate = Certificate(Status.OPTIMAL, 50_000.0, 50_001.0, 2e-5, np.full(5, 2.0), 2.0, (), (), np.zeros(5))
    curves = Curves(CELLS, np.tile([0.0, 6000.0], (5, 1)), np.ones((5, 1)), np.ones((5, 1)), np.zeros(5))
    forecast = CellForecast(np.full(shape, 100.0), np.full(shape, 80.0), np.full(shape, 120.0))
    plan = Plan(
        cells=CELLS,
        weeks=np.arange("2026-11-02", "2026-11-30", 7, dtype="datetime64[D]"),
        spend=np.repeat(spend[:, None], WEEKS, axis=1),
        baseline=np.repeat(TODAY[:, None], WEEKS, axis=1),
        goal="revenue",
        currency="EUR",
        total={"revenue": total, "conversions": Interval(900.0, 800.0, 1000.0)},
        baseline_total={"revenue": total, "conversions": Interval(880.0, 780.0, 980.0)},
        gain={"revenue": gain, "conversions": Interval(20.0, 5.0, 35.0)},
        carry_after={"revenue": Interval(1234.0, 900.0, 1500.0), "conversions": Interval(2.0, 1.0, 3.0)},
        by_cell={"revenue": forecast, "conversions": forecast},
        moves=moves,
        allocation=Allocation(spend, TODAY, 45_000.0, certificate),
        bounds=Bounds(np.zeros(5), 3 * TODAY),
        curves=curves,
        bands=CurveBands(
            np.tile(grid, (5, 1)),
            np.tile(curve, (5, 1)),
            np.tile(0.8 * curve, (5, 1)),
            np.tile(1.2 * curve, (5, 1)),
            tuple(np.array([[100.0, 400.0], [300.0, 700.0]]) for _ in CELLS),
            np.tile([100.0, 800.0], (5, 1)),
        ),
        findings=(
            Finding("break", Severity.SERIOUS, "facebook/video brings half of what it did", "check the tracking"),
            Finding("unknown-column", Severity.NOTE, "column 'mood' is not known", "it was left out", "h.csv"),
        ),
        run=RunInfo("0123456789ab", "ab" * 32, "0.1.0", 0, {"budget": 20_000}),
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Kept work in a folder of its own: no test touches what a person keeps."""
    place = tmp_path_factory.mktemp("store") / "store.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMIZER_STORE", str(place))
        yield place
        if place.exists():
            service.store().close()
        fresh_server()


@pytest.fixture
def make() -> Callable[..., Plan]:
    return build_plan


@pytest.fixture
def plan() -> Plan:
    """1,500 a week leave Facebook image for Instagram reel; the rest stays."""
    return build_plan([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(9_412.0, 4_104.0, 14_891.0))
