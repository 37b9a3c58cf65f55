"""Small tables with one row per cell: bounds and today's spend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.history.schema import closest, fold
from optimizer.language.message import Message, join, say, say_many

KEYS = ("network", "content_type")
AUDIENCE = "audience"
SHOWN = 5  # cells that a hint lists
HISTORY = say("the history")  # where cells come from unless told


class Handed(NamedTuple):
    """A file that was handed over rather than named: its bytes, and the name that messages call it by."""

    data: bytes
    name: str


@dataclass(frozen=True, eq=False)
class CellTable:
    """Amounts per cell as a file gives them.

    Attributes
    ----------
    file : str
        Name for messages.
    headers : tuple of str
        The amounts' columns as the file spells them.
    values : tuple of float array, each (C,)
        One array per column asked for; NaN where the file says nothing.
    rows : int array, shape (C,)
        Line of the file that names the cell; 0 where none does.
    """

    file: str
    headers: tuple[str, ...]
    values: tuple[Floats, ...]
    rows: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Records:
    """Rows below the header: line numbers and fields by canonical name."""

    file: str
    spelled: Mapping[str, str]
    lines: list[int]
    fields: Mapping[str, list[str]]
    decimal_hint: str


def read_cell_table(
    path: str | Path | Handed, cells: Sequence[Cell], columns: Sequence[str], source: str = HISTORY
) -> CellTable:
    """Read amounts per cell from a CSV file: network, content_type[, audience] and `columns`.

    Encoding, delimiter and decimal mark are found as in a history. Columns that are not asked for are left out.

    Parameters
    ----------
    path : path or Handed
    cells : sequence of Cell
        The C cells that exist; names are compared without regard to case and spaces around them, audiences that differ
        in case alone by their exact spelling.
    columns : sequence of str
        Names of the amounts.
    source : str
        Where the cells come from, for messages.

    Raises
    ------
    InputError
        The file cannot be read, a column is missing, a cell is unknown or named twice, or an amount is not a number of
        0 or more; with file, row and column.
    """
    records = read_records(path, columns)
    places = _places(records, cells, source)
    rows = np.zeros(len(cells), dtype=np.int64)
    rows[places] = records.lines
    amounts = amounts_of(records, columns)
    values = []
    for name in columns:
        value = np.full(len(cells), np.nan)
        value[places] = amounts[name]
        values.append(value)
    return CellTable(records.file, tuple(records.spelled[name] for name in columns), tuple(values), rows)


def read_records(path: str | Path | Handed, columns: Sequence[str], optional: Sequence[str] = ()) -> Records:
    """Read the rows of a CSV file that names network, content_type[, audience] and `columns`; `optional` ones if there.

    Raises
    ------
    InputError
        The file cannot be read, holds no row, or a column is missing or named twice.
    """
    from optimizer.history.read import read_bytes
    from optimizer.history.text import decode, records, sniff

    data, file = read_bytes(*path) if isinstance(path, Handed) else read_bytes(path)
    if data.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0")):
        raise InputError.at(say("this is not a text file"), file=file, fix=say("save the table as CSV"))
    text, _ = decode(data, file)
    delimiter, skip = sniff(text)
    rows = (
        (line, fields)
        for line, fields in records(text, delimiter, skip, file)
        if any(field.strip() for field in fields)
    )
    line, header = next(rows, (1, []))
    spelled = _header([name.strip() for name in header], (line, file), columns, optional)
    column = {name: [fold(cell) for cell in header].index(name) for name in spelled}
    lines: list[int] = []
    fields: dict[str, list[str]] = {name: [] for name in spelled}
    first = next(rows, None)
    if first is None:
        problem = say("there is a header but no row below it")
        raise InputError.at(problem, file=file, row=line, fix=say("add a row per cell"))
    for row_line, row in chain([first], rows):
        lines.append(row_line)
        for name, position in column.items():
            fields[name].append(row[position].strip() if position < len(row) else "")
    return Records(file, spelled, lines, fields, "," if delimiter == ";" else ".")


def _header(names: list[str], at: tuple[int, str], columns: Sequence[str], optional: Sequence[str]) -> dict[str, str]:
    """Canonical name to the file's spelling of the columns that matter; `at` is line and file."""
    (line, file), wanted = at, [*KEYS, *columns]
    folded = [fold(name) for name in names]
    for name in [*wanted, AUDIENCE, *optional]:
        if folded.count(name) > 1:
            problem = say("the header names {column} more than once", column=name)
            raise InputError.at(problem, file=file, row=line, column=name, fix=say("keep one of them"))
    missing = [name for name in wanted if name not in folded]
    if missing:
        others = [name for name in names if name and fold(name) not in wanted]
        pairs = [(name, column) for name in others if (column := closest(name, missing))]
        near = join(", ", [say("'{given}' may be {column}", given=given, column=column) for given, column in pairs])
        problem = say_many(
            "column {columns} is missing; the header has {names}",
            "columns {columns} are missing; the header has {names}",
            len(missing),
            columns=", ".join(missing),
            names=", ".join(name for name in names if name) or say("nothing"),
        )
        columns_wanted = ", ".join(wanted)
        fix = say("the first row must name {columns}", columns=columns_wanted)
        if near:
            fix = say("the first row must name {columns} ({hints})", columns=columns_wanted, hints=near)
        raise InputError.at(problem, file=file, row=line, fix=fix)
    return {name: names[folded.index(name)] for name in [*wanted, AUDIENCE, *optional] if name in folded}


