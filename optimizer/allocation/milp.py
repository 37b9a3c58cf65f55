"""Run a mixed-integer programme through PuLP with HiGHS, and believe only what can be read off the solver itself.

PuLP says "Optimal" of a run that a time limit stopped. What counts here is the model status, whether there is a
solution at all, and the bound on the best objective that HiGHS has proven (`mip_dual_bound`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.allocation.programme import Programme
from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.language.message import say

if TYPE_CHECKING:
    import pulp  # type: ignore[import-untyped]

EXACT = 1e-9  # rows, bounds and whole numbers are kept to this; numbers are of the order of 1


class Ended(Enum):
    """How a run ended."""

    SOLVED = "solved"  # to the gap asked for
    STOPPED = "stopped"  # by the time limit; there may be a solution
    INFEASIBLE = "infeasible"  # no solution exists


@dataclass(frozen=True)
class Outcome:
    """What the solver found.

    Attributes
    ----------
    ended : Ended
    values : float array (columns,) or None
        The best solution found.
    bound : float
        No solution has a larger objective, as far as the solver's tolerances go; infinite if it proved none.
    duals : float array (rows,) or None
        By how much the objective rises per unit that a row's limit moves; None where whole numbers are asked for.
    """

    ended: Ended
    values: Floats | None
    bound: float
    duals: Floats | None


def run(programme: Programme, seconds: float, gap: float = 0.0) -> Outcome:
    """Maximise a programme.

    Parameters
    ----------
    programme : Programme
    seconds : float
        Time limit, > 0.
    gap : float
        Relative gap at which whole-number programmes may stop.

    Returns
    -------
    Outcome

    Raises
    ------
    InternalError
        The solver failed, or the programme has no largest value.
    """
    model, names = _model(programme)
    model.solve(_solver(seconds, gap))
    return _read(model, programme, names)


def _model(programme: Programme) -> tuple[pulp.LpProblem, list[str]]:
    import pulp

    model = pulp.LpProblem("split", pulp.LpMaximize)
    # PuLP sorts columns by name, so names count in fixed width.
    columns = [
        model.add_variable(f"c{k:07d}", _finite(low), _finite(high), pulp.LpInteger if whole else pulp.LpContinuous)
        for k, (low, high, whole) in enumerate(zip(programme.lower, programme.upper, programme.integer, strict=True))
    ]
    model.setObjective(
        pulp.LpAffineExpression(
            [(columns[k], a) for k, a in enumerate(programme.objective) if a] or [(columns[0], 0.0)]
        )
    )
    for number, row in enumerate(programme.rows):
        left = pulp.LpAffineExpression([(columns[k], a) for k, a in row.terms])
        if row.low == row.high:
            sense, right = pulp.LpConstraintEQ, row.low
        elif row.high == np.inf:
            sense, right = pulp.LpConstraintGE, row.low
        else:
            sense, right = pulp.LpConstraintLE, row.high
        model.addConstraint(pulp.LpConstraint(left, sense, f"r{number:07d}", right))
    # Columns that stand in no row and no term of the objective never reach the solver.
    used = [column.name for column in model.variables()]
    return model, used


def _finite(limit: float) -> float | None:
    return limit if np.isfinite(limit) else None


def _solver(seconds: float, gap: float) -> Any:
    import highspy
    import pulp

    class Quiet(highspy.Highs):
        """HiGHS that does not print its name when the first one of a process is made."""

        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    class Solver(pulp.HiGHS):  # type: ignore[misc]
        def createAndConfigureSolver(self, lp: Any) -> None:  # noqa: N802
            lp.solverModel = Quiet()  # type: ignore[no-untyped-call]
            options = {"output_flag": False, "time_limit": max(seconds, 1e-3), "threads": 1, "mip_rel_gap": gap}
            exact = ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance")
            for name, value in {**options, **dict.fromkeys(exact, EXACT), "mip_abs_gap": 0.0}.items():
                lp.solverModel.setOptionValue(name, value)

        def buildSolverModel(self, lp: Any) -> None:  # noqa: N802
            """Hand over all columns and rows at once: one by one takes a third of the time of a small programme."""
            columns, rows = lp.variables(), list(lp._constraints.values())
            for place, column in enumerate(columns):
                column.index = place
            cost = np.array([-lp.objective.get(column, 0.0) for column in columns])
            low = np.array([_limit(column.lowBound, -np.inf) for column in columns])
            high = np.array([_limit(column.upBound, np.inf) for column in columns])
            none = np.zeros(0, dtype=np.int32)
            lp.solverModel.addCols(len(columns), cost, low, high, 0, none, none, np.zeros(0))
            whole = np.array([c.index for c in columns if c.cat == pulp.LpInteger], dtype=np.int32)
            if len(whole):
                kinds = np.full(len(whole), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
                lp.solverModel.changeColsIntegrality(len(whole), whole, kinds)
            starts: list[int] = []
            index: list[int] = []
            factors: list[float] = []
            for place, row in enumerate(rows):
                row.index = place
                starts.append(len(index))
                index += [column.index for column in row]
                factors += row.values()
            least = np.array([_limit(row.getLb(), -np.inf) for row in rows])
            most = np.array([_limit(row.getUb(), np.inf) for row in rows])
            lp.solverModel.addRows(
                len(rows), least, most, len(index), np.array(starts, np.int32), np.array(index, np.int32),
                np.array(factors, np.float64),
            )  # fmt: skip

    return Solver(msg=False)


def _limit(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given


def _read(model: pulp.LpProblem, programme: Programme, names: list[str]) -> Outcome:
    from highspy import HighsModelStatus, SolutionStatus

    solver = model.solverModel
    status, info = solver.getModelStatus(), solver.getInfo()
    whole = any(programme.integer)
    if status == HighsModelStatus.kInfeasible:
        return Outcome(Ended.INFEASIBLE, None, -np.inf, None)
    solved = status == HighsModelStatus.kOptimal
    stopped = status in (HighsModelStatus.kTimeLimit, HighsModelStatus.kInterrupt, HighsModelStatus.kIterationLimit)
    if not (solved or stopped):
        raise InternalError(say("the solver ended with {status}.", status=repr(solver.modelStatusToString(status))))
    values = None
    if info.primal_solution_status == SolutionStatus.kSolutionStatusFeasible:
        values = np.clip(np.zeros(len(programme.lower)), programme.lower, programme.upper)
        values[[int(name[1:]) for name in names]] = solver.getSolution().col_value
    # The programme is handed over as a minimisation of the negative. A linear one has a bound once it is solved.
    proven = info.mip_dual_bound if whole else info.objective_function_value if solved else -np.inf
    duals = -np.array(solver.getSolution().row_dual) if not whole and solved else None
    return Outcome(Ended.SOLVED if solved else Ended.STOPPED, values, programme.constant - float(proven), duals)
