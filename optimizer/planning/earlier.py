"""Earlier exports of the same history: what they had of their newest weeks tells how late outcomes are reported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Panel

if TYPE_CHECKING:
    from optimizer.planning.request import PlanRequest


class Earlier(NamedTuple):
    """Earlier exports, oldest first, and what was found about them."""

    panels: tuple[Panel, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def hashes(self) -> list[str]:
        """Hashes of their bytes, oldest export first."""
        return [panel.source_sha256 for panel in self.panels]


def load_earlier(panel: Panel, request: PlanRequest) -> Earlier:
    """Read the earlier exports that a request names and hold them against the history.

    Raises
    ------
    InputError
        A file cannot be used, is the history itself or given twice, ends after the history, is in another currency, or
        shares no cell or no week with the history.
    """
    from optimizer.history import build_panel, load_history

    named: dict[str, str] = {panel.source_sha256: ""}
    panels: list[Panel] = []
    findings: list[Finding] = []
    for source in request.earlier:
        history = load_history(source) if isinstance(source, str | Path) else source
        one = build_panel(history, by_audience=request.by_audience)
        if one.source_sha256 in named:
            other = named[one.source_sha256] or "the history"
            problem = f"this is the same export as {other}"
            raise InputError.at(problem, file=history.file, fix="give each export once, the newest as HISTORY")
        named[one.source_sha256] = history.file
        _check(one, panel, history.file)
        findings += _too_new(one, panel, history.file)
        panels.append(one)
    # A fixed order makes sums the same to the last bit, however the files are ordered on the command line.
    panels.sort(key=lambda one: (str(one.weeks[-1]), one.source_sha256))
    return Earlier(tuple(panels), tuple(findings))


def _check(one: Panel, panel: Panel, file: str) -> None:
    """Refuse an export that is not an earlier one of the same history."""
    if one.currency and panel.currency and one.currency != panel.currency:
        problem = f"its currency is {one.currency}, but the history is in {panel.currency}"
        raise InputError.at(problem, file=file, fix="give earlier exports of the same account")
    if not set(one.cells) & set(panel.cells):
        labels = [cell.label for cell in one.cells]
        shown = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
        problem = f"none of its cells ({shown}) is in the history"
        raise InputError.at(problem, file=file, fix="give earlier exports of the same account")
    if not len(np.intersect1d(one.weeks, panel.weeks)):
        theirs, ours = (f"{weeks[0]} to {weeks[-1]}" for weeks in (one.weeks, panel.weeks))
        problem = f"its weeks ({theirs}) have none in common with the history's ({ours})"
        raise InputError.at(problem, file=file, fix="give exports that hold some of the same weeks")
    if one.weeks[-1] > panel.weeks[-1]:
        problem = f"it ends with the week of {one.weeks[-1]}, after the history, which ends with {panel.weeks[-1]}"
        raise InputError.at(problem, file=file, fix="give the newest export as HISTORY and older ones with --earlier")


def _too_new(one: Panel, panel: Panel, file: str) -> list[Finding]:
    """Say so where the history's own weeks are not final yet when the earlier export ends."""
    from optimizer.response.reporting import AGES

    between = int((panel.weeks[-1] - one.weeks[-1]) / np.timedelta64(7, "D"))
    if between >= AGES:
        return []
    problem = f"it ends {between} weeks before the history does, so late reporting cannot be learned from it"
    fix = f"give an export that ends at least {AGES} weeks before"
    return [Finding("earlier-too-new", Severity.WARNING, problem.replace(" 1 weeks", " 1 week"), fix, file=file)]


def learned_reporting(panel: Panel, earlier: Sequence[Panel], outcome: str) -> list[Finding]:
    """Say how complete the newest weeks are by what earlier exports had."""
    if not earlier:
        return []
    from optimizer.response.reporting import UNKNOWN, learn_reporting

    reporting = learn_reporting(panel, earlier, outcome)
    known = np.flatnonzero(reporting.sd != UNKNOWN.sd)
    name = outcome.replace("_", " ")
    if not len(known):
        problem = f"how late {name} are reported could not be learned from the earlier exports"
        fix = "it is judged by the history alone"
        return [Finding("reporting-not-learned", Severity.WARNING, problem, fix)]
    said = [f"{100 * np.exp(reporting.mean[age]):.0f} % of week -{age + 1}" for age in known.tolist()]
    problem = f"by the earlier exports {', '.join(said)} (counted back from the newest) is in when {name} are exported"
    return [Finding("reporting-learned", Severity.NOTE, problem, "the fit and the forecast allow for it")]
