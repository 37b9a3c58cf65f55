"""XLSX and Parquet: cells that come with a type."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import numpy as np

from optimizer.errors import InputError
from optimizer.history.raw import PREAMBLE, RawTable, Row, from_columns, known_names, split_header, tabulate

_BROKEN = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, ValueError, OSError)


def read_xlsx(data: bytes, file: str) -> RawTable:
    """Read the sheet whose first rows name most columns of the table (the first such sheet).

    Raises
    ------
    InputError
        Not a workbook that can be opened, or no sheet with a usable header.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            # Styles and validations that the reader does not know are no concern of a history.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = book.worksheets
            if not sheets:
                raise InputError.at("the workbook has no sheet with cells", file=file)
            best = max(sheets, key=_names_in)
            rows = list(_rows(best))
    except _BROKEN as error:
        fix = "save it again as XLSX, without a password"
        raise InputError.at(f"the workbook cannot be opened ({error})", file=file, fix=fix) from error
    return tabulate(rows, file if len(sheets) < 2 else f"{file} (sheet {best.title})")


def _rows(sheet: Any) -> Iterator[Row]:
    # Programs that write a wrong sheet size would cut the table short.
    sheet.reset_dimensions()
    for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None for cell in cells):
            yield line, cells


def _names_in(sheet: Any) -> int:
    return max((len(known_names(cells)) for _, cells in islice(_rows(sheet), PREAMBLE)), default=0)


def read_parquet(data: bytes, file: str) -> RawTable:
    """Read a Parquet file; its first record is called row 2, as if the column names stood on row 1.

    Raises
    ------
    InputError
        Not a Parquet file that can be read, or required columns are missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError) as error:
        raise InputError.at(f"the Parquet file cannot be read ({error})", file=file, fix="write it again") from error
    table = table.select([name for name in table.column_names if not name.startswith("__index_level_")])
    names = list(map(str, table.column_names))
    split_header([(1, names)], file)
    if table.num_rows == 0:
        raise InputError.at("there are columns but no rows", file=file)
    columns = {name: _column(column) for name, column in zip(names, table.columns, strict=True)}
    return from_columns(columns, names, np.arange(2, table.num_rows + 2), file, ".", [])


def _column(column: Any) -> np.ndarray[Any, Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_decimal(kind):
        column, kind = column.cast(pa.float64()), pa.float64()
    if (pa.types.is_floating(kind) or pa.types.is_integer(kind)) and column.null_count == 0:
        return np.asarray(column.to_numpy())
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values
