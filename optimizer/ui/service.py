"""The screen's way to the other rooms: what is asked of them, and what is kept so that it is asked once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import streamlit as st

import optimizer
from optimizer.history import Finding, History, build_panel
from optimizer.history.sample import HISTORY_FILE, write_sample
from optimizer.planning import PlanRequest, make_plan
from optimizer.planning.goal import usual_goals
from optimizer.planning.plan import Plan
from optimizer.ui.format import nice_round
from optimizer.ui.uploads import Source, read_source

KEPT_HISTORIES = 8
KEPT_PLANS = 32


@dataclass(frozen=True)
class Facts:
    """What the inputs need to know of a history.

    Attributes
    ----------
    weeks, cells : int
        Complete weeks, and places to spend.
    first, last : datetime64[D]
        First day of the first and last day of the last complete week.
    recent : float
        Mean weekly spend of the last 12 complete weeks, account currency.
    currency : str
    goals : tuple of str
        Outcomes a plan can maximise, the usual one first.
    findings : tuple of Finding
    """

    weeks: int
    cells: int
    first: np.datetime64
    last: np.datetime64
    recent: float
    currency: str
    goals: tuple[str, ...]
    findings: tuple[Finding, ...]

    def budget(self, weeks: int) -> float:
        """Budget to propose: recent weekly spend over so many weeks, rounded to four figures."""
        return nice_round(self.recent * weeks)


@dataclass(frozen=True)
class Question:
    """What a person asked for: the key of a plan."""

    sha256: str
    name: str
    budget: float
    weeks: int
    goal: str


class RecentPlans:
    """The plans used last, for all sessions; a plan follows from its question alone, so it belongs to nobody.

    Unlike Streamlit's own cache it allows progress to be shown while a plan is made.
    """

    def __init__(self, most: int = KEPT_PLANS) -> None:
        self._most = most
        self._plans: OrderedDict[Question, Plan] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Question) -> Plan | None:
        """The plan, or None if it is not kept."""
        with self._lock:
            plan = self._plans.get(question)
            if plan is not None:
                self._plans.move_to_end(question)
            return plan

    def put(self, question: Question, plan: Plan) -> None:
        """Keep a plan; the one not used for longest goes."""
        with self._lock:
            self._plans[question] = plan
            self._plans.move_to_end(question)
            while len(self._plans) > self._most:
                self._plans.popitem(last=False)


@st.cache_resource
def recent_plans() -> RecentPlans:
    """The plans of this server."""
    return RecentPlans()


@st.cache_resource(show_spinner=False)
def sample_source() -> Source:
    """The sample history: the file beside the package, or written anew where only the package is installed."""
    shipped = Path(optimizer.__file__).resolve().parents[1] / "data" / HISTORY_FILE
    if shipped.is_file():
        return Source.of(HISTORY_FILE, shipped.read_bytes(), sample=True)
    with TemporaryDirectory(prefix="sample-") as folder:
        write_sample(Path(folder))
        return Source.of(HISTORY_FILE, (Path(folder) / HISTORY_FILE).read_bytes(), sample=True)


def history(source: Source) -> History:
    """The history of a source; the same bytes under the same name are read once."""
    return _history(source.sha256, source.name, source)


def facts(source: Source) -> Facts:
    """What the inputs need to know of a source."""
    return _facts(source.sha256, source.name, source)


def kept_plan(question: Question) -> Plan | None:
    """A plan made before, if it is still kept."""
    return recent_plans().get(question)


def plan(source: Source, question: Question, progress: Callable[[str, float], None] | None = None) -> Plan:
    """Make the plan, or take the one kept."""
    kept = kept_plan(question)
    if kept is not None:
        return kept
    request = PlanRequest(budget=question.budget, weeks=question.weeks, goal=question.goal)
    made = make_plan(history(source), request, progress)
    recent_plans().put(question, made)
    return made


@st.cache_data(max_entries=KEPT_HISTORIES, show_spinner=False)
def _history(sha256: str, name: str, _source: Source) -> History:
    return read_source(_source)


@st.cache_data(max_entries=KEPT_HISTORIES, show_spinner=False)
def _facts(sha256: str, name: str, _source: Source) -> Facts:
    read = history(_source)
    panel = build_panel(read)
    return Facts(
        weeks=len(panel.weeks),
        cells=len(panel.cells),
        first=panel.weeks[0],
        last=panel.weeks[-1] + np.timedelta64(6, "D"),
        recent=float(panel.recent_spend.sum()),
        currency=panel.currency,
        goals=usual_goals(panel) or tuple(panel.outcomes),
        findings=tuple(read.findings),
    )
