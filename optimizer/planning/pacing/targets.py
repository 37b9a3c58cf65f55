"""Budgets of a period for networks and cells: from a file, or from the plans that were accepted for its weeks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from optimizer.errors import InputError
from optimizer.history.numerals import MOST
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, day, figure, place, say
from optimizer.planning.cell_table import Records, amounts_of, read_records
from optimizer.planning.fiscal import FiscalCalendar, Period
from optimizer.planning.pacing.days import Days
from optimizer.planning.plain_values import meant, shown
from optimizer.planning.room import exact

BUDGET, PERIOD, CURRENCY = "budget", "period", "currency"
ROUNDING = 0.005  # of a unit of money: what was added up by hand may miss by so much a row
DAYS = 7


@dataclass(frozen=True)
class Targets:
    """Budgets of one period.

    Attributes
    ----------
    whole : float or None
        Of everything, where a row without network gives it.
    networks : mapping of str to float
    cells : tuple of float or None, one per cell
    given : bool
        Whether any of networks and cells has one.
    """

    whole: float | None
    networks: dict[str, float]
    cells: tuple[float | None, ...]
    own: dict[str, tuple[int, ...]] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def none(cls, cells: int) -> Targets:
        """No budget for so many cells."""
        return cls(None, {}, (None,) * cells)

    @property
    def given(self) -> bool:
        """Whether any network or cell has a budget of its own."""
        return bool(self.networks) or any(one is not None for one in self.cells)

    @property
    def added(self) -> float:
        """All that networks and cells are given."""
        named = sum(self.networks.values())
        return named + sum(
            budget or 0.0
            for name, cells in self.own.items()
            if name not in self.networks
            for budget in (self.cells[c] for c in cells)
        )

    def cell(self, c: int) -> float | None:
        """Budget of a cell."""
        return self.cells[c]

    def network(self, name: str, cells: Sequence[int]) -> float | None:
        """Budget of a network: its own, or that of its cells where all of them have one."""
        if name in self.networks:
            return self.networks[name]
        amounts = [self.cells[c] for c in cells]
        return None if any(one is None for one in amounts) else math.fsum(one or 0.0 for one in amounts)

    def total_of(self, asked: float | None, currency: str) -> float:
        """Budget of everything: what was asked, else what the file gives, else all that it gives to its parts.

        Raises
        ------
        InputError
            The parts add up to more than the whole, or nothing is left of all.
        """
        slack = ROUNDING * (1 + len(self.cells))
        whole = asked if asked is not None else self.whole if self.whole is not None else self.added
        if self.added > whole + slack:
            problem = say(
                "the budgets of networks and places add up to {sum}, more than the budget of {budget}",
                sum=exact(self.added, currency),
                budget=exact(whole, currency),
            )
            raise InputError.at(problem, file=self.file, column=BUDGET, fix=say("lower them or raise the budget"))
        if not whole > 0.0:
            problem = say("the budgets add up to 0")
            raise InputError.at(problem, file=self.file, column=BUDGET, fix=say("give the money for the period"))
        return whole


def read_targets(
    path: str | Path, cells: Sequence[Cell], when: tuple[FiscalCalendar, Period], currency: str
) -> Targets:
    """Read budgets: network, content_type and budget; optionally audience, period and currency.

    A row without content type speaks of the whole network, one without network of everything. With a column `period`
    one file holds the budgets of many periods, of which the others are left out.

    Parameters
    ----------
    path : str or Path
        CSV, in any of the spellings a history may have.
    cells : sequence of Cell
    when : (FiscalCalendar, Period)
        The calendar that the file's periods are of, and the one that is asked about.
    currency : str
        Of the account.

    Raises
    ------
    InputError
        A column is missing, a name is unknown or named twice, an amount is no number of 0 or more, cells get more than
        their network, the currency is another one, or no row is of the period; with file, row and column.
    """
    records = read_records(path, (BUDGET,), optional=(PERIOD, CURRENCY))
    return _Reader(records, tuple(cells), when, currency).read()


class _Reader:
    """Rows to budgets."""

    def __init__(
        self, records: Records, cells: tuple[Cell, ...], when: tuple[FiscalCalendar, Period], currency: str
    ) -> None:
        self.records, self.cells, self.when, self.currency = records, cells, when, currency
        self.whole: float | None = None
        self.networks: dict[str, float] = {}
        self.of_cells: list[float | None] = [None] * len(cells)
        self.seen: dict[tuple[str, ...], int] = {}

    def read(self) -> Targets:
        """All rows of the period."""
        fields, lines = self.records.fields, self.records.lines
        amounts = amounts_of(self.records, (BUDGET,))[BUDGET]
        used = 0
        for k, line in enumerate(lines):
            row = {name: values[k] for name, values in fields.items()}
            self._same_currency(row.get(CURRENCY, ""), line)
            if not self._of_period(row.get(PERIOD, ""), line):
                continue
            if math.isnan(amounts[k]):
                raise self._wrong(
                    say("the budget is empty"), line, BUDGET, say("write an amount, or leave the row out")
                )
            if amounts[k] > MOST:
                problem = say("budget is {budget}", budget=figure(float(amounts[k]), "g"))
                raise self._wrong(problem, line, BUDGET, say("it must be a number from {least} to {most}",
                                                             least="0", most=figure(MOST, ",g")))  # fmt: skip
            self._take(row, line, float(amounts[k]))
            used += 1
        if not used:
            problem = say("no row is of the period {period}", period=self.when[1].name)
            fix = say("add rows of it, or check the column {column}", column=self.records.spelled[PERIOD])
            raise InputError.at(problem, file=self.records.file, column=self.records.spelled[PERIOD], fix=fix)
        own = {
            name: tuple(c for c, cell in enumerate(self.cells) if cell.network == name)
            for name in sorted({cell.network for cell in self.cells})
        }
        self._within(own)
        return Targets(self.whole, self.networks, tuple(self.of_cells), own, self.records.file)

    def _same_currency(self, given: str, line: int) -> None:
        code = given.strip().upper()
        if code and self.currency and code != self.currency:
            problem = say(
                "the budget is in {given}, but the account is in {ours}", given=shown(code), ours=self.currency
            )
            raise self._wrong(problem, line, CURRENCY, say("convert it; amounts are not converted"))

    def _of_period(self, given: str, line: int) -> bool:
        """Whether a row speaks of the period: by its name, or by a day within it."""
        calendar, period = self.when
        if not given:
            return True
        try:
            return period.contains(dt.date.fromisoformat(given))
        except ValueError:
            pass
        try:
            return calendar.named(given).name == period.name
        except InputError:
            fix = say("write a period such as {example}", example=period.name)
            raise self._wrong(say("period {name} is not known", name=shown(given)), line, PERIOD, fix) from None

    def _take(self, row: dict[str, str], line: int, amount: float) -> None:
        names = (row["network"].lower(), row["content_type"].lower(), " ".join(row.get("audience", "").split()))
        key = tuple(part for part in names if part)
        if key in self.seen:
            problem = say("row {row} gives a budget for the same", row=str(self.seen[key]))
            raise self._wrong(problem, line, BUDGET, say("keep one of the two rows"))
        self.seen[key] = line
        if not key:
            self.whole = amount
            return
        networks = sorted({cell.network for cell in self.cells})
        if names[0] not in networks:
            problem = say("network {name} is not in the history", name=shown(row["network"]))
            raise self._wrong(problem, line, "network", meant(names[0], networks))
        if len(key) == 1:
            self.networks[names[0]] = amount
            return
        places = [c for c, cell in enumerate(self.cells) if _key(cell) == (names[0], names[1], names[2].lower())]
        if not places:
            labels = [cell.label for cell in self.cells]
            problem = say("{name} is no cell of the history", name=shown("/".join(key)))
            raise self._wrong(problem, line, "content_type", meant("/".join(key), labels))
        self.of_cells[places[0]] = amount

    def _within(self, own: dict[str, tuple[int, ...]]) -> None:
        """Refuse cells that get more than their network."""
        for name, cells in own.items():
            added = math.fsum(self.of_cells[c] or 0.0 for c in cells)
            if name in self.networks and added > self.networks[name] + ROUNDING * len(cells):
                problem = say(
                    "the places of {network} get {sum} together, and the network {budget}",
                    network=place((name,)),
                    sum=exact(added, self.currency),
                    budget=exact(self.networks[name], self.currency),
                )
                raise self._wrong(problem, self.seen[(name,)], BUDGET, say("lower them or raise the network's"))

    def _wrong(self, problem: Message, line: int, column: str, fix: Message) -> InputError:
        spelled = self.records.spelled.get(column, column)
        return InputError.at(problem, file=self.records.file, row=line, column=spelled, fix=fix)


def _key(cell: Cell) -> tuple[str, str, str]:
    return cell.network, cell.content_type, cell.audience.lower()


# Accepted plans -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedWeeks:
    """An accepted plan: weekly money by label of a cell, from a Monday on.

    Attributes
    ----------
    first : date
        The Monday.
    weeks : tuple of mapping of str to float
        One per week; a cell that is not named gets nothing.
    """

    first: dt.date
    weeks: tuple[dict[str, float], ...]

    def on(self, day: dt.date) -> dict[str, float] | None:
        """Weekly money of the week that holds a day; None outside of the plan."""
        week = (day - self.first).days // DAYS
        return self.weeks[week] if 0 <= week < len(self.weeks) else None


def of_plans(
    planned: Sequence[str | Path | PlannedWeeks],
    cells: Sequence[Cell],
    known: tuple[Days, Period, float],
    currency: str,
) -> Targets:
    """Budgets of cells from accepted plans; a later plan stands above an earlier one.

    A day within a plan counts with what it plans. Elapsed days outside of plans count with what was spent, and days to
    come outside of them share what is left of the budget as the newest plan does.

    Parameters
    ----------
    planned : sequence of path or PlannedWeeks
        Files are as `optimizer plan --out` and `optimizer rebalance --out` write them.
    cells : sequence of Cell
    known : (Days, Period, float)
        Days so far, the period and its budget.
    currency : str

    Returns
    -------
    Targets
        None of them where no plan has a day in the period.
    """
    days, period, budget = known
    plans = [one if isinstance(one, PlannedWeeks) else read_plan(one, cells, currency) for one in planned]
    base, share, covered, to_come = np.zeros(len(cells)), np.zeros(len(cells)), 0, 0
    for offset in range(period.days):
        at = period.first + dt.timedelta(days=offset)
        week = next((found for plan in reversed(plans) if (found := plan.on(at)) is not None), None)
        if week is not None:
            share = np.array([week.get(cell.label, 0.0) for cell in cells]) / DAYS
            base, covered = base + share, covered + 1
        elif days.at(at) < days.spend.shape[1]:
            base = base + days.filled[:, days.at(at)]
        else:
            to_come += 1
    if not covered or not share.sum() > 0.0:
        return Targets.none(len(cells))
    left = max(budget - float(base.sum()), 0.0) if to_come else 0.0
    amounts: Floats = base + left * share / share.sum()
    return Targets(None, {}, tuple(float(one) for one in amounts))


def read_plan(path: str | Path, cells: Sequence[Cell], currency: str) -> PlannedWeeks:
    """Read plan.csv: week_start, network, content_type[, audience], spend[, currency].

    Raises
    ------
    InputError
        A column is missing, a day is no Monday, an amount is no number, a cell is unknown or has two amounts for one
        week, or the currency is another.
    """
    records = read_records(path, ("spend",), optional=("week_start", CURRENCY))
    if "week_start" not in records.spelled:
        problem = say("column {column} is missing", column="week_start")
        raise InputError.at(problem, file=records.file, fix=say("give a plan as `optimizer plan --out` writes it"))
    amounts = amounts_of(records, ("spend",))["spend"]
    labels = {cell.label for cell in cells}
    weeks: dict[dt.date, dict[str, float]] = {}
    for k, line in enumerate(records.lines):
        row = {name: values[k] for name, values in records.fields.items()}
        code = row.get(CURRENCY, "").upper()
        if code and currency and code != currency:
            problem = say("the plan is in {given}, but the account is in {ours}", given=shown(code), ours=currency)
            column = records.spelled[CURRENCY]
            raise InputError.at(
                problem, file=records.file, row=line, column=column, fix=say("give a plan of the account")
            )
        label = Cell(row["network"], row["content_type"], row.get("audience", "")).label
        if label not in labels:
            problem = say("{name} is no cell of the history", name=shown(label))
            raise InputError.at(problem, file=records.file, row=line, fix=meant(label, sorted(labels)))
        week = weeks.setdefault(_monday(row["week_start"], records, line), {})
        if label in week or math.isnan(amounts[k]):
            problem, fix = say("the budget is empty"), say("write an amount, or leave the row out")
            if label in week:
                problem = say("the plan gives {cell} two amounts for one week", cell=label)
                fix = say("keep one of the two rows")
            raise InputError.at(problem, file=records.file, row=line, column=records.spelled["spend"], fix=fix)
        week[label] = float(amounts[k])
    first, last = min(weeks), max(weeks)
    count = (last - first).days // DAYS + 1
    return PlannedWeeks(first, tuple(weeks.get(first + dt.timedelta(weeks=k), {}) for k in range(count)))


def _monday(text: str, records: Records, line: int) -> dt.date:
    """A Monday, as plan.csv writes it."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    if found is not None and found.weekday() == 0:
        return found
    problem = say("week_start is {given}", given=shown(text) if found is None else day(found))
    column = records.spelled["week_start"]
    fix = say("write the Monday of the week, such as 2026-11-02")
    raise InputError.at(problem, file=records.file, row=line, column=column, fix=fix)
