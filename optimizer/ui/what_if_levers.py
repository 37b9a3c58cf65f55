"""What the page What-if says of budget, next money, levers and targets of one scenario; plain records, no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from optimizer.planning.compare import Scenario
from optimizer.planning.levers import FrontierView, Lever, LeverRow, NextMoney, Step, TargetAnswer, Tornado
from optimizer.planning.plan import Interval
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.ui.format import common_step, money, number, percent, place_name
from optimizer.ui.language import _, tell
from optimizer.ui.view import amount, goal_name, one_more

MOST_LEVERS = 12  # that the chart shows
MOST_PLACES = 3  # that a step names


@dataclass(frozen=True)
class Told:
    """How a scenario's amounts are told: the goal and currency of its plan, and its margin if it has one."""

    goal: str
    currency: str
    margin: float | None = None

    @classmethod
    def of(cls, goal: str, currency: str, settings: Mapping[str, object]) -> Told:
        """From the settings of a question."""
        margin = settings.get("margin")
        return cls(goal, currency, float(margin) if isinstance(margin, int | float) else None)

    def amount(self, value: float, step: float = 0.0) -> str:
        """An amount of the goal."""
        return amount(value, self.goal, self.currency, step)

    def counted(self, value: float) -> str:
        """An amount of the goal, with the goal's name where it is a count."""
        text = self.amount(value)
        return text if self.goal in MONEY_OUTCOMES else _("{amount} {goal}", amount=text, goal=goal_name(self.goal))

    def signed(self, value: float, step: float = 0.0) -> str:
        """A difference in the goal, with its sign."""
        return money(value, self.unit, step, sign=True)

    @property
    def unit(self) -> str:
        """Currency of the goal; "" where it is a count, or none is named."""
        return self.currency if self.goal in MONEY_OUTCOMES else ""

    def title(self, text: str) -> str:
        """Axis title with the unit of the goal."""
        return f"{text}, {self.unit}" if self.unit else text

    @property
    def name(self) -> str:
        """The goal as it begins a title."""
        name = goal_name(self.goal)
        return name[:1].upper() + name[1:]


# The frontier -------------------------------------------------------------------------------------------------------


def frontier_frame(view: FrontierView) -> pd.DataFrame:
    """The numbers of a frontier, one row per budget."""
    return pd.DataFrame(
        {
            "budget": view.budgets,
            "best": view.value,
            "low": view.low,
            "high": view.high,
            "today": view.today,
            "bound": view.bound,
            "marginal": view.marginal,
        }
    )


def in_sight(view: FrontierView, stops: float | None) -> float | None:
    """Where money stops paying, if that is among the budgets shown."""
    return stops if stops is not None and view.budgets[0] <= stops <= view.budgets[-1] else None


def frontier_sentence(view: FrontierView, said: str, told: Told) -> str:
    """What the frontier comes to at the asked budget, and what was said of where money stops paying."""
    at = view.asked
    step = common_step(view.value[at], view.low[at], view.high[at])
    text = _(
        "With the 8 weeks after, {budget} adds {best} {goal} under the best plan (90 % between {low} and {high}), and "
        "{today} split as today; the next {unit} would bring {marginal}.",
        budget=money(float(view.budgets[at]), told.currency),
        best=told.amount(float(view.value[at]), step),
        goal=goal_name(told.goal),
        low=number(float(view.low[at]), step),
        high=number(float(view.high[at]), step),
        today=told.amount(float(view.today[at]), step),
        unit=one_more(told.currency),
        marginal=told.counted(float(view.marginal[at])),
    )
    return f"{text} {tell(said)}" if said else text


def _budget(value: float, told: Told) -> str:
    return money(value, told.currency, common_step(value))


# The next money -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """A step as the table shows it; `up` says which way, `pays` is "" where nobody knows."""

    up: bool
    budgets: str
    places: str
    note: str
    brings: str
    per_unit: str
    pays: str


def rungs(found: NextMoney, told: Told) -> tuple[Rung, ...]:
    """Steps from the largest budget to the smallest."""
    steps = [*reversed(found.up), *found.down]
    fine = common_step(*(step.per_unit for step in steps))
    return tuple(_rung(step, told, fine) for step in steps)


def _rung(step: Step, told: Told, fine: float) -> Rung:
    return Rung(
        step.money > 0,
        _("{start} → {end}", start=number(step.start), end=number(step.end)),
        _places(step),
        _jump(step, told),
        told.signed(step.brings, common_step(step.brings)),
        told.amount(step.per_unit, fine),
        "" if step.pays is None else _("yes") if step.pays else _("no"),
    )


def _places(step: Step) -> str:
    """Places that get or give the step's money, with the share of it."""
    along = [(cell, amount) for cell, amount in step.cells if amount * step.money > 0]
    whole = sum(abs(amount) for _cell, amount in along)
    if not along:
        return _("nowhere: it would not be spent")
    said = [
        _("{place} {share}", place=place_name(*cell), share=percent(abs(amount) / whole))
        for cell, amount in along[:MOST_PLACES]
    ]
    more = len(along) - len(said)
    return _("{places} and {count} more", places=", ".join(said), count=more) if more else ", ".join(said)


