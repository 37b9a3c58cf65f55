"""What the page What-if says of scenarios side by side; plain records. Every figure is the comparison's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from optimizer.planning.chance import told_chance
from optimizer.planning.compare import CPA, ROAS, SPEND, Comparison, Row
from optimizer.planning.plan import Interval, Plan
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.ui.cells import DOWN, SAME, UP
from optimizer.ui.format import begun, common_step, money, network_name, number
from optimizer.ui.language import _, tell
from optimizer.ui.view import amount, goal_name

DUST = 1e-9  # of a total
PART = 0.005  # of a network's money: less than this is no difference


@dataclass(frozen=True)
class Figure:
    """One outcome of one scenario, as text; `direction` is that of the difference, "" for the base.

    Where there is nothing to tell, `known` is False and `total` says why.
    """

    total: str
    interval: str
    difference: str
    apart: str
    better: str
    direction: str
    known: bool = True


@dataclass(frozen=True)
class OutcomeRow:
    """An outcome with its figure in each scenario."""

    outcome: str
    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Sentence:
    """What a scenario comes to: the words, and whether they say that it cannot be planned."""

    text: str
    fails: bool


def name_of(outcome: str) -> str:
    """What an outcome of a comparison is called at the head of a row."""
    usual = {SPEND: _("Spend"), CPA: _("Cost per conversion"), ROAS: _("Revenue per unit of spend (ROAS)")}
    return usual.get(outcome) or begun(goal_name(outcome))


def in_money(outcome: str) -> bool:
    """Whether an outcome of a comparison is an amount of money."""
    return outcome in MONEY_OUTCOMES or outcome in (SPEND, CPA)


def chance(comparison: Comparison, row: Row) -> str:
    """How probable it is that a scenario is better, told no surer than its draws allow; "" where nobody knows."""
    plan = comparison.plans[row.scenario]
    if plan is None or row.better is None:
        return ""
    return tell(told_chance(row.better, len(next(iter(plan.draws.values())).plan)))


# In one sentence ----------------------------------------------------------------------------------------------------


def sentences(comparison: Comparison) -> tuple[Sentence, ...]:
    """What each scenario comes to; the base by itself, the others against it."""
    return tuple(_sentence(comparison, place) for place in range(len(comparison.scenarios)))


def _sentence(comparison: Comparison, place: int) -> Sentence:
    problem = comparison.problems[place]
    if problem:
        return Sentence(_("Cannot be planned: {problem}", problem=tell(problem)), fails=True)
    row = comparison.row(place, comparison.goal)
    if row is None:
        text = _("{goal} is not forecast for it, so it cannot be compared.", goal=begun(goal_name(comparison.goal)))
        return Sentence(text, fails=False)
    if place == comparison.base or row.difference is None:
        return Sentence(_expected(comparison, row), fails=False)
    return Sentence(_against(comparison, row), fails=False)


def _expected(comparison: Comparison, row: Row) -> str:
    step = _step(row.total)
    return _(
        "{total} {goal} expected, 90 % between {low} and {high}.",
        total=amount(row.total.mean, row.outcome, comparison.currency, step),
        goal=goal_name(row.outcome),
        low=number(row.total.low, step),
        high=number(row.total.high, step),
    )


def _against(comparison: Comparison, row: Row) -> str:
    """The difference from the base, its interval and how likely it is better."""
    goal = goal_name(row.outcome)
    if _same(row) or row.difference is None or row.better is None:
        return _("The same {goal} as planned.", goal=goal)
    apart = row.difference
    step = _step(apart)
    parts = {
        "amount": amount(abs(apart.mean), row.outcome, comparison.currency, step),
        "goal": goal,
        "share": chance(comparison, row),
    }
    if apart.low >= 0 or apart.high <= 0:
        ends = sorted(abs(end) for end in (apart.low, apart.high))
        parts |= {"least": number(ends[0], step), "most": number(ends[1], step)}
        if apart.mean < 0:
            return _(
                "{amount} less {goal}, 90 % between {least} and {most} less; better than as planned with {share} "
                "probability.",
                **parts,
            )
        return _(
            "{amount} more {goal}, 90 % between {least} and {most} more; better than as planned with {share} "
            "probability.",
            **parts,
        )
    parts |= {"down": number(-apart.low, step), "up": number(apart.high, step)}
    if apart.mean < 0:
        return _(
            "{amount} less {goal} at best guess, 90 % between {down} less and {up} more; better than as planned with "
            "{share} probability.",
            **parts,
        )
    return _(
        "{amount} more {goal} at best guess, 90 % between {down} less and {up} more; better than as planned with "
        "{share} probability.",
        **parts,
    )


# The table ----------------------------------------------------------------------------------------------------------


def outcome_rows(comparison: Comparison) -> tuple[OutcomeRow, ...]:
    """The figures of all scenarios, an outcome a row; the goal first, money and its returns last."""
    last = [name for name in (SPEND, CPA, ROAS) if name in comparison.outcomes]
    order = [*(name for name in comparison.outcomes if name not in last), *last]
    return tuple(_outcome_row(comparison, outcome) for outcome in order)


def _outcome_row(comparison: Comparison, outcome: str) -> OutcomeRow:
    told = [comparison.row(place, outcome) for place in range(len(comparison.scenarios))]
    step = 0.0
    if outcome != SPEND:  # an amount that was asked for is told as it was
        ends = [end for row in told if row for end in (row.total.mean, row.total.low, row.total.high)]
        step = _fine(outcome, common_step(*ends))
    figures = [
        _nothing(comparison, place) if row is None else _figure(comparison, row, step) for place, row in enumerate(told)
    ]
    return OutcomeRow(outcome, name_of(outcome), tuple(figures))


def _nothing(comparison: Comparison, place: int) -> Figure:
    """Why there is no figure."""
    why = _("no plan") if comparison.plans[place] is None else _("not forecast")
    return Figure(why, "", "", "", "", "", known=False)


def _figure(comparison: Comparison, row: Row, step: float) -> Figure:
    currency = comparison.currency if in_money(row.outcome) else ""
    wide = row.total.high > row.total.low
    shown = (number(row.total.low, step), number(row.total.high, step))
    interval = _("{low} to {high}", low=shown[0], high=shown[1]) if wide else ""
    total = money(row.total.mean, currency, step)
    if row.scenario == comparison.base or row.difference is None:
        return Figure(total, interval, "", "", "", "")
    if _same(row):
        return Figure(total, interval, _("as planned"), "", "", SAME)
    apart = row.difference
    fine = _fine(row.outcome, _step(apart))
    spread = apart.high > apart.low
    ends = {"low": number(apart.low, fine, sign=True), "high": number(apart.high, fine, sign=True)}
    return Figure(
        total,
        interval,
        number(apart.mean, fine, sign=True),
        _("{low} to {high}", **ends) if spread else "",
        _("better: {share}", share=chance(comparison, row)) if row.better is not None else "",
        UP if apart.mean > 0 else DOWN,
    )


# Differences as a chart ---------------------------------------------------------------------------------------------


def compared(comparison: Comparison) -> tuple[str, ...]:
    """Outcomes in which any scenario differs from the base, the goal first."""
    differing = {row.outcome for row in comparison.rows if row.difference is not None and not _same(row)}
    return tuple(row.outcome for row in outcome_rows(comparison) if row.outcome in differing)


def difference_frame(comparison: Comparison, outcome: str) -> pd.DataFrame:
    """Difference of each scenario from the base: scenario, mean, low, high, better, label; in the scenarios' order."""
    rows = []
    for place, scenario in enumerate(comparison.scenarios):
        row = comparison.row(place, outcome)
        if place == comparison.base or row is None or row.difference is None:
            continue
        rows.append(
            {
                "scenario": scenario.name,
                "mean": row.difference.mean,
                "low": row.difference.low,
                "high": row.difference.high,
                "better": math.nan if row.better is None else row.better,
                "label": _difference_label(comparison, row),
            }
        )
    return pd.DataFrame(rows, columns=["scenario", "mean", "low", "high", "better", "label"])


