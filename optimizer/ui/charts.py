"""Charts in Altair: readable in light and dark, marked by shape and words as well as by colour."""

from __future__ import annotations

from typing import Literal, cast

import altair as alt
import numpy as np
import pandas as pd

from optimizer.ui.cells import CurveView
from optimizer.ui.language import _

# Mid tones that keep at least 3:1 against both the light and the dark page (WCAG 2.2, 1.4.11); blue and orange stay
# apart for the common kinds of colour blindness.
CURVE = "#2f80d0"
PLAN = "#d9730d"
QUIET = "#8a8a8a"
HEIGHT = 270
SAME_PLACE = 0.005  # today and plan closer than this share of spend are one mark
ROOM = 1.1  # the axis ends this far past whatever matters: today, plan, and the largest spend ever tried


def response_chart(view: CurveView, value_title: str, spend_title: str) -> alt.LayerChart:
    """Draw one response curve: band, mean, weeks of history, today and plan as labelled marks, untried spend in grey.

    Parameters
    ----------
    view : CurveView
    value_title, spend_title : str
        Axis titles with their units.
    """
    end = ROOM * max(view.today[0], view.plan[0], view.tried[1]) or float(view.spend[-1])
    x = alt.X("spend:Q", title=spend_title, scale=alt.Scale(domain=[0, end], nice=False), axis=_axis(5))
    y = alt.Y("mean:Q", title=value_title, scale=alt.Scale(zero=True, nice=True), axis=_axis(5))
    layers = [
        *_never_tried(view, end),
        _band(view, x, end),
        _points(view, x, end),
        alt.Chart(_curve_frame(view, end)).mark_line(color=CURVE, strokeWidth=2.5).encode(x=x, y=y),
        *_marks(view, x),
    ]
    return cast(alt.LayerChart, alt.layer(*layers).properties(height=HEIGHT).configure_view(strokeWidth=0))


def _axis(ticks: int) -> alt.Axis:
    return alt.Axis(format=",.6~r", tickCount=ticks, grid=True, gridOpacity=0.35, domain=False, labelOverlap=True)


def _curve_frame(view: CurveView, end: float) -> pd.DataFrame:
    """Curve with its band as far as it is known, or up to the end of the axis with a last point exactly there."""
    inside = view.spend[view.spend < end]
    spend = np.append(inside, min(end, float(view.spend[-1])))
    columns = {name: np.interp(spend, view.spend, values) for name, values in _lines(view)}
    return pd.DataFrame({"spend": spend, **columns})


def _lines(view: CurveView) -> tuple[tuple[str, np.ndarray], ...]:
    return (("mean", view.mean), ("low", view.low), ("high", view.high))


def _band(view: CurveView, x: alt.X, end: float) -> alt.Chart:
    return cast(
        alt.Chart,
        alt.Chart(_curve_frame(view, end))
        .mark_area(color=CURVE, opacity=0.22)
        .encode(
            x=x,
            y=alt.Y("low:Q"),
            y2="high:Q",
            tooltip=[
                alt.Tooltip("spend:Q", title=_("Weekly spend"), format=",.3~r"),
                alt.Tooltip("mean:Q", title=_("Expected a week"), format=",.3~r"),
                alt.Tooltip("low:Q", title=_("Low end of 90 %"), format=",.3~r"),
                alt.Tooltip("high:Q", title=_("High end of 90 %"), format=",.3~r"),
            ],
        ),
    )


def _points(view: CurveView, x: alt.X, end: float) -> alt.Chart:
    """Weeks of history; the older, the fainter."""
    count = len(view.points)
    frame = pd.DataFrame(
        {"spend": view.points[:, 0], "mean": view.points[:, 1], "age": np.linspace(0.15, 0.75, count) if count else []}
    )
    return cast(
        alt.Chart,
        alt.Chart(frame[frame["spend"] <= end])
        .mark_circle(color=QUIET, size=28)
        .encode(
            x=x,
            y="mean:Q",
            opacity=alt.Opacity("age:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("spend:Q", title=_("Spend of that week"), format=",.3~r"),
                alt.Tooltip("mean:Q", title=_("Brought that week"), format=",.3~r"),
            ],
        ),
    )


def _never_tried(view: CurveView, end: float) -> list[alt.Chart]:
    """Grey areas below and above the spend ever tried, the one above with words."""
    low, high = view.tried
    sides = ((0.0, min(low, end)), (min(high, end), end))
    edges = [(start, stop) for start, stop in sides if stop - start > 0.01 * end]
    if not edges:
        return []
    frame = pd.DataFrame(edges, columns=["start", "stop"])
    area = alt.Chart(frame).mark_rect(color=QUIET, opacity=0.16).encode(x="start:Q", x2="stop:Q")
    wide = [(start + stop) / 2 for start, stop in edges if stop - start > 0.14 * end]
    words = (
        alt.Chart(pd.DataFrame({"spend": wide}))
        .mark_text(text=_("never tried"), color=QUIET, fontSize=11, baseline="top", dy=6)
        .encode(x="spend:Q", y=alt.value(0))
    )
    return [area, words] if wide else [area]


def _marks(view: CurveView, x: alt.X) -> list[alt.Chart]:
    """Today: a hollow circle on a dashed rule. The plan: a filled diamond on a full one. Each named above the plot."""
    if abs(view.today[0] - view.plan[0]) < SAME_PLACE * max(view.today[0], view.plan[0]):
        return _mark(view.plan, _("today = plan"), x, "left")
    today_left = view.today[0] < view.plan[0]
    return [
        *_mark(view.today, _("today"), x, "right" if today_left else "left"),
        *_mark(view.plan, _("plan"), x, "left" if today_left else "right"),
    ]


def _mark(place: tuple[float, float], word: str, x: alt.X, align: Literal["left", "right"]) -> list[alt.Chart]:
    """One mark: a rule over the height of the plot, a symbol on the curve, and its word above."""
    today = word == _("today")
    color = CURVE if today else PLAN
    base = alt.Chart(pd.DataFrame({"spend": [place[0]], "mean": [place[1]]})).encode(x=x)
    shape, size = ("circle", 90) if today else ("diamond", 130)
    return [
        base.mark_rule(color=color, strokeWidth=1.5, strokeDash=[4, 3] if today else [1, 0]),
        base.mark_point(shape=shape, size=size, filled=not today, color=color, strokeWidth=2.5, opacity=1).encode(
            y="mean:Q"
        ),
        base.mark_text(
            text=word,
            align=align,
            dx=-4 if align == "right" else 4,
            dy=-8,
            fontSize=12,
            fontWeight="bold",
            color=color,
        ).encode(y=alt.value(0)),
    ]
