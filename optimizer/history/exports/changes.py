"""Changes: what an import does to the rows of the history that it extends."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from optimizer.history.exports.table import to_csv
from optimizer.history.read import read_table
from optimizer.history.schema import KEY_COLUMNS


@dataclass(frozen=True)
class Changes:
    """Rows of a history after an import against before.

    Attributes
    ----------
    new : int
        Rows of a day, place and campaign that were not there.
    replaced : int
        Rows that were there with other figures.
    same : int
        Rows that are as they were.
    gone : int
        Rows that are no longer there: newer exports have their days under other names.
    """

    new: int
    replaced: int
    same: int
    gone: int

    @property
    def nothing(self) -> bool:
        """Whether the import changes nothing."""
        return not (self.new or self.replaced or self.gone)


def changes(before: bytes, after: pd.DataFrame) -> Changes:
    """Count what is new, replaced, the same and gone.

    Parameters
    ----------
    before : bytes
        The history file as an import wrote it.
    after : DataFrame
        The table of `Imported`.
    """
    old, new = _lines(before), _lines(to_csv(after))
    names = sorted({*old.columns, *new.columns})
    keys = ["date", *(name for name in KEY_COLUMNS if name in names)]
    old, new = (one.reindex(columns=names, fill_value="") for one in (old, new))
    pairs = old.merge(new, on=keys, how="outer", suffixes=(" before", ""), indicator="side")
    both = pairs[pairs["side"] == "both"]
    same = pd.Series(True, index=both.index)
    for name in names:
        if name not in keys:
            same &= both[name] == both[f"{name} before"]
    count = pairs["side"].value_counts()
    return Changes(
        int(count.get("right_only", 0)), int((~same).sum()), int(same.sum()), int(count.get("left_only", 0))
    )  # fmt: skip


def _lines(data: bytes) -> pd.DataFrame:
    """A history file as texts; equal texts are equal values, for it was written in one way."""
    raw = read_table(data, "history")
    return pd.DataFrame({name: pd.Series(values, dtype=object).fillna("") for name, values in raw.columns.items()})
