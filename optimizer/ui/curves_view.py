"""What the page Curves says of each place: lines, words and the overview. Plain records, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimizer.history.panel import Cell
from optimizer.language import place
from optimizer.planning.return_curves import ReturnCurves
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.ui.charts_curves import Line
from optimizer.ui.format import begun, money
from optimizer.ui.language import _, tell
from optimizer.ui.view import amount, goal_name, one_more

MOST_PLACES = 6
ALIKE = 0.05  # returns within this share of the median are called alike


def value_title(curves: ReturnCurves) -> str:
    """Axis title of what is brought, with its unit."""
    name = goal_name(curves.outcome)
    title = _("{goal} a week", goal=name[:1].upper() + name[1:])
    return f"{title}, {curves.currency}" if curves.currency and curves.outcome in MONEY_OUTCOMES else title


def spend_title(curves: ReturnCurves) -> str:
    """Axis title of spend, with its unit."""
    title = _("Weekly spend")
    return f"{title}, {curves.currency}" if curves.currency else title


def marginal_title(curves: ReturnCurves) -> str:
    """Axis title of the marginal return."""
    unit = curves.currency or _("unit of money")
    return _("{goal} per {unit} more", goal=begun(goal_name(curves.outcome)), unit=unit)


def response_line(curves: ReturnCurves, c: int) -> Line:
    """What weekly spend brings in a place."""
    return Line(
        spend=curves.spend[c],
        mean=curves.mean[c],
        low=curves.low[c],
        high=curves.high[c],
        points=curves.points[c],
        tried=_tried(curves, c),
        today=(float(curves.today[c]), curves.value_at(c, float(curves.today[c]))),
        plan=(float(curves.plan[c]), curves.value_at(c, float(curves.plan[c]))),
        level=None,
        level_name="",
        value_title=value_title(curves),
        spend_title=spend_title(curves),
    )


def marginal_line(curves: ReturnCurves, c: int) -> Line:
    """What the next money brings in a place."""
    return Line(
        spend=curves.spend[c],
        mean=curves.marginal[c],
        low=curves.marginal_low[c],
        high=curves.marginal_high[c],
        points=np.zeros((0, 2)),
        tried=_tried(curves, c),
        today=(float(curves.today[c]), float(curves.marginal_today[c])),
        plan=(float(curves.plan[c]), float(curves.marginal_plan[c])),
        level=curves.break_even,
        level_name=_("break-even"),
        value_title=marginal_title(curves),
        spend_title=spend_title(curves),
    )


def overview(curves: ReturnCurves) -> pd.DataFrame:
    """What the next money brings in each place today and in the plan; low and high are the band at the plan."""
    rows = [
        {
            "place": tell(place(cell)),
            "today": float(curves.marginal_today[c]),
            "plan": float(curves.marginal_plan[c]),
            "low": float(np.interp(curves.plan[c], curves.spend[c], curves.marginal_low[c])),
            "high": float(np.interp(curves.plan[c], curves.spend[c], curves.marginal_high[c])),
        }
        for c, cell in enumerate(curves.cells)
    ]
    table = pd.DataFrame(rows)
    return table.sort_values("today", ascending=False, ignore_index=True)


def overview_sentence(curves: ReturnCurves) -> str:
    """What the overview comes to, in words."""
    table = overview(curves)
    best, worst = table.to_dict("records")[0], table.to_dict("records")[-1]
    if len(table) == 1:
        said = [
            _(
                "The next {unit} brings {today} in {place} today, and {plan} in the plan.",
                unit=one_more(curves.currency),
                today=_counted(curves, best["today"]),
                place=best["place"],
                plan=_counted(curves, best["plan"]),
            )
        ]
    else:
        first = _(
            "Today the next {unit} brings most in {best} ({best_value}) and least in {worst} ({worst_value}).",
            unit=one_more(curves.currency),
            best=best["place"],
            best_value=_counted(curves, best["today"]),
            worst=worst["place"],
            worst_value=_counted(curves, worst["today"]),
        )
        said = [first, _evened(curves, table["plan"])]
    if curves.break_even is not None:
        below = int((table["plan"] < curves.break_even).sum())
        paying = _(
            "Break-even is {level}: {below} of {count} places stand below it in the plan.",
            level=_brought(curves, curves.break_even),
            below=below,
            count=len(table),
        )
        said.append(paying)
    return " ".join(said)


def _evened(curves: ReturnCurves, plan: pd.Series[float]) -> str:
    """How far the plan evens out what the next money brings."""
    middle = float(plan.median())
    alike = int((np.abs(plan - middle) <= ALIKE * abs(middle)).sum())
    value = _counted(curves, middle)
    if alike == len(plan):
        return _("In the plan all {count} places stand alike, at about {value}.", count=alike, value=value)
    return _(
        "In the plan {alike} of {count} places stand alike, at about {value}; whatever stands higher or lower is held "
        "by a limit or gets nothing.",
        alike=alike,
        count=len(plan),
        value=value,
    )


def response_words(curves: ReturnCurves, c: int) -> str:
    """The response chart in words, for a screen reader."""
    today, plan = float(curves.today[c]), float(curves.plan[c])
    return _(
        "Response curve of {place}: {today} a week today brings {today_value} {goal} a week, {plan} in the plan "
        "brings {plan_value} (90 % {low} to {high}). Spend tried so far: {tried_low} to {tried_high}.",
        place=tell(place(curves.cells[c])),
        goal=goal_name(curves.outcome),
        today=money(today, curves.currency),
        today_value=_brought(curves, curves.value_at(c, today)),
        plan=money(plan, curves.currency),
        plan_value=_brought(curves, curves.value_at(c, plan)),
        low=_brought(curves, float(np.interp(plan, curves.spend[c], curves.low[c]))),
        high=_brought(curves, float(np.interp(plan, curves.spend[c], curves.high[c]))),
        tried_low=money(float(curves.tried[c, 0]), curves.currency),
        tried_high=money(float(curves.tried[c, 1]), curves.currency),
    )


def marginal_words(curves: ReturnCurves, c: int) -> str:
    """The chart of the marginal return in words."""
    return _(
        "Marginal return of {place}: the next {unit} brings {today} at today's spend and {plan} at the plan.",
        place=tell(place(curves.cells[c])),
        unit=one_more(curves.currency),
        today=_counted(curves, float(curves.marginal_today[c])),
        plan=_counted(curves, float(curves.marginal_plan[c])),
    )


def curve_title(curves: ReturnCurves, c: int) -> str:
    """Name of a place with its spend today and in the plan."""
    name = tell(place(curves.cells[c]))
    today, plan = (money(float(spend[c]), curves.currency) for spend in (curves.today, curves.plan))
    if today == plan:
        return _("{place}: {plan} a week, as today", place=name, plan=today)
    return _("{place}: {today} → {plan} a week", place=name, today=today, plan=plan)


def first_places(curves: ReturnCurves, count: int = 2) -> list[Cell]:
    """The places whose spend changes most."""
    order = np.argsort(-np.abs(curves.plan - curves.today), kind="stable")
    return [curves.cells[c] for c in order[:count]]


def chosen_places(curves: ReturnCurves, labels: Sequence[object]) -> list[Cell]:
    """The cells a link names that exist, in its order."""
    by_label = {cell.label: cell for cell in curves.cells}
    return [by_label[str(label)] for label in labels if str(label) in by_label][:MOST_PLACES]


def _tried(curves: ReturnCurves, c: int) -> tuple[float, float]:
    return float(curves.tried[c, 0]), float(curves.tried[c, 1])


def _brought(curves: ReturnCurves, value: float) -> str:
    return amount(value, curves.outcome, curves.currency)


def _counted(curves: ReturnCurves, value: float) -> str:
    """An outcome with its name where it is a count."""
    text = _brought(curves, value)
    if curves.outcome in MONEY_OUTCOMES:
        return text
    return _("{amount} {goal}", amount=text, goal=goal_name(curves.outcome))
