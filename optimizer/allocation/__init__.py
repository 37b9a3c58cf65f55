"""Where the money goes: splits of a budget over curves, each with the proof of how good it is.

`solve` splits one week's budget; `solve_weeks` and `solve_risk` work week by week and on all draws; `frontier`,
`ladder` and the reverse questions ask what other budgets bring; `near_best` finds the plan with the fewest moves.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from optimizer.allocation.feasibility import fit_to_bounds
from optimizer.allocation.problem import Allocation, Bounds, Certificate, Problem, RuleState, Status
from optimizer.allocation.solve import solve

if TYPE_CHECKING:
    from optimizer.allocation.frontier import frontier, ladder
    from optimizer.allocation.nearby import near_best
    from optimizer.allocation.returns import spend_at_cpa, spend_at_marginal_roas, spend_at_roas
    from optimizer.allocation.risk import efficient_line, solve_risk
    from optimizer.allocation.targets import least_spend
    from optimizer.allocation.weeks import solve_weeks

__all__ = [
    "Allocation",
    "Bounds",
    "Certificate",
    "Problem",
    "RuleState",
    "Status",
    "efficient_line",
    "fit_to_bounds",
    "frontier",
    "ladder",
    "least_spend",
    "near_best",
    "solve",
    "solve_risk",
    "solve_weeks",
    "spend_at_cpa",
    "spend_at_marginal_roas",
    "spend_at_roas",
]

_HOMES = {
    "efficient_line": "risk",
    "frontier": "frontier",
    "ladder": "frontier",
    "least_spend": "targets",
    "near_best": "nearby",
    "solve_risk": "risk",
    "solve_weeks": "weeks",
    "spend_at_cpa": "returns",
    "spend_at_marginal_roas": "returns",
    "spend_at_roas": "returns",
}


def __getattr__(name: str) -> object:
    """Load what only some questions need when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"optimizer.allocation.{_HOMES[name]}"), name)
