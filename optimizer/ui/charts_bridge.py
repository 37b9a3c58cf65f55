"""The bridge from planned to actual revenue: a waterfall, its table, and what its steps mean.

Names and amounts stand above their bars, so that a phone has the whole width for what moves.
"""

from __future__ import annotations

from typing import cast

import altair as alt
import pandas as pd

from optimizer.finance.variance import Bridge, Leg
from optimizer.finance.variance_text import bridge_sentence, step_definition, whole_digits
from optimizer.finance.waterfall import ACTUAL, PLAN, TOTAL, UP, Bar, waterfall
from optimizer.language.catalogue import network_name
from optimizer.language.message import number
from optimizer.ui.chart_language import in_language
from optimizer.ui.charts_what_if import ink
from optimizer.ui.colours import CURVE, QUIET
from optimizer.ui.colours import PLAN as ORANGE
from optimizer.ui.language import _, tell

ROW, AXIS = 44, 64  # pixels of a row with its name above, and of the axis below


def bridge_chart(bridge: Bridge, leg: Leg | None = None) -> alt.LayerChart:
    """Draw the waterfall of a bridge: grey totals, blue what brought, orange what took; sign and words say the same.

    Parameters
    ----------
    bridge : Bridge
    leg : Leg, optional
        One of its cuts; None for all of it.
    """
    told = bridge.leg() if leg is None else leg
    drawn = waterfall(told.plan, told.steps, told.actual)
    digits = whole_digits(bridge, told)
    rows = [
        {
            "name": bar_name(bar),
            "label": _label(bar, bridge, digits),
            "start": bar.start,
            "end": bar.end,
            "color": QUIET if bar.kind == TOTAL else CURVE if bar.kind == UP else ORANGE,
            "what": "" if bar.key in (PLAN, ACTUAL) else tell(step_definition(bar.key).formula),
        }
        for bar in drawn.bars
    ]
    table = pd.DataFrame(rows)
    order = list(table["name"])
    y = alt.Y("name:N", sort=order, title=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    base = alt.Chart(table).encode(y=y)
    title = _("Revenue, {currency}", currency=bridge.currency or _("account currency"))
    if drawn.cut:
        title = _(
            "Revenue, {currency}; the axis does not begin at 0", currency=bridge.currency or _("account currency")
        )
    x = alt.X(
        "start:Q",
        title=title,
        scale=alt.Scale(domain=[drawn.low, drawn.high], nice=False, zero=False),
        axis=alt.Axis(
            format=",.6~r",
            tickCount=4,
            labelOverlap="greedy",
            labelSeparation=8,
            grid=True,
            gridOpacity=0.35,
            domain=False,
        ),
    )
    tips = [
        alt.Tooltip("name:N", title=_("Step")),
        alt.Tooltip("label:N", title=_("Amount")),
        alt.Tooltip("what:N", title=_("What it means")),
    ]
    layers = [
        base.mark_bar(height=14, yOffset=9, opacity=0.9).encode(
            x=x, x2="end:Q", color=alt.Color("color:N", scale=None), tooltip=tips
        ),
        base.mark_text(align="left", baseline="middle", dy=-9, fontSize=13, fontWeight=600, color=ink()).encode(
            x=alt.value(2), text="name:N"
        ),
        base.mark_text(align="right", baseline="middle", dy=-9, fontSize=13, color=ink()).encode(
            x=alt.value("width"), text="label:N"
        ),
    ]
    chart = alt.layer(*layers).properties(height=ROW * len(rows) + AXIS, description=bridge_words(bridge, told))
    return in_language(cast(alt.LayerChart, chart))


def bar_name(bar: Bar) -> str:
    """What a bar is called."""
    if bar.key == PLAN:
        return _("Planned revenue")
    return _("Actual revenue") if bar.key == ACTUAL else tell(step_definition(bar.key).name)


def bridge_words(bridge: Bridge, leg: Leg | None = None) -> str:
    """The bridge in a sentence: what stands above the chart, and what it says to who cannot see it."""
    return tell(bridge_sentence(bridge, leg))


def bridge_table(bridge: Bridge, leg: Leg | None = None) -> pd.DataFrame:
    """The bars as a table: each step, its amount, its share of the plan, and what it means."""
    told = bridge.leg() if leg is None else leg
    steps = [
        (tell(step_definition(step).name), amount, tell(step_definition(step).formula))
        for step, amount in told.steps.items()
    ]
    rows = [(_("Planned revenue"), told.plan, ""), *steps, (_("Actual revenue"), told.actual, "")]
    share = [amount / told.plan if told.plan > 0 else float("nan") for _name, amount, _what in rows]
    return pd.DataFrame(
        {
            _("Step"): [name for name, _amount, _what in rows],
            _("Amount, {currency}", currency=bridge.currency or _("account currency")): [one for _n, one, _w in rows],
            _("Share of the plan"): share,
            _("What it means"): [what for _n, _amount, what in rows],
        }
    )


def network_table(bridge: Bridge) -> pd.DataFrame:
    """What each step did in each network; the rows add up to the bridge."""
    legs = [bridge.leg(network=network) for network in bridge.networks]
    return pd.DataFrame(
        {
            _("Network"): [network_name(network) for network in bridge.networks],
            _("Planned revenue"): [leg.plan for leg in legs],
            **{tell(step_definition(step).name): [leg.steps[step] for leg in legs] for step in bridge.steps},
            _("Actual revenue"): [leg.actual for leg in legs],
        }
    )


def _label(bar: Bar, bridge: Bridge, digits: int) -> str:
    return tell(number(bar.amount, digits, bridge.currency, sign=bar.kind != TOTAL))
