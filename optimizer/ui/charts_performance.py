"""Charts of what happened: lines over time, named where they end, and bars of the newest weeks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

import altair as alt
import numpy as np
import pandas as pd

from optimizer.ui.chart_language import in_language
from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _
from optimizer.ui.performance_blocks import Chart

# Dashes, and the name at the end of each line, say the same as the colour.
COLORS = (CURVE, PLAN, "#00967d", "#b05cc6", "#8f7a00")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
HEIGHT = 250
NAME_LETTERS = 18
TICKS = 5
NAME_GAP = 15  # pixels between names
HEADROOM = 0.06
FLAT = 0.5  # lines all above this part of their maximum are drawn without zero


def lines_chart(chart: Chart, by_month: bool) -> alt.LayerChart:
    """Draw lines over time, the whole in grey, each named at its end.

    Names and numbers are labels of axes, which take their colour from the light or dark page by themselves.

    Parameters
    ----------
    chart : Chart
    by_month : bool
        Whether a period is a month.
    """
    frame = chart.lines.dropna(subset="value")
    frame = frame[frame["value"] > 0] if chart.multiplies else frame
    limits = _limits(chart, frame)
    x = _time(chart, by_month)
    colors, dashes, shapes = (alt.Scale(domain=list(chart.order), range=list(looks)) for looks in _looks(chart))
    color = alt.Color("group:N", scale=colors, legend=None)
    spoken = alt.FieldOneOfPredicate(field="group", oneOf=_strong(chart))
    ends = frame.groupby("group", sort=False).tail(1)
    # Periods without a value break the line, so they stay in its data.
    lines = (
        alt.Chart(chart.lines)
        .mark_line()
        .encode(
            x=x,
            y=_height(chart, limits, _scale_axis(chart, limits)),
            color=color,
            strokeDash=alt.StrokeDash("group:N", scale=dashes, legend=None),
            strokeWidth=alt.condition(spoken, alt.value(2.6), alt.value(1.6)),
            opacity=alt.condition(spoken, alt.value(1.0), alt.value(0.6)),
        )
    )
    marks = (
        alt.Chart(ends)
        .mark_point(filled=True, size=60, opacity=1)
        .encode(
            x=x,
            y=_height(chart, limits, _name_axis(chart, ends, limits)),
            color=color,
            shape=alt.Shape("group:N", scale=shapes, legend=None),
        )
    )
    hover = (
        alt.Chart(frame)
        .mark_point(filled=True, size=140, opacity=0.001)
        .encode(x=x, y=_height(chart, limits, None), tooltip=_tips(by_month))
    )
    layered = alt.layer(lines, marks, hover).resolve_axis(y="independent").properties(height=HEIGHT)
    return in_language(cast(alt.LayerChart, layered))


def bars_chart(chart: Chart) -> alt.LayerChart:
    """Draw a bar per group for the newest 12 weeks with its value, and a tick where the 12 weeks before stood."""
    frame = chart.bars
    most = float(np.nanmax(frame[["value", "before"]].to_numpy()))
    step = float(np.clip(HEIGHT / len(frame), 22, 44))
    sort, scale = list(frame["group"]), alt.Scale(paddingInner=0.35, paddingOuter=0.15)
    names = alt.Axis(labelLimit=150, ticks=False, domain=False, labelPadding=6)
    values = alt.Axis(
        orient="right",
        ticks=False,
        domain=False,
        labelPadding=8,
        labelFontWeight="bold",
        labelExpr=f"({json.dumps(dict(zip(frame['group'], frame['label'], strict=True)))})[datum.label]",
    )
    x = alt.Scale(domain=[0, most * 1.02 or 1.0], nice=False)
    tips = [
        alt.Tooltip("group:N", title=_("Group")),
        alt.Tooltip("told:N", title=_("Newest 12 weeks")),
        alt.Tooltip("told_before:N", title=_("12 weeks before")),
    ]
    slots = {name: slot for name, slot in zip(chart.order, chart.slots, strict=True) if slot >= 0}
    colors = [COLORS[slots[name]] if name in slots else QUIET for name in frame["group"]]
    bar = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2, opacity=0.85)
        .encode(
            y=alt.Y("group:N", sort=sort, title=None, axis=names, scale=scale),
            x=alt.X("value:Q", scale=x, axis=None),
            color=alt.Color("group:N", scale=alt.Scale(domain=sort, range=colors), legend=None),
            tooltip=tips,
        )
    )
    tick = (
        alt.Chart(frame)
        .mark_tick(thickness=3, size=min(step, 30), color=QUIET, opacity=1)
        .encode(
            y=alt.Y("group:N", sort=sort, title=None, axis=values, scale=scale),
            x=alt.X("before:Q", scale=x, axis=None),
            tooltip=tips,
        )
    )
    layered = alt.layer(bar, tick).resolve_axis(y="independent").properties(height=step * len(frame))
    return in_language(cast(alt.LayerChart, layered))


def _height(chart: Chart, limits: tuple[float, float], axis: alt.Axis | None) -> alt.Y:
    """The scale of values, which all layers share, with an axis or without."""
    domain = list(limits)
    scale = (
        alt.Scale(type="log", domain=domain, nice=False)
        if chart.multiplies
        else alt.Scale(domain=domain, nice=False, zero=False)
    )
    return alt.Y("value:Q", title=chart.unit if axis is not None else None, scale=scale, axis=axis)


def _scale_axis(chart: Chart, limits: tuple[float, float]) -> alt.Axis:
    """The axis on the left, with round numbers."""
    values = {"values": multiplying(*limits)} if chart.multiplies else {"tickCount": 5}
    return alt.Axis(
        format=",.6~r", grid=True, gridOpacity=0.35, domain=False, ticks=False, labelPadding=6, labelOverlap=True,
        **values,
    )  # fmt: skip


def _name_axis(chart: Chart, ends: pd.DataFrame, limits: tuple[float, float]) -> alt.Axis:
    """The axis on the right, whose labels are the names of the lines, standing clear of each other."""
    low, high = np.log(limits) if chart.multiplies else limits
    heights = ends["value"].to_numpy(dtype=float)
    placed = apart_by(np.log(heights) if chart.multiplies else heights, (high - low) * NAME_GAP / HEIGHT, (low, high))
    at = np.exp(placed) if chart.multiplies else placed
    names = [name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…" for name in ends["group"]]
    near = abs(limits[1] - limits[0]) * 1e-9
    said = "''"
    for height, name in zip(at, names, strict=True):
        said = f"abs(datum.value - {float(height)!r}) < {near!r} ? {json.dumps(name)} : {said}"
    return alt.Axis(
        orient="right", values=[float(height) for height in at], labelExpr=said, title=None, grid=False, domain=False,
        ticks=False, labelPadding=10, labelOverlap=False, labelBound=False, labelFontWeight="bold", labelLimit=170,
    )  # fmt: skip


def _looks(chart: Chart) -> tuple[list[str], list[list[int]], list[str]]:
    """Colour, dash and mark of each line, in the order of the lines; the whole is grey, full and round."""
    if chart.slots == (-1,):
        return [COLORS[0]], [DASHES[0]], [SHAPES[0]]
    colors = [QUIET if slot < 0 else COLORS[slot] for slot in chart.slots]
    return colors, [DASHES[max(slot, 0)] for slot in chart.slots], [SHAPES[max(slot, 0)] for slot in chart.slots]


def _strong(chart: Chart) -> list[str]:
    """Lines that are drawn in full: the whole and what the sentence speaks of; of a total all, where it names none."""
    whole = [name for name, slot in zip(chart.order, chart.slots, strict=True) if slot < 0]
    return [*whole, *chart.told] or list(chart.order)


def _limits(chart: Chart, frame: pd.DataFrame) -> tuple[float, float]:
    """Ends of the scale: from zero, unless all lines of a ratio stay far from it."""
    if frame.empty:
        return 0.0, 1.0
    low, high = float(frame["value"].min()), float(frame["value"].max())
    if chart.multiplies:
        return low / 1.25, high * 1.25
    if high <= 0:
        return 0.0, 1.0
    flat = chart.ratio and FLAT * high < low < high
    room = HEADROOM * (high - low if flat else high)
    return (low - room if flat else 0.0), high + room


def multiplying(low: float, high: float) -> list[float]:
    """Round numbers on a scale whose steps multiply: 1, 2, 5, 10 and so on.

    Examples
    --------
    >>> multiplying(8.0, 450.0)
    [10.0, 20.0, 50.0, 100.0, 200.0]
    """
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [step for power in powers for step in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if low <= step <= high]


def apart_by(heights: Sequence[float] | np.ndarray, gap: float, limits: tuple[float, float]) -> np.ndarray:
    """Heights moved as little as need be to stand at least a gap apart and within the limits.

    Examples
    --------
    >>> apart_by([5.0, 5.0, 9.0], 2.0, (0.0, 10.0)).tolist()
    [4.0, 6.0, 9.0]
    """
    order = np.argsort(heights, kind="stable")
    sorted_heights = np.asarray(heights, dtype=float)[order]
    steps = gap * np.arange(len(order))
    # Least squares under a minimal distance: pool neighbours that are too close (isotonic regression of the rest).
    pools: list[list[float]] = []
    for height in sorted_heights - steps:
        pools.append([height, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, size), (left, count) = pools.pop(), pools.pop()
            pools.append([(mean * size + left * count) / (size + count), size + count])
    placed = np.concatenate([np.full(int(size), mean) for mean, size in pools]) if pools else np.zeros(0)
    room = max(limits[1] - limits[0] - (steps[-1] if len(steps) else 0.0), 0.0)
    placed = np.clip(placed, limits[0], limits[0] + room) + steps
    found = np.empty(len(order))
    found[order] = placed
    return found


def _time(chart: Chart, by_month: bool) -> alt.X:
    """The axis of time; its last tick is the newest period."""
    periods = chart.lines["period"].drop_duplicates().sort_values()
    every = max(1, round(len(periods) / TICKS))
    return alt.X(
        "period:T",
        title=None,
        scale=alt.Scale(domain=[_date(periods.iloc[0]), _date(periods.iloc[-1])], nice=False),
        axis=alt.Axis(
            values=[_date(one) for one in periods.iloc[::-every][::-1]],
            format="%b %Y" if by_month else "%-d %b",
            grid=False,
            labelOverlap=True,
            domainOpacity=0.4,
            tickOpacity=0.4,
        ),
    )


def _date(day: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def _tips(by_month: bool) -> list[alt.Tooltip]:
    when = _("Month") if by_month else _("Week from")
    return [
        alt.Tooltip("group:N", title=_("Group")),
        alt.Tooltip("period:T", title=when, format="%B %Y" if by_month else "%-d %b %Y"),
        alt.Tooltip("told:N", title=_("Value")),
    ]
