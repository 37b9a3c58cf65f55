"""XLSX and Parquet: cells that come with a type."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import numpy as np

from optimizer.errors import InputError
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.raw import (
    PREAMBLE,
    RawTable,
    Row,
    check_cells,
    check_width,
    from_columns,
    known_names,
    split_header,
    tabulate,
)
from optimizer.language.message import number, say

MOST_ROWS = 1_048_576
"""Rows of a sheet: no program writes more."""
MOST_TEXT = 1_000_000_000
"""Bytes of all texts of a Parquet file, where a text that is stored once may stand in every row."""
_BROKEN = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, ValueError, OSError)


def read_xlsx(data: bytes, file: str, mapping: ColumnMapping = AS_SPELLED) -> RawTable:
    """Read the sheet whose first rows name most columns of the table (the first such sheet).

    Raises
    ------
    InputError
        Not a workbook that can be opened, or no sheet with a usable header.
    """

    def names_in(head: Sequence[Row]) -> int:
        return max((len(known_names(cells, mapping)) for _, cells in head), default=0)

    sheet, rows = best_sheet(data, file, names_in)
    return tabulate(rows, sheet, mapping=mapping)


def best_sheet(
    data: bytes, file: str, worth: Callable[[Sequence[Row]], int], most: int | None = None
) -> tuple[str, list[Row]]:
    """The name for messages and the rows of the sheet whose first rows are worth most (the first such sheet).

    Parameters
    ----------
    data : bytes
    file : str
        Name for messages.
    worth : callable
    most : int, optional
        Rows to read.

    Raises
    ------
    InputError
        Not a workbook that can be opened.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            # Styles and validations that the reader does not know are no concern of a history.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = book.worksheets
            if not sheets:
                raise InputError.at(say("the workbook has no sheet with cells"), file=file)
            best = max(sheets, key=lambda sheet: worth(list(islice(_rows(sheet, file), PREAMBLE))))
            rows = list(islice(_rows(best, file), most))
    except _BROKEN as error:
        problem = say("the workbook cannot be opened ({error})", error=str(error))
        fix = say("save it again as XLSX, without a password")
        raise InputError.at(problem, file=file, fix=fix) from error
    return (file if len(sheets) < 2 else say("{file} (sheet {sheet})", file=file, sheet=best.title)), rows


def _rows(sheet: Any, file: str) -> Iterator[Row]:
    # Programs that write a wrong sheet size would cut the table short.
    sheet.reset_dimensions()
    count = 0
    for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if line > MOST_ROWS:  # one row that calls itself the last of many more would be led up to by empty ones
            fix = say("save it again with {most} rows at the most", most=number(MOST_ROWS))
            raise InputError.at(say("the sheet has more rows than a workbook can have"), file=file, fix=fix)
        if any(cell is not None for cell in cells):
            count += len(cells)
            check_cells(count, file)
            row = (line, _without_tail(cells))
            check_width([row], file)
            yield row


def _without_tail(cells: tuple[object, ...]) -> tuple[object, ...]:
    """The cells up to the last one that holds something: formats alone make a row as wide as the sheet."""
    width = len(cells)
    while width and cells[width - 1] is None:
        width -= 1
    return cells[:width]


def read_parquet(data: bytes, file: str, mapping: ColumnMapping = AS_SPELLED) -> RawTable:
    """Read a Parquet file; its first record is called row 2, as if the column names stood on row 1.

    Raises
    ------
    InputError
        Not a Parquet file that can be read, or required columns are missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(io.BytesIO(data))
        _check_counts(source.metadata, file)
        # Texts stay as they are stored, once each: written out for every row they could fill any memory.
        texts = [one.name for one in source.schema_arrow if _is_text(one.type)]
        table = pq.read_table(io.BytesIO(data), read_dictionary=texts)
    except (pa.ArrowException, OSError) as error:
        problem = say("the Parquet file cannot be read ({error})", error=str(error))
        raise InputError.at(problem, file=file, fix=say("write it again")) from error
    table = table.select([name for name in table.column_names if not name.startswith("__index_level_")])
    names = list(map(str, table.column_names))
    split_header([(1, names)], file, mapping)
    if table.num_rows == 0:
        raise InputError.at(say("there are columns but no rows"), file=file)
    _check_text(table, file)
    columns = {name: _column(column) for name, column in zip(names, table.columns, strict=True)}
    return from_columns(columns, names, np.arange(2, table.num_rows + 2), file, mapping)


def _column(column: Any) -> np.ndarray[Any, Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        return _texts(column)
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_decimal(kind):
        column, kind = column.cast(pa.float64()), pa.float64()
    if (pa.types.is_floating(kind) or pa.types.is_integer(kind)) and column.null_count == 0:
        return np.asarray(column.to_numpy())
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_counts(metadata: Any, file: str) -> None:
    """Refuse more values than can be kept, however few bytes they are packed in."""
    groups = (metadata.row_group(place) for place in range(metadata.num_row_groups))
    check_cells(sum(group.column(c).num_values for group in groups for c in range(group.num_columns)), file)


def _check_text(table: Any, file: str) -> None:
    """Refuse texts that would be too long for memory once they are written out for every row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = 0
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type) and _is_text(column.type.value_type):
            for part in column.chunks:
                size += pc.sum(pc.binary_length(part.dictionary).take(part.indices)).as_py() or 0
        if size > MOST_TEXT:
            problem = say("the texts up to this column are too long to be read")
            raise InputError.at(problem, file=file, column=str(name), fix=say("leave out columns with long texts"))


def _texts(column: Any) -> np.ndarray[Any, Any]:
    """Texts stored once each, as one object per different text; None where there is none."""
    parts = [np.empty(0, dtype=object)]
    for part in column.chunks:
        known = np.array([*part.dictionary.to_pylist(), None], dtype=object)
        parts.append(known[part.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)])
    return np.concatenate(parts)
