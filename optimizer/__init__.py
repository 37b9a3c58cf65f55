"""Campaign budget optimization: what sponsored posts brought, where the next money goes, and proof of it.

Names are loaded when they are first used (PEP 562), so `import optimizer` costs next to nothing.

Examples
--------
>>> from optimizer import Plan, make_plan
>>> Plan.__module__
'optimizer.planning.plan'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.allocation import solve
    from optimizer.allocation.problem import Problem
    from optimizer.errors import InfeasibleError, InputError, OptimizerError
    from optimizer.history import History, build_panel, load_history
    from optimizer.history.sample import write_sample
    from optimizer.planning import PlanRequest, make_plan, write_plan, write_summary
    from optimizer.planning.pacing.pace import PaceRequest, pace
    from optimizer.planning.plan import Plan
    from optimizer.planning.rebalance.rebalance import Rebalance, rebalance
    from optimizer.planning.rebalance.request import RebalanceRequest
    from optimizer.response import ResponseModel

__version__ = "0.1.0"

__all__ = [
    "History",
    "InfeasibleError",
    "InputError",
    "OptimizerError",
    "PaceRequest",
    "Plan",
    "PlanRequest",
    "Problem",
    "Rebalance",
    "RebalanceRequest",
    "ResponseModel",
    "__version__",
    "build_panel",
    "load_history",
    "make_plan",
    "pace",
    "rebalance",
    "solve",
    "write_plan",
    "write_sample",
    "write_summary",
]

_HOMES = {
    "History": "optimizer.history",
    "InfeasibleError": "optimizer.errors",
    "InputError": "optimizer.errors",
    "OptimizerError": "optimizer.errors",
    "PaceRequest": "optimizer.planning.pacing.pace",
    "Plan": "optimizer.planning.plan",
    "PlanRequest": "optimizer.planning",
    "Problem": "optimizer.allocation.problem",
    "Rebalance": "optimizer.planning.rebalance.rebalance",
    "RebalanceRequest": "optimizer.planning.rebalance.request",
    "ResponseModel": "optimizer.response",
    "build_panel": "optimizer.history",
    "load_history": "optimizer.history",
    "make_plan": "optimizer.planning",
    "pace": "optimizer.planning.pacing.pace",
    "rebalance": "optimizer.planning.rebalance.rebalance",
    "solve": "optimizer.allocation",
    "write_plan": "optimizer.planning",
    "write_sample": "optimizer.history.sample",
    "write_summary": "optimizer.planning",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home the first time it is asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
