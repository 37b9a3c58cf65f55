"""Rows that say the same thing twice, and rows that only look as if they did."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.dates import Days
from optimizer.history.findings import Finding, Severity
from optimizer.history.numerals import parse
from optimizer.history.raw import RawTable, Values, shown
from optimizer.history.schema import CELL_COLUMNS, KEY_COLUMNS, fold
from optimizer.language.message import day, join, place, say, say_many


def series_codes(table: pd.DataFrame) -> NDArray[np.int64]:
    """(N,) one number per time series: rows that agree in every naming column share it."""
    names = [name for name in KEY_COLUMNS if name in table]
    return np.asarray(table.groupby(names, sort=True, dropna=False).ngroup(), dtype=np.int64)


def check_duplicates(raw: RawTable, series: NDArray[np.int64], days: Days) -> list[Finding]:
    """Refuse rows that repeat another one.

    Two rows repeat each other if date (with its time, if given), network, content type, audience, campaign and landing
    page are equal. They are not duplicates but finer rows, to be summed, if every such pair differs in a column that
    names something this table does not hold, such as a device or an ad: one with text or an id, whose values come again
    on other rows. A running row number does not count.

    Returns
    -------
    list of Finding
        One note that finer rows were summed, or nothing.

    Raises
    ------
    InputError
        A row repeats another one; the message names both.
    """
    key = _pair(series, days.stamp.astype(np.int64))
    if len(np.unique(key)) == len(key):
        return []
    split_by = []
    for name, values in _naming(raw.unknown).items():
        key = _pair(key, values)
        split_by.append(name)
    repeats = pd.Series(key).duplicated().to_numpy()
    if repeats.any():
        raise _repeated(raw, key, repeats, days)
    return [
        Finding(
            "finer-rows",
            Severity.NOTE,
            say("rows of the same day and campaign differ only in {columns}", columns=join(", ", split_by)),
            say("they were summed"),
            raw.file,
        )
    ]


def _repeated(raw: RawTable, key: NDArray[np.int64], repeats: NDArray[np.bool_], days: Days) -> InputError:
    later = int(np.flatnonzero(repeats)[0])
    earlier = int(np.flatnonzero(key == key[later])[0])
    named = [name for name in KEY_COLUMNS[2:] if name in raw.columns]
    twice = say(
        "this row repeats row {row} ({day}, {cell}: same {columns})",
        row=str(raw.rows[earlier]),
        day=day(days.day[later]),
        cell=place(shown(raw.columns[name][later]) for name in CELL_COLUMNS),
        columns=join(", ", ["date", *CELL_COLUMNS, *named]),
    )
    more = int(repeats.sum()) - 1
    also = say_many("{more} more row repeats another", "{more} more rows repeat another", more, more=more)
    return InputError.at(
        join("; ", [twice, also if more else ""]),
        file=raw.file,
        row=int(raw.rows[later]),
        fix=say("remove one of them, or add the column that tells them apart, such as campaign"),
    )


def _pair(codes: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number per distinct pair."""
    _, first = np.unique(codes, return_inverse=True)
    _, second = np.unique(values, return_inverse=True)
    return np.asarray(first * (int(second.max()) + 1) + second, dtype=np.int64)


def _naming(unknown: Mapping[str, Values]) -> dict[str, NDArray[np.int64]]:
    """Codes of the unknown columns that name something: text or ids that come again on other rows."""
    found = {}
    for name, values in unknown.items():
        codes, unique = pd.factorize(values.astype(object), use_na_sentinel=False)
        if not 1 < len(unique) < len(values):
            continue
        words = (value for value in unique if isinstance(value, str))
        is_id = fold(name) == "id" or fold(name).endswith("_id")
        if is_id or any(_is_word(value) for value in words):
            found[name] = codes.astype(np.int64)
    return found


def _is_word(text: str) -> bool:
    text = text.strip().rstrip("%")
    return any(character.isalpha() for character in text) and parse(text, ".") is None
