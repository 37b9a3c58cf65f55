"""Studio: a history read and fitted once, of which many questions can be asked in quick succession.

Reading and fitting are slow and depend on little of a question (`Basis`); solving, forecasting and explaining are quick
and depend on all of it. All answers of one studio are made from the same draws, so they can be compared draw by draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InputError, InternalError
from optimizer.history.findings import Finding
from optimizer.history.panel import Cell, Panel
from optimizer.language.message import place, say
from optimizer.planning.assemble import Material, Progress, assemble
from optimizer.planning.change import NO_CHANGE, Change, check_change, shift_of
from optimizer.planning.earlier import Earlier, learned_reporting, load_earlier
from optimizer.planning.fit import fit_outcomes, fitted_outcome, goal_responses, outcomes_to_fit
from optimizer.planning.goal import choose_goal, goal_worths
from optimizer.planning.memory import Memory, Recall
from optimizer.planning.notes import of_calendar
from optimizer.planning.question import in_currency, of_history, settle
from optimizer.planning.room import default_bounds

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.fit import Response
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.response.model import FittedResponse

_panels: WeakKeyDictionary[History, dict[bool, Panel]] = WeakKeyDictionary()
_panels_lock = Lock()


@dataclass(frozen=True)
class Basis:
    """All that reading and fitting depend on: questions of one basis share a studio.

    Attributes
    ----------
    history, file : str
        Hash of the history's bytes, and the name messages call it.
    by_audience : bool
    currency, country : str
        As the settings name them.
    outcomes : tuple of str
        What is fitted.
    seed, draws : int
    earlier : tuple of str
        Hashes of the earlier exports, sorted.
    added : tuple of Cell
        Cells without history.
    """

    history: str
    file: str
    by_audience: bool
    currency: str
    country: str
    outcomes: tuple[str, ...]
    seed: int
    draws: int
    earlier: tuple[str, ...] = ()
    added: tuple[Cell, ...] = ()


@dataclass(frozen=True, eq=False)
class Studio:
    """A history, read and fitted.

    Attributes
    ----------
    history : History
    panel : Panel
        Its cells, and after them the added ones, without any history.
    fits : mapping of outcome to FittedResponse
    findings : tuple of Finding
        What is known before a question is asked.
    reporting : mapping of outcome to tuple of Finding
        What earlier exports taught of late reporting, per fitted outcome.
    earlier : Earlier
    basis : Basis
    memory : Memory
        What answers have worked out so far. It makes them quicker and nothing else.
    """

    history: History
    panel: Panel
    fits: Mapping[str, FittedResponse] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    reporting: Mapping[str, tuple[Finding, ...]] = field(repr=False)
    earlier: Earlier = field(repr=False)
    basis: Basis
    memory: Memory = field(default_factory=Memory, repr=False)

    @property
    def models(self) -> tuple[FittedResponse, ...]:
        """The fitted responses, those of the goal it was opened for first."""
        return tuple(self.fits[name] for name in self.basis.outcomes)

    @property
    def added(self) -> tuple[Cell, ...]:
        """Cells of the panel without any history."""
        return self.basis.added

    def responses(self, goal: str, worths: Mapping[str, float]) -> tuple[Response, ...]:
        """The response that tells a goal, then those that tell conversions and revenue beside it."""
        return goal_responses(self.panel, goal, worths, self.fits)


def basis_of(history: History, request: PlanRequest, added: Sequence[Cell] = ()) -> Basis:
    """What the fit depends on: a key to keep studios by.

    Raises
    ------
    InputError
        The request does not fit the history, or one of its files cannot be read.
    """
    settings = request.read_settings()
    panel = panel_of(history, request.by_audience)
    goal = choose_goal(panel, request.goal, settings)
    return Basis(
        history.sha256,
        history.file,
        request.by_audience,
        "" if settings is None else settings.currency,
        "" if settings is None else settings.country,
        outcomes_to_fit(panel, goal, goal_worths(panel, goal, settings)),
        request.seed,
        request.draws,
        tuple(sorted(_hash(source) for source in (*request.earlier, *history.earlier))),
        tuple(sorted(set(added))),
    )


def check_request(history: History, request: PlanRequest) -> None:
    """Refuse a request that no plan can satisfy, before anything is fitted for it.

    Raises
    ------
    InputError, InfeasibleError
        As `answer` would.
    """
    request = replace(request, settings=request.read_settings())
    settle(in_currency(panel_of(history, request.by_audience), request.read_settings()), request)


def open_studio(
    history: History, request: PlanRequest, progress: Progress | None = None, added: Sequence[Cell] = ()
) -> Studio:
    """Read and fit: the slow part of a plan, which depends on `basis_of` the request alone.

    Parameters
    ----------
    history : History
    request : PlanRequest
    progress : callable (str, float) -> None, optional
        Told what is being done and the share done, up to 0.7.
    added : sequence of Cell
        Cells without history that scenarios may switch on (`Change.added`). The fit judges them by their network and
        content type alone; they bring nothing unless money is spent on them.

    Returns
    -------
    Studio

    Raises
    ------
    InputError
        The request does not fit the history, one of its files cannot be used, the history is too short to fit, or an
        added cell is in the history already.
    """
    from optimizer.response.settings import ModelSettings

    tell = progress or _silent
    tell(say("Reading weeks and cells"), 0.0)
    request = replace(request, settings=request.read_settings())
    basis = basis_of(history, request, added)
    panel = in_currency(panel_of(history, request.by_audience), request.read_settings())
    earlier = load_earlier(panel, replace(request, earlier=(*request.earlier, *history.earlier)))
    tell(say("Fitting the response"), 0.05)
    panel = _extended(panel, basis.added)
    settings = ModelSettings(seed=basis.seed, draws=basis.draws, country=basis.country)
    fits = fit_outcomes(panel, basis.outcomes, settings, earlier.panels)
    if basis.added:
        fits = _without_history(fits, panel, basis.added)
    return Studio(
        history,
        panel,
        fits,
        (*of_history(history, panel, request.by_audience),),
        {name: tuple(learned_reporting(panel, earlier.panels, name)) for name in basis.outcomes},
        earlier,
        basis,
    )


def answer(studio: Studio, request: PlanRequest, change: Change = NO_CHANGE, progress: Progress | None = None) -> Plan:
    """Solve, forecast and explain: the quick part of a plan.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        Of the studio's basis: budget, weeks, bounds, rules, worths and the like may differ from those it was opened
        with.
    change : Change
        What is different in a scenario.
    progress : callable (str, float) -> None, optional
        Told what is being done and the share done, from 0.7.

    Returns
    -------
    Plan
        The one that `optimizer.planning.make_plan` makes of the request, where nothing is changed or added.

    Raises
    ------
    InputError
        The request or the change does not fit the history.
    InfeasibleError
        Bounds and rules cannot hold the budget.
    """
    request = replace(request, settings=request.read_settings())
    if basis_of(studio.history, request, studio.added) != studio.basis:
        raise InternalError(say("a studio was asked what it was not opened for: its basis is not the question's"))
    check_change(change, studio.panel, studio.added, request.weeks)
    request = _with_added(request, studio.panel, len(studio.added))
    question = settle(studio.panel, request, change, studio.added)
    models = studio.responses(question.goal, question.worths)
    shift = shift_of(change, studio.panel.cells)
    if shift is not None:
        from optimizer.response.adjust import shifted

        models = tuple(shifted(model, shift) for model in models)
    findings = [*studio.findings, *of_calendar(studio.history, studio.panel, request), *studio.earlier.findings]
    for name in question.worths or (question.goal,):
        findings += studio.reporting[fitted_outcome(studio.panel, name)]
    recall = Recall(studio.memory, change.shift_key, question.today)
    material = Material(studio.panel, request, question, models, findings, studio.earlier, change, recall)
    return assemble(material, progress or _silent)


def _with_added(request: PlanRequest, panel: Panel, added: int) -> PlanRequest:
    """The request with its arrays, which are of the history's cells, filled up for so many added ones."""
    if not added:
        return request
    bounds, current = request.bounds, request.current
    if isinstance(bounds, Bounds) and len(bounds.upper) == len(panel.cells) - added:
        usual = default_bounds(panel.recent_spend)
        lower = np.concatenate([bounds.lower, usual.lower[-added:]])
        bounds = Bounds(lower, np.concatenate([bounds.upper, usual.upper[-added:]]))
    if isinstance(current, np.ndarray) and len(current) == len(panel.cells) - added:
        current = np.concatenate([current, np.zeros(added)])
    return replace(request, bounds=bounds, current=current)


