"""Business rules of a split: small frozen records over cells by index, each with the label that messages use.

Money is per week, shares are between 0 and 1. "In use" means that anything is spent. The records say what must hold;
`domain` and `programme` turn them into intervals and rows, `keeping` measures whether a split keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from optimizer.language.message import figure, say
from optimizer.response.curves import Curves

Indices: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class GroupLimit:
    """A group of cells together gets at least or at most some money, or a share of what the plan spends.

    Attributes
    ----------
    cells : tuple of int
    minimum, maximum : float or None
        Money per week; None sets no limit.
    minimum_share, maximum_share : float or None
        Share of the plan's total weekly spend, 0 to 1.
    label : str
    """

    cells: Indices
    minimum: float | None = None
    maximum: float | None = None
    minimum_share: float | None = None
    maximum_share: float | None = None
    label: str = say("limit of a group")


@dataclass(frozen=True)
class Lock:
    """One cell gets exactly this much per week."""

    cell: int
    amount: float
    label: str = say("lock")


@dataclass(frozen=True)
class NothingOrAtLeast:
    """Each of the cells gets nothing, or at least an amount that is worth running.

    Attributes
    ----------
    cells : tuple of int
    amount : float
        Smallest weekly spend of a cell that gets anything, > 0.
    stay : tuple of float or None
        Weekly spend per cell that is allowed too although it is below the amount: what a cell spends today.
    label : str
    """

    cells: Indices
    amount: float
    stay: tuple[float, ...] | None = None
    label: str = say("nothing or at least")


@dataclass(frozen=True)
class CountLimit:
    """At least, or at most, so many members of a group are in use.

    Attributes
    ----------
    members : tuple of tuple of int
        Each member is one cell, or the cells of one content type.
    at_least, at_most : int
        `at_most` None sets no limit. For `at_most` any spend above 0 is use.
    smallest : float
        Weekly money a member needs to count for `at_least`, > 0 there.
    label : str
    """

    members: tuple[Indices, ...]
    at_least: int = 0
    at_most: int | None = None
    smallest: float = 0.0
    label: str = say("number in use")


@dataclass(frozen=True)
class Diversification:
    """Each of the cells gets at most this share of what the plan spends."""

    cells: Indices
    share: float
    label: str = say("diversification")


@dataclass(frozen=True)
class ChangeLimit:
    """Each of the cells stays near a reference split; where `share` and `money` are both given, both hold.

    Attributes
    ----------
    cells : tuple of int
    share : float or None
        Largest change up or down as a share of the cell's reference.
    money : float or None
        Largest change up or down in weekly money.
    always : float
        A change of up to this much weekly money is allowed whatever the share says, so that cells at 0 can start.
    reference : tuple of float or None
        Weekly spend of each of the cells to compare with; None takes today's split, scaled to the budget.
    label : str
    """

    cells: Indices
    share: float | None = None
    money: float | None = None
    always: float = 0.0
    reference: tuple[float, ...] | None = None
    label: str = say("change limit")


@dataclass(frozen=True)
class Steps:
    """The spend of each of the cells is a multiple of `step`, > 0."""

    cells: Indices
    step: float
    label: str = say("steps of money")


@dataclass(frozen=True)
class FixedCost:
    """A cost that arises once as soon as any of the cells is used, such as the production of a content type.

    Attributes
    ----------
    cells : tuple of int
    cost : float
        In units of the goal over the whole horizon, >= 0; subtracted from the value of the plan.
    label : str
    """

    cells: Indices
    cost: float
    label: str = say("fixed cost")


@dataclass(frozen=True)
class RatioFloor:
    """A group brings at least so much outcome per unit of money: a floor on ROAS or ROI, or a ceiling on CPA.

    ``sum of value(x) >= floor * weeks * sum of x`` over the cells. Value is what the rule's own curves say, over their
    whole horizon; the spend of that horizon is the weekly spend times `weeks`. A group that gets nothing keeps it.

    Attributes
    ----------
    cells : tuple of int
    curves : Curves
        Outcome of weekly spend, all cells of the problem; the group's are used.
    floor : float
        Outcome per unit of money, > 0: the ROAS; (1 + ROI) / margin; 1 / CPA.
    weeks : float
        Weeks of the horizon of the curves, > 0.
    label : str
    """

    cells: Indices
    curves: Curves
    floor: float
    weeks: float = 1.0
    label: str = say("return")

    @classmethod
    def roas(cls, cells: Indices, revenue: Curves, at_least: float, weeks: float = 1.0) -> RatioFloor:
        """Revenue per unit of money is at least this."""
        return cls(cells, revenue, at_least, weeks, say("ROAS of at least {roas}", roas=figure(at_least, "g")))

    @classmethod
    def roi(cls, cells: Indices, profit: Curves, at_least: float, weeks: float = 1.0) -> RatioFloor:
        """(profit before media - spend) / spend is at least this, > -1; 0.2 is 20 %."""
        label = say("ROI of at least {percent}%", percent=figure(100.0 * at_least, ".0f"))
        return cls(cells, profit, 1.0 + at_least, weeks, label)

    @classmethod
    def cpa(cls, cells: Indices, conversions: Curves, at_most: float, weeks: float = 1.0) -> RatioFloor:
        """Money per conversion is at most this, > 0."""
        label = say("CPA of at most {cpa}", cpa=figure(at_most, "g"))
        return cls(cells, conversions, 1.0 / at_most, weeks, label)


@dataclass(frozen=True)
class ExplorationShare:
    """Cells of weak evidence together get at least this share of the budget."""

    cells: Indices
    share: float
    label: str = say("exploration share")


@dataclass(frozen=True)
class Tied:
    """The spends of the cells stand in fixed proportion to each other.

    Attributes
    ----------
    cells : tuple of int
    weights : tuple of float
        One per cell, > 0; (1, 2) gives the second twice as much as the first.
    label : str
    """

    cells: Indices
    weights: tuple[float, ...]
    label: str = say("tied cells")


Rule: TypeAlias = (
    GroupLimit
    | Lock
    | NothingOrAtLeast
    | CountLimit
    | Diversification
    | ChangeLimit
    | Steps
    | FixedCost
    | RatioFloor
    | ExplorationShare
    | Tied
)


def cells_of(rule: Rule) -> Indices:
    """All cells a rule speaks of."""
    if isinstance(rule, Lock):
        return (rule.cell,)
    if isinstance(rule, CountLimit):
        return tuple(c for member in rule.members for c in member)
    return rule.cells


def in_units(rule: Rule, money: float, value: float) -> Rule:
    """The same rule with money counted in units of `money` and value in units of `value`."""

    def per(amount: float | None) -> float | None:
        return None if amount is None else amount / money

    if isinstance(rule, GroupLimit):
        return replace(rule, minimum=per(rule.minimum), maximum=per(rule.maximum))
    if isinstance(rule, Lock):
        return replace(rule, amount=rule.amount / money)
    if isinstance(rule, NothingOrAtLeast):
        stay = None if rule.stay is None else tuple(s / money for s in rule.stay)
        return replace(rule, amount=rule.amount / money, stay=stay)
    if isinstance(rule, CountLimit):
        return replace(rule, smallest=rule.smallest / money)
    if isinstance(rule, ChangeLimit):
        reference = None if rule.reference is None else tuple(s / money for s in rule.reference)
        return replace(rule, money=per(rule.money), always=rule.always / money, reference=reference)
    if isinstance(rule, Steps):
        return replace(rule, step=rule.step / money)
    if isinstance(rule, FixedCost):
        return replace(rule, cost=rule.cost / value)
    if isinstance(rule, RatioFloor):  # outcome is counted so that the floor is one unit of it per unit of money
        outcome = rule.floor * rule.weeks * money
        return replace(rule, curves=rule.curves.scaled(1.0 / money, 1.0 / outcome), floor=1.0, weeks=1.0)
    return rule
