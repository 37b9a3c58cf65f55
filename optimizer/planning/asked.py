"""Asked: one planning question in plain values, as screens, links and the store keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import Panel
from optimizer.language.message import Message, say
from optimizer.planning.plain_values import (
    amount_of,
    list_of,
    meant,
    only_known,
    shown,
    table_of,
    text_of,
    truth_of,
    whole_of,
)
from optimizer.planning.request import MEAN, MOST_STEP, MOST_WEEKS, RISKS, CellLimits, PlanRequest, RulesText

if TYPE_CHECKING:
    from optimizer.history.panel import Floats
    from optimizer.planning.settings import Settings

MOST_SEED = 2**31 - 1
LONGEST_RULES = 50_000  # characters
DEEPEST = 4  # tables inside each other in settings
_TABLES = ("limits", "locks", "settings", "current")


@dataclass(frozen=True)
class Asked:
    """One planning question.

    Attributes
    ----------
    budget : float
        Money for all weeks together, above 0.
    weeks : int
    goal : str
        "" for the usual one.
    by_audience : bool
    risk : "mean" or "careful"
        What is maximised over the draws: their mean, or the mean of the worst 20 % of them.
    largest_share : float or None
        No cell gets more than this share of the budget.
    largest_step : float or None
        No cell moves further from today's spend, scaled to the budget, than this share of it; a cell that gets nothing
        today may start with as much as the step of a usual cell.
    limits : mapping of label to (float or None, float or None)
        Smallest and largest weekly spend of a cell; None for the usual one.
    locks : mapping of label to float
        Cells that get exactly this much a week. A lock stands above share, step and limits.
    rules : str
        Text of a rules.toml.
    settings : mapping
        As settings.toml holds them.
    seed : int
    current : mapping of label to float
        Today's weekly spend; cells that are not named get nothing today. Empty for the mean of the last 12 complete
        weeks.

    Raises
    ------
    InputError
        A value is outside what is allowed.

    Examples
    --------
    >>> Asked(budget=9000, weeks=4, locks={"tiktok/video": 300}).to_json()
    {'budget': 9000, 'weeks': 4, 'locks': {'tiktok/video': 300}}
    >>> Asked.from_json({"budget": "9000", "weeks": 4})
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: budget is '9000'; it must be a number above 0 and up to 1e+15.
    """

    budget: float
    weeks: int
    goal: str = ""
    by_audience: bool = False
    risk: str = MEAN
    largest_share: float | None = None
    largest_step: float | None = None
    limits: CellLimits = field(default_factory=dict)
    locks: Mapping[str, float] = field(default_factory=dict)
    rules: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0
    current: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        amount_of(self.budget, say("budget"), above=True)
        whole_of(self.weeks, say("weeks"), 1, MOST_WEEKS)
        whole_of(self.seed, say("seed"), 0, MOST_SEED)
        text_of(self.goal, say("goal"), empty=True)
        text_of(self.rules, say("the text of the rules"), LONGEST_RULES, empty=True)
        truth_of(self.by_audience, say("by_audience"))
        if self.risk not in RISKS:
            raise InputError.at(say("risk is {risk}", risk=shown(self.risk)), fix=meant(str(self.risk), RISKS))
        if self.largest_share is not None:
            amount_of(self.largest_share, say("largest share"), 0.0, 1.0, above=True)
        if self.largest_step is not None:
            amount_of(self.largest_step, say("largest step"), 0.0, MOST_STEP)
        for label, limits in table_of(self.limits, say("the table of limits")).items():
            _check_limits(label, limits)
        for label, amount in table_of(self.locks, say("the table of locks")).items():
            amount_of(amount, say("lock of {cell}", cell=label))
        _check_plain(table_of(self.settings, say("the settings")), DEEPEST)
        for label, amount in table_of(self.current, say("the table of today's budgets")).items():
            amount_of(amount, say("today's budget of {cell}", cell=label))

    def to_json(self) -> dict[str, object]:
        """Plain values that JSON can hold; only what differs from the usual."""
        plain: dict[str, object] = {"budget": self.budget, "weeks": self.weeks}
        for one in fields(self)[2:]:
            value = getattr(self, one.name)
            usual = one.default if one.name not in _TABLES else {}
            if value != usual:
                plain[one.name] = dict(value) if isinstance(value, Mapping) else value
        if self.limits:
            plain["limits"] = {label: list(limits) for label, limits in self.limits.items()}
        return plain

    @classmethod
    def from_json(cls, plain: object) -> Asked:
        """A question from plain values.

        Raises
        ------
        InputError
            A key is not known or missing, or a value is not allowed.
        """
        values = table_of(plain, say("the question"))
        only_known(values, [one.name for one in fields(cls)], say("the question"))
        for name in ("budget", "weeks"):
            if name not in values:
                raise InputError.at(say("the question has no {key}", key=name), fix=say("give it"))
        if "limits" in values:
            limits = table_of(values["limits"], say("the table of limits"))
            values["limits"] = {label: tuple(list_of(each, _limits_of(label))) for label, each in limits.items()}
        return cls(**values)  # type: ignore[arg-type]

    def request(self, panel: Panel) -> PlanRequest:
        """The question as a request about a panel.

        Locks are bounds, so that the exact search for concave curves stays in use.

        Parameters
        ----------
        panel : Panel
            Whose cells limits, locks and today's budgets may name.

        Raises
        ------
        InputError
            A limit, a lock or a budget of today names no cell, or the settings hold what is not allowed.
        """
        self._check_labels([cell.label for cell in panel.cells])
        bounds = {label: (one[0], one[1]) for label, one in self.limits.items()}
        bounds |= {label: (amount, amount) for label, amount in self.locks.items()}
        return PlanRequest(
            budget=self.budget,
            weeks=self.weeks,
            goal=self.goal or None,
            bounds=bounds or None,
            seed=self.seed,
            by_audience=self.by_audience,
            settings=self._settings(),
            rules=RulesText(self.rules) if self.rules.strip() else None,
            risk=self.risk,
            largest_share=self.largest_share,
            largest_step=self.largest_step,
            current=self.today(panel),
        )

    def today(self, panel: Panel) -> Floats | None:
        """(C,) today's weekly spend as it was given; None where it was not."""
        if not self.current:
            return None
        return np.array([self.current.get(cell.label, 0.0) for cell in panel.cells], dtype=np.float64)

    def _check_labels(self, labels: list[str]) -> None:
        for name in (*self.limits, *self.locks, *self.current):
            if name not in labels:
                raise InputError.at(say("{name} is no cell of the history", name=name), fix=meant(name, labels))

    def _settings(self) -> Settings | None:
        if not self.settings:
            return None
        from optimizer.planning.settings import settings_of

        return settings_of(self.settings)


