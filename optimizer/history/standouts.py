"""Standouts: which measures changed, and which groups differ from the others, beyond noise.

Three questions are asked of a measure and a breakdown: did a group change (the newest 4 complete weeks against the 12
before), does it differ from the same weeks a year before, and does it differ from the other groups (over the newest 12
weeks). All questions asked at once are judged together, so that asking more does not find more by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.findings import Severity
from optimizer.history.ledger import Breakdown, Group, Ledger, Selection, Weekly
from optimizer.history.measures import BY_KEY, OF_WHOLE, PER_ROW, PER_WEEK, Measure, Unit, missing_columns
from optimizer.history.noise import Difference, Pair, Weeks, as_its_spend, as_the_rest, beyond_noise, change, contrast
from optimizer.history.schema import BY_NAME, Kind
from optimizer.language.message import Message

if TYPE_CHECKING:
    from optimizer.history.history import History

NEW, BEFORE, LEVEL, YEAR = 4, 12, 12, 52
NOISE = 26
"""Weeks whose scatter tells the noise of a level, or of a window a year ago."""
FEWEST_WEEKS = NEW + BEFORE
FALSE_SHARE = 0.05
"""Share of what is told that may be chance."""
LATE_MOST = 2
LATE_SURE = 0.02
MOST_GROUPS = 40
"""The largest groups are looked at; a history may name thousands of landing pages."""


class Told(Enum):
    """What a standout tells; the value is the relative difference below which nobody need know."""

    CHANGE = 0.10
    YEAR = 0.15
    LEVEL = 0.20


@dataclass(frozen=True)
class Standout:
    """One thing that stands out.

    Attributes
    ----------
    told : Told
    severity : Severity
        NOTE, unless it is an alert.
    sentence : Message
    measure : Measure
    breakdown : Breakdown
    group : Group
    before, now : float
        The measure before and now, or of all together and of the group; infinite for the cost of what never came.
    weight : float
        Difference over the mean of both figures, times the group's part of the whole.
    good : bool or None
        Whether it is welcome; None where that depends on what is wanted.
    late : int
        Newest weeks that were left out, since their conversions may not all be in.
    """

    told: Told
    severity: Severity
    sentence: Message
    measure: Measure
    breakdown: Breakdown
    group: Group
    before: float
    now: float
    weight: float
    good: bool | None
    late: int = 0


@dataclass(frozen=True)
class Windows:
    """Positions of the weeks that are compared, in a history of so many weeks without the newest `late`.

    Examples
    --------
    >>> Windows(60, 1).new.tolist(), Windows(60, 1).old.tolist()[::11], Windows(60, 1).year.tolist()
    ([55, 56, 57, 58], [43, 54], [3, 4, 5, 6])
    """

    weeks: int
    late: int = 0

    @property
    def end(self) -> int:
        """Weeks that count."""
        return self.weeks - self.late

    @property
    def enough(self) -> bool:
        """Whether there are weeks to compare at all."""
        return self.end >= FEWEST_WEEKS

    def back(self, length: int, end: int | None = None) -> Weeks:
        """The last so many positions before `end`."""
        end = self.end if end is None else end
        return np.arange(max(end - length, 0), max(end, 0))

    @property
    def new(self) -> Weeks:
        """The newest 4."""
        return self.back(NEW)

    @property
    def old(self) -> Weeks:
        """The 12 before them."""
        return self.back(BEFORE, self.end - NEW)

    @property
    def year(self) -> Weeks:
        """The newest 4, a year before; empty where the history does not go back so far."""
        return self.new - YEAR if self.end - NEW >= YEAR else np.arange(0)


@dataclass(frozen=True)
class Candidate:
    """One comparison that could be told.

    Attributes
    ----------
    told : Told
    weekly : Weekly
    row : int
        Position of the group.
    windows : Windows
    difference : Difference
        In the units of the measure; its p values speak of the measure's rise and fall.
    whole : float
        The measure of all groups together, in the newer window.
    part : float
        The group's part of the whole, 0 to 1.
    rest : tuple (float, float) or None
        The measure of all other groups before and now, where the change was judged against theirs.
    """

    told: Told
    weekly: Weekly = field(repr=False)
    row: int
    windows: Windows
    difference: Difference
    whole: float
    part: float
    rest: tuple[float, float] | None = None

    @property
    def group(self) -> Group:
        """Names of the group."""
        return self.weekly.groups[self.row]

    @property
    def reference(self) -> float:
        """What the figure is told against: before, or all together."""
        return self.whole if self.told is Told.LEVEL else self.difference.before

    @property
    def steepness(self) -> float:
        """Now over the reference; infinite for the cost of what never came."""
        return self.difference.now / self.reference if self.reference > 0 else float("inf")

    @property
    def relative(self) -> float:
        """Difference over the reference."""
        return self.steepness - 1

    @property
    def weight(self) -> float:
        """How much it matters: the difference over the mean of both figures, at most 2, times the part of the whole."""
        return self.part * 2 * abs(1 - 2 / (1 + self.steepness))

    @property
    def tellable(self) -> bool:
        """Whether it is large enough, also next to the others, and has a figure to be told against."""
        if not np.isfinite(self.reference) or abs(self.relative) < self.told.value:
            return False
        if self.rest is None:
            return True
        before, now = self.rest
        if not (before > 0 and now > 0 and np.isfinite(before) and np.isfinite(now)):
            return False
        beyond = (1 + self.relative) / (now / before) - 1
        return beyond * self.relative > 0 and abs(beyond) >= self.told.value


def standouts(
    history: History,
    measures: Sequence[Measure],
    breakdowns: Iterable[Breakdown],
    selection: Selection | None = None,
    late: int | None = None,
) -> tuple[Standout, ...]:
    """What stands out, largest first.

    Parameters
    ----------
    history : History
    measures : sequence of Measure
        Those the history lacks a column for are passed over.
    breakdowns : iterable of Breakdown
        The same for these.
    selection : Selection, optional
        Its networks and content types count; its weeks do not, since noise is learned from all of them.
    late : int, optional
        Newest weeks whose conversions may not all be in, which are left out where it matters; found out by
        `late_weeks` if not given.
    """
    from optimizer.history.standout_text import standout

    ledger = Ledger(history, replace(selection or Selection(), weeks=0))
    late = late_weeks(ledger) if late is None else late
    candidates = [
        candidate
        for measure in measures
        if not missing_columns(history, measure)
        for breakdown in breakdowns
        if breakdown in ledger.breakdowns
        for candidate in comparisons(ledger, measure, breakdown, late)
    ]
    told = beyond_noise([candidate.difference.p for candidate in candidates], FALSE_SHARE)
    chosen = [c for c, is_told in zip(candidates, told, strict=True) if is_told and c.tellable]
    chosen.sort(key=lambda candidate: -candidate.weight)
    return tuple(standout(ledger, candidate) for candidate in chosen)


def comparisons(ledger: Ledger, measure: Measure, breakdown: Breakdown, late: int) -> list[Candidate]:
    """Every comparison of a measure that can be made, whether it is told or not."""
    weekly = ledger.weekly(measure, breakdown)
    windows = Windows(len(ledger.weeks), late if measure.waits else 0)
    if not windows.enough or not weekly.groups:
        return []
    found = changes(weekly, windows)
    # Totals, and the reach of a row, are large where much is spent: that is no difference of quality.
    if breakdown is not Breakdown.ALL and measure.denominator not in (PER_WEEK, PER_ROW) and len(weekly.groups) > 1:
        found += _levels(ledger, weekly, windows)
    return found


def changes(weekly: Weekly, windows: Windows) -> list[Candidate]:
    """Changes of each group against the weeks before, and against the same weeks a year before.

    A group's change is judged next to that of all other groups, so that a season is not told as the doing of each.
    """
    found = []
    whole, parts = _whole(weekly, windows.new)
    before_new = windows.back(windows.end, windows.end - NEW)
    stretches = [windows.back(NOISE), windows.back(NOISE, int(windows.year[-1]) + 1)] if windows.year.size else []
    for row in map(int, _largest(parts)):
        pair, part = pair_of(weekly, row), float(parts[row])
        difference, rest = _next_to_others(weekly, row, windows, before_new)
        if difference is not None:
            found.append(Candidate(Told.CHANGE, weekly, row, windows, difference, whole, part, rest))
        if stretches and (then := change(pair, windows.new, windows.year, stretches, False)):
            then = in_units(weekly.measure, then)
            found.append(Candidate(Told.YEAR, weekly, row, windows, then, whole, part))
    return found


def _next_to_others(
    weekly: Weekly, row: int, windows: Windows, block: Weeks
) -> tuple[Difference | None, tuple[float, float] | None]:
    """Change of a group with its own figures, judged next to the rest where there is one; and the rest's figures.

    What is made of spend is judged next to what the spend lets expect: a cost that rises with the spend is no news.
    """
    measure, pair = weekly.measure, pair_of(weekly, row)
    new, old = windows.new, windows.old
    alone = len(weekly.groups) == 1 or measure.denominator == OF_WHOLE
    others = None if alone else pair_of(weekly, np.delete(np.arange(len(weekly.groups)), row))
    judged_by = pair
    if "spend" in measure.columns and len(measure.columns) == 2:
        judged_by = pair.over(as_its_spend(pair, others, pair.seen(block)))
    elif others is not None:
        judged_by = pair.over(as_the_rest(pair, others))
    judged = change(judged_by, new, old, [block], True)
    if judged is None:
        return None, None
    own = in_units(measure, replace(judged, before=pair.ratio(old), now=pair.ratio(new)))
    if others is None:
        return own, None
    rest = in_units(measure, replace(judged, before=others.ratio(old), now=others.ratio(new)))
    return own, (rest.before, rest.now)


def _levels(ledger: Ledger, weekly: Weekly, windows: Windows) -> list[Candidate]:
    """Differences of each group from the rest; for shares, of what the group brings from what it takes."""
    measure = weekly.measure
    if measure.denominator == OF_WHOLE:
        if measure.numerator == "spend":
            return []
        weekly = ledger.weekly(replace(measure, denominator="spend", unit=Unit.TIMES), weekly.breakdown)
    window, block = windows.back(LEVEL), windows.back(NOISE)
    whole, parts = _whole(weekly, window)
    found = []
    for row in _largest(parts):
        group = pair_of(weekly, row)
        others = np.delete(np.arange(len(weekly.groups)), row)
        rest = pair_of(weekly, others)
        difference = contrast(group, rest, window, block)
        if difference is not None:
            turned = in_units(weekly.measure, difference)
            found.append(Candidate(Told.LEVEL, weekly, int(row), windows, turned, whole, float(parts[row])))
    return found


def late_weeks(ledger: Ledger) -> int:
    """Newest weeks, at most 2, whose conversions are fewer for the spend than noise allows and may yet come in.

    Late reporting shrinks with age: where the third week is at least half as low as the newest, conversions fell, and
    nothing is left out.
    """
    measure = BY_KEY["cost_per_conversion"]
    if missing_columns(ledger.history, measure):
        return 0
    pair, windows = pair_of(ledger.weekly(measure), 0), Windows(len(ledger.weeks))
    old = windows.back(BEFORE, windows.end - LATE_MOST - 1)
    if len(old) < BEFORE:
        return 0
    block = windows.back(windows.end, int(old[-1]) + 1)
    newest = [change(pair, np.array([windows.end - 1 - age]), old, [block], False) for age in range(LATE_MOST + 1)]
    lacks = [1 - week.now / week.before for week in newest if week is not None]
    if len(lacks) <= LATE_MOST or lacks[LATE_MOST] >= lacks[0] / 2:
        return 0
    sure = [week is not None and week.p_fall <= LATE_SURE for week in newest[:LATE_MOST]]
    return sure.index(False) if False in sure else LATE_MOST


def pair_of(weekly: Weekly, rows: int | Sequence[int] | np.ndarray) -> Pair:
    """Weekly sums of a group, or of several together, as the tests want them.

    A cost is turned over, so that what is counted stands above what was spent: fewer conversions than usual are noise
    in their number, and none at all is a figure too.
    """
    rows = np.atleast_1d(rows)
    above, below = (_together(part[rows]) for part in (weekly.numerator, weekly.denominator))
    name = weekly.measure.numerator
    if turned(weekly.measure):
        above, below, name = below, above, weekly.measure.denominator
    counted = name in BY_NAME and BY_NAME[name].kind is Kind.COUNT
    scatter = 1.0 if counted else 0.0
    if counted and weekly.measure.unit is Unit.SHARE and 0 < np.nansum(above) < np.nansum(below):
        scatter = 1 - float(np.nansum(above) / np.nansum(below))
    return Pair(above, below, scatter)


def turned(measure: Measure) -> bool:
    """Whether the measure is a cost, which the tests turn over."""
    return measure.numerator == "spend" and measure.denominator in BY_NAME


def in_units(measure: Measure, difference: Difference) -> Difference:
    """A difference of a pair in the units of its measure."""
    if not turned(measure):
        return replace(difference, before=measure.per * difference.before, now=measure.per * difference.now)
    before, now = (measure.per / ratio if ratio > 0 else np.inf for ratio in (difference.before, difference.now))
    return Difference(before, now, difference.p_fall, difference.p_rise)


def _together(part: np.ndarray) -> np.ndarray:
    """Sum of the groups that were observed, NaN in weeks where none was."""
    return np.where(np.isfinite(part).any(axis=0), np.nansum(part, axis=0), np.nan)


def _whole(weekly: Weekly, window: Weeks) -> tuple[float, np.ndarray]:
    """The measure of all groups together in a window, and each group's part: of the money where it is a cost."""
    above, below = (np.nansum(part[:, window], axis=1) for part in (weekly.numerator, weekly.denominator))
    measure = weekly.measure
    basis = above if turned(measure) or measure.total or measure.denominator == OF_WHOLE else below
    parts = basis / basis.sum() if basis.sum() > 0 else np.zeros(len(basis))
    total = below.max() if measure.total or measure.denominator == OF_WHOLE else below.sum()
    return float(measure.per * above.sum() / total) if total > 0 else float("nan"), parts


def _largest(parts: np.ndarray) -> np.ndarray:
    """Rows of the largest groups that have any part."""
    order = np.argsort(-parts, kind="stable")[:MOST_GROUPS]
    return order[parts[order] > 0]
