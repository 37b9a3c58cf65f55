"""Histories that cannot be used: each gets one sentence with file, row and column, and exit code 2."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.history import load_history

HEADER = "date,network,content_type,spend,conversions"


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv: there is no such file; check the path\."):
        load_history(tmp_path / "nowhere.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="this is a folder, not a file"):
        load_history(tmp_path)


def test_file_that_may_not_be_read(write, good, monkeypatch):
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    path = write(good)
    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InputError, match=r"h\.csv: the file cannot be read \(Permission denied\)\."):
        load_history(path)


@pytest.mark.parametrize("content", [b"", b" \n\r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\n\n"])
def test_empty_file(refused, content):
    assert refused(content) == ": the file is empty; give a CSV, XLSX or Parquet file."


def test_no_header(refused, good):
    text = refused(good.split("\n", 1)[1])
    assert "no header was found" in text
    assert "row 1 reads '2026-01-05, facebook, video, 100.5, 5, 200.25'" in text
    assert "date, network, content_type, spend" in text


def test_header_without_rows(refused):
    assert refused(HEADER + "\n\n") == ", row 1: there is a header but no row below it."


def test_header_of_another_program(refused):
    text = refused("c_date;campaign_name;mark_spent;orders\n2021-02-01;a;7307,37;1\n")
    assert text.startswith(": no header was found: none of the first 2 rows names a known column, and row 1 reads 'c_d")
    assert (
        "('c_date' may be date, 'campaign_name' may be campaign, 'mark_spent' may be spend, 'orders' may be con" in text
    )


def test_required_columns_are_named_with_what_was_found_and_hints(refused):
    text = refused("day,platform,content_type,Cost (EUR),conversions\n2026-01-05,facebook,video,5,1\n")
    assert text.startswith(", row 1: columns date, network, spend are missing; the header has day, platform, content")
    assert "('day' may be date, 'platform' may be network, 'Cost (EUR)' may be spend)" in text


def test_one_required_column_missing(refused, good):
    assert refused(good.replace("spend", "mood")).startswith(", row 1: column spend is missing; the header has date,")


def test_column_named_twice(refused):
    text = refused("date,network,content_type,spend,Spend\n2026-01-05,facebook,video,5,6\n")
    assert (
        text == ", row 1, column spend: the header names spend more than once ('spend' and 'Spend'); keep one of them."
    )


def test_more_fields_than_the_header(refused, with_row):
    text = refused(with_row(4, "2026-01-12,facebook,video,110,5,6,201,25"))
    assert text.startswith(", row 4: 8 fields where the header has 6; put texts and numbers that contain")


def test_quote_that_never_closes(refused, with_row):
    assert refused(with_row(5, '2026-01-12,"instagram,reel,110.5,6,201.25')).startswith(
        ", row 5: the quotes of this row do not match"
    )


# Dates --------------------------------------------------------------------------------------------------------------


def dated(*dates: str) -> str:
    return f"{HEADER}\n" + "".join(f"{date},facebook,video,{10 + i},1\n" for i, date in enumerate(dates))


@pytest.mark.parametrize("cell", ["", "--", "n/a", " "])
def test_missing_date(refused, cell):
    text = refused(dated("2026-01-05", "2026-01-12", cell))
    assert (
        text == ", row 4, column date: the date is missing; every row needs its day; remove the row if it is a total."
    )


def test_date_that_is_none(refused):
    text = refused(dated("2026-01-05", "soon", "2026-01-12"))
    assert text == ", row 3, column date: 'soon' is not a date; write dates as YYYY-MM-DD."


@pytest.mark.parametrize("cell", ["2026-02-30", "2026-13-01", "32.01.2026", "2026-1"])
def test_date_that_does_not_exist(refused, cell):
    assert f", row 3, column date: '{cell}' is not a date" in refused(dated("2026-01-05", cell))


@pytest.mark.parametrize("cell", ["0/5/2026", "13/32/2026", "00/00/2026", "3/4/0000"])
def test_a_date_in_neither_order_is_no_open_question(refused, cell):
    assert f", row 3, column date: '{cell}' is not a date" in refused(dated("2026-01-05", cell, "2026-01-12"))


def test_year_of_two_digits(refused):
    assert "row 2, column date: '05.01.26' has a year of two digits" in refused(dated("05.01.26", "12.01.26"))


def test_ambiguous_dates_name_both_readings(refused):
    text = refused(dated("01/02/2026", "08/02/2026", "05/05/2026"))
    assert text == (
        ", row 2, column date: '01/02/2026' can be 2026-02-01 (day first) or 2026-01-02 (month first),"
        " and no date of the file settles which; write dates as YYYY-MM-DD."
    )


def test_day_first_and_month_first_in_one_file(refused):
    text = refused(dated("13/02/2026", "02/20/2026"))
    assert text.startswith(
        ", row 3, column date: '02/20/2026' can only be month/day, but '13/02/2026' in row 2 can only be day/month"
    )


def test_dates_a_spreadsheet_has_swapped(tmp_path):
    frame = pd.DataFrame(
        {
            "date": [pd.Timestamp("2026-05-01"), pd.Timestamp("2026-12-01"), "19/01/2026"],
            "network": "facebook",
            "content_type": "video",
            "spend": 1.0,
            "conversions": 1,
        }
    )
    path = tmp_path / "h.xlsx"
    frame.to_excel(path, index=False)
    with pytest.raises(InputError, match=r"row 4, column date: '19/01/2026' is text while other cells are dates"):
        load_history(path)


def test_date_long_ago(refused):
    assert ", row 2, column date: the date 1900-01-01 is before 2000-01-01" in refused(
        dated("1900-01-01", "2026-01-05")
    )


def test_mistyped_year(refused):
    text = refused(dated("2026-01-05", "2062-01-12", "2026-01-19"))
    assert text == (
        ", row 3, column date: the date 2062-01-12 comes 36 years after the one before it (2026-01-19 in row 4);"
        " correct the year, or leave out what is too old to learn from."
    )


def test_no_dates_at_all(refused):
    text = refused(f"{HEADER}\nTotal,facebook,video,5,1\nTotal,instagram,reel,5,1\n")
    assert text == ", column date: no row has a date; export the data by day or by week."


# Numbers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("abc", "spend is 'abc', which is not a number; spend must be a number of 0 or more."),
        ("12%", "spend is '12%', which is not a number; spend must be a number of 0 or more."),
        ("1.2.3", "spend is '1.2.3', which is not a number; spend must be a number of 0 or more."),
        ("0x1F", "spend is '0x1F', which is not a number; spend must be a number of 0 or more."),
        ("true", "spend is 'true', which is not a number; spend must be a number of 0 or more."),
        ("-5", "spend is -5; spend must be a number of 0 or more."),
        ("−5", "spend is −5; spend must be a number of 0 or more."),
        ("inf", "spend is infinite (inf); spend must be a number of 0 or more."),
        ("1e999", "spend is infinite (1e999); spend must be a number of 0 or more."),
        ("", "spend is empty; write 0 where nothing was spent, or remove the row if it was not observed."),
        ("--", "spend is empty; write 0 where nothing was spent, or remove the row if it was not observed."),
    ],
)
def test_spend_that_is_no_amount(refused, with_row, cell, said):
    assert refused(with_row(6, f"2026-01-19,facebook,video,{cell},7,202.25")) == f", row 6, column spend: {said}"


@pytest.mark.parametrize("column", ["conversions", "revenue"])
@pytest.mark.parametrize(("cell", "said"), [("x", "'x', which is not a number"), ("-1", "-1; "), ("Inf", "infinite")])
def test_outcomes_that_are_no_counts(refused, with_row, column, cell, said):
    values = {"conversions": "7", "revenue": "202.25"} | {column: cell}
    text = refused(with_row(6, f"2026-01-19,facebook,video,120.5,{values['conversions']},{values['revenue']}"))
    assert text.startswith(f", row 6, column {column}: {column} is ")
    assert said in text


def test_two_decimal_marks_in_one_file(refused, with_row):
    text = refused(with_row(6, '2026-01-19,facebook,video,"120,5",7,202.25'))
    assert text == (
        ", row 6, column spend: '120,5' does not fit the decimal point of this file ('100.5' in row 2);"
        " write one decimal mark in the whole file."
    )


def test_the_first_bad_row_is_named_whatever_its_column(refused, good):
    lines = good.splitlines()
    lines[4] = "2026-01-12,instagram,reel,110.5,-1,201.25"
    lines[6] = "2026-01-19,instagram,reel,-7,7,202.25"
    assert refused("\n".join(lines)).startswith(", row 5, column conversions: conversions is -1")
    lines[4] = "2026-01-12,instagram,reel,-6,6,201.25"
    lines[6] = "2026-01-19,instagram,reel,120.5,-2,202.25"
    assert refused("\n".join(lines)).startswith(", row 5, column spend: spend is -6")


def test_typed_cells_of_a_sheet_that_are_no_amount(tmp_path):
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-01-05", "2026-01-12"]),
            "network": "facebook",
            "content_type": "video",
            "spend": pd.Series([1.5, pd.Timestamp("2026-05-01")], dtype=object),
            "conversions": 1,
        }
    )
    path = tmp_path / "h.xlsx"
    frame.to_excel(path, index=False)
    with pytest.raises(InputError, match=r"row 3, column spend: spend is '2026-05-01 00:00:00', which is not a number"):
        load_history(path)


def test_negative_number_in_parquet(tmp_path):
    frame = pd.DataFrame(
        {"date": ["2026-01-05", "2026-01-12"], "network": "a", "content_type": "b", "spend": [1.0, -2.0], "clicks": 1}
    )
    path = tmp_path / "h.parquet"
    frame.to_parquet(path)
    with pytest.raises(InputError, match=r"h\.parquet, row 3, column spend: spend is -2\.0"):
        load_history(path)


# Names and currency -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column"), [("2026-01-19,,video", "network"), ("2026-01-19,facebook, ", "content_type")]
)
def test_cell_without_a_name(refused, with_row, row, column):
    text = refused(with_row(6, f"{row},120.5,7,202.25"))
    assert text == f", row 6, column {column}: {column} is empty; every row needs a network and a content type."


def test_two_currencies(refused, good):
    lines = [f"{line},{'EUR' if i != 5 else 'USD'}" for i, line in enumerate(good.splitlines())]
    lines[0] = good.splitlines()[0] + ",Currency"
    text = refused("\n".join(lines))
    assert text.startswith(", row 6, column Currency: 'USD' where row 2 has 'EUR', and amounts in two currencies")


def test_currency_that_is_no_code(refused, good):
    lines = [line + (",currency" if i == 0 else ",Euro") for i, line in enumerate(good.splitlines())]
    assert ", row 2, column currency: 'Euro' is no currency code; use the three letters" in refused("\n".join(lines))


# Too little to learn from -------------------------------------------------------------------------------------------


def test_one_single_week(refused):
    text = refused(dated("2026-01-05"))
    assert text.startswith(": every row has the date 2026-01-05, and a response cannot be learned from one day or week")
    assert "2 complete weeks at the least" in text


def test_one_week_of_days(refused):
    days = [f"2026-01-{day:02}" for day in range(5, 12)]
    assert "hold 1 complete week (Monday to Sunday)" in refused(dated(*days))


def test_two_weeks_neither_complete(refused):
    days = [f"2026-01-{day:02}" for day in range(6, 18)]
    assert "hold no complete week" in refused(dated(*days))


def test_months(refused):
    text = refused(dated("2026-01-01", "2026-02-01", "2026-03-04", "2026-04-04"))
    assert text.startswith(": rows stand 31 days apart, and totals of more than a week cannot be split into weeks")


def test_months_of_networks_that_close_on_different_days(refused):
    days = [("01-31", "facebook"), ("01-28", "x"), ("02-28", "facebook"), ("02-27", "x"), ("03-31", "facebook")]
    rows = "".join(f"2026-{day},{network},video,5,1\n" for day, network in days)
    assert "rows stand 30 days apart" in refused(f"{HEADER}\n{rows}")


def test_every_second_week(refused):
    assert "rows stand 14 days apart" in refused(dated("2026-01-05", "2026-01-19", "2026-02-02"))


def test_nothing_spent(refused):
    rows = "".join(f"2026-01-{day:02},facebook,video,0,3\n" for day in (5, 12, 19))
    assert refused(f"{HEADER}\n{rows}").startswith(", column spend: spend is 0 in every row")


def test_no_outcome(refused):
    text = refused("date,network,content_type,spend\n2026-01-05,facebook,video,5\n2026-01-12,facebook,video,6\n")
    assert text.startswith(": there is no outcome: no column says what the spend brought; add conversions, revenue")


def test_no_numbers(refused):
    assert refused(f"{HEADER}\n2026-01-05,facebook,video,,--\n").startswith(": no row holds a number")


# Duplicates ---------------------------------------------------------------------------------------------------------


def test_repeated_row_names_both(refused, good):
    text = refused(good + good.splitlines()[2] + "\n")
    assert text.startswith(
        ", row 10: this row repeats row 3 (2026-01-05, instagram/reel: same date, network, content_type); remove one"
    )


def test_file_pasted_twice_is_counted(refused, good):
    assert "; 7 more rows repeat another; " in refused(good + good.split("\n", 1)[1])


def test_repeat_in_another_spelling(refused, good):
    assert ", row 10: this row repeats row 2 " in refused(good + "2026-01-05, Facebook ,VIDEO,1,1,1\n")


# Other formats ------------------------------------------------------------------------------------------------------


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "has a password or the old XLS format"),
        (gzip.compress(b"date,network\n", mtime=0), "gzip archive; unpack it first"),
        (b"%PDF-1.7 ...", "this is a PDF"),
        (b'{"date": "2026-01-05"}', "looks like JSON"),
        (b"<!doctype html><html></html>", "looks like a web page"),
        (zipped("history.csv", b"date,network\n"), "the workbook cannot be opened"),
        (b"PAR1" + bytes(20), "the Parquet file cannot be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x81\x8d", "this is not a table of text"),
    ],
)
def test_formats_that_are_not_read(refused, content, said):
    assert said in refused(content)


def test_workbook_cut_short(tmp_path, refused):
    path = tmp_path / "whole.xlsx"
    pd.DataFrame({"date": ["2026-01-05"]}).to_excel(path, index=False)
    assert "the workbook cannot be opened" in refused(path.read_bytes()[:2000], "h.xlsx")


def test_the_name_given_stands_in_for_the_path(good):
    with pytest.raises(InputError, match=r"^upload\.csv, row 6, column spend: spend is -1"):
        load_history(good.replace("120.5,7", "-1,7", 1).encode(), name="upload.csv")


def test_a_refused_file_is_left_as_it_was(write, good):
    path: Path = write(good.replace("120.5", "-1"))
    before = path.read_bytes()
    with pytest.raises(InputError):
        load_history(path)
    assert path.read_bytes() == before
    assert [other.name for other in path.parent.iterdir()] == ["h.csv"]