def _difference_label(comparison: Comparison, row: Row) -> str:
    """The difference in words, for the line below the scenario's name."""
    if _same(row) or row.difference is None:
        return _("as planned")
    currency = comparison.currency if in_money(row.outcome) else ""
    apart = money(row.difference.mean, currency, _fine(row.outcome, _step(row.difference)), sign=True)
    if row.better is None:
        return apart
    return _("{apart}, better with {share} probability", apart=apart, share=chance(comparison, row))


def difference_title(comparison: Comparison, outcome: str) -> str:
    """Axis title of a difference, with its unit."""
    if comparison.currency and in_money(outcome):
        return _("{outcome} against as planned, {unit}", outcome=name_of(outcome), unit=comparison.currency)
    return _("{outcome} against as planned", outcome=name_of(outcome))


# Where the money goes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Money:
    """Weekly money of a network in a scenario: its amount, the change from the base, its share of the largest."""

    amount: str
    change: str
    direction: str
    width: float


@dataclass(frozen=True)
class MoneyRow:
    """A network, or all of them under "", with its money in each scenario; None where there is no plan."""

    network: str
    name: str
    money: tuple[Money | None, ...]


def money_frame(comparison: Comparison) -> pd.DataFrame:
    """Mean weekly spend by network and scenario: network, scenario, spend; in the order of the base's money."""
    planned = [(one.name, plan) for one, plan in zip(comparison.scenarios, comparison.plans, strict=True) if plan]
    spend = {name: _by_network(plan) for name, plan in planned}
    networks = dict.fromkeys(network for each in spend.values() for network in each)
    size = {network: max(each.get(network, 0.0) for each in spend.values()) for network in networks}
    order = sorted(networks, key=lambda network: -size[network])
    rows = [(network, name, spend[name].get(network, 0.0)) for network in order for name in spend]
    return pd.DataFrame(rows, columns=["network", "scenario", "spend"])


