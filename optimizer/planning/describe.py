"""What a history holds, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import RECENT_WEEKS, Panel
from optimizer.language.message import Message, day, join, percent, place, say, say_many
from optimizer.language.message import number as written
from optimizer.planning.goal import choose_goal
from optimizer.planning.wording import money, number, outcome_name

if TYPE_CHECKING:
    from optimizer.history.history import History


def describe_history(history: History, panel: Panel) -> Message:
    """Say what was read: rows, weeks, cells, money, and what it brought.

    Parameters
    ----------
    history : History
    panel : Panel
        Made from it.
    """
    first, last = panel.weeks[0], panel.weeks[-1] + np.timedelta64(6, "D")
    networks = sorted({cell.network for cell in panel.cells})
    seen = float(np.isfinite(panel.spend).mean())
    weeks = len(panel.weeks)
    lines = [
        say(
            "Read {file}: {rows} {frequency} rows, {weeks} complete weeks, {first} to {last}.",
            file=history.file,
            rows=written(len(history.table)),
            frequency=say("weekly") if history.frequency == "weekly" else say("daily"),
            weeks=written(weeks),
            first=day(first),
            last=day(last),
        ),
        say_many(
            "Cells: {cells} on {count} network ({networks}), observed in {seen} of the weeks.",
            "Cells: {cells} on {count} networks ({networks}), observed in {seen} of the weeks.",
            len(networks),
            cells=written(len(panel.cells)),
            networks=join(", ", [place((name,)) for name in networks]),
            seen=percent(seen),
        ),
        say(
            "Spend: {spend} in all, {recent} a week over the last {weeks} weeks; {brought}.",
            spend=money(float(np.nansum(panel.spend)), panel.currency),
            recent=money(float(panel.recent_spend.sum()), panel.currency),
            weeks=written(min(RECENT_WEEKS, weeks)),
            brought=_brought(panel),
        ),
        _verdict(panel),
    ]
    return join("\n", lines)


def _brought(panel: Panel) -> Message:
    """The sum of every outcome."""
    sums = {name: float(np.nansum(values)) for name, values in panel.outcomes.items()}
    parts = [say("{outcome} {amount}", outcome=outcome_name(name), amount=number(one)) for name, one in sums.items()]
    return join(", ", parts)


def _verdict(panel: Panel) -> Message:
    """Whether `optimizer plan` takes the history as it is, or which options it needs."""
    needed = []
    try:
        choose_goal(panel, None)
    except InputError:
        known = [name for name, values in panel.outcomes.items() if np.nansum(values) > 0] or list(panel.outcomes)
        goals = ", ".join(known)  # as the option takes them
        needed.append(say("--goal ({goals}), since it has neither revenue nor conversions", goals=goals))
    if not panel.recent_spend.sum() > 0:
        needed.append(
            say("--current FILE, today's spend per cell, since nothing was spent in the last 12 complete weeks")
        )
    if len(needed) > 1:
        return say("It can be planned on with {one} and {other}.", one=needed[0], other=needed[1])
    return say("It can be planned on with {option}.", option=needed[0]) if needed else say("It can be planned on.")
