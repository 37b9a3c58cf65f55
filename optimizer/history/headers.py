"""Headers: what a file's first rows say, for a person who is to say what its columns are; nothing is refused here."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from optimizer.errors import InputError
from optimizer.history.mapping import AS_SPELLED, ColumnMapping, suggest
from optimizer.history.raw import PREAMBLE, Row, blank, check_width, known_names, shown
from optimizer.language.message import say

ROWS = 200
"""Rows looked at for the header and for sample values."""
SAMPLES = 3


@dataclass(frozen=True)
class HeaderFacts:
    """One header of a file.

    Attributes
    ----------
    name : str
        As the file spells it.
    samples : tuple of str
        The first different values below it, up to three.
    suggestion : str
        Column it may stand for, or "".
    """

    name: str
    samples: tuple[str, ...]
    suggestion: str


def read_headers(data: bytes, file: str, mapping: ColumnMapping = AS_SPELLED) -> tuple[HeaderFacts, ...]:
    """The headers of a file of whatever columns, in its order; a header that is there twice is named once.

    Parameters
    ----------
    data : bytes
        A CSV, XLSX or Parquet file.
    file : str
        Name for messages.
    mapping : ColumnMapping
        What is known of its headers already, to find the row they stand in.

    Raises
    ------
    InputError
        The file has another format, is empty or cannot be opened.
    """
    from optimizer.history.read import PARQUET, XLSX, kind_of, read_bytes

    data, file = read_bytes(data, file)
    kind = kind_of(data, file)
    if kind == PARQUET:
        rows = _parquet_rows(data, file)
    else:
        rows = _xlsx_rows(data, file, mapping) if kind == XLSX else _text_rows(data, file, mapping)
    if not rows:
        raise InputError.at(say("the file holds no rows"), file=file)
    check_width(rows[:PREAMBLE], file)
    position = header_position(rows, mapping)
    names = ["" if cell is None else str(cell).strip() for cell in rows[position][1]]
    suggested = suggest([name for name in names if name])
    facts: dict[str, HeaderFacts] = {}
    for place, name in enumerate(names):
        if name and name not in facts:
            facts[name] = HeaderFacts(name, _samples(rows[position + 1 :], place), suggested[name])
    return tuple(facts.values())


def header_position(rows: Sequence[Row], mapping: ColumnMapping = AS_SPELLED) -> int:
    """Which of the first rows is the header.

    The one that names most columns; where none names any, the one with most names that other programs use, then the
    one with most filled cells.

    Examples
    --------
    >>> header_position([(1, ["Campaign report"]), (2, ["Tag", "Plattform", "Kosten"]), (3, ["1.2.26", "x", "5"])])
    1
    """
    head = rows[:PREAMBLE]
    return max(range(len(head)), key=lambda place: _worth(head[place], mapping))


def _worth(row: Row, mapping: ColumnMapping) -> tuple[int, int, int]:
    """How much a row is like a header: columns it names, columns it may mean, and cells with text."""
    texts = [cell.strip() for cell in row[1] if isinstance(cell, str) and cell.strip()]
    return len(known_names(texts, mapping)), sum(1 for column in suggest(texts).values() if column), len(texts)


def _samples(rows: Sequence[Row], place: int) -> tuple[str, ...]:
    values = (cells[place] for _, cells in rows if place < len(cells))
    found = dict.fromkeys(shown(value, 40) for value in values if not blank(value))
    return tuple(islice(found, SAMPLES))


def _text_rows(data: bytes, file: str, mapping: ColumnMapping) -> list[Row]:
    from optimizer.history.text import decode, records, sniff

    text, _ = decode(data, file)
    delimiter, skip = sniff(text, mapping)
    found: list[Row] = []
    try:
        for line, fields in records(text, delimiter, skip, file):
            if any(not blank(cell) for cell in fields):
                found.append((line, fields))
            if len(found) == ROWS:
                break
    except InputError:  # quotes that do not match further down: what was read until then tells the headers
        if not found:
            raise
    return found


def _xlsx_rows(data: bytes, file: str, mapping: ColumnMapping) -> list[Row]:
    from optimizer.history.sheets import best_sheet

    def worth(head: Sequence[Row]) -> int:
        return 0 if not head else sum(_worth(head[header_position(head, mapping)], mapping)[:2])

    return best_sheet(data, file, worth, ROWS)[1]


def _parquet_rows(data: bytes, file: str) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(io.BytesIO(data))
        names: Row = (1, [str(name) for name in source.schema_arrow.names])
        batches = source.iter_batches(batch_size=ROWS)
        values = next(batches, None)
    except (pa.ArrowException, OSError) as error:
        problem = say("the Parquet file cannot be read ({error})", error=str(error))
        raise InputError.at(problem, file=file, fix=say("write it again")) from error
    columns = [] if values is None else [column.to_pylist() for column in values.columns]
    return [names, *((line, list(cells)) for line, cells in enumerate(zip(*columns, strict=True), start=2))]
