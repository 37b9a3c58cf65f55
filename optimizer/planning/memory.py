"""Memory: what a studio worked out for one question and can use for the next, to the last bit the same.

A curve depends on its cell, the largest spend asked about, today's spend, the weeks and what is changed, and on no
other cell. So when a slider moves, only the curves that it touches are worked out anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from optimizer.history.panel import Floats
from optimizer.response.goal import GoalResponse

if TYPE_CHECKING:
    from optimizer.planning.fit import Response
    from optimizer.response.curves import Curves
    from optimizer.response.model import Bands

MOST_ROWS = 20_000  # curves of one cell each; half a kilobyte
MOST_BANDS = 64

Kept = TypeVar("Kept")
Row = tuple[Floats, Floats]


class Shelf(Generic[Kept]):
    """Things by key; the one not used for longest goes when there are too many. May be used by several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, keys: list[Hashable]) -> list[Kept | None]:
        """What is kept under each key, or None."""
        with self._lock:
            for key in keys:
                if key in self._kept:
                    self._kept.move_to_end(key)
            return [self._kept.get(key) for key in keys]

    def put(self, key: Hashable, value: Kept) -> None:
        """Keep something."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


class Memory:
    """Curves and bands that were worked out before."""

    def __init__(self) -> None:
        self.rows: Shelf[Row] = Shelf(MOST_ROWS)
        self.bands: Shelf[Bands] = Shelf(MOST_BANDS)


@dataclass(frozen=True, eq=False)
class Recall:
    """A memory asked about responses under one change.

    Attributes
    ----------
    memory : Memory
        Of a studio: its fits are the same for all questions.
    shift : str
        What is changed about the response.
    today : float array, shape (C,)
        What the responses spend after a plan (`with_today`).
    """

    memory: Memory
    shift: str
    today: Floats

    def curves(self, model: Response, upper: Floats, weeks: int, goal: str) -> Curves:
        """The curves that `model.curves` gives."""
        knots = model.knots(upper)
        about = (self.shift, _fits(model), weeks, goal)
        ends = zip(upper.tolist(), self.today.tolist(), strict=True)
        keys: list[Hashable] = [(*about, cell, *end) for cell, end in enumerate(ends)]
        rows = self.memory.rows.get(keys)
        missing = np.array([cell for cell, row in enumerate(rows) if row is None], dtype=np.intp)
        if missing.size:
            value, slope = model.weekly(weeks, goal).of(missing).constant(knots[missing])
            for place, cell in enumerate(missing.tolist()):
                row = value[place], slope[place]
                rows[cell] = row
                self.memory.rows.put(keys[cell], row)
        known = [row for row in rows if row is not None]
        return model.through(knots, np.stack([row[0] for row in known]), np.stack([row[1] for row in known]))

    def bands(self, model: Response, upper: Floats, goal: str) -> Bands:
        """The bands that `model.bands` gives."""
        key: Hashable = (self.shift, _fits(model), goal, upper.tobytes())
        return self._found(self.memory.bands, key, lambda: model.bands(upper, goal))

    @staticmethod
    def _found(shelf: Shelf[Kept], key: Hashable, work_out: Callable[[], Kept]) -> Kept:
        kept = shelf.get([key])[0]
        if kept is None:
            kept = work_out()
            shelf.put(key, kept)
        return kept


def _fits(model: Response) -> Hashable:
    """Which of a studio's fits a response is made of."""
    if isinstance(model, GoalResponse):
        return tuple(model.worths.items())
    return model.outcome
