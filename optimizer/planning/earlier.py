"""Earlier exports of the same history: what they had of their newest weeks tells how late outcomes are reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import Panel
from optimizer.language.message import day, join, number, percent, say, say_many
from optimizer.planning.wording import named, outcome_name

if TYPE_CHECKING:
    from optimizer.history.history import History
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

    seen: dict[str, str] = {panel.source_sha256: ""}
    panels: list[Panel] = []
    findings: list[Finding] = []
    for source in request.earlier:
        history = load_history(source) if isinstance(source, str | Path) else source
        one = build_panel(history, by_audience=request.by_audience)
        if one.source_sha256 in seen:
            other = seen[one.source_sha256] or say("the history")
            problem, fix = (
                say("this is the same export as {other}", other=other),
                say("give each export once, the newest as HISTORY"),
            )
            raise InputError.at(problem, file=history.file, fix=fix)
        seen[one.source_sha256] = history.file
        _check(one, panel, history.file)
        findings += _too_new(one, panel, history.file)
        panels.append(one)
    # A fixed order makes sums the same to the last bit, however the files are ordered on the command line.
    panels.sort(key=lambda one: (str(one.weeks[-1]), one.source_sha256))
    return Earlier(tuple(panels), tuple(findings))


def with_earlier(history: History, files: Sequence[History]) -> History:
    """A history with what older exports of it had; those that do not fit it are left out, with a finding each.

    Parameters
    ----------
    history : History
    files : sequence of History
        What older exports had, read as the history is.
    """
    from optimizer.history import build_panel

    panel = build_panel(history)
    kept: list[History] = []
    findings: list[Finding] = []
    for one in files:
        try:
            _check(build_panel(one), panel, one.file)
        except InputError as error:
            problem = say("what older exports had ({file}) does not fit the history and is not learned from",
                          file=one.file)  # fmt: skip
            findings.append(Finding("earlier-left-out", Severity.WARNING, problem, error.message))
        else:
            kept.append(one)
    if not kept and not findings:
        return history
    return replace(history, earlier=tuple(kept), findings=worst_first((*history.findings, *findings)))


def _check(one: Panel, panel: Panel, file: str) -> None:
    """Refuse an export that is not an earlier one of the same history."""
    same = say("give earlier exports of the same account")
    if one.currency and panel.currency and one.currency != panel.currency:
        problem = say(
            "its currency is {theirs}, but the history is in {ours}", theirs=one.currency, ours=panel.currency
        )
        raise InputError.at(problem, file=file, fix=same)
    if not set(one.cells) & set(panel.cells):
        problem = say("none of its cells ({cells}) is in the history", cells=named(one.cells))
        raise InputError.at(problem, file=file, fix=same)
    if not len(np.intersect1d(one.weeks, panel.weeks)):
        theirs, ours = (
            say("{first} to {last}", first=day(weeks[0]), last=day(weeks[-1])) for weeks in (one.weeks, panel.weeks)
        )
        problem = say("its weeks ({theirs}) have none in common with the history's ({ours})", theirs=theirs, ours=ours)
        raise InputError.at(problem, file=file, fix=say("give exports that hold some of the same weeks"))
    if one.weeks[-1] > panel.weeks[-1]:
        problem = say(
            "it ends with the week of {theirs}, after the history, which ends with {ours}",
            theirs=day(one.weeks[-1]),
            ours=day(panel.weeks[-1]),
        )
        fix = say("give the newest export as HISTORY and older ones with --earlier")
        raise InputError.at(problem, file=file, fix=fix)


def _too_new(one: Panel, panel: Panel, file: str) -> list[Finding]:
    """Say so where the history's own weeks are not final yet when the earlier export ends."""
    from optimizer.response.reporting import AGES

    between = int((panel.weeks[-1] - one.weeks[-1]) / np.timedelta64(7, "D"))
    if between >= AGES:
        return []
    problem = say_many(
        "it ends {count} week before the history does, so late reporting cannot be learned from it",
        "it ends {count} weeks before the history does, so late reporting cannot be learned from it",
        between,
    )
    fix = say("give an export that ends at least {weeks} weeks before", weeks=number(AGES))
    return [Finding("earlier-too-new", Severity.WARNING, problem, fix, file=file)]


def learned_reporting(panel: Panel, earlier: Sequence[Panel], outcome: str) -> list[Finding]:
    """Say how complete the newest weeks are by what earlier exports had."""
    if not earlier:
        return []
    from optimizer.response.reporting import UNKNOWN, learn_reporting

    reporting = learn_reporting(panel, earlier, outcome)
    known = np.flatnonzero(reporting.sd != UNKNOWN.sd)
    name = outcome_name(outcome)
    if not len(known):
        problem = say("how late {outcome} are reported could not be learned from the earlier exports", outcome=name)
        fix = say("it is judged by the history alone")
        return [Finding("reporting-not-learned", Severity.WARNING, problem, fix)]
    shares = [
        say("{share} of week -{back}", share=percent(float(np.exp(reporting.mean[age]))), back=number(age + 1))
        for age in known.tolist()
    ]
    problem = say(
        "by the earlier exports {shares} (counted back from the newest) is in when {outcome} are exported",
        shares=join(", ", shares),
        outcome=name,
    )
    return [Finding("reporting-learned", Severity.NOTE, problem, say("the fit and the forecast allow for it"))]
