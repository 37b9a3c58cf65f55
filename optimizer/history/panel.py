"""Panel: what was spent and what it brought, as arrays of cells x weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Cell(NamedTuple):
    """One place money can go: a content type on a network, for one audience where cells are split by it."""

    network: str
    content_type: str
    audience: str = ""

    @property
    def label(self) -> str:
        """Name for people: ``instagram/reel`` or ``instagram/reel/parents``."""
        return "/".join(part for part in self if part)


@dataclass(frozen=True)
class Panel:
    """The history of one advertiser on a common calendar.

    Attributes
    ----------
    cells : tuple of Cell
        C cells, sorted.
    weeks : array of datetime64[D], shape (T,)
        Mondays of the complete weeks, consecutive.
    spend : float array, shape (C, T)
        Account currency per week; NaN where no row was reported ("not observed"), 0 where the row says 0.
    outcomes : mapping of str to float array, shape (C, T)
        Counts or money per week, by column name; NaN where not observed.
    currency : str
        ISO 4217 code, or "" where the file names none.
    source_sha256 : str
        Hash of the bytes the history was read from.
    """

    cells: tuple[Cell, ...]
    weeks: NDArray[np.datetime64]
    spend: Floats
    outcomes: Mapping[str, Floats] = field(repr=False)
    currency: str = ""
    source_sha256: str = ""

    @property
    def recent_spend(self) -> Floats:
        """(C,) today's split: mean weekly spend of the last 12 complete weeks over the weeks observed, 0 without any."""
        last = self.spend[:, -RECENT_WEEKS:]
        seen = np.isfinite(last)
        return np.asarray(np.nansum(last, axis=1) / np.maximum(seen.sum(axis=1), 1), dtype=np.float64)


RECENT_WEEKS = 12
