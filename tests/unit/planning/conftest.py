"""A small advertiser whose response is known in closed form, and a history file that can be planned on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.history.findings import Finding
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.response.curves import Curves
from optimizer.response.forecast import OutcomeDraws

CELLS = (Cell("facebook", "image"), Cell("instagram", "reel"), Cell("tiktok", "video"))
TODAY = np.array([600.0, 300.0, 100.0])
CAP = np.array([40.0, 90.0, 60.0])  # conversions a week that endless money would bring
HALF = np.array([400.0, 500.0, 300.0])  # weekly spend that brings half of it
PRICE = 30.0  # revenue per conversion
TAIL = 0.1  # carry-over after the plan, as a share of a week's outcome


@dataclass(frozen=True)
class KnownEvidence:
    label: str
    reason: str
    tried: tuple[float, float]


@dataclass(frozen=True)
class KnownBands:
    spend: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class KnownResponse:
    """cap * spend / (spend + half) per week, plus a share of it after the plan; draws differ by a common factor."""

    panel: Panel
    responsive: bool = True
    findings: tuple[Finding, ...] = ()
    outcomes: tuple[str, ...] = ("conversions", "revenue")
    labels: tuple[str, ...] = ("strong", "some", "weak")
    today: Floats = field(default_factory=lambda: TODAY)
    draws: int = 40

    @property
    def factors(self) -> Floats:
        return np.linspace(0.9, 1.1, self.draws)

    @property
    def evidence(self) -> tuple[KnownEvidence, ...]:
        return tuple(KnownEvidence(label, f"{label}, as told", (50.0, 700.0)) for label in self.labels)

    def with_today(self, today: Floats) -> KnownResponse:
        return replace(self, today=today)

    def weekly(self, spend: Floats) -> Floats:
        """Conversions a week of spend with cells in the first axis."""
        extra = (slice(None),) + (None,) * (spend.ndim - 1)
        return CAP[extra] * spend / (spend + HALF[extra])

    def unit(self, goal: str) -> float:
        return PRICE if goal == "revenue" else 1.0

    def curves(self, upper: Floats, weeks: int, goal: str) -> Curves:
        knots = upper[:, None] * np.linspace(0, 1, 65) ** 1.5
        worth = self.unit(goal) * (weeks + TAIL)
        slopes = worth * CAP[:, None] * HALF[:, None] / (knots + HALF[:, None]) ** 2
        return Curves.from_values(CELLS, knots, worth * self.weekly(knots), slopes)

    def forecast(self, spend: Floats) -> dict[str, OutcomeDraws]:
        expected = self.factors[:, None, None] * (5.0 + self.weekly(spend))
        noise = np.random.default_rng(0).normal(1.0, 0.2, expected.shape)
        after = self.factors[:, None] * TAIL * self.weekly(spend).mean(axis=1)
        draws = OutcomeDraws(expected, np.maximum(expected * noise, 0.0), after)
        out = {"conversions": draws}
        if "revenue" in self.outcomes:
            out["revenue"] = OutcomeDraws(PRICE * draws.expected, PRICE * draws.observed, PRICE * draws.after)
        return out

    def bands(self, upper: Floats, goal: str, points: int = 41) -> KnownBands:
        spend = upper[:, None] * np.linspace(0, 1, points)
        mean = self.unit(goal) * self.weekly(spend)
        return KnownBands(spend, mean, 0.9 * mean, 1.1 * mean)


@pytest.fixture
def panel() -> Panel:
    """20 weeks of constant spend; the last cell was not observed in the first of them."""
    weeks = np.arange(np.datetime64("2025-01-06"), np.datetime64("2025-05-26"), np.timedelta64(7, "D"))
    spend = np.repeat(TODAY[:, None], len(weeks), axis=1)
    spend[2, 0] = np.nan
    conversions = 5.0 + CAP[:, None] * spend / (spend + HALF[:, None])
    return Panel(CELLS, weeks, spend, {"conversions": conversions, "revenue": PRICE * conversions}, "EUR", "ab" * 32)


@pytest.fixture
def response(panel: Panel) -> KnownResponse:
    return KnownResponse(panel)


WriteTable = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteTable:
    """Write a text file and return its path."""

    def _write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _write
