"""Charts of what happened: lines over time, named where they end, and bars of the newest weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import altair as alt
import numpy as np
import pandas as pd

from optimizer.ui.chart_language import in_language
from optimizer.ui.language import _
from optimizer.ui.performance_blocks import Chart

# Mid tones that keep at least 3:1 against both the light and the dark page (WCAG 2.2, 1.4.11). Dashes, and the name at
# the end of each line, say the same as the colour.
QUIET = "#8a8a8a"
COLORS = ("#2f80d0", "#d9730d", "#00967d", "#b05cc6", "#8f7a00")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
HEIGHT = 250
LETTER = 0.025  # of the plot's width, on a phone too
NAME_LETTERS = 17
NAME_GAP = 15  # pixels between names
HEADROOM = 0.06
FLAT = 0.5  # lines all above this part of their maximum are drawn without zero


def lines_chart(chart: Chart, by_month: bool) -> alt.LayerChart:
    """Draw lines over time, the whole in grey, each named at its end.

    Parameters
    ----------
    chart : Chart
    by_month : bool
        Whether a period is a month.
    """
    frame = chart.lines.dropna(subset="value")
    frame = frame[frame["value"] > 0] if chart.multiplies else frame
    low, high = _limits(chart, frame)
    kind: dict[str, object] = {"type": "log"} if chart.multiplies else {}
    y = alt.Y(
        "value:Q",
        title=chart.unit,
        scale=alt.Scale(domain=[low, high], nice=False, zero=False, **kind),  # type: ignore[arg-type]  # names of altair
        axis=alt.Axis(
            format=",.6~r",
            grid=True,
            gridOpacity=0.35,
            domain=False,
            labelOverlap=True,
            **({"values": _multiplying(low, high)} if chart.multiplies else {"tickCount": 5}),
        ),
    )
    names = _names(chart, frame, (low, high))
    x = _time(chart, by_month, int(names["name"].str.len().max()))
    looks = _looks(chart)
    color = alt.Color("group:N", scale=alt.Scale(domain=list(chart.order), range=looks[0]), legend=None)
    dash = alt.StrokeDash("group:N", scale=alt.Scale(domain=list(chart.order), range=looks[1]), legend=None)
    shape = alt.Shape("group:N", scale=alt.Scale(domain=list(chart.order), range=looks[2]), legend=None)
    strong = [*chart.told, *([chart.order[0]] if _whole(chart) else [])] if chart.told else list(chart.order)
    spoken = alt.FieldOneOfPredicate(field="group", oneOf=strong)
    # Weeks without a value break the line, so they stay in its data.
    lines = (
        alt.Chart(chart.lines)
        .mark_line(interpolate="linear")
        .encode(
            x=x,
            y=y,
            color=color,
            strokeDash=dash,
            strokeWidth=alt.condition(spoken, alt.value(2.6), alt.value(1.6)),
            opacity=alt.condition(spoken, alt.value(1.0), alt.value(0.6)),
        )
    )
    ends = (
        alt.Chart(names).mark_point(filled=True, size=55, opacity=1).encode(x=x, y="value:Q", color=color, shape=shape)
    )
    words = (
        alt.Chart(names)
        .mark_text(align="left", dx=9, fontSize=11.5, fontWeight="bold", clip=False)
        .encode(x=x, y="at:Q", text="name:N", color=color)
    )
    hover = (
        alt.Chart(frame)
        .mark_point(filled=True, size=140, opacity=0.001)
        .encode(x=x, y="value:Q", tooltip=_tips(by_month))
    )
    layered = alt.layer(lines, ends, words, hover).properties(height=HEIGHT)
    return in_language(cast(alt.LayerChart, layered))


def bars_chart(chart: Chart) -> alt.LayerChart:
    """Draw a bar per group for the newest 12 weeks with its value, and a tick where the 12 weeks before stood."""
    frame = chart.bars
    most = float(np.nanmax(frame[["value", "before"]].to_numpy())) if len(frame) else 1.0
    step = float(np.clip(HEIGHT / max(len(frame), 1), 22, 44))
    y = alt.Y(
        "group:N",
        sort=list(frame["group"]),
        title=None,
        axis=alt.Axis(labelLimit=150, ticks=False, domain=False, labelPadding=6),
        scale=alt.Scale(paddingInner=0.35, paddingOuter=0.15),
    )
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, most * 1.32 or 1.0], nice=False), axis=None)
    tips = [
        alt.Tooltip("group:N", title=_("Group")),
        alt.Tooltip("told:N", title=_("Newest 12 weeks")),
        alt.Tooltip("told_before:N", title=_("12 weeks before")),
    ]
    groups = list(chart.order[1:] if _whole(chart) else chart.order)
    colors = [COLORS[groups.index(name)] if name in groups else QUIET for name in frame["group"]]
    bar = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2, opacity=0.85)
        .encode(
            y=y,
            x=x,
            color=alt.Color("group:N", scale=alt.Scale(domain=list(frame["group"]), range=colors), legend=None),
            tooltip=tips,
        )
    )
    tick = (
        alt.Chart(frame.dropna(subset="before"))
        .mark_tick(thickness=3, size=min(step, 30), color=QUIET, opacity=1)
        .encode(y=y, x="before:Q", tooltip=tips)
    )
    reach = frame.assign(at=frame[["value", "before"]].max(axis=1))
    text = (
        alt.Chart(reach)
        .mark_text(align="left", dx=7, fontSize=12, color=QUIET, fontWeight="bold")
        .encode(y=y, x="at:Q", text="label:N")
    )
    return in_language(cast(alt.LayerChart, alt.layer(bar, tick, text).properties(height=step * max(len(frame), 1))))


def _whole(chart: Chart) -> bool:
    """Whether the first line is that of all together."""
    return chart.ratio or len(chart.order) == 1


def _looks(chart: Chart) -> tuple[list[str], list[list[int]], list[str]]:
    """Colour, dash and mark of each line, in the order of the lines; the whole is grey, full and round."""
    count = len(chart.order)
    if not _whole(chart):
        return list(COLORS[:count]), list(DASHES[:count]), list(SHAPES[:count])
    others = count - 1
    first = COLORS[0] if count == 1 else QUIET
    return [first, *COLORS[:others]], [[1, 0], *DASHES[:others]], ["circle", *SHAPES[:others]]


def _limits(chart: Chart, frame: pd.DataFrame) -> tuple[float, float]:
    """Ends of the scale: from zero, unless all lines stay far from it."""
    if frame.empty:
        return 0.0, 1.0
    low, high = float(frame["value"].min()), float(frame["value"].max())
    if chart.multiplies:
        return low / 1.25, high * 1.25
    if high <= 0:
        return 0.0, 1.0
    room = HEADROOM * (high - low if low > FLAT * high and high > low else high)
    return (low - room if low > FLAT * high else 0.0), high + room


def _multiplying(low: float, high: float) -> list[float]:
    """Round numbers on a scale whose steps multiply: 1, 2, 5, 10 and so on.

    Examples
    --------
    >>> _multiplying(8.0, 450.0)
    [10.0, 20.0, 50.0, 100.0, 200.0]
    """
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [step for power in powers for step in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if low <= step <= high]


def _names(chart: Chart, frame: pd.DataFrame, limits: tuple[float, float]) -> pd.DataFrame:
    """Where each line ends, and the height at which its name stands clear of the others."""
    ends = frame.groupby("group", sort=False).tail(1).copy()
    low, high = np.log(limits) if chart.multiplies else limits
    heights = np.log(ends["value"].to_numpy()) if chart.multiplies else ends["value"].to_numpy(dtype=float)
    apart = apart_by(heights, (high - low) * NAME_GAP / HEIGHT, (low, high))
    ends["at"] = np.exp(apart) if chart.multiplies else apart
    ends["name"] = [name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…" for name in ends["group"]]
    return ends


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


def _time(chart: Chart, by_month: bool, letters: int) -> alt.X:
    """The axis of time, with room behind its end for names."""
    periods = chart.lines["period"].drop_duplicates().sort_values()
    first, last = periods.iloc[0], periods.iloc[-1]
    span = max(last - first, pd.Timedelta(days=7))
    tail = span * (0.05 + LETTER * letters)
    every = max(1, round(len(periods) / 5))
    ticks = list(periods.iloc[::-every])[::-1]
    return alt.X(
        "period:T",
        title=None,
        scale=alt.Scale(domain=[_date(first), _date(last + tail)], nice=False),
        axis=alt.Axis(
            values=[_date(one) for one in ticks],
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
