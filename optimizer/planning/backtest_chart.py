"""A backtest as a picture: forecast with its interval against what came and the naive forecast, per origin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from optimizer.errors import InputError
from optimizer.language.message import say
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.response.backtest import Backtest
from optimizer.response.scores import STATED

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

FORMATS = (".svg", ".png")
# Mid tones that keep 3:1 against white and stay apart for the common kinds of colour blindness; shapes differ as well.
FORECAST, ACTUAL, NAIVE = "#2f80d0", "#d9730d", "#8a8a8a"
SERIES = ("actual", "forecast", "naive")
WIDTH, HEIGHT = 560, 240
SHARP = 2.0  # pixels per point of a PNG


def chart_format(path: Path) -> str:
    """``svg`` or ``png``, by the ending of the file's name.

    Raises
    ------
    InputError
        Another ending.

    Examples
    --------
    >>> chart_format(Path("errors.SVG"))
    'svg'
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InputError.at(say("--chart is '{path}'", path=path), fix=say("its name must end in .svg or .png"))
    return ending[1:]


def chart_bytes(result: Backtest, form: str) -> bytes:
    """The picture as the content of a file, ``svg`` or ``png``."""
    import vl_convert

    spec = backtest_chart(result).to_dict()
    if form == "svg":
        return vl_convert.vegalite_to_svg(spec).encode()
    return vl_convert.vegalite_to_png(spec, scale=SHARP)


def backtest_chart(result: Backtest) -> alt.VConcatChart:
    """One panel per outcome, one column per origin: sums over all cells and the weeks ahead."""
    import altair as alt

    frame = _frame(result)
    panels = [_panel(frame[frame["outcome"] == name], result, name) for name in frame["outcome"].unique()]
    weeks = f"{result.horizon} week{'s' if result.horizon > 1 else ''}"
    title = alt.TitleParams(
        f"Forecasts of {weeks} ahead against what came",
        subtitle="All cells together; bars hold what came in 50, 80 and 90 % of the cases if the forecast is right",
        anchor="start",
    )
    return cast("alt.VConcatChart", alt.vconcat(*panels).properties(title=title).configure_view(strokeWidth=0))


def _frame(result: Backtest) -> pd.DataFrame:
    """One row per outcome and origin."""
    import pandas as pd

    rows = []
    for one in result.origins:
        total = one.levels["total"]
        row: dict[str, object] = {"outcome": one.outcome, "week": str(one.weeks[0]), "known": one.known}
        row |= {name: float(getattr(total, name)[0]) for name in SERIES}
        for index, stated in enumerate(STATED):
            row |= {f"low{stated:.0%}": float(total.low[index, 0]), f"high{stated:.0%}": float(total.high[index, 0])}
        rows.append(row)
    return pd.DataFrame(rows)


def _panel(frame: pd.DataFrame, result: Backtest, outcome: str) -> alt.LayerChart:
    import altair as alt

    unit = f", {result.currency}" if outcome in MONEY_OUTCOMES and result.currency else ""
    x = alt.X("week:O", title="first week ahead", axis=alt.Axis(labelAngle=-40))
    y_axis = alt.Axis(format=",.3~s", gridOpacity=0.35, domain=False)
    scale = alt.Scale(zero=True, nice=True)
    base = alt.Chart(frame).encode(x=x)
    bars = [
        base.mark_bar(color=FORECAST, opacity=0.25, width=14).encode(
            y=alt.Y(f"low{stated:.0%}:Q", title=f"{outcome.replace('_', ' ')}{unit}", axis=y_axis, scale=scale),
            y2=f"high{stated:.0%}:Q",
        )
        for stated in reversed(STATED)
    ]
    color = alt.Color(
        "series:N", scale=alt.Scale(domain=list(SERIES), range=[ACTUAL, FORECAST, NAIVE]), legend=alt.Legend(title=None)
    )
    shape = alt.Shape("series:N", scale=alt.Scale(domain=list(SERIES), range=["diamond", "circle", "cross"]))
    long = frame.melt(["week"], list(SERIES), "series", "amount")
    points = (
        alt.Chart(long)
        .mark_point(filled=True, size=90, opacity=1, stroke="white", strokeWidth=0.8)
        .encode(x=x, y=alt.Y("amount:Q", scale=scale), color=color, shape=shape)
    )
    return cast("alt.LayerChart", alt.layer(*bars, points).properties(width=WIDTH, height=HEIGHT))
