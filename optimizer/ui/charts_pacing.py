"""The chart of the page Pacing: spend added up by day, where it leads with its band, and the budget spent evenly."""

from __future__ import annotations

from typing import cast

import altair as alt
import pandas as pd

from optimizer.ui.chart_language import in_language
from optimizer.ui.colours import CURVE, QUIET
from optimizer.ui.language import _
from optimizer.ui.pacing_view import EVEN, PROJECTED, SPENT, PaceChart, kinds

HEIGHT = 360
BAND = 0.18
HEADROOM = 1.04
HOLLOW = "#ffffff"  # seen against the line on the light and the dark page


def pace_chart(chart: PaceChart) -> alt.LayerChart:
    """Draw it; dashes and a legend say the same as colours, and days not reported are hollow points."""
    frame = chart.frame
    names = dict(kinds())
    shown = frame.assign(name=frame["kind"].map(names))
    top = float(frame[["value", "high"]].max().max()) * HEADROOM or 1.0
    x, y = _time(frame), alt.Y("value:Q", title=chart.unit, scale=alt.Scale(domain=[0.0, top]), axis=_axis())
    order = [names[kind] for kind in (SPENT, PROJECTED, EVEN)]
    # Room for names on a phone: one below the other above the chart.
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=400, symbolStrokeWidth=2.5,
                        labelLimit=300)  # fmt: skip
    color = alt.Color("name:N", scale=alt.Scale(domain=order, range=[CURVE, CURVE, QUIET]), legend=legend)
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=order, range=[[1, 0], [5, 4], [2, 3]]), legend=legend)
    lines = alt.Chart(shown).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color, strokeDash=dash)
    days = shown[shown["kind"] == SPENT].iloc[1:]
    points = (
        alt.Chart(days)
        .mark_point(size=50, strokeWidth=1.8, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.value(CURVE),
            fill=alt.condition("datum.estimated", alt.value(HOLLOW), alt.value(CURVE)),
        )
    )
    hover = alt.Chart(shown).mark_point(size=160, opacity=0.001).encode(x=x, y=y, tooltip=_tips())
    layers: list[alt.Chart] = [lines, points, hover]
    if chart.has_band:
        band = shown[(shown["kind"] == PROJECTED) & shown["low"].notna()]
        ends = alt.Y("low:Q", scale=alt.Scale(domain=[0.0, top]), title=chart.unit, axis=_axis())
        layers.insert(0, alt.Chart(band).mark_area(opacity=BAND, color=CURVE).encode(x=x, y=ends, y2="high:Q"))
    return in_language(cast(alt.LayerChart, alt.layer(*layers).properties(height=HEIGHT)))


def _time(frame: pd.DataFrame) -> alt.X:
    first, last = frame["day"].min(), frame["day"].max()
    ends = [alt.DateTime(year=one.year, month=one.month, date=one.day) for one in (first, last)]
    axis = alt.Axis(format="%-d %b", grid=False, labelOverlap=True, tickCount=6, domainOpacity=0.4, tickOpacity=0.4)
    return alt.X("day:T", title=None, scale=alt.Scale(domain=ends, nice=False), axis=axis)


def _axis() -> alt.Axis:
    return alt.Axis(format=",.6~r", gridOpacity=0.35, domain=False, ticks=False, labelPadding=6, tickCount=5)


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=_("Line")),
        alt.Tooltip("day:T", title=_("By the end of"), format="%-d %b %Y"),
        alt.Tooltip("told:N", title=_("Amount")),
    ]
