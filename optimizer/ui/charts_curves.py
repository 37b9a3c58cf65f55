"""Charts of curves: what spend brings, what the next money brings, and where that stands today and in the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import altair as alt
import numpy as np
import pandas as pd

from optimizer.history.panel import Floats
from optimizer.ui.chart_language import in_language
from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _

HEIGHT = 250
SAME_PLACE = 0.005  # today and plan closer than this share of spend are one mark


@dataclass(frozen=True, eq=False)
class Line:
    """A curve with its band and what stands on it.

    Attributes
    ----------
    spend, mean, low, high : float array, shape (G,)
    points : float array, shape (n, 2)
        Weeks of history, oldest first; empty where there are none to show.
    tried : tuple of float
        Smallest and largest weekly spend ever tried.
    today, plan : tuple of float
        Weekly spend and height there.
    level : float or None
        A height that is marked by a line and named.
    level_name, value_title, spend_title : str
    """

    spend: Floats = field(repr=False)
    mean: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    points: Floats = field(repr=False)
    tried: tuple[float, float]
    today: tuple[float, float]
    plan: tuple[float, float]
    level: float | None
    level_name: str
    value_title: str
    spend_title: str


def line_chart(line: Line) -> alt.LayerChart:
    """Draw a curve: band, mean, history, today and plan as labelled marks, untried spend in grey, a level if any."""
    end = float(line.spend[-1])
    x = alt.X("spend:Q", title=line.spend_title, scale=alt.Scale(domain=[0, end], nice=False), axis=_axis())
    y = alt.Y("mean:Q", title=line.value_title, scale=alt.Scale(zero=True, nice=True), axis=_axis())
    frame = curve_frame(line)
    layers = [
        *_never_tried(line, end),
        alt.Chart(frame)
        .mark_area(color=CURVE, opacity=0.22)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q", tooltip=_tips(line)),
        *_points(line, x, end),
        alt.Chart(frame).mark_line(color=CURVE, strokeWidth=2.5).encode(x=x, y=y, tooltip=_tips(line)),
        *_level(line),
        *_marks(line, x),
    ]
    return in_language(cast(alt.LayerChart, alt.layer(*layers).properties(height=HEIGHT)))


def curve_frame(line: Line) -> pd.DataFrame:
    """The numbers of a curve, one row per spend."""
    return pd.DataFrame({"spend": line.spend, "mean": line.mean, "low": line.low, "high": line.high})


def returns_chart(frame: pd.DataFrame, level: float | None, title: str) -> alt.LayerChart:
    """Draw what the next money brings in each place, today and in the plan, the highest first.

    Parameters
    ----------
    frame : DataFrame
        One row per place: place, today, plan, low, high.
    level : float or None
        Where the next money earns just itself.
    title : str
        Of the axis, with its unit.
    """
    y = alt.Y(
        "place:N", sort=list(frame["place"]), title=None, axis=alt.Axis(labelLimit=190, ticks=False, domain=False)
    )
    base = alt.Chart(frame).encode(y=y)
    tips = [
        alt.Tooltip("place:N", title=_("Place")),
        alt.Tooltip("today:Q", title=_("today"), format=",.3~r"),
        alt.Tooltip("plan:Q", title=_("plan"), format=",.3~r"),
        alt.Tooltip("low:Q", title=_("Low end of 90 %"), format=",.3~r"),
        alt.Tooltip("high:Q", title=_("High end of 90 %"), format=",.3~r"),
    ]
    kinds = alt.Scale(domain=[_("today"), _("plan")], range=[CURVE, PLAN])
    shapes = alt.Scale(domain=[_("today"), _("plan")], range=["circle", "diamond"])
    long = frame.melt(["place", "low", "high"], ["today", "plan"], "kind", "value")
    long["kind"] = [_("today") if kind == "today" else _("plan") for kind in long["kind"]]
    legend = alt.Legend(title=None, orient="top", symbolSize=110)
    marks = (
        alt.Chart(long)
        .mark_point(size=95, filled=True, opacity=1)
        .encode(
            y=y,
            x=alt.X("value:Q", title=title, scale=alt.Scale(zero=True), axis=_axis()),
            color=alt.Color("kind:N", scale=kinds, legend=legend),
            shape=alt.Shape("kind:N", scale=shapes, legend=legend),
        )
    )
    layers = [
        base.mark_rule(color=QUIET, opacity=0.55, strokeWidth=5).encode(x="low:Q", x2="high:Q", tooltip=tips),
        base.mark_rule(color=QUIET, strokeWidth=1.5).encode(x="today:Q", x2="plan:Q"),
        marks,
    ]
    if level is not None:
        at = alt.Chart(pd.DataFrame({"level": [level]}))
        layers.append(at.mark_rule(color=PLAN, strokeDash=[6, 4], strokeWidth=1.5).encode(x="level:Q"))
        layers.append(
            at.mark_text(
                text=_("break-even"), color=PLAN, fontWeight="bold", align="left", dx=4, baseline="top"
            ).encode(x="level:Q", y=alt.value(2))
        )
    chart = alt.layer(*layers).properties(height=max(26 * len(frame), 80) + 30)
    return in_language(cast(alt.LayerChart, chart))


def _axis() -> alt.Axis:
    return alt.Axis(format=",.6~r", tickCount=5, grid=True, gridOpacity=0.35, domain=False, labelOverlap=True)


def _tips(line: Line) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("spend:Q", title=line.spend_title, format=",.3~r"),
        alt.Tooltip("mean:Q", title=line.value_title, format=",.3~r"),
        alt.Tooltip("low:Q", title=_("Low end of 90 %"), format=",.3~r"),
        alt.Tooltip("high:Q", title=_("High end of 90 %"), format=",.3~r"),
    ]


def _points(line: Line, x: alt.X, end: float) -> list[alt.Chart]:
    """Weeks of history; the older, the fainter."""
    count = len(line.points)
    if not count:
        return []
    ages = np.linspace(0.15, 0.75, count)
    frame = pd.DataFrame({"spend": line.points[:, 0], "mean": line.points[:, 1], "age": ages})
    tips = [
        alt.Tooltip("spend:Q", title=_("Spend of that week"), format=",.3~r"),
        alt.Tooltip("mean:Q", title=_("Brought that week"), format=",.3~r"),
    ]
    shown = alt.Chart(frame[frame["spend"] <= end]).mark_circle(color=QUIET, size=28)
    return [shown.encode(x=x, y="mean:Q", opacity=alt.Opacity("age:Q", scale=None, legend=None), tooltip=tips)]


def _never_tried(line: Line, end: float) -> list[alt.Chart]:
    """Grey areas below and above the spend ever tried, with words where there is room for them."""
    low, high = line.tried
    sides = ((0.0, min(low, end)), (min(high, end), end))
    edges = [(start, stop) for start, stop in sides if stop - start > 0.01 * end]
    if not edges:
        return []
    frame = pd.DataFrame(edges, columns=["start", "stop"])
    area = alt.Chart(frame).mark_rect(color=QUIET, opacity=0.16).encode(x="start:Q", x2="stop:Q")
    wide = [(start + stop) / 2 for start, stop in edges if stop - start > 0.16 * end]
    if not wide:
        return [area]
    words = alt.Chart(pd.DataFrame({"spend": wide})).mark_text(
        text=_("never tried"), color=QUIET, fontSize=11, baseline="bottom", dy=-4
    )
    return [area, words.encode(x="spend:Q", y=alt.value(HEIGHT))]


def _level(line: Line) -> list[alt.Chart]:
    if line.level is None:
        return []
    base = alt.Chart(pd.DataFrame({"mean": [line.level]})).encode(y="mean:Q")
    name = base.mark_text(text=line.level_name, color=PLAN, fontWeight="bold", align="right", dy=-7)
    return [base.mark_rule(color=PLAN, strokeDash=[6, 4], strokeWidth=1.5), name.encode(x=alt.value("width"))]


def _marks(line: Line, x: alt.X) -> list[alt.Chart]:
    """Today: a hollow circle on a dashed rule. The plan: a filled diamond on a full one. Each named above the plot."""
    if abs(line.today[0] - line.plan[0]) <= SAME_PLACE * max(line.today[0], line.plan[0]):
        return _mark(line.plan, x, _("today = plan"), planned=True, left=True)
    first = line.today[0] < line.plan[0]
    return [
        *_mark(line.today, x, _("today"), planned=False, left=not first),
        *_mark(line.plan, x, _("plan"), planned=True, left=first),
    ]


def _mark(at: tuple[float, float], x: alt.X, word: str, *, planned: bool, left: bool) -> list[alt.Chart]:
    """One mark: a rule over the height of the plot, a symbol on the curve, and its word above."""
    color = PLAN if planned else CURVE
    base = alt.Chart(pd.DataFrame({"spend": [at[0]], "mean": [at[1]]})).encode(x=x)
    symbol = base.mark_point(
        shape="diamond" if planned else "circle", size=130 if planned else 90, filled=planned, color=color,
        strokeWidth=2.5, opacity=1,
    )  # fmt: skip
    name = base.mark_text(
        text=word, align="left" if left else "right", dx=4 if left else -4, dy=-8, fontSize=12, fontWeight="bold",
        color=color,
    )  # fmt: skip
    return [
        base.mark_rule(color=color, strokeWidth=1.5, strokeDash=[1, 0] if planned else [4, 3]),
        symbol.encode(y="mean:Q"),
        name.encode(y=alt.value(0)),
    ]
