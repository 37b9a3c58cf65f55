"""Chart of the page Finance: how far each input moves marketing contribution.

Names stand above their bars, so that a phone has the whole width for the figures.
"""

from __future__ import annotations

from typing import Literal, cast

import altair as alt
import pandas as pd

from optimizer.ui.chart_language import in_language
from optimizer.ui.charts_what_if import ink
from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _

ROW, AXIS = 46, 72  # pixels of a row with its name above, and of the axis below
ROOM = 0.42  # of the longest bar, beside it, for the words at its end


def swing_chart(frame: pd.DataFrame, title: str) -> alt.LayerChart:
    """Draw what each input does to the result, the longest first; each end says which way the input went.

    Parameters
    ----------
    frame : DataFrame
        As `optimizer.ui.finance_view.swing_frame` makes it.
    title : str
        Of the axis, with its unit.
    """
    table = frame.assign(color=[PLAN if amount < 0 else CURVE for amount in frame["amount"]], zero=0.0)
    order = list(dict.fromkeys(table["input"]))
    low, high = min(float(table["amount"].min()), 0.0), max(float(table["amount"].max()), 0.0)
    room = ROOM * max(high - low, 1.0)
    scale = alt.Scale(domain=[low - room, high + room], nice=False)
    rows = alt.Y("input:N", sort=order, title=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    axis = alt.Axis(format=",.6~r", tickCount=5, grid=True, gridOpacity=0.35, domain=False, labelOverlap="greedy")
    base = alt.Chart(table).encode(y=rows)
    tips = [
        alt.Tooltip("input:N", title=_("Input")),
        alt.Tooltip("moved:N", title=_("Moved by")),
        alt.Tooltip("amount:Q", title=_("Marketing contribution"), format="+,.4~r"),
    ]
    bars = base.mark_bar(size=13, opacity=0.85).encode(
        x=alt.X("zero:Q", title=title, scale=scale, axis=axis),
        x2="amount:Q",
        color=alt.Color("color:N", scale=None),
        tooltip=tips,
    )
    names = (
        alt.Chart(table.drop_duplicates("input"))
        .mark_text(align="left", baseline="bottom", dy=-10, fontSize=13, fontWeight=600, color=ink())
        .encode(y=rows, x=alt.value(2), text="input:N")
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=QUIET, strokeWidth=1.5).encode(x="zero:Q")
    ends = (_end_words(base, "datum.amount < 0", "right", -6), _end_words(base, "datum.amount >= 0", "left", 6))
    whole = alt.layer(bars, zero, names, *ends).properties(height=ROW * len(order) + AXIS)
    return in_language(cast(alt.LayerChart, whole))


def _end_words(base: alt.Chart, which: str, align: Literal["left", "right"], dx: int) -> alt.Chart:
    """Words at the ends of bars that satisfy a condition."""
    words = base.transform_filter(which).mark_text(align=align, dx=dx, fontSize=12, color=ink())
    return cast(alt.Chart, words.encode(x="amount:Q", text="label:N"))
