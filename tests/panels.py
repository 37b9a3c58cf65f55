"""Damage done to simulated histories on purpose: what a real export would show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from optimizer.history.panel import Floats, Panel
from tests.worlds import Truth, carry

Change = Callable[[Floats, dict[str, Floats]], None]


def changed(panel: Panel, change: Change) -> Panel:
    """A copy of the panel after `change(spend, outcomes)` wrote into its arrays."""
    spend, outcomes = panel.spend.copy(), {name: values.copy() for name, values in panel.outcomes.items()}
    change(spend, outcomes)
    return replace(panel, spend=spend, outcomes=outcomes)


def scaled(panel: Panel, cell: int | slice, weeks: slice, share: Floats | float) -> Panel:
    """Outcomes of some weeks thinned or multiplied, kept whole."""

    def change(spend: Floats, outcomes: dict[str, Floats]) -> None:
        part = outcomes["conversions"][cell, weeks]
        outcomes["conversions"][cell, weeks] = np.round(part * share)
        outcomes["revenue"][cell, weeks] *= share

    return changed(panel, change)


def with_break(world: Truth, cell: int, weeks_ago: int, change: float) -> Panel:
    """What money brings changes for good by `change` (-0.6: it loses 60 %); organic outcome stays."""
    paid = world.height(carry(world.spend, world.decay))
    share = (world.organic[:, None] + (1.0 + change) * paid) / (world.organic[:, None] + paid)
    return scaled(world.panel(), cell, slice(-weeks_ago, None), share[cell, -weeks_ago:])


def without_newest(panel: Panel, reported: Iterable[float]) -> Panel:
    """Newest weeks of which only a share is in yet: the first share is the newest week's."""
    for age, share in enumerate(reported):
        at = panel.spend.shape[1] - 1 - age
        panel = scaled(panel, slice(None), slice(at, at + 1), share)
    return panel


def select(panel: Panel, cells: Iterable[int]) -> Panel:
    """The panel with some of its cells, in that order."""
    index = list(cells)
    outcomes = {name: values[index] for name, values in panel.outcomes.items()}
    return replace(panel, cells=tuple(panel.cells[c] for c in index), spend=panel.spend[index], outcomes=outcomes)
