"""Cells: the body of an export as columns of codes and different values; text is split by Arrow, in parallel."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.exports.aliases import total_words
from optimizer.history.exports.layout import Layout
from optimizer.history.raw import Values
from optimizer.language.message import say

Codes = NDArray[np.int32]


class Coded(NamedTuple):
    """A column: `values[codes]` is it, row by row.

    Attributes
    ----------
    codes : int array (N,)
    values : object array (U,)
        Different values: text without space around it, "" where nothing stands; or what a workbook holds.
    """

    codes: Codes
    values: Values

    def keep_rows(self, rows: NDArray[np.int64]) -> Coded:
        """Some of the rows, with the values that these have."""
        again, values = pd.factorize(self.codes[rows])
        return Coded(again.astype(np.int32), self.values[values])


@dataclass(frozen=True, eq=False)
class Body:
    """The rows below the header.

    Attributes
    ----------
    layout : Layout
    count : int
        N rows.
    columns : mapping of int to Coded
        Wanted columns by their place in the header.
    """

    layout: Layout
    count: int
    columns: dict[int, Coded] = field(repr=False)
    regular: bool = True

    def line(self, row: int) -> int:
        """Line of the file on which a row (0 the first below the header) stands."""
        if self.layout.rows:
            return self.layout.rows[row][0]
        return int(self._lines[row]) if not self.regular else self.layout.line + 1 + row

    @cached_property
    def _lines(self) -> NDArray[np.int64]:
        """Lines of all rows; only for files with blank lines, notes or line breaks inside quotes."""
        width = len(self.layout.names)
        lines = [line for line, cells in _records(self.layout) if len(cells) == width]
        return np.array(lines[: self.count], dtype=np.int64)

    def whole(self, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """All cells of some rows."""
        if self.layout.rows:
            return [tuple(str(cell) for cell in self.layout.rows[row][1]) for row in rows]
        wanted = {self.line(row): place for place, row in enumerate(rows)}
        found: list[tuple[str, ...]] = [()] * len(rows)
        for line, cells in _records(self.layout):
            if line in wanted:
                found[wanted[line]] = tuple(cells)
        return found


def read_body(layout: Layout, wanted: Sequence[int], blocks: bool = False) -> Body:
    """Read the columns that are wanted.

    Parameters
    ----------
    layout : Layout
    wanted : sequence of int
        Places in the header.
    blocks : bool
        The table ends with the first blank line or comment; another may follow.

    Raises
    ------
    InputError
        There is no row, a row has more filled cells than the header, or quotes do not close.
    """
    body = _of_rows(layout, wanted) if layout.rows or not layout.delimiter else _of_text(layout, wanted, blocks)
    if not body.count:
        problem = say("there is a header but no row below it")
        raise InputError.at(problem, file=layout.file, row=layout.line, fix=say("export a period with delivery"))
    return body


def _of_rows(layout: Layout, wanted: Sequence[int]) -> Body:
    columns = {}
    for place in wanted:
        cells = np.empty(len(layout.rows), dtype=object)
        cells[:] = [_tidy(row[place] if place < len(row) else None) for _, row in layout.rows]
        codes, values = pd.factorize(cells, use_na_sentinel=False)
        columns[place] = Coded(codes.astype(np.int32), np.asarray(values, dtype=object))
    return Body(layout, len(layout.rows), columns)


def _tidy(cell: object) -> object:
    return "" if cell is None else cell.strip() if isinstance(cell, str) else cell


def _of_text(layout: Layout, wanted: Sequence[int], blocks: bool) -> Body:
    data = _first_block(layout.body) if blocks else layout.body
    odd: list[str] = []
    table = _split(layout, data, wanted, odd.append)
    if table is None or not all(_may_go(text, layout.delimiter) for text in odd):
        data = _padded(layout, data)
        layout = replace(layout, body=data)
        table = _split(layout, data, wanted, odd.append)
    if table is None:
        problem = say("the rows of this file cannot be told apart")
        raise InputError.at(problem, file=layout.file, fix=say("export it again"))
    lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    count, columns = table.num_rows, {}
    for place in wanted:
        # Each column is let go of as soon as it is read: two copies of a large export need not stand side by side.
        columns[place] = _coded(table.column(str(place)))
        table = table.drop_columns([str(place)])
    return Body(layout, count, columns, lines == count)


def _split(layout: Layout, data: bytes, wanted: Sequence[int], odd: Callable[[str], None]) -> Any:
    """The wanted columns as an Arrow table of dictionaries; None where the text does not keep to its own quotes."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    def skip(row: Any) -> str:
        odd(row.text)
        return "skip"

    names = [str(place) for place in range(len(layout.names))]
    kind = pa.dictionary(pa.int32(), pa.string())
    if not data.strip():
        return pa.table({str(place): pa.array([], type=kind) for place in wanted})
    try:
        return arrow.read_csv(
            pa.BufferReader(pa.py_buffer(data)),
            read_options=arrow.ReadOptions(column_names=names, block_size=1 << 22),
            parse_options=arrow.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=b'"' in data, invalid_row_handler=skip
            ),
            convert_options=arrow.ConvertOptions(
                include_columns=[str(place) for place in wanted],
                column_types={str(place): kind for place in wanted},
                strings_can_be_null=False,
            ),
        ).unify_dictionaries()
    except pa.ArrowInvalid:
        return None


