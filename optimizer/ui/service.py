"""The screen's way to the other rooms: what is asked of them, and what is kept so that it is asked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import streamlit as st

import optimizer
from optimizer.errors import InfeasibleError, InputError
from optimizer.history import Cell, Finding, History
from optimizer.history.content_types import to_json
from optimizer.history.sample import HISTORY_FILE, write_sample
from optimizer.planning.asked import Asked
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.decisions import decide
from optimizer.planning.goal import usual_goals
from optimizer.planning.plan import Plan
from optimizer.planning.request import PlanRequest
from optimizer.planning.studio import Studio, answer, basis_of, open_studio, panel_of
from optimizer.store import Kept, Kind, Store, open_store
from optimizer.ui.data_exports import earlier_files
from optimizer.ui.data_store import Reading, reading_of, usual
from optimizer.ui.format import nice_round
from optimizer.ui.recent import Recent
from optimizer.ui.rules_words import read_for_words
from optimizer.ui.settings_view import Holds, fitted, with_settings
from optimizer.ui.uploads import Source, read_source

FIRST_WEEKS = 4
KEPT_HISTORIES = 8
KEPT_STUDIOS = 6
KEPT_PLANS = 64

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Facts:
    """What the inputs need to know of a history.

    Attributes
    ----------
    weeks : int
        Complete weeks.
    cells : tuple of Cell
        Places to spend.
    first, last : datetime64[D]
        First day of the first and last day of the last complete week.
    recent : float
        Mean weekly spend of the last 12 complete weeks, account currency.
    currency : str
    goals : tuple of str
        Outcomes a plan can maximise, the usual one first.
    outcomes : tuple of str
        All outcomes that were observed.
    audiences : tuple of str
        Names of audiences in the history.
    findings : tuple of Finding
    """

    weeks: int
    cells: tuple[Cell, ...]
    first: np.datetime64
    last: np.datetime64
    recent: float
    currency: str
    goals: tuple[str, ...]
    outcomes: tuple[str, ...]
    audiences: tuple[str, ...]
    findings: tuple[Finding, ...]

    def budget(self, weeks: int) -> float:
        """Budget to propose: recent weekly spend over so many weeks, rounded to four figures."""
        return nice_round(self.recent * weeks)


@st.cache_resource
def _studios() -> Recent[Hashable, Studio]:
    return Recent(KEPT_STUDIOS)


@st.cache_resource
def _plans() -> Recent[Hashable, Plan]:
    return Recent(KEPT_PLANS)


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Kept work of this server."""
    return open_store()


@st.cache_resource(show_spinner=False)
def sample_source() -> Source:
    """The sample history: the file beside the package, or written anew where only the package is installed."""
    shipped = Path(optimizer.__file__).resolve().parents[1] / "data" / HISTORY_FILE
    if shipped.is_file():
        return Source.of(HISTORY_FILE, shipped.read_bytes(), sample=True)
    with TemporaryDirectory(prefix="sample-") as folder:
        write_sample(Path(folder))
        return Source.of(HISTORY_FILE, (Path(folder) / HISTORY_FILE).read_bytes(), sample=True)


def today() -> dt.date:
    """The day: part of what a history is checked against, so that what is kept says nothing of yesterday."""
    return dt.date.today()


def kept_histories() -> list[Kept]:
    """Histories on file that are not archived, newest first."""
    return list(store().list(Kind.HISTORY))


def kept_source(item: str) -> Source:
    """A kept history as bytes, under the name its owner gave it.

    Raises
    ------
    InputError
        There is no such history.
    """
    kept, reading = store().get(item), reading_of(store(), item)
    exports = reading.kept_exports
    how = repr((reading.mapping.to_json(), to_json(reading.naming), exports.sha256 if exports else ""))
    return _kept_source(kept.sha256, kept.name, how, item, reading)


def history(source: Source) -> History:
    """The history of a source; the same bytes under the same name are read once."""
    return _history(source.sha256, source.name, today(), source)


def facts(source: Source) -> Facts:
    """What the inputs need to know of a source."""
    return _facts(source.sha256, source.name, today(), source)


