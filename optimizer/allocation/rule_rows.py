"""Rows of the rules: what a programme must keep besides what the cells' regions already say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.allocation.pieces import Region
from optimizer.allocation.programme import BUDGET, Expression, Programme, Terms
from optimizer.allocation.rules import (
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    RatioFloor,
    Steps,
    Tied,
)
from optimizer.allocation.setting import SAME, Setting
from optimizer.history.panel import Floats

WINDOW = 3  # steps of money up and down that local improvement may go


class Writer:
    """Writes the rows of some rules into a programme that has its cells.

    Parameters
    ----------
    setting : Setting
    programme : Programme
    regions : list of list of Region
        What the programme's cells are made of.
    near : float array, shape (C,), optional
        A split whose on/off decisions are kept; without it they are free.
    """

    def __init__(
        self, setting: Setting, programme: Programme, regions: list[list[Region]], near: Floats | None = None
    ) -> None:
        self.setting, self.programme, self.regions, self.near = setting, programme, regions, near
        self.all: Terms = [(c, 1.0) for c in range(setting.count)]

    def budget(self) -> None:
        """The budget is spent, or not exceeded."""
        low = 1.0 if self.setting.spend_all else -np.inf
        spare = self.programme.slack.get(BUDGET)
        if spare is None:
            self.programme.row(self.all, low, 1.0, BUDGET)
        else:  # a free column stands for the change of the budget
            self.programme.row([*self.all, (spare, -1.0)], low, 1.0)

    def rule(self, place: int) -> None:
        """The rows of one rule."""
        rule = self.setting.rules[place]
        if place in self.programme.slack:
            for cell, low, high in self.setting.box(rule):
                self.programme.row([(cell, 1.0)], low if low > 0.0 else -np.inf, high, place)
        write = self._writers.get(type(rule))
        if write is not None:
            write(self, place, rule)

    def _group(self, place: int, rule: GroupLimit) -> None:
        own: Terms = [(c, 1.0) for c in rule.cells]
        if rule.minimum is not None:
            self.programme.row(own, rule.minimum, np.inf, place)
        if rule.maximum is not None:
            self.programme.row(own, -np.inf, rule.maximum, place)
        if rule.minimum_share is not None:
            self.programme.row(self._over_share(rule.cells, rule.minimum_share), 0.0, np.inf, place)
        if rule.maximum_share is not None:
            self.programme.row(self._over_share(rule.cells, rule.maximum_share), -np.inf, 0.0, place)

    def _over_share(self, cells: tuple[int, ...], share: float) -> Terms:
        """What some cells get above a share of all."""
        mine = set(cells)
        return [(c, 1.0 - share if c in mine else -share) for c in range(self.setting.count)]

    def _diversification(self, place: int, rule: Diversification) -> None:
        if self.setting.spend_all and BUDGET not in self.programme.slack:
            return  # a box
        for cell in rule.cells:
            self.programme.row(self._over_share((cell,), rule.share), -np.inf, 0.0, place)

    def _exploration(self, place: int, rule: ExplorationShare) -> None:
        own: Terms = [(c, 1.0) for c in rule.cells]
        spare = self.programme.slack.get(BUDGET)
        if spare is not None:
            own.append((spare, -rule.share))
        self.programme.row(own, rule.share, np.inf, place)

    def _count(self, place: int, rule: CountLimit) -> None:
        if rule.at_most is not None:
            used = Expression()
            for member in rule.members:
                one = self._any(member)
                used.terms += one.terms
                used.constant += one.constant
            self.programme.at_most(used, rule.at_most, place)
        if rule.at_least > 0:
            counted = [self._counts(member, rule.smallest) for member in rule.members]
            self.programme.row([(w, 1.0) for w in counted], rule.at_least, np.inf, place)

    def _any(self, cells: tuple[int, ...]) -> Expression:
        """1 where any of some cells is in use."""
        uses = [self.programme.use[c] for c in cells]
        if any(not use.terms and use.constant >= 1.0 for use in uses):
            return Expression([], 1.0)
        open_uses = [use for use in uses if use.terms]
        if len(open_uses) < 2:
            return Expression(list(open_uses[0].terms), 0.0) if open_uses else Expression()
        column = self.programme.column(0.0, 1.0)
        for use in open_uses:
            self.programme.row([*use.terms, (column, -1.0)], -np.inf, 0.0)
        return Expression([(column, 1.0)])

    def _counts(self, member: tuple[int, ...], smallest: float) -> int:
        """A column that can be 1 only where a member gets at least the smallest amount."""
        low, high = 0.0, 1.0
        if self.near is not None:
            low = high = float(self.near[list(member)].sum() >= smallest - SAME)
        column = self.programme.column(low, high, integer=low < high)
        self.programme.row([*((c, 1.0) for c in member), (column, -smallest)], 0.0, np.inf)
        return column

    def _steps(self, _: int, rule: Steps) -> None:
        for cell in rule.cells:
            low, high = self.programme.lower[cell] / rule.step, self.programme.upper[cell] / rule.step
            if self.near is not None:
                at = np.round(self.near[cell] / rule.step)
                low, high = max(low, at - WINDOW), min(high, at + WINDOW)
            number = self.programme.column(np.ceil(low - SAME), np.floor(high + SAME), integer=True)
            self.programme.row([(cell, 1.0), (number, -rule.step)], 0.0, 0.0)

    def _fixed_cost(self, _: int, rule: FixedCost) -> None:
        used = self._any(rule.cells)
        self.programme.constant -= rule.cost * used.constant
        self.programme.fixed -= rule.cost * used.constant
        for column, factor in used.terms:
            self.programme.objective[column] -= rule.cost * factor

    def _ratio(self, place: int, rule: RatioFloor) -> None:
        outcome = self.programme.below_lines(rule.cells, self.regions, self.setting.ratio_function[place])
        self.programme.row([*outcome, *((c, -1.0) for c in rule.cells)], 0.0, np.inf, place)

    def _tied(self, place: int, rule: Tied) -> None:
        first, weight = rule.cells[0], rule.weights[0]
        for cell, own in zip(rule.cells[1:], rule.weights[1:], strict=True):
            top = max(own, weight)
            self.programme.row([(cell, weight / top), (first, -own / top)], 0.0, 0.0, place)

    _writers: dict[type, Callable[[Writer, int, Any], None]] = {  # noqa: RUF012
        GroupLimit: _group,
        Diversification: _diversification,
        ExplorationShare: _exploration,
        CountLimit: _count,
        Steps: _steps,
        FixedCost: _fixed_cost,
        RatioFloor: _ratio,
        Tied: _tied,
    }


def write(
    setting: Setting,
    regions: list[list[Region]],
    *,
    active: frozenset[int] | None = None,
    near: Floats | None = None,
    with_value: bool = True,
) -> Programme:
    """Programme of a setting with its cells made of some regions.

    Parameters
    ----------
    setting : Setting
    regions : list of list of Region
    active : frozenset of int, optional
        Rules that count; all by default.
    near : float array, shape (C,), optional
        A split whose decisions are kept.
    with_value : bool
        Whether value is maximised; otherwise nothing is, and fixed costs do not matter.
    """
    programme = Programme()
    programme.add_cells(regions, spare=-setting.cost if with_value else 0.0)
    writer = Writer(setting, programme, regions, near)
    writer.budget()
    for place, rule in enumerate(setting.rules):
        if (active is None or place in active) and (with_value or not isinstance(rule, FixedCost)):
            writer.rule(place)
    return programme
