"""The chart of the page Plan: what flows where, as an ECharts option."""

from __future__ import annotations

import pandas as pd

from optimizer.ui.colours import CURVE, PLAN, QUIET
from optimizer.ui.language import _
from optimizer.ui.plan_flow import End, Flow

ROW, LEAST = 46, 180  # height in pixels: of an end, and of the whole
MARGIN = 175  # pixels beside the bars, where their names stand


def flow_height(flow: Flow) -> int:
    """Pixels that give every end room for its name."""
    return max(LEAST, ROW * max(len(flow.givers), len(flow.takers)))


def flow_option(flow: Flow) -> dict[str, object]:
    """Givers on the left in orange, takers on the right in blue; sign, side and name say the same."""
    nodes: list[dict[str, object]] = [
        *(_node(one, PLAN, "left") for one in flow.givers),
        *(_node(one, CURVE, "right") for one in flow.takers),
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
        "left": MARGIN,
        "right": MARGIN,
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


def _node(end: End, color: str, side: str) -> dict[str, object]:
    """A bar whose name stands on the outside."""
    label = {"position": side, "width": MARGIN - 16, "overflow": "break", "lineHeight": 16}
    return {"name": end.label, "itemStyle": {"color": color, "borderWidth": 0}, "label": label}