def _limits_of(label: str) -> Message:
    return say("limits of {cell}", cell=label)


def _check_limits(label: str, limits: object) -> None:
    what = _limits_of(label)
    if not isinstance(limits, tuple) or len(limits) != 2:
        fix = say("give the smallest and the largest weekly spend, none for the usual one")
        raise InputError.at(say("{what} are {value}", what=what, value=shown(limits)), fix=fix)
    least, most = limits
    if least is not None:
        amount_of(least, say("smallest weekly spend of {cell}", cell=label))
    if most is not None:
        amount_of(most, say("largest weekly spend of {cell}", cell=label))
    if least is not None and most is not None and least > most:
        problem = say("the smallest weekly spend of {cell} is above its largest", cell=label)
        raise InputError.at(problem, fix=say("lower one or raise the other"))


def _check_plain(values: Mapping[str, object], deeper: int) -> None:
    """Refuse settings that JSON and TOML could not hold, or that never end."""
    for key, value in values.items():
        if isinstance(value, Mapping) and deeper:
            _check_plain(table_of(value, say("the settings")), deeper - 1)
        elif not isinstance(value, str | int | float | bool) or (isinstance(value, float) and not isfinite(value)):
            problem = say("{key} in the settings is {value}", key=key, value=shown(value))
            raise InputError.at(problem, fix=say("write a number or text"))
        elif isinstance(value, str):
            text_of(value, say("{key} in the settings", key=key), empty=True)
