"""The chart of the page Plan: what flows where, as an ECharts option."""

from __future__ import annotations

import pandas as pd

from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _
from optimizer.ui.plan_flow import End, Flow

ROW, LEAST = 46, 180  # height in pixels: of an end, and of the whole
MARGIN, WIDEST = 175, 250  # pixels beside the bars, where their names stand: usually, and at most
LETTER, GAP = 7.2, 16  # pixels of a letter, and between a name and the edge


def flow_height(flow: Flow) -> int:
    """Pixels that give every end room for its name."""
    return max(LEAST, ROW * max(len(flow.givers), len(flow.takers)))


def flow_option(flow: Flow) -> dict[str, object]:
    """Givers on the left in orange, takers on the right in blue; sign, side and name say the same."""
    margin = flow_margin(flow)
    nodes: list[dict[str, object]] = [
        *(_node(one, PLAN, "left", margin) for one in flow.givers),
        *(_node(one, CURVE, "right", margin) for one in flow.takers),
    ]
    nodes.append({"name": flow.middle, "itemStyle": {"color": QUIET, "borderWidth": 0}, "label": {"position": "right"}})
    links: list[dict[str, object]] = [
        *({"source": one.label, "target": flow.middle, "value": round(one.amount, 2)} for one in flow.givers),
        *({"source": flow.middle, "target": one.label, "value": round(one.amount, 2)} for one in flow.takers),
    ]
    series = {
        "type": "sankey",
        "data": nodes,
        "links": links,
        "left": margin,
        "right": margin,
        "top": 8,
        "bottom": 8,
        "nodeWidth": 12,
        "label": {"fontSize": 13},
        "nodeGap": 14,
        "layoutIterations": 32,
        "draggable": False,
        "lineStyle": {"color": "gradient", "opacity": 0.3, "curveness": 0.5},
        "emphasis": {"focus": "adjacency"},
        "tooltip": {"valueFormatter": "localized"},
        "animation": False,
    }
    return {"tooltip": {"trigger": "item"}, "series": [series]}


def flow_frame(flow: Flow) -> pd.DataFrame:
    """Every giver with every taker, for the download."""
    rows = [
        (giver.name, taker.name, round(float(flow.links[g, t]), 2))
        for g, giver in enumerate(flow.givers)
        for t, taker in enumerate(flow.takers)
    ]
    return pd.DataFrame(rows, columns=[_("From"), _("To"), _("Money a week")])


def flow_margin(flow: Flow) -> int:
    """Pixels that give the longest name its line, so that no amount is torn apart."""
    longest = max(len(one.label) for one in (*flow.givers, *flow.takers))
    return round(min(max(MARGIN, longest * LETTER + GAP), WIDEST))


def _node(end: End, color: str, side: str, margin: int) -> dict[str, object]:
    """A bar whose name stands on the outside."""
    label = {"position": side, "width": margin - GAP, "overflow": "break", "lineHeight": 16}
    return {"name": end.label, "itemStyle": {"color": color, "borderWidth": 0}, "label": label}