def _coded(column: Any) -> Coded:
    import pyarrow as pa

    if column.num_chunks == 0 or len(column) == 0:
        return Coded(np.empty(0, dtype=np.int32), np.empty(0, dtype=object))
    whole = column.combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    texts = whole.dictionary.to_pylist()
    codes = whole.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    if any(text != text.strip() for text in texts):
        again, values = pd.factorize(np.array([text.strip() for text in texts], dtype=object))
        codes = again[codes].astype(np.int32)
    return Coded(codes, np.asarray(values, dtype=object))


def _first_block(data: bytes) -> bytes:
    """The rows up to a blank line or a comment."""
    ends = [place for mark in (b"\n\n", b"\n\r\n", b"\n#") if (place := data.find(mark)) >= 0]
    if data[:1] in (b"\n", b"\r", b"#"):
        return b""
    return data[: min(ends) + 1] if ends else data


def _may_go(text: str, delimiter: str) -> bool:
    """Whether a row that is shorter or longer than the header is no observation: blank, a note, or totals."""
    cells = [cell.strip() for cell in next(iter(csv.reader([text], delimiter=delimiter)), [])]
    filled = [cell for cell in cells if cell]
    return len(filled) <= 1 or any(map(is_total, filled))


def is_total(text: str) -> bool:
    """Whether a cell opens a row of totals: the word alone, or followed by what it is the total of.

    Examples
    --------
    >>> [is_total(text) for text in ("Total: Account", "Total of 12 results", "Gesamt", "Total comfort shoes", "All")]
    [True, True, True, False, False]
    """
    plain = " ".join(text.lower().split())
    if plain in total_words():
        return True
    first, colon, _ = plain.partition(":")
    if colon and first.strip() in total_words():
        return True
    return plain.startswith(("total of ", "totals of ", "totals for ", "total for "))


def _padded(layout: Layout, data: bytes) -> bytes:
    """The same rows, all as wide as the header.

    Raises
    ------
    InputError
        A row has more filled cells than the header.
    """
    width = len(layout.names)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\n")
    for line, cells in _records(layout, data):
        if any(cell.strip() for cell in cells[width:]) and not any(map(is_total, cells)):
            problem = say("{fields} fields where the header has {width}", fields=len(cells), width=width)
            fix = say("export it again as the network writes it; a name with the delimiter in it must be in quotes")
            raise InputError.at(problem, file=layout.file, row=line, fix=fix)
        writer.writerow([*cells[:width], *[""] * (width - len(cells))] if any(map(str.strip, cells)) else [])
    return out.getvalue().encode()


def _records(layout: Layout, data: bytes | None = None) -> Iterator[tuple[int, list[str]]]:
    """(line of the file, cells) of every record below the header; read line by line, since exports are large.

    Raises
    ------
    InputError
        Quotes do not close, or text follows them.
    """
    body = layout.body if data is None else data
    lines = (line.decode() for line in io.BytesIO(body))
    reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=True, strict=True)
    start = layout.line + 1
    try:
        for cells in reader:
            yield start, cells
            start = layout.line + reader.line_num + 1
    except csv.Error as error:
        unclosed = say("they do not close")
        reason = unclosed if "end of data" in str(error) else say("text follows where they close")
        problem = say("the quotes of this row do not match ({reason})", reason=reason)
        fix = say("double every quote inside a quoted text")
        raise InputError.at(problem, file=layout.file, row=start, fix=fix) from error