def first_question(source: Source) -> Asked:
    """The question a history proposes: its recent spend over four weeks, the usual goal, settings and rules.

    Where nothing was spent lately it proposes what weeks with spend had: today's budgets are then to be given.
    Of the usual settings it takes what the history can have; the usual rules only where its cells can keep them.
    """
    known = facts(source)
    budget = known.budget(FIRST_WEEKS) or nice_round(_ever(source) * FIRST_WEEKS)
    asked = Asked(budget=budget, weeks=FIRST_WEEKS, goal=known.goals[0])
    settings, rules = (usual(store(), kind) for kind in (Kind.SETTINGS, Kind.RULES))
    if settings is not None:
        asked = with_settings(asked, fitted(settings.content, holds(known))[0], known.goals)
    if rules is not None:
        text = str(rules.content.get("text", ""))
        with suppress(InputError):  # the page Data and settings says what of them does not fit
            read_for_words(text, panel_of(history(source)), asked.budget / asked.weeks)
            asked = replace(asked, rules=text)
    return asked


def _ever(source: Source) -> float:
    """Mean spend of the weeks that had any; 1 where none had."""
    weekly = np.nansum(panel_of(history(source)).spend, axis=0)
    return float(weekly[weekly > 0].mean()) if (weekly > 0).any() else 1.0


def holds(known: Facts) -> Holds:
    """What of money a history speaks of."""
    return Holds(known.currency, known.outcomes, sorted({cell.content_type for cell in known.cells}))


def studio(source: Source, asked: Asked, change: Change = NO_CHANGE, progress: Progress | None = None) -> Studio:
    """The fitted history behind a question, kept for the questions that follow."""
    panel = panel_of(history(source), asked.by_audience)
    return studio_for(source, asked.request(panel), change.added_cells, progress)


def studio_for(
    source: Source, request: PlanRequest, added: Sequence[Cell] = (), progress: Progress | None = None
) -> Studio:
    """The fitted history behind a request, with the cells that scenarios add."""
    read = history(source)
    key = (source.name, today(), basis_of(read, request, added))
    return _studios().take(key, lambda: open_studio(read, request, progress, added))


def kept_plan(source: Source, asked: Asked, change: Change = NO_CHANGE) -> Plan | None:
    """A plan made before, if it is still kept."""
    return _plans().get(_plan_key(source, asked, change))


def plan(source: Source, asked: Asked, change: Change = NO_CHANGE, progress: Progress | None = None) -> Plan:
    """Answer a question, or take the answer that is kept; what a person fixed does not move today's split.

    Raises
    ------
    InputError
        The question does not fit the history.
    InfeasibleError
        No plan keeps its rules.
    """

    def make() -> Plan:
        fitted = studio(source, asked, change, progress)
        request = asked.request(fitted.panel)
        made = answer(fitted, request, change, progress)
        free = _free_plan(source, asked, change) if asked.locks else None
        return made if free is None else decide(fitted, request, made, free, change).plan

    return _plans().take(_plan_key(source, asked, change), make)


def _free_plan(source: Source, asked: Asked, change: Change) -> Plan | None:
    """The plan with nothing fixed, whose baseline is today's split as it is; None where the rules allow none."""
    try:
        return plan(source, replace(asked, locks={}), change)
    except InfeasibleError:
        return None


def _plan_key(source: Source, asked: Asked, change: Change) -> Hashable:
    return (source.sha256, source.name, today(), repr(asked.to_json()), repr(change.to_json()))


@st.cache_resource(max_entries=KEPT_HISTORIES, show_spinner=False)
def _kept_source(sha256: str, name: str, how: str, _item: str, _reading: Reading) -> Source:
    earlier = earlier_files(_reading.kept_exports.content) if _reading.kept_exports else ()
    return Source.kept(name, store().history_bytes(_item), _reading.mapping, _reading.naming, earlier)


@st.cache_resource(max_entries=KEPT_HISTORIES, show_spinner=False)
def _history(sha256: str, name: str, day: dt.date, _source: Source) -> History:
    return read_source(_source)


@st.cache_resource(max_entries=KEPT_HISTORIES, show_spinner=False)
def _facts(sha256: str, name: str, day: dt.date, _source: Source) -> Facts:
    read = history(_source)
    panel = panel_of(read)
    named = read.table.get("audience", ())
    return Facts(
        weeks=len(panel.weeks),
        cells=panel.cells,
        first=panel.weeks[0],
        last=panel.weeks[-1] + np.timedelta64(6, "D"),
        recent=float(panel.recent_spend.sum()),
        currency=panel.currency,
        goals=usual_goals(panel) or tuple(panel.outcomes),
        outcomes=read.outcomes,
        audiences=tuple(sorted({str(name) for name in named if name})),
        findings=tuple(read.findings),
    )
