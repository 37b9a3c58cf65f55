"""Where the money goes: splits of a budget over curves, each with the proof of how good it is."""

from optimizer.allocation.feasibility import fit_to_bounds
from optimizer.allocation.problem import Allocation, Bounds, Certificate, Problem, RuleState, Status
from optimizer.allocation.solve import solve

__all__ = ["Allocation", "Bounds", "Certificate", "Problem", "RuleState", "Status", "fit_to_bounds", "solve"]
