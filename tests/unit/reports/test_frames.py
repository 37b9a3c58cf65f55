"""The data of charts as files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import optimizer.reports
from optimizer.errors import InputError
from optimizer.language.catalogue import speaker
from optimizer.language.message import say
from optimizer.reports import book as books
from optimizer.reports import frame_csv, frame_xlsx
from optimizer.reports.book import Book, Column

FRAME = pd.DataFrame(
    {
        "Network": ["facebook", "=HYPERLINK(1)", None],
        "Week": pd.to_datetime(["2025-01-06", "2025-01-13", None]),
        "Spend": [1234.5, np.nan, -3.25],
        "Posts": [3, 4, 1200],
        "Locked": [True, False, True],
        "-odd": [Decimal("1.5"), 7, np.inf],
    }
)


def test_a_frame_becomes_a_sheet_of_numbers_days_and_harmless_texts(read):
    book = read(frame_xlsx(FRAME))
    assert book.names == ["Data"]
    header, *rows = book.rows("Data")
    assert header == ("Network", "Week", "Spend", "Posts", "Locked", "'-odd")
    assert rows == [
        ("facebook", dt.datetime(2025, 1, 6), 1234.5, 3, "true", 1.5),
        ("'=HYPERLINK(1)", dt.datetime(2025, 1, 13), None, 4, "false", 7),
        (None, None, -3.25, 1200, "true", None),
    ]
    sheet = book.book["Data"]
    assert [cell.number_format for cell in sheet[2]] == [
        "General", "yyyy-mm-dd", "#,##0", "#,##0", "General", "#,##0.000"
    ]  # fmt: skip
    assert sheet.freeze_panes == "A2"


def test_widths_suit_what_stands_in_the_columns(read):
    frame = pd.DataFrame({"a": ["x" * 30, "y"], "A title of many words": [1, 2], "b": ["z" * 500, ""]})
    sheet = read(frame_xlsx(frame)).book["Data"]
    widths = [sheet.column_dimensions[name].width for name in "ABC"]
    assert 30 < widths[0] < 36
    assert widths[1] < 12
    assert 40 < widths[2] < 60


def test_a_frame_becomes_csv_that_reads_back(read):
    content = frame_csv(FRAME)
    assert content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [
        ["Network", "Week", "Spend", "Posts", "Locked", "'-odd"],
        ["facebook", "2025-01-06", "1234.5", "3", "true", "1.5"],
        ["'=HYPERLINK(1)", "2025-01-13", "", "4", "false", "7"],
        ["", "", "-3.25", "1200", "true", ""],
    ]
    back = pd.read_csv(io.BytesIO(content))
    assert back["Spend"].tolist()[0] == 1234.5
    assert back["Spend"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_no_text_of_a_frame_runs_as_a_formula(read, text):
    frame = pd.DataFrame({text: [text], "plain": ["ok"]})
    assert read(frame_xlsx(frame)).rows("Data")[0][0].startswith("'")
    assert [row[0][:2] for row in csv.reader(io.StringIO(frame_csv(frame).decode("utf-8-sig"), newline=""))] == (
        [f"'{text[0]}"] * 2
    )


def test_numbers_lose_nothing():
    values = [0.1 + 0.2, 1e-12, 123456789.123456789, float(2**60)]
    read_back = pd.read_csv(io.BytesIO(frame_csv(pd.DataFrame({"x": values}))), dtype=str)
    assert [float(one) for one in read_back["x"]] == values


def test_moments_with_a_time_are_told_as_text(read):
    frame = pd.DataFrame({"when": pd.to_datetime(["2025-01-06 14:05", "2025-01-07 00:00"]).tz_localize("UTC")})
    assert [row[0] for row in read(frame_xlsx(frame)).rows("Data")[1:]] == [
        "2025-01-06 14:05:00+00:00", "2025-01-07 00:00:00+00:00"
    ]  # fmt: skip
    old = pd.DataFrame({"day": [dt.date(1850, 1, 2), dt.date(2025, 1, 6)]})
    assert [row[0] for row in read(frame_xlsx(old)).rows("Data")[1:]] == ["1850-01-02", dt.datetime(2025, 1, 6)]


def test_the_sheet_is_named_in_the_readers_language(read):
    assert read(frame_xlsx(FRAME, speaker("vi"))).names == ["Dữ liệu"]
    assert read(frame_xlsx(FRAME, speaker("vi"), say("Totals"))).names == ["Tổng cộng"]
    assert read(frame_xlsx(FRAME, title="Chi tiêu")).names == ["Chi tiêu"]


def test_an_empty_frame_is_a_sheet_with_titles(read):
    assert read(frame_xlsx(FRAME.iloc[:0])).rows("Data") == [("Network", "Week", "Spend", "Posts", "Locked", "'-odd")]
    assert frame_csv(FRAME.iloc[:0]).decode("utf-8-sig") == "Network,Week,Spend,Posts,Locked,'-odd\r\n"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(books, "MOST_ROWS", 2)
    with pytest.raises(InputError, match="a sheet can hold 2 rows, not 3; choose less, or take the CSV"):
        frame_xlsx(FRAME)


def test_a_text_longer_than_a_cell_is_cut_and_says_so(read):
    kept = read(frame_xlsx(pd.DataFrame({"a": ["x" * 40_000]}))).rows("Data")[1][0]
    assert len(kept) == 32_767
    assert kept.endswith("x…")


def test_sheets_get_names_that_are_allowed_and_their_own(read):
    book = Book(speaker("en"))
    for title in ("a/b:c*?[d]", "A b c   d", "x" * 40, "x" * 40, "'quoted'", "???", "Đề xuất"):
        book.sheet(title, [Column("A")], [["b"]])
    names = read(book.finish()).names
    assert names[0] == "a b c   d"
    assert len({name.casefold() for name in names}) == len(names) == 7
    assert all(0 < len(name) <= 31 for name in names)
    assert names[4:] == ["quoted", "-", "Đề xuất"]


def test_a_row_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        Book(speaker("en")).sheet("A", [Column("A")], [["b", "c"]])


def test_the_names_of_reports_cost_no_library(root):
    code = (
        "import sys, optimizer.reports; "
        "print([m for m in ('xlsxwriter', 'pandas', 'babel', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    with pytest.raises(AttributeError, match="no attribute 'poster'"):
        optimizer.reports.poster  # noqa: B018
    assert all(getattr(optimizer.reports, name).__name__ == name for name in optimizer.reports.__all__)
