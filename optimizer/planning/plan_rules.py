"""Rules of a plan: read against its cells, today's split and its curves, and told in words and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.language.message import Message, number, say
from optimizer.planning.boxes import box_rules
from optimizer.planning.request import RulesText
from optimizer.planning.wording import money, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.allocation.problem import Certificate
    from optimizer.allocation.rules import Rule
    from optimizer.history.panel import Floats
    from optimizer.planning.fit import Response
    from optimizer.planning.question import Question
    from optimizer.planning.request import PlanRequest
    from optimizer.response.curves import Curves

WEAK = ("weak", "none")  # evidence that an exploration share is for


def plan_rules(request: PlanRequest, question: Question, models: Sequence[Response], upper: Floats) -> tuple[Rule, ...]:
    """The request's rules as records, its largest share and step, and what production costs in units of the goal.

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
        The file cannot be used, or names what does not exist; or the goal cannot be weighed against production.
    """
    costs = question.economics.rules(models[0].panel.cells, question.goal)
    return (*_asked_rules(request, question, models, upper), *box_rules(request, question), *costs)


def _asked_rules(
    request: PlanRequest, question: Question, models: Sequence[Response], upper: Floats
) -> tuple[Rule, ...]:
    """The rules that the request names."""
    given = request.rules
    if given is None:
        return ()
    several = given if isinstance(given, tuple) and not isinstance(given, RulesText) else (given,)
    from optimizer.planning.rules_file import RuleContext, read_rules, read_rules_text

    cells, evidence = models[0].panel.cells, models[0].evidence
    weak = tuple(int(c) for c in np.flatnonzero([one.label in WEAK for one in evidence]))
    scaled = question.today * (question.weekly / question.today.sum())
    context = RuleContext(scaled, _OutcomeCurves(models, upper, question.weeks), float(question.weeks), weak)
    found: list[Rule] = []
    for rule in several:
        if isinstance(rule, RulesText):
            found += read_rules_text(rule.text, rule.name, cells, context)
        elif isinstance(rule, str | Path):
            found += read_rules(rule, cells, context)
        else:
            found.append(rule)
    return tuple(found)


class _OutcomeCurves(Mapping[str, "Curves"]):
    """Curves of every outcome that can be forecast, made when a rule asks for them."""

    def __init__(self, models: Sequence[Response], upper: Floats, weeks: int) -> None:
        self._upper, self._weeks = upper, weeks
        self._models = {name: model for model in reversed(models) for name in model.outcomes}

    def __getitem__(self, name: str) -> Curves:
        return self._models[name].curves(self._upper, self._weeks, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)


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


def rule_lines(proven: Certificate, goal: str, currency: str, budget: float) -> list[Message]:
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
        kept = number(len(proven.rules))
        return [say("All {count} rules are kept; none of them costs anything at this budget.", count=kept)]
    lines = [say("Rules that cost something at {budget}, weeks after included:", budget=money(budget, currency))]
    for rule in binding:
        unknown = say("not worked out in the time given")
        cost = unknown if rule.cost is None else quantity(rule.cost, goal, currency)
        lines.append(say("  {rule}: {cost}", rule=rule.label, cost=cost))
    return lines


def struck(proven: Certificate) -> Message | str:
    """What to add to a proof that the time limit cut short; nothing otherwise."""
    if not proven.timed_out:
        return ""
    return say(" The time limit struck before the gap was closed; a better split may exist.")