def _jump(step: Step, told: Told) -> str:
    """A remark where the plan is rearranged for a step."""
    if step.rearranged <= 0.02 * abs(step.money):
        return ""
    moved = money(step.rearranged, told.currency, common_step(step.rearranged))
    return _("The plan jumps: {amount} more change their place.", amount=moved)


def ladder_sentence(found: NextMoney, told: Told) -> str:
    """What the next and the last step bring, and where money stops paying."""
    said = []
    size = money(found.step, told.currency)
    if found.up:
        said.append(_("The next {money} would add {brings}.", money=size, brings=_brings(found.up[0], told)))
    if found.down:
        said.append(_("The last {money} bring {brings}.", money=size, brings=_brings(found.down[0], told)))
    if found.note:
        said.append(tell(found.note))
    return " ".join(said)


def _brings(step: Step, told: Told) -> str:
    return _(
        "{amount} {goal}",
        amount=told.amount(abs(step.brings), common_step(step.brings)),
        goal=goal_name(told.goal),
    )


def ladder_frame(found: NextMoney) -> pd.DataFrame:
    """The numbers of the steps: from, to, brings, per unit."""
    steps = [*reversed(found.up), *found.down]
    return pd.DataFrame(
        [(step.start, step.end, step.brings, step.per_unit, step.pays) for step in steps],
        columns=["from", "to", "brings", "per_unit", "pays"],
    )


# What matters most --------------------------------------------------------------------------------------------------


def lever_name(lever: Lever) -> str:
    """What people call a lever, as it begins a line."""
    name = tell(lever.name)
    return name[:1].upper() + name[1:]


def lever_frame(found: Tornado, told: Told) -> pd.DataFrame:
    """Both ends of every lever, longest first: lever, end, mean, low, high, label.

    `end` is "lower", "higher" or "off".
    """
    rows: list[dict[str, object]] = []
    for row in found.rows:
        for end, side in _ends(row):
            rows.append(
                {
                    "lever": lever_name(row.lever),
                    "end": end,
                    "mean": side.mean,
                    "low": side.low,
                    "high": side.high,
                    "label": _end_label(found, end, side, told),
                }
            )
    return pd.DataFrame(rows, columns=["lever", "end", "mean", "low", "high", "label"])


def _ends(row: LeverRow) -> list[tuple[str, Interval]]:
    names = ("off", "") if row.lever.kind == "off" else ("lower", "higher")
    return [(name, side) for name, side in zip(names, (row.low, row.high), strict=True) if side is not None]


def _end_label(found: Tornado, end: str, side: Interval, told: Told) -> str:
    step = common_step(max(row.size for row in found.rows))
    shown = number(side.mean, step, sign=True)
    if end == "off":
        return shown
    share = percent(found.moved if end == "higher" else -found.moved, sign=True)
    return _("{share}: {amount}", share=share, amount=shown)


def lever_sentence(found: Tornado, told: Told) -> str:
    """Which lever matters most, and which that can go both ways."""
    if not found.rows:
        return _("No lever changes anything.")
    first = found.rows[0]
    end, side = max(_ends(first), key=lambda one: abs(one[1].mean), default=("", Interval(0.0, 0.0, 0.0)))
    text = _(
        "What matters most: {lever}, {amount} {goal}.",
        lever=_with_share(first.lever, end, found),
        amount=told.signed(side.mean, common_step(side.mean)),
        goal=goal_name(told.goal),
    )
    return " ".join([text, *([tell(found.note)] if found.note else [])])


def _with_share(lever: Lever, end: str, found: Tornado) -> str:
    if end == "off":
        return tell(lever.name)
    share = percent(found.moved if end == "higher" else -found.moved, sign=True)
    return _("{lever} {share}", lever=tell(lever.name), share=share)


def lever_problems(found: Tornado) -> tuple[str, ...]:
    """Why an end of a lever is missing, a sentence each."""
    return tuple(
        _("{lever}: {problem}", lever=lever_name(row.lever), problem=tell(row.problem))
        for row in found.rows
        if row.problem
    )


# A target -----------------------------------------------------------------------------------------------------------


def target_lines(answer: TargetAnswer, told: Told) -> tuple[str, ...]:
    """The answer, and what is proven of it."""
    lines = [tell(answer.sentence)]
    if answer.budget:
        total = answer.total
        step = common_step(total.mean, total.low, total.high)
        lines.append(
            _(
                "Its plan is expected to bring {total} (90 %: {low} to {high}).",
                total=told.amount(total.mean, step),
                low=number(total.low, step),
                high=number(total.high, step),
            )
        )
    if answer.limit is not None:
        lines.append(
            _(
                "Proven on the curves: no split of less than {limit} reaches it within the weeks.",
                limit=_budget(answer.limit, told),
            )
        )
    return tuple(lines)


def reaching(scenario: Scenario, budget: float, name: str) -> Scenario:
    """The scenario with the budget that reaches a target."""
    return Scenario(name, replace(scenario.asked, budget=budget), scenario.change)