def money_rows(comparison: Comparison) -> tuple[MoneyRow, ...]:
    """Where the money goes in each scenario, by network, largest first; all of them and what is left at the end."""
    names = [one.name for one in comparison.scenarios]
    table = money_frame(comparison).pivot_table(index="network", columns="scenario", values="spend", sort=False)
    most = float(table.to_numpy().max()) if table.size else 0.0
    base = names[comparison.base]
    rows = []
    for network in table.index:
        held = {name: float(table.loc[network, name]) for name in table.columns}
        shown = (_money(held.get(name), held.get(base), most, name == base) for name in names)
        rows.append(MoneyRow(str(network), network_name(str(network)), tuple(shown)))
    return (*rows, *_whole(comparison))


def _whole(comparison: Comparison) -> list[MoneyRow]:
    """Rows for all money, and for what is left unspent where any is."""
    plans, base = comparison.plans, comparison.plans[comparison.base]
    rows = [("", _("All networks"), [None if plan is None else plan.budget / len(plan.weeks) for plan in plans])]
    if any(plan is not None and plan.unspent > 0 for plan in plans):
        left = [None if plan is None else plan.unspent / len(plan.weeks) for plan in plans]
        rows.append(("unspent", _("Left unspent"), left))
    return [
        MoneyRow(
            key,
            name,
            tuple(
                _money(value, None if base is None else amounts[comparison.base], 0.0, place == comparison.base)
                for place, value in enumerate(amounts)
            ),
        )
        for key, name, amounts in rows
    ]


def _money(value: float | None, base: float | None, most: float, is_base: bool) -> Money | None:
    if value is None:
        return None
    width = value / most if most > 0 else 0.0
    if base is None or is_base:
        return Money(number(value, _amount_step(value)), "", "", width)
    apart = value - base
    if abs(apart) <= PART * max(value, base):
        return Money(number(value, _amount_step(value)), "", SAME, width)
    change = number(apart, _amount_step(apart), sign=True)
    return Money(number(value, _amount_step(value)), change, UP if apart > 0 else DOWN, width)


def _amount_step(value: float) -> float:
    return 1.0 if abs(value) >= 10 else 0.0


def _by_network(plan: Plan) -> dict[str, float]:
    found: dict[str, float] = {}
    for cell, spend in zip(plan.cells, plan.spend.mean(axis=1).tolist(), strict=True):
        found[cell.network] = found.get(cell.network, 0.0) + spend
    return found


def networks_by_money(plan: Plan | None, usual: Sequence[str]) -> tuple[str, ...]:
    """Networks that get money in a plan, most first; the usual order where there is no plan."""
    if plan is None:
        return tuple(usual)
    spend = _by_network(plan)
    return tuple(sorted((name for name, amount in spend.items() if amount > 0), key=lambda name: -spend[name]))


def _same(row: Row) -> bool:
    """Whether a scenario is as planned, but for the dust that adding up leaves."""
    apart = row.difference
    if row.same or apart is None:
        return row.same
    return max(abs(apart.mean), abs(apart.low), abs(apart.high)) <= DUST * abs(row.total.mean)


def _fine(outcome: str, step: float) -> float:
    """Rounding of an outcome: money per conversion and per unit of money in hundredths where that is worth reading."""
    return 0.01 if outcome in (CPA, ROAS) and step <= 1.0 else step


def _step(interval: Interval) -> float:
    return common_step(interval.mean, interval.low, interval.high)
