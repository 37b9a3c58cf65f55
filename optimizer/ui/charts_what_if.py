"""Charts of scenarios: differences from the base, value against budget, and what matters most.

Names stand above their bars, so that a phone has the whole width for the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import altair as alt
import pandas as pd
import streamlit as st

from optimizer.ui.chart_language import in_language
from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _

ROW, LEVER_ROW = 84, 46  # pixels of a row with its name above
AXIS = 72  # pixels that the axis below takes
HEIGHT = 330
ROOM = 0.36  # of the longest bar, beside it, for the words at its end


INK = {"light": "#31333f", "dark": "#e6e6e6"}


def ink() -> str:
    """Colour of words: dark on a light page, light on a dark one, a mid tone where the page's is not known."""
    return INK.get(str(st.context.theme.type), QUIET)


def difference_chart(frame: pd.DataFrame, title: str) -> alt.LayerChart:
    """Draw how far each scenario is from the base: a dot with its 90 % interval beside the line of no difference.

    Parameters
    ----------
    frame : DataFrame
        As `optimizer.ui.what_if_view.difference_frame` makes it.
    title : str
        Of the axis, with its unit.
    """
    table = frame.assign(color=[PLAN if mean < 0 else CURVE for mean in frame["mean"]])
    x = alt.X("mean:Q", title=title, scale=alt.Scale(zero=True, nice=True), axis=_axis())
    base = alt.Chart(table).encode(y=_rows(list(frame["scenario"])))
    tips = [
        alt.Tooltip("scenario:N", title=_("Scenario")),
        alt.Tooltip("mean:Q", title=_("Difference"), format="+,.3~r"),
        *_ends(),
        alt.Tooltip("better:Q", title=_("Probability better"), format=".0%"),
    ]
    color = alt.Color("color:N", scale=None)
    layers = [
        base.mark_rule(strokeWidth=5, opacity=0.45).encode(x="low:Q", x2="high:Q", color=color, tooltip=tips),
        base.mark_point(size=130, filled=True, opacity=1).encode(x=x, color=color, tooltip=tips),
        _zero(),
        _names(base, "scenario", -27),
        _names(base, "label", -10, plain=True),
    ]
    return in_language(cast(alt.LayerChart, alt.layer(*layers).properties(height=ROW * len(frame) + AXIS)))


@dataclass(frozen=True)
class FrontierMarks:
    """What stands on a frontier: the asked budget, where money stops paying (None if not in sight), axis titles."""

    asked: float
    break_even: float | None
    budget_title: str
    value_title: str


def frontier_chart(frame: pd.DataFrame, marks: FrontierMarks) -> alt.LayerChart:
    """Draw value against budget: the best plan with its band, today's split scaled, the asked budget, the break-even.

    Parameters
    ----------
    frame : DataFrame
        As `optimizer.ui.what_if_levers.frontier_frame` makes it.
    marks : FrontierMarks
    """
    ends = (float(frame["budget"].iloc[0]), float(frame["budget"].iloc[-1]))
    x = alt.X("budget:Q", title=marks.budget_title, scale=alt.Scale(domain=list(ends), nice=False), axis=_axis())
    scale = alt.Scale(zero=True, nice=True)
    y = alt.Y("best:Q", title=marks.value_title, scale=scale, axis=_axis())
    base = alt.Chart(frame).encode(x=x)
    tips = [
        alt.Tooltip("budget:Q", title=marks.budget_title, format=",.4~r"),
        alt.Tooltip("best:Q", title=_("Best plan"), format=",.4~r"),
        *_ends(),
        alt.Tooltip("today:Q", title=_("Today's split"), format=",.4~r"),
        alt.Tooltip("marginal:Q", title=_("The next unit of money brings"), format=",.3~r"),
    ]
    first, last = (alt.Chart(frame.iloc[[place]]).encode(x=x) for place in (0, -1))  # where no line runs through words
    layers = [
        base.mark_area(color=CURVE, opacity=0.2).encode(y=alt.Y("low:Q", title=marks.value_title), y2="high:Q"),
        base.mark_line(color=QUIET, strokeWidth=2, strokeDash=[5, 4]).encode(y="today:Q"),
        base.mark_line(color=CURVE, strokeWidth=2.5).encode(y=y, tooltip=tips),
        base.mark_point(size=220, opacity=0, filled=True).encode(y=y, tooltip=tips),
        *_label(last, _("best plan"), "best:Q", (CURVE, "right", -12)),
        *_label(first, _("today's split"), "today:Q", (QUIET, "left", 18)),
        *_upright(marks, ends),
    ]
    return in_language(cast(alt.LayerChart, alt.layer(*layers).properties(height=HEIGHT)))