def _silent(_what: str, _share: float) -> None:
    """Show nothing."""


def panel_of(history: History, by_audience: bool = False) -> Panel:
    """The panel of a history, built once as long as the history is in use."""
    from optimizer.history import build_panel

    with _panels_lock:
        kept = _panels.setdefault(history, {})
        if by_audience not in kept:
            kept[by_audience] = build_panel(history, by_audience=by_audience)
        return kept[by_audience]


def _hash(source: str | Path | History) -> str:
    """Hash of the bytes of an earlier export."""
    from optimizer.history.read import read_bytes

    if not isinstance(source, str | Path):
        return source.sha256
    return hashlib.sha256(read_bytes(source)[0]).hexdigest()


def _extended(panel: Panel, added: Sequence[Cell]) -> Panel:
    """The panel with more cells, of which nothing was ever observed.

    Raises
    ------
    InputError
        A cell is in the history already.
    """
    for cell in added:
        if cell in panel.cells:
            problem = say("{cell} is to be added, but the history has it already", cell=place(cell))
            raise InputError.at(problem, fix=say("leave it out of the new cells"))
    if not added:
        return panel
    nothing = np.full((len(added), len(panel.weeks)), np.nan)
    return replace(
        panel,
        cells=(*panel.cells, *added),
        spend=np.concatenate([panel.spend, nothing]),
        outcomes={name: np.concatenate([values, nothing]) for name, values in panel.outcomes.items()},
    )


def _without_history(
    fits: Mapping[str, FittedResponse], panel: Panel, added: Sequence[Cell]
) -> dict[str, FittedResponse]:
    """The fits, with added cells that bring nothing unless money is spent on them."""
    from optimizer.response.adjust import without_history

    new = np.array([cell in added for cell in panel.cells])
    return {name: without_history(fit, new) for name, fit in fits.items()}
