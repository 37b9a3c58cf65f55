"""From a history and a request to a plan, in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language.message import say
from optimizer.planning.assemble import Material, Progress, assemble
from optimizer.planning.studio import answer, check_request, open_studio

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest

__all__ = ["Material", "Progress", "assemble", "make_plan"]


def make_plan(history: History, request: PlanRequest, progress: Progress | None = None) -> Plan:
    """Answer a planning question: the best split of the budget over the coming weeks, its proof, forecast and reasons.

    The weeks follow on the last complete week of the history. The split is the same every week. Where the history
    shows no response to spend, the plan keeps today's split and says so.

    Who has several questions about one history opens a studio once instead (`optimizer.planning.studio`).

    Parameters
    ----------
    history : History
    request : PlanRequest
    progress : callable (str, float) -> None, optional
        Told what is being done and the share done, 0 to 1.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        The request does not fit the history, one of its files cannot be used, or the history is too short to fit.
    InfeasibleError
        The bounds cannot hold the budget.

    Examples
    --------
    A plan needs a history file::

        history = load_history("history.csv")
        plan = make_plan(history, PlanRequest(budget=40_000, weeks=4))
        plan.gain["revenue"]
    """
    tell = progress or _silent
    tell(say("Reading weeks and cells"), 0.0)
    check_request(history, request)
    return answer(open_studio(history, request, tell), request, progress=tell)


def _silent(_what: str, _share: float) -> None:
    """Show nothing."""
