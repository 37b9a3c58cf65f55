"""Planning: the questions people ask, answered with a split, its proof, a forecast and reasons."""

from __future__ import annotations

from optimizer.planning.build import make_plan
from optimizer.planning.explain import headline, proof
from optimizer.planning.export import write_plan, write_summary
from optimizer.planning.plan import CellForecast, CurveBands, Interval, Move, Plan, RunInfo
from optimizer.planning.request import PlanRequest, read_bounds, read_current

__all__ = [
    "CellForecast",
    "CurveBands",
    "Interval",
    "Move",
    "Plan",
    "PlanRequest",
    "RunInfo",
    "headline",
    "make_plan",
    "proof",
    "read_bounds",
    "read_current",
    "write_plan",
    "write_summary",
]
