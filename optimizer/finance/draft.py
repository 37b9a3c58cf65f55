"""Drafts: a plan made of a history and frozen as a record that nobody has approved yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.finance.freeze import Approval, freeze
from optimizer.finance.terms import terms_of
from optimizer.history.history import load_history
from optimizer.language.message import day, say
from optimizer.planning.studio import answer, open_studio, panel_of

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.planning.assemble import Progress
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest


def draft_of(source: str | Path, request: PlanRequest, progress: Progress) -> tuple[Record, Plan]:
    """The draft that answers a request about a history file, and its plan.

    Parameters
    ----------
    source : path
        Of a history.
    request : PlanRequest
        With settings.
    progress : callable (str, float) -> None
        Told what is being done and the share done.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan; or the settings lack what a statement needs, which is said before anything is fitted.
    """
    request = replace(request, settings=request.read_settings())
    progress(f"Reading {Path(source).name}", 0.0)
    history = load_history(source)
    panel = panel_of(history, request.by_audience)
    terms_of(request.read_settings(), panel.cells, "revenue" in panel.outcomes)
    studio = open_studio(history, request, progress)
    plan = answer(studio, request, progress=progress)
    return freeze(studio, request, plan, Approval(draft_name(plan)), plan.run.settings), plan


def draft_name(plan: Plan) -> str:
    """What a plan is called until somebody names it."""
    return str(say("Plan from {first}", first=day(plan.weeks[0])))
