"""Small files that stand for more than a machine can hold are refused with a sentence, before they are held."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from optimizer.errors import InputError
from optimizer.history import load_history, raw, sheets
from optimizer.history.headers import read_headers
from optimizer.history.sheets import read_parquet
from optimizer.ui import uploads
from optimizer.ui.uploads import Source, check_size

COLUMNS = ("date", "network", "content_type", "spend")
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(rows: str) -> bytes:
    """A workbook whose sheet is written by hand."""
    plain, made = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = SHEET.format(rows).encode() if entry.filename.endswith("sheet1.xml") else old.read(entry)
            new.writestr(entry.filename, content)
    return made.getvalue()


def header() -> str:
    cells = "".join(
        f'<c r="{place}1" t="inlineStr"><is><t>{name}</t></is></c>' for place, name in zip("ABCD", COLUMNS, strict=True)
    )
    return f'<row r="1">{cells}</row>'


def parquet(text: str, rows: int) -> bytes:
    """A table of one text in every place, which is stored once."""
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int8), [text])
    made = io.BytesIO()
    pq.write_table(pa.table(dict.fromkeys(COLUMNS, column)), made, store_schema=False)
    return made.getvalue()


def test_a_row_that_calls_itself_the_billionth_is_not_waited_for() -> None:
    with pytest.raises(InputError, match=r"more rows than a workbook can have; save it again with 1,048,576 rows"):
        load_history(workbook(header() + '<row r="90000000000"><c r="A1"><v>1</v></c></row>'), name="gap.xlsx")


def test_a_value_in_the_last_column_of_a_sheet_is_refused() -> None:
    with pytest.raises(InputError, match=r"row 2: the row has 16,384 columns; at most 2,000 are read"):
        load_history(workbook(header() + '<row r="2"><c r="XFD2"><v>1</v></c></row>'), name="wide.xlsx")


def test_a_format_in_the_last_column_of_a_sheet_is_nothing() -> None:
    values = '<c r="A2" t="inlineStr"><is><t>2026-01-05</t></is></c><c r="B2" t="inlineStr"><is><t>x</t></is></c>'
    row = (
        f'<row r="2">{values}<c r="C2" t="inlineStr"><is><t>reel</t></is></c><c r="D2"><v>5</v></c><c r="XFD2"/></row>'
    )
    _, rows = sheets.best_sheet(workbook(header() + row), "styled.xlsx", len)
    assert [len(cells) for _, cells in rows] == [4, 4]


def test_wide_rows_are_counted_as_the_cells_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "MOST_CELLS", 10_000)
    rows = "".join(f'<row r="{line}"><c r="ALL{line}"><v>1</v></c></row>' for line in range(2, 20))
    with pytest.raises(InputError, match=r"many\.xlsx: the table has more than 10,000 cells"):
        load_history(workbook(header() + rows), name="many.xlsx")


def test_short_rows_under_a_wide_header_are_counted_as_they_are_filled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "MOST_CELLS", 10_000)
    wide = ",".join([*COLUMNS, *(f"h{number}" for number in range(500))])
    with pytest.raises(InputError, match="the table has more than 10,000 cells"):
        load_history("\n".join([wide, *["2026-01-05"] * 30]).encode(), name="short.csv")


@pytest.mark.parametrize(
    "read", [lambda data: load_history(data, name="h.csv"), lambda data: read_headers(data, "h.csv")]
)
def test_a_header_of_thousands_of_names_is_refused_before_they_are_looked_up(read: Callable[[bytes], object]) -> None:
    names = ",".join([*COLUMNS, *(f"h{number}" for number in range(20_000))])
    with pytest.raises(InputError, match=r"row 1: the row has 20,004 columns"):
        read(f"{names}\n2026-01-05,x,reel,5\n".encode())


def test_a_text_that_is_stored_once_for_all_rows_is_not_written_out() -> None:
    data = parquet("x" * 500_000, 5_000)
    assert len(data) < 200_000
    with pytest.raises(InputError, match=r"dict\.parquet, column date: the texts up to this column are too long"):
        load_history(data, name="dict.parquet")


def test_a_number_that_is_stored_once_for_all_rows_is_counted_in_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parquet("2026-01-05", 1_000_000)
    assert len(data) < 50_000
    monkeypatch.setattr(uploads, "MAX_UNPACKED_MEGABYTES", 100)
    with pytest.raises(InputError, match="unpacks to 128 MB, more than the 100 MB"):
        check_size(Source.of("many.parquet", data))
    monkeypatch.setattr(raw, "MOST_CELLS", 3_999_999)
    with pytest.raises(InputError, match="more than 3,999,999 cells"):
        read_parquet(data, "many.parquet")


def test_texts_of_parquet_read_as_they_are_with_their_gaps() -> None:
    made = io.BytesIO()
    texts = ["reel", None, "Vidéo", "reel", ""]
    table = {name: ["x"] * 5 for name in COLUMNS} | {"content_type": texts, "spend": [1.0, 2.0, 3.0, 4.0, 5.0]}
    pq.write_table(pa.table(table), made, row_group_size=2)
    read = read_parquet(made.getvalue(), "h.parquet")
    assert read.columns["content_type"].tolist() == texts
    assert read.columns["spend"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
