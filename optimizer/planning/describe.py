"""What a history holds, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.panel import RECENT_WEEKS, Panel
from optimizer.planning.wording import money, number

if TYPE_CHECKING:
    from optimizer.history.history import History


def describe_history(history: History, panel: Panel) -> str:
    """Say what was read: rows, weeks, cells, money, and what it brought.

    Parameters
    ----------
    history : History
    panel : Panel
        Made from it.
    """
    first, last = panel.weeks[0], panel.weeks[-1] + np.timedelta64(6, "D")
    networks = sorted({cell.network for cell in panel.cells})
    spend = float(np.nansum(panel.spend))
    brought = [
        f"{name.replace('_', ' ')} {number(float(np.nansum(values)))}" for name, values in panel.outcomes.items()
    ]
    seen = float(np.isfinite(panel.spend).mean())
    recent = float(panel.recent_spend.sum())
    weeks = len(panel.weeks)
    where = f"{len(networks)} network{'s' if len(networks) > 1 else ''} ({', '.join(networks)})"
    lines = [
        f"Read {history.file}: {len(history.table):,} {history.frequency} rows, {weeks} complete weeks, "
        f"{first} to {last}.",
        f"Cells: {len(panel.cells)} on {where}, observed in {100 * seen:.0f} % of the weeks.",
        f"Spend: {money(spend, panel.currency)} in all, {money(recent, panel.currency)} a week over the last "
        f"{min(RECENT_WEEKS, weeks)} weeks; {', '.join(brought)}.",
        "It can be planned on.",
    ]
    return "\n".join(lines)
