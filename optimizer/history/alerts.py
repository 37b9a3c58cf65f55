"""Alerts: what got worse in the newest weeks and wants somebody to look."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.history.findings import Severity
from optimizer.history.ledger import Breakdown, Ledger, Selection
from optimizer.history.measures import BY_KEY, Better, Measure, missing_columns
from optimizer.history.noise import FEWEST_EARLIER, beyond_noise
from optimizer.history.standouts import FEWEST_WEEKS, NEW, Candidate, Standout, Told, Windows, changes, late_weeks

if TYPE_CHECKING:
    from optimizer.history.history import History

WATCHED = ("bounce_rate", "negative_rate", "cost_per_conversion")
PLACES = (Breakdown.ALL, Breakdown.NETWORK, Breakdown.LANDING_PAGE, Breakdown.CELL)
"""From the coarsest to the finest: of two that rose alike the finer one is told."""
FALSE_ALARMS = 0.08
"""Chance of any alert where nothing changed, at most."""
LONG = FEWEST_WEEKS + NEW + FEWEST_EARLIER
"""Weeks from which on earlier changes say how far a figure wanders; before, only half the chance is taken."""
EXPLAINS = 0.7
"""Part of the weightiest rise that a group which rose more steeply must hold to be told instead."""
SERIOUS, WARNING = 0.25, 0.05
"""Weight from which an alert is serious, or a warning: a rise by 29 % of all, or by 5 % of all, for example."""


def alerts(history: History, selection: Selection | None = None, late: int | None = None) -> tuple[Standout, ...]:
    """What got worse in the newest 4 complete weeks against the 12 before, beyond noise, worst first.

    Each rise is told once, at the place that explains it: a page that broke is not told again as every network that
    leads to it. A rise that the same weeks of the year before showed too is a note.

    Parameters
    ----------
    history : History
    selection : Selection, optional
    late : int, optional
        Newest weeks whose conversions may not all be in; found out if not given.
    """
    from optimizer.history.standout_text import a_year_before, standout

    selection = replace(selection or Selection(), weeks=0)
    ledger = Ledger(history, selection)
    late = late_weeks(ledger) if late is None else late
    measures = [BY_KEY[key] for key in WATCHED if not missing_columns(history, BY_KEY[key])]
    candidates = [one for measure in measures for one in _worse(ledger, measure, PLACES, late)]
    p_values = [_p(one) for one in candidates]
    told = beyond_noise(p_values, FALSE_ALARMS if len(ledger.weeks) >= LONG else FALSE_ALARMS / 2)
    if not told.any():
        return ()
    limit = max(p for p, is_told in zip(p_values, told, strict=True) if is_told)
    found = [one for measure in measures for one in _explained(history, selection, measure, (late, limit))]
    made = []
    for ledger_then, one in found:
        severity = (
            Severity.SERIOUS if one.weight >= SERIOUS else Severity.WARNING if one.weight >= WARNING else Severity.NOTE
        )
        if a_year_before(one) is not None:
            severity = Severity.NOTE
        made.append(standout(ledger_then, one, severity))
    return tuple(sorted(made, key=lambda one: (-one.severity, -one.weight)))


def _worse(ledger: Ledger, measure: Measure, places: tuple[Breakdown, ...], late: int) -> list[Candidate]:
    """Changes of a measure at every place that the history tells apart."""
    windows = Windows(len(ledger.weeks), late if measure.waits else 0)
    if not windows.enough:
        return []
    held = [place for place in places if place in ledger.breakdowns]
    return [one for place in held for one in changes(ledger.weekly(measure, place), windows) if one.told is Told.CHANGE]


def _p(candidate: Candidate) -> float:
    """One-sided p value of the change for the worse."""
    worse_up = candidate.weekly.measure.better is Better.LESS
    return candidate.difference.p_rise if worse_up else candidate.difference.p_fall


def _explained(
    history: History, selection: Selection, measure: Measure, judged: tuple[int, float]
) -> list[tuple[Ledger, Candidate]]:
    """The rises of a measure, each told once: the steepest that explains most, then what is left without its rows."""
    late, limit = judged
    found: list[tuple[Ledger, Candidate]] = []
    while True:
        taken = tuple((one.weekly.breakdown, one.group) for _, one in found)
        ledger = Ledger(history, replace(selection, without=selection.without + taken))
        left = [one for one in _worse(ledger, measure, PLACES, late) if _p(one) <= limit and one.tellable]
        if not left:
            return found
        most = max(one.weight for one in left)
        near = [one for one in left if one.weight >= EXPLAINS * most]
        told = max(near, key=lambda one: (round(one.steepness, 2), PLACES.index(one.weekly.breakdown)))
        found.append((ledger, told))
        if told.weekly.breakdown is Breakdown.ALL:
            return found
