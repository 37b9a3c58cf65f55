"""Rules of a plan: read against its cells, today's split and its curves, and told in words and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.planning.wording import money, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.allocation.problem import Certificate
    from optimizer.allocation.rules import Rule
    from optimizer.history.panel import Floats
    from optimizer.planning.fit import Response
    from optimizer.planning.question import Question
    from optimizer.planning.request import PlanRequest

WEAK = ("weak", "none")  # evidence that an exploration share is for


def plan_rules(request: PlanRequest, question: Question, models: Sequence[Response], upper: Floats) -> tuple[Rule, ...]:
    """The request's rules as records.

    Parameters
    ----------
    request : PlanRequest
    question : Question
    models : sequence of FittedResponse or GoalResponse
        The first one tells the goal.
    upper : float array, shape (C,)
        Largest weekly spend per cell that curves must know.

    Raises
    ------
    InputError
        The file cannot be used, or names what does not exist.
    """
    if request.rules is None or isinstance(request.rules, tuple):
        return request.rules or ()
    from optimizer.planning.rules_file import RuleContext, read_rules

    outcomes = {
        name: model.curves(upper, question.weeks, name) for model in reversed(models) for name in model.outcomes
    }
    evidence = models[0].evidence
    weak = tuple(int(c) for c in np.flatnonzero([one.label in WEAK for one in evidence]))
    scaled = question.today * (question.weekly / question.today.sum())
    context = RuleContext(today=scaled, outcomes=outcomes, weeks=float(question.weeks), weak=weak)
    return read_rules(request.rules, models[0].panel.cells, context)


def rule_figures(proven: Certificate, weeks: int = 1) -> list[dict[str, object]]:
    """Every rule of a certificate as plain values; prices per unit of money spent over that many weeks."""
    return [
        {
            "label": rule.label,
            "binds": rule.binds,
            "price": None if rule.price is None else rule.price / weeks,
            "cost": rule.cost,
            "cost_most": rule.cost_most,
        }
        for rule in proven.rules
    ]


def rule_lines(proven: Certificate, goal: str, currency: str, budget: float) -> list[str]:
    """What each rule that binds costs, one line a rule, dearest first; one line where none binds.

    Parameters
    ----------
    proven : Certificate
    goal : str
        Unit of the costs.
    currency : str
    budget : float
        Money over the horizon, named beside the costs.
    """
    if not proven.rules:
        return []
    binding = sorted((rule for rule in proven.rules if rule.binds), key=lambda rule: -(rule.cost or 0.0))
    if not binding:
        return [f"All {len(proven.rules)} rules are kept; none of them costs anything at this budget."]
    lines = [f"Rules that cost something at {money(budget, currency)}, weeks after included:"]
    for rule in binding:
        cost = "not worked out in the time given" if rule.cost is None else quantity(rule.cost, goal, currency)
        lines.append(f"  {rule.label}: {cost}")
    return lines


def struck(proven: Certificate) -> str:
    """What to add to a proof that the time limit cut short; nothing otherwise."""
    return " The time limit struck before the gap was closed; a better split may exist." if proven.timed_out else ""