def _places(records: Records, cells: Sequence[Cell], source: str) -> list[int]:
    """Position of each row's cell; refuses unknown cells and cells named twice."""
    known = {_key(*cell): position for position, cell in enumerate(cells)}
    exact = {_key(*cell, fold_audience=False): position for position, cell in enumerate(cells)}
    several = {key for key, times in Counter(_key(*cell) for cell in cells).items() if times > 1}
    seen: dict[int, int] = {}
    places = []
    audiences = records.fields.get(AUDIENCE, [""] * len(records.lines))
    names = zip(records.fields["network"], records.fields["content_type"], audiences, strict=True)
    for line, cell in zip(records.lines, (Cell(*name) for name in names), strict=True):
        at = exact.get(_key(*cell, fold_audience=False))
        if at is None and _key(*cell) in several:
            column, like = records.spelled[AUDIENCE], [one for one in cells if _key(*one) == _key(*cell)]
            problem, fix = _ambiguous(cell, like), say("write it as in {source}", source=source)
            raise InputError.at(problem, file=records.file, row=line, column=column, fix=fix)
        at = known.get(_key(*cell)) if at is None else at
        if at is None:
            column, fix = _wrong_column(cell, cells, records.spelled), _suggestion(cell, cells, source)
            problem = say("cell '{cell}' is not in {source}", cell=cell.label, source=source)
            raise InputError.at(problem, file=records.file, row=line, column=column, fix=fix)
        if at in seen:
            column, fix = records.spelled["content_type"], say("keep one of the two rows")
            problem = say("row {row} names '{cell}' too", row=str(seen[at]), cell=cell.label)
            raise InputError.at(problem, file=records.file, row=line, column=column, fix=fix)
        seen[at] = line
        places.append(at)
    return places


def _ambiguous(cell: Cell, like: Sequence[Cell]) -> Message:
    """Audiences that differ in case alone, of which the file names none exactly."""
    first, *others = [repr(one.audience) for one in like]
    choice = Message(first)
    for other in others:
        choice = say("{one} or {other}", one=choice, other=other)
    return say("audience '{audience}' may be {choice}", audience=cell.audience, choice=choice)


def _key(network: str, content_type: str, audience: str, fold_audience: bool = True) -> tuple[str, str, str]:
    """A cell as names are compared; audiences keep their case in a history, so two may differ in it alone."""
    named = " ".join(audience.split())
    return network.strip().lower(), content_type.strip().lower(), named.lower() if fold_audience else named


def _wrong_column(cell: Cell, cells: Sequence[Cell], spelled: Mapping[str, str]) -> str:
    """The first column whose value no cell has beside the ones before it."""
    wanted = _key(*cell)
    if all(_key(*one)[0] != wanted[0] for one in cells):
        return spelled["network"]
    if all(_key(*one)[:2] != wanted[:2] for one in cells):
        return spelled["content_type"]
    return spelled.get(AUDIENCE, spelled["content_type"])


def _suggestion(cell: Cell, cells: Sequence[Cell], source: str) -> Message:
    """What to write instead."""
    if cell.audience and not any(one.audience for one in cells):
        if source == HISTORY:
            return say(
                "cells of this plan are not split by audience; leave the column out or split them (--by-audience)"
            )
        return say("cells of this plan are not split by audience; leave the column out")
    labels = [one.label for one in cells]
    near = get_close_matches(cell.label.lower(), labels, n=1, cutoff=0.6)
    if near:
        return say("did you mean '{cell}'? Cells are named as in {source}", cell=near[0], source=source)
    same = [label for one, label in zip(cells, labels, strict=True) if one.network == cell.network.strip().lower()]
    shown = ", ".join((same or labels)[:SHOWN])
    if len(same or labels) > SHOWN:
        return say("cells of {source} are {cells} and others", source=source, cells=shown)
    return say("cells of {source} are {cells}", source=source, cells=shown)


def amounts_of(records: Records, columns: Sequence[str]) -> dict[str, Floats]:
    """Parse the amounts; the decimal mark is decided once for the file."""
    from optimizer.history.numerals import decide_mark, to_numbers

    texts = {name: np.array(records.fields[name], dtype=object) for name in columns}
    mark = decide_mark(texts.values(), records.decimal_hint).mark
    parsed = {}
    for name, values in texts.items():
        numbers, bad = to_numbers(values, mark)
        wrong = sorted({*bad, *(int(i) for i in np.flatnonzero((numbers < 0) | np.isinf(numbers)))})
        if wrong:
            i = wrong[0]
            given = f"'{values[i]}'" if i in bad else str(values[i])
            raise InputError.at(
                say("{column} is {given}", column=name, given=given),
                file=records.file,
                row=records.lines[i],
                column=records.spelled[name],
                fix=say("write a number of 0 or more"),
            )
        parsed[name] = numbers
    return parsed
