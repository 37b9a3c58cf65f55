"""Chart of the page Track record: what was forecast week by week, and what came."""

from __future__ import annotations

from typing import cast

import altair as alt
import pandas as pd

from optimizer.ui.chart_language import in_language
from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _

HEIGHT = 280


def weeks_chart(frame: pd.DataFrame, title: str) -> alt.LayerChart:
    """Bands of the stated intervals, the forecast as a line, what came as marks: full inside, hollow outside.

    Parameters
    ----------
    frame : DataFrame
        As `optimizer.ui.track_view.weeks_frame` makes it.
    title : str
        Of the axis, with its unit.
    """
    every = max(1, -(-len(frame) // 8))
    x = alt.X(
        "week:T",
        title=None,
        axis=alt.Axis(
            values=[alt.DateTime(year=one.year, month=one.month, date=one.day) for one in frame["week"][::every]],
            format="%-d %b",
            grid=False,
            labelOverlap=True,
        ),
    )
    axis = alt.Axis(format=",.6~r", tickCount=5, gridOpacity=0.35, domain=False, ticks=False)
    base = alt.Chart(frame).encode(x=x)
    tips = [
        alt.Tooltip("week:T", title=_("Week from"), format="%-d %b %Y"),
        alt.Tooltip("told:N", title=_("Forecast")),
        alt.Tooltip("came:N", title=_("Came")),
        alt.Tooltip("verdict:N", title=_("Verdict")),
    ]
    wide = base.mark_area(opacity=0.16, color=CURVE).encode(
        y=alt.Y("low:Q", title=title, axis=axis, scale=alt.Scale(zero=False)), y2="high:Q"
    )
    narrow = base.mark_area(opacity=0.2, color=CURVE).encode(y=alt.Y("low80:Q", title=title), y2="high80:Q")
    line = base.mark_line(color=CURVE, strokeWidth=2, strokeDash=[6, 3]).encode(y=alt.Y("forecast:Q", title=title))
    arrived = frame[frame["actual"].notna()]
    layers: list[alt.Chart] = [wide, narrow, line]
    for kind, color, filled, shape in (
        ("inside", PLAN, True, "circle"),
        ("outside", PLAN, False, "diamond"),
        ("late", QUIET, False, "circle"),
    ):
        own = arrived[arrived["kind"] == kind]
        if len(own):
            mark = alt.Chart(own).mark_point(
                size=110, color=color, filled=filled, shape=shape, strokeWidth=2.5, opacity=1
            )  # fmt: skip
            layers.append(mark.encode(x=x, y=alt.Y("actual:Q", title=title), tooltip=tips))
    layers.append(base.mark_point(size=300, opacity=0).encode(y="forecast:Q", tooltip=tips))
    return in_language(cast(alt.LayerChart, alt.layer(*layers).properties(height=HEIGHT)))