def lever_chart(frame: pd.DataFrame, title: str, most: int) -> alt.LayerChart:
    """Draw what each lever does to the goal, the longest first; each end says which way it is and what it brings.

    Parameters
    ----------
    frame : DataFrame
        As `optimizer.ui.what_if_levers.lever_frame` makes it.
    title : str
        Of the axis, with its unit.
    most : int
        Levers to show.
    """
    levers = list(dict.fromkeys(frame["lever"]))[:most]
    table = frame[frame["lever"].isin(levers)]
    table = table.assign(color=[PLAN if mean < 0 else CURVE for mean in table["mean"]], zero=0.0)
    once = table.drop_duplicates("lever")
    low, high = min(float(table["mean"].min()), 0.0), max(float(table["mean"].max()), 0.0)
    room = ROOM * (high - low)
    domain = [low - room if low < 0 else low - room / 8, high + room if high > 0 else high + room / 8]
    base = alt.Chart(table).encode(y=_rows(levers, "lever"))
    tips = [
        alt.Tooltip("lever:N", title=_("Lever")),
        alt.Tooltip("label:N", title=_("Difference")),
        *_ends(),
    ]
    color = alt.Color("color:N", scale=None)
    x = alt.X("zero:Q", title=title, scale=alt.Scale(domain=domain, nice=False), axis=_axis())
    layers = [
        base.mark_bar(size=13, opacity=0.85).encode(x=x, x2="mean:Q", color=color, tooltip=tips),
        _zero(),
        _names(alt.Chart(once).encode(y=_rows(levers, "lever")), "lever", -10),
        _end_labels(base, "datum.mean < 0", "right", -6),
        _end_labels(base, "datum.mean >= 0", "left", 6),
    ]
    return in_language(cast(alt.LayerChart, alt.layer(*layers).properties(height=LEVER_ROW * len(levers) + AXIS)))


def _rows(order: list[str], field: str = "scenario") -> alt.Y:
    """Rows in an order; their names are drawn above them."""
    return alt.Y(f"{field}:N", sort=order, title=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))


def _names(base: alt.Chart, field: str, dy: int, *, plain: bool = False) -> alt.Chart:
    """Words above each row, from the left edge on."""
    words = base.mark_text(
        align="left", baseline="bottom", dy=dy, fontSize=12 if plain else 13, fontWeight=400 if plain else 600,
        color=ink(),
    )  # fmt: skip
    return cast(alt.Chart, words.encode(x=alt.value(2), text=f"{field}:N"))


def _end_labels(base: alt.Chart, which: str, align: Literal["left", "right"], dx: int) -> alt.Chart:
    """Words at the ends of bars that satisfy a condition."""
    words = base.transform_filter(which).mark_text(align=align, dx=dx, fontSize=12, color=ink())
    return cast(alt.Chart, words.encode(x="mean:Q", text="label:N"))


def _zero() -> alt.Chart:
    """The line of no difference."""
    at = alt.Chart(pd.DataFrame({"zero": [0.0]}))
    return cast(alt.Chart, at.mark_rule(color=QUIET, strokeWidth=1.5).encode(x="zero:Q"))


def _upright(marks: FrontierMarks, ends: tuple[float, float]) -> list[alt.Chart]:
    """The asked budget: a full line; where money stops paying: a dashed one. Each is named above the plot."""
    far = marks.break_even is None or marks.asked <= marks.break_even
    layers = _line(marks.asked, _("asked"), CURVE, dashed=False, left=not far or _near_left(marks.asked, ends))
    if marks.break_even is not None:
        right = not far or _near_right(marks.break_even, ends)
        layers += _line(marks.break_even, _("break-even"), PLAN, dashed=True, left=not right)
    return layers


def _near_left(at: float, ends: tuple[float, float]) -> bool:
    return at < ends[0] + 0.08 * (ends[1] - ends[0])


def _near_right(at: float, ends: tuple[float, float]) -> bool:
    return at > ends[1] - 0.2 * (ends[1] - ends[0])


def _line(at: float, word: str, color: str, *, dashed: bool, left: bool) -> list[alt.Chart]:
    """An upright line with its word; `left` begins the word at the line, else it ends there."""
    base = alt.Chart(pd.DataFrame({"budget": [at]})).encode(x="budget:Q")
    name = base.mark_text(
        text=word, align="left" if left else "right", dx=4 if left else -4, dy=-8, fontSize=12, fontWeight="bold",
        color=color,
    )  # fmt: skip
    return [
        base.mark_rule(color=color, strokeWidth=1.5, strokeDash=[5, 4] if dashed else [1, 0]),
        name.encode(y=alt.value(0)),
    ]


def _label(base: alt.Chart, word: str, y: str, look: tuple[str, Literal["left", "right"], int]) -> list[alt.Chart]:
    """A word beside a line: its colour, where it is aligned, and how far below."""
    color, align, dy = look
    dx = 4 if align == "left" else -4
    words = base.mark_text(text=word, align=align, dx=dx, dy=dy, fontSize=12, fontWeight="bold", color=color)
    return [words.encode(y=y)]


def _ends() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("low:Q", title=_("Low end of 90 %"), format=",.4~r"),
        alt.Tooltip("high:Q", title=_("High end of 90 %"), format=",.4~r"),
    ]


def _axis() -> alt.Axis:
    return alt.Axis(
        format=",.6~r", tickCount=5, grid=True, gridOpacity=0.35, domain=False, labelOverlap="greedy", labelSeparation=8
    )
