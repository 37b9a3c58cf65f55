"""What a history holds, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import RECENT_WEEKS, Panel
from optimizer.planning.goal import choose_goal
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
        _verdict(panel),
    ]
    return "\n".join(lines)


def _verdict(panel: Panel) -> str:
    """Whether `optimizer plan` takes the history as it is, or which options it needs."""
    needed = []
    try:
        choose_goal(panel, None)
    except InputError:
        known = [name for name, values in panel.outcomes.items() if np.nansum(values) > 0] or list(panel.outcomes)
        needed.append(f"--goal ({', '.join(known)}), since it has neither revenue nor conversions")
    if not panel.recent_spend.sum() > 0:
        needed.append("--current FILE, today's spend per cell, since nothing was spent in the last 12 complete weeks")
    return f"It can be planned on with {' and '.join(needed)}." if needed else "It can be planned on."
