"""Table: the history that exports make, as rows and as the bytes of a file; and a history made before, as exports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimizer.history.exports.aliases import Network
from optimizer.history.exports.figures import codes_of, summed
from optimizer.history.exports.rows import Export
from optimizer.history.raw import Values
from optimizer.history.read import read_table
from optimizer.history.schema import BY_NAME, COLUMNS, KEY_COLUMNS, NUMERIC, Kind
from optimizer.history.tidy import tidy

_NO_NAME = frozenset({"", "-", "--", "—", "–", "n/a", "#n/a", "nan", "null"})
_DECIMALS = 6
_EXACT = 2.0**53


def families(networks: Sequence[Network]) -> dict[str, str]:
    """Network of a row to the source that exports it."""
    return {name: one.source for one in networks for name in one.covers}


def of_history(data: bytes, file: str, networks: Sequence[Network]) -> list[Export]:
    """A history made before, as one export for each network's exports.

    Raises
    ------
    InputError
        The file cannot be read as a history.
    """
    table, raw, _ = tidy(read_table(data, file))
    rows = table.reset_index(names="line").rename(columns={"date": "day"})
    rows["day"] = rows["day"].astype("datetime64[s]")
    for name in ("audience", "campaign", "landing_page", "currency"):
        if name not in rows:
            rows[name] = ""
    rows = rows.assign(account="", campaign_id="", rows=1)
    source_of, by_source = families(networks), {one.source: one for one in networks}
    sources = rows["network"].map(lambda name: source_of.get(name, name))
    made = []
    for source in sorted(set(sources)):
        own = rows[sources == source].reset_index(drop=True)
        network = by_source.get(source, Network(source, source, source, (source,)))
        days = own["day"].to_numpy().astype("datetime64[D]")
        first, last, nothing = days.min(), days.max(), np.datetime64("NaT", "D")
        spelled = dict(raw.spelled)
        made.append(Export(file, network, own, first, last, nothing, rows=len(own), headers=spelled, state=True))
    return made


def of_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The table of a history: one row per day, network, content type and campaign, in a fixed order.

    Parameters
    ----------
    rows : DataFrame
        Day, names, currency and figures; any order.
    """
    table = rows.rename(columns={"day": "date"}).reset_index(drop=True)
    for name in (*KEY_COLUMNS, "currency"):
        table[name] = _names(table[name], name) if name in table else ""
    keys = ["date", *KEY_COLUMNS]
    figures = [name for name in NUMERIC if name in table]
    # A fixed order before the sums makes them the same to the last bit, however files and rows were ordered.
    table = table.sort_values([*keys, *figures], kind="stable", ignore_index=True, na_position="first")
    group, first = codes_of(*(pd.factorize(table[name])[0].astype(np.int64) for name in keys))
    made = table.loc[first, [*keys, "currency"]].reset_index(drop=True)
    alone = np.bincount(group, minlength=len(first)) == 1
    for name in figures:
        sums = summed(table[name].to_numpy(dtype=np.float64), group, len(first))
        made[name] = np.round(sums if BY_NAME[name].additive else np.where(alone, sums, np.nan), _DECIMALS)
    return made[[one.name for one in COLUMNS if one.name in made and _needed(made, one.name)]]


def _needed(table: pd.DataFrame, name: str) -> bool:
    """Required columns, and those that hold something."""
    column = BY_NAME[name]
    if column.required:
        return True
    return bool(table[name].notna().any() if column.numeric else (table[name] != "").any())


def _names(column: pd.Series, name: str) -> pd.Series:
    """Names as a history's reader makes them, so that two of them are never one when it is read."""
    codes, values = pd.factorize(column.fillna(""))
    plain = [" ".join(str(value).split()) for value in values]
    plain = ["" if value.lower() in _NO_NAME else value for value in plain]
    if name in ("network", "content_type"):
        plain = [value.lower() for value in plain]
    return pd.Series(np.array([*plain, ""], dtype=object)[codes], index=column.index)


def to_csv(table: pd.DataFrame) -> bytes:
    """The bytes of a history file; equal tables give equal bytes."""
    texts: dict[str, Values] = {}
    for name in table.columns:
        column = BY_NAME[name]
        if column.kind is Kind.DATE:
            texts[name] = np.datetime_as_string(table[name].to_numpy().astype("datetime64[D]"))
        elif column.numeric:
            texts[name] = _figures(table[name].to_numpy(dtype=np.float64))
        else:
            texts[name] = table[name].to_numpy(dtype=object)
    return pd.DataFrame(texts).to_csv(index=False, lineterminator="\n").encode()


def _figures(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Values:
    """Numbers as they are written: no decimals where there are none, else as few as tell the number."""
    unique, codes = np.unique(values, return_inverse=True)
    texts = np.array([_figure(float(value)) for value in unique], dtype=object)
    return texts[codes]


def _figure(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
