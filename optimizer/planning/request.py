"""PlanRequest: what is asked of a plan, and the files that go with it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import figure, number, place, say
from optimizer.planning.cell_table import HISTORY, Handed, read_cell_table
from optimizer.planning.plain_values import amount_of

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule
    from optimizer.history.history import History
    from optimizer.planning.settings import Settings

MOST_WEEKS = 52
FEWEST_DRAWS = 20
MOST_STEP = 100.0  # largest step, as a share of today's spend
MEAN, CAREFUL = "mean", "careful"
RISKS = (MEAN, CAREFUL)
"""What is maximised over the draws: their mean, or the mean of the worst fifth of them."""

CellLimits: TypeAlias = Mapping[str, tuple[float | None, float | None]]
"""Smallest and largest weekly spend by the label of a cell; None, and a cell that is not named, take the default."""


class RulesText(NamedTuple):
    """Rules as the text of a rules.toml, and the name that messages call it by."""

    text: str
    name: str = "rules"


@dataclass(frozen=True)
class PlanRequest:
    """One planning question.

    Attributes
    ----------
    budget : float
        Money over the whole horizon, account currency, above 0; spent in full, but for the goal profit: there it is the
        most that may be spent.
    weeks : int
        Length of the horizon, 1 to 52.
    goal : str or None
        Outcome to maximise, "value" for the sum of the settings' worths, or "profit" at the settings' margin; None
        takes value where the settings give worths, else revenue where the history has it, else conversions.
    bounds : path, Bounds, mapping or None
        Smallest and largest weekly spend per cell: a file (see `read_bounds`), arrays in the order of the panel's
        cells, limits by the label of a cell (see `CellLimits`), or None for 0 to 3 times the recent mean.
    current : path, float array (C,) or None
        Today's weekly spend per cell: a file (see `read_current`), an array in the order of the panel's cells, or None
        for the mean of the last 12 complete weeks.
    seed : int
        Of the random numbers behind the draws, 0 or more.
    draws : int
        Number of posterior draws, 20 or more.
    by_audience : bool
        Split cells by audience where the history names it.
    settings : path, Settings or None
        What money means: a file (see `optimizer.planning.settings.read_settings`) or the record.
    earlier : sequence of path or History
        Earlier exports of the same history, from which late reporting is learned.
    rules : path, RulesText, tuple of Rule and RulesText, or None
        What must hold of the plan: a file (see `optimizer.planning.rules_file.read_rules`), its text, or records.
    today : date or None
        Day on which the plan is made, to say so where its weeks lie in the past; None for the computer's. Decides
        nothing else.
    risk : "mean" or "careful"
        What is maximised over the draws: their mean, or the mean of the worst 20 % of them.
    largest_share : float or None
        No cell gets more than this share of what the plan spends, above 0 and up to 1; but for those that bounds lock.
    largest_step : float or None
        No cell moves further from today's split, scaled to the budget, than this share of it, 0 or more; but for those
        that bounds lock. A cell that gets nothing today may start with as much as the step of a usual cell.

    Raises
    ------
    InputError
        A value is outside what is allowed.

    Examples
    --------
    >>> PlanRequest(budget=-5, weeks=4)
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: budget is -5; it must be above 0: the money for all weeks of the plan together.
    """

    budget: float
    weeks: int
    goal: str | None = None
    bounds: str | Path | Bounds | CellLimits | None = None
    current: str | Path | Floats | None = None
    seed: int = 0
    draws: int = 200
    by_audience: bool = False
    settings: str | Path | Settings | None = None
    earlier: Sequence[str | Path | History] = ()
    rules: str | Path | RulesText | tuple[Rule | RulesText, ...] | None = None
    today: dt.date | None = None
    risk: str = MEAN
    largest_share: float | None = None
    largest_step: float | None = None

    def __post_init__(self) -> None:
        _check_budget(self.budget)
        if not _whole(self.weeks) or not 1 <= self.weeks <= MOST_WEEKS:
            fix = say("a plan covers 1 to {most} whole weeks", most=number(MOST_WEEKS))
            raise InputError.at(say("weeks is {weeks}", weeks=_told(self.weeks)), fix=fix)
        if not _whole(self.seed) or self.seed < 0:
            fix = say("it must be a whole number, 0 or more")
            raise InputError.at(say("seed is {seed}", seed=_told(self.seed)), fix=fix)
        if not _whole(self.draws) or self.draws < FEWEST_DRAWS:
            fix = say("intervals need {fewest} or more, a whole number", fewest=number(FEWEST_DRAWS))
            raise InputError.at(say("draws is {draws}", draws=_told(self.draws)), fix=fix)
        if isinstance(self.earlier, str | Path):
            fix = say("give a list of files, even of one")
            raise InputError.at(say("earlier is {file}", file=repr(str(self.earlier))), fix=fix)
        if self.largest_share is not None:
            amount_of(self.largest_share, say("largest share"), 0.0, 1.0, above=True)
        if self.largest_step is not None:
            amount_of(self.largest_step, say("largest step"), 0.0, MOST_STEP)
        if self.risk not in RISKS:
            fix = say("choose {mean} or {careful}", mean=MEAN, careful=CAREFUL)
            raise InputError.at(say("risk is {risk}", risk=repr(self.risk)), fix=fix)

    def read_settings(self) -> Settings | None:
        """The settings, read if a file was given.

        Raises
        ------
        InputError
            The file cannot be used.
        """
        if not isinstance(self.settings, str | Path):
            return self.settings
        from optimizer.planning.settings import read_settings

        return read_settings(self.settings)


def _check_budget(budget: object) -> None:
    if isinstance(budget, bool) or not isinstance(budget, Real):
        raise InputError.at(say("budget is {budget}", budget=repr(budget)), fix=say("it must be a number above 0"))
    amount = float(budget)
    if not (math.isfinite(amount) and amount > 0):
        fix = say("it must be above 0: the money for all weeks of the plan together")
        raise InputError.at(say("budget is {budget}", budget=figure(amount, "g")), fix=fix)


def _told(value: object) -> str:
    """A value as it was given: a number, or what stands in its place."""
    return figure(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _whole(value: object) -> bool:
    """Whether a value is an integer: 4.0 and True are not, since they are seldom what was meant."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def read_bounds(path: str | Path, cells: Sequence[Cell], source: str = HISTORY) -> Bounds:
    """Read weekly bounds: network, content_type[, audience], min_spend, max_spend.

    An empty min_spend means 0, an empty max_spend no limit (infinity); cells the file does not name get NaN in both,
    for the caller to fill in.

    Parameters
    ----------
    path : str or Path
        CSV, in any of the spellings a history may have.
    cells : sequence of Cell
        The C cells that exist.
    source : str
        Where they come from, for messages.

    Returns
    -------
    Bounds
        Arrays (C,) in the order of `cells`.

    Raises
    ------
    InputError
        A column is missing, a cell is unknown or named twice, or an amount is text, negative or a minimum above its
        maximum; the message names file, row and column.
    """
    table = read_cell_table(path, cells, ("min_spend", "max_spend"), source)
    lower, upper = table.values
    named = table.rows > 0
    lower = np.where(named & np.isnan(lower), 0.0, lower)
    upper = np.where(named & np.isnan(upper), np.inf, upper)
    for c in np.flatnonzero(named & (lower > upper)).tolist():
        problem = say(
            "min_spend {least} of {cell} is above its max_spend {most}",
            least=number(lower[c], 2),
            cell=place(cells[c]),
            most=number(upper[c], 2),
        )
        raise InputError.at(
            problem,
            file=table.file,
            row=int(table.rows[c]),
            column=table.headers[0],
            fix=say("lower one or raise the other"),
        )
    return Bounds(lower, upper)


def read_current(path: str | Path | Handed, cells: Sequence[Cell], source: str = HISTORY) -> Floats:
    """Read today's weekly spend: network, content_type[, audience], spend.

    Parameters
    ----------
    path : path or Handed
        CSV, in any of the spellings a history may have.
    cells : sequence of Cell
        The C cells that exist.
    source : str
        Where they come from, for messages.

    Returns
    -------
    float array, shape (C,)
        Weekly spend in the order of `cells`; NaN for cells the file does not name.

    Raises
    ------
    InputError
        As for `read_bounds`; or an amount is empty, or all are 0.
    """
    table = read_cell_table(path, cells, ("spend",), source)
    spend = table.values[0]
    for c in np.flatnonzero((table.rows > 0) & np.isnan(spend)).tolist():
        raise InputError.at(
            say("spend of {cell} is empty", cell=place(cells[c])),
            file=table.file,
            row=int(table.rows[c]),
            column=table.headers[0],
            fix=say("write 0 where nothing is spent"),
        )
    if not np.nansum(spend) > 0:
        fix = say("give today's weekly spend")
        raise InputError.at(say("all spend is 0"), file=table.file, column=table.headers[0], fix=fix)
    return spend
