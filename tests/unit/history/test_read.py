"""The same table, however the file writes it."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from optimizer.history import Severity, build_panel, load_history

EUROPEAN = str.maketrans({",": ";", ".": ","})


def rules(history) -> list[str]:
    return [finding.rule for finding in history.findings]


def finding(history, rule: str):
    [found] = [one for one in history.findings if one.rule == rule]
    return found


def same_table(history, other) -> bool:
    """Whether two histories hold the same rows in the same order."""
    pd.testing.assert_frame_equal(history.table.reset_index(drop=True), other.table.reset_index(drop=True))
    return True


@pytest.fixture
def plain(good, write):
    return load_history(write(good, "plain.csv"))


def test_what_is_read(plain):
    assert list(plain.table) == ["date", "network", "content_type", "spend", "conversions", "revenue"]
    first = plain.table.iloc[0]
    assert (first["network"], first["content_type"], first["spend"], first["conversions"]) == (
        "facebook",
        "video",
        100.5,
        5,
    )
    assert first["date"] == pd.Timestamp("2026-01-05")
    assert plain.table.index[0] == 2
    assert plain.outcomes == ("conversions", "revenue")
    assert (plain.frequency, plain.currency) == ("weekly", "")
    assert plain.weeks.astype(str).tolist() == ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]


def test_the_hash_is_that_of_the_bytes(write, good):
    history = load_history(write(good))
    assert history.sha256 == hashlib.sha256(good.encode()).hexdigest()
    assert build_panel(history).source_sha256 == history.sha256


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(write, good, plain, encoding, delimiter, ending):
    text = good.replace("facebook", "meta ♥ é").replace(",", delimiter).replace("\n", ending)
    history = load_history(write(text.encode(encoding)))
    assert set(history.table["network"]) == {"meta ♥ é", "instagram"}
    assert history.table.index.tolist() == [3, 5, 7, 9, 2, 4, 6, 8]
    assert history.table["spend"].sum() == plain.table["spend"].sum()
    assert rules(history) == rules(plain)


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_with_a_byte_order_mark(write, good, plain, order):
    bom = b"\xff\xfe" if order == "le" else b"\xfe\xff"
    assert same_table(load_history(write(bom + good.encode(f"utf-16-{order}"))), plain)


def test_windows_text_is_read_with_a_finding(write, good):
    history = load_history(write(good.replace("instagram", "café").encode("cp1252")))
    assert "café" in set(history.table["network"])
    found = finding(history, "encoding")
    assert (found.severity, found.rows) == (Severity.WARNING, (3,))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_comma(write, good, plain, delimiter):
    text = good.translate(EUROPEAN).replace(";", delimiter)
    assert same_table(load_history(write(text)), plain)


def test_decimal_comma_in_quotes_between_commas(write, good, plain):
    lines = [",".join(f'"{field.replace(".", ",")}"' for field in line.split(",")) for line in good.splitlines()]
    assert same_table(load_history(write("\n".join(lines))), plain)


@pytest.mark.parametrize(
    ("delimiter", "spends"),
    [
        (";", ("1.234,50", "12.345.678,25", "7,5", "0")),
        (",", ('"1,234.50"', '"12,345,678.25"', "7.5", "0")),
        (";", ("1 234,50", "12\u00a0345\u202f678,25", "7,5", "0")),
        (",", ("1'234.50", "12’345’678.25", "7.5", "0")),
        (",", ("$1234.50", "$ 12345678.25", "7.5 USD", "USD 0")),
        (";", ("1234,50 €", "€12345678,25", "EUR 7,5", "0 EUR")),
        (",", ("1.2345e3", "1.234567825E+07", "+7.5", ".0")),
    ],
)
def test_thousands_and_currency_signs(write, good, delimiter, spends):
    weeks = sorted({line[:10] for line in good.splitlines()[1:]})
    rows = [delimiter.join((week, "facebook", "video", spend, "3")) for week, spend in zip(weeks, spends, strict=True)]
    header = delimiter.join(("date", "network", "content_type", "spend", "conversions"))
    history = load_history(write("\n".join([header, *rows])))
    np.testing.assert_allclose(history.table["spend"], [1234.5, 12345678.25, 7.5, 0])
    assert "decimal-mark" not in rules(history)


def doubtful(delimiter: str, number: str, column: str = "conversions") -> str:
    header = delimiter.join(("date", "network", "content_type", "spend", column))
    rows = [delimiter.join((day, "facebook", "video", number, number)) for day in ("2026-01-05", "2026-01-12")]
    return "\n".join([header, *rows])


@pytest.mark.parametrize(
    ("delimiter", "number", "value"),
    [
        (";", "1.234", 1234.0),
        (";", "1,234", 1.234),
        (",", "1.234", 1.234),
        ("\t", "1,234", 1234.0),
        (",", '"1,234"', 1234.0),
    ],
)
def test_doubtful_numbers_go_by_the_delimiter_and_a_finding_says_so(write, delimiter, number, value):
    history = load_history(write(doubtful(delimiter, number)))
    assert history.table["spend"].tolist() == [value, value]
    found = finding(history, "decimal-mark")
    assert found.severity is Severity.WARNING
    assert (found.column, found.rows) == ("spend", (2,))
    assert "was taken (usual in files with" in found.fix


@pytest.mark.parametrize(("number", "value"), [("0.123", 0.123), ("1234.567", 1234.567), ("12.5", 12.5)])
def test_numbers_that_settle_the_mark_against_the_delimiter(write, number, value):
    history = load_history(write(doubtful(";", number)))
    assert history.table["spend"].tolist() == [value, value]
    assert "decimal-mark" not in rules(history)


def test_doubtful_numbers_go_by_whole_counts_first(write):
    history = load_history(write(doubtful(",", "1.234", "impressions")))
    assert history.table["impressions"].tolist() == [1234.0, 1234.0]
    assert "counts are whole numbers" in finding(history, "decimal-mark").fix


def test_separator_line(write, good, plain):
    history = load_history(write("sep=;\n" + good.translate(EUROPEAN)))
    assert history.table.index.tolist() == [3, 5, 7, 9, 4, 6, 8, 10]
    assert history.table["spend"].sum() == plain.table["spend"].sum()


def test_lines_above_the_header(write, good, plain):
    history = load_history(write("Campaign report\n\n1 January 2026 - 31 January 2026\nCurrency: EUR\n" + good))
    assert history.table.index.min() == 6
    assert same_table(history, plain)


def test_header_on_the_twentieth_line_at_the_latest(write, good, plain, refused):
    assert same_table(load_history(write("x\n" * 19 + good)), plain)
    assert "no header was found: none of the first 20 rows" in refused("x\n" * 20 + good)


@pytest.mark.parametrize(
    "header",
    ["Date,NETWORK,Content Type,Spend,Conversions,revenue", "date,network,content-type,spend , conversions,Revenue "],
)
def test_headers_in_other_spellings(write, good, plain, header):
    assert same_table(load_history(write(good.replace(good.split("\n", 1)[0], header))), plain)


def test_blank_lines_and_trailing_delimiters(write, good, plain):
    lines = good.splitlines()
    text = "\n".join([lines[0] + ",,", lines[1] + ",,", "", ",,,", *[line + "," for line in lines[2:]], "", ""])
    history = load_history(write(text))
    assert same_table(history, plain)
    assert history.table.index.tolist() == [2, 6, 8, 10, 5, 7, 9, 11]


def test_rows_that_end_early(write, good):
    lines = good.splitlines()
    lines[3] = "2026-01-12,facebook,video,110.5"
    history = load_history(write("\n".join(lines)))
    assert np.isnan(history.table.loc[4, "conversions"])
    assert finding(history, "short-rows").rows == (4,)


def test_quoted_fields_over_several_lines_keep_the_count_of_lines(write, good):
    lines = [line + (",campaign" if i == 0 else ',"spring\nsale"') for i, line in enumerate(good.splitlines())]
    history = load_history(write("\n".join(lines)))
    assert sorted(history.table.index) == [2, 4, 6, 8, 10, 12, 14, 16]
    assert set(history.table["campaign"]) == {"spring sale"}


@pytest.mark.parametrize(
    "total",
    ["Total,,,999,9,9", "Total: Account,,,999,9,9", "Gesamt,,,999,9,9", ",Grand Total,,999,9,9", ",Totals,,999,9,9"],
)
def test_totals_without_a_date_are_left_out(write, good, plain, total):
    history = load_history(write(good + total + "\n"))
    assert same_table(history, plain)
    found = finding(history, "totals-row")
    assert (found.rows, found.problem, found.fix) == ((10,), "1 row holds totals, no date", "it was left out")


def test_a_campaign_whose_name_starts_with_total_is_no_total(refused, good):
    lines = [line + (",campaign" if i == 0 else ",Total Wellness") for i, line in enumerate(good.splitlines())]
    assert "row 10, column date: the date is missing" in refused(
        "\n".join([*lines, ",facebook,video,1,2,3,Total Wellness"])
    )


def test_dated_totals_are_left_out(write, good, plain):
    history = load_history(write(good + "2026-01-05,Total,,999,9,9\n2026-01-05,facebook,Total,999,9,9\n"))
    assert same_table(history, plain)
    assert finding(history, "totals-row").rows == (10, 11)
    assert finding(history, "totals-row").severity is Severity.WARNING


def test_a_network_reported_only_in_total_stays(write, good):
    history = load_history(write(good.replace("facebook,video", "facebook,total")))
    assert len(history.table) == 8
    assert "totals-row" not in rules(history)


def test_notes_and_repeated_headers_are_left_out(write, good, plain):
    history = load_history(write(good + good.split("\n", 1)[0] + "\nReport made on Friday\n"))
    assert same_table(history, plain)
    assert finding(history, "repeated-header").rows == (10,)
    assert finding(history, "note-row").rows == (11,)


def test_rows_without_numbers_are_not_observed(write, good, plain):
    history = load_history(write(good + "2026-02-02,facebook,video,,--,n/a\n"))
    assert same_table(history, plain)
    assert finding(history, "no-numbers").rows == (10,)


def test_names_in_mixed_case_are_one(write, good, plain):
    history = load_history(write(good.replace("facebook,video", " Facebook ,Video", 2)))
    assert same_table(history, plain)
    spelled = [found for found in history.findings if found.rule == "spelling"]
    assert [found.column for found in spelled] == ["network", "content_type"]
    assert (
        spelled[0].problem == "' Facebook ', 'facebook' are spellings of one name" or "'Facebook" in spelled[0].problem
    )


def test_one_currency(write, good):
    lines = [line + (",currency" if i == 0 else ",eur" if i % 2 else ",") for i, line in enumerate(good.splitlines())]
    history = load_history(write("\n".join(lines)))
    assert history.currency == "EUR"
    assert "currency" not in history.table
    assert "no-currency" not in rules(history)


# Columns ------------------------------------------------------------------------------------------------------------


def with_column(good: str, name: str, value: str = "x") -> str:
    return "\n".join(line + f",{name if i == 0 else value}" for i, line in enumerate(good.splitlines()))


def test_unknown_columns_are_left_out_and_named(write, good, plain):
    history = load_history(write(with_column(with_column(good, "mood"), "weather")))
    assert same_table(history, plain)
    found = finding(history, "unknown-column")
    assert (found.severity, found.problem) == (Severity.NOTE, "columns mood, weather are not known")


@pytest.mark.parametrize(
    ("name", "column"), [("impresions", "impressions"), ("Reach (people)", "reach"), ("url", "landing_page")]
)
def test_near_misses_get_a_suggestion_and_are_not_guessed_at(write, good, plain, name, column):
    history = load_history(write(with_column(good, name, "5")))
    assert same_table(history, plain)
    found = finding(history, "unknown-column")
    assert (found.severity, found.column) == (Severity.WARNING, name)
    assert found.fix == f"it was left out; rename it to {column} if that is what it holds"


# Dates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y%m%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%d-%m-%Y",
        "%Y-%m-%d 00:00:00",
        "%Y-%m-%dT00:00:00Z",
    ],
)
def test_dates_in_other_forms(write, good, plain, form):
    lines = good.splitlines()
    dated = [f"{pd.Timestamp(line[:10]).strftime(form)}{line[10:]}" for line in lines[1:]]
    assert same_table(load_history(write("\n".join([lines[0], *dated]))), plain)


def test_dates_without_leading_zeros(write, good, plain):
    lines = good.splitlines()
    days = [pd.Timestamp(line[:10]) for line in lines[1:]]
    dated = [f"{day.month}/{day.day}/{day.year}{line[10:]}" for day, line in zip(days, lines[1:], strict=True)]
    assert same_table(load_history(write("\n".join([lines[0], *dated]))), plain)


def test_dates_with_dots_put_the_day_first_without_evidence(write, good):
    text = good.replace("2026-01-05", "02.03.2026").replace("2026-01-12", "09.03.2026")
    history = load_history(write("\n".join(text.splitlines()[:5])))
    assert history.weeks.astype(str).tolist() == ["2026-03-02", "2026-03-09"]


def test_dots_put_the_day_first_even_beside_slashes_that_do_not(write, good):
    text = (
        good.replace("2026-01-05", "02.03.2026").replace("2026-01-12", "03/09/2026").replace("2026-01-19", "03/16/2026")
    )
    history = load_history(write("\n".join(text.splitlines()[:7])))
    assert history.weeks.astype(str).tolist() == ["2026-03-02", "2026-03-09", "2026-03-16"]


# XLSX and Parquet ---------------------------------------------------------------------------------------------------


@pytest.fixture
def frame(good, write):
    return pd.read_csv(write(good, "frame.csv"), parse_dates=["date"])


def test_xlsx(tmp_path, frame, plain):
    frame.to_excel(tmp_path / "h.xlsx", index=False)
    history = load_history(tmp_path / "h.xlsx")
    assert same_table(history, plain)
    assert history.table.index.tolist() == plain.table.index.tolist()


def test_xlsx_with_texts_and_a_title(tmp_path, frame, plain):
    texts = frame.astype(str).assign(date=frame["date"].dt.strftime("%d/%m/%Y"))
    texts["spend"] = texts["spend"].str.replace(".", ",")
    texts["revenue"] = texts["revenue"].str.replace(".", ",")
    texts.to_excel(tmp_path / "h.xlsx", index=False, startrow=3)
    history = load_history(tmp_path / "h.xlsx")
    assert same_table(history, plain)
    assert history.table.index.min() == 5


def test_xlsx_takes_the_sheet_that_holds_the_table(tmp_path, frame, plain):
    with pd.ExcelWriter(tmp_path / "h.xlsx") as book:
        pd.DataFrame({"about": ["date of export"]}).to_excel(book, sheet_name="Read me", index=False)
        frame.to_excel(book, sheet_name="Raw Data Report", index=False)
    assert same_table(load_history(tmp_path / "h.xlsx"), plain)


def test_xlsx_with_dates_as_plain_numbers(tmp_path, frame, plain):
    days = (frame["date"] - pd.Timestamp("1899-12-30")).dt.days
    frame.assign(date=days).to_excel(tmp_path / "h.xlsx", index=False)
    assert same_table(load_history(tmp_path / "h.xlsx"), plain)


def test_xlsx_empty_cells_are_missing(tmp_path, frame):
    frame["revenue"] = frame["revenue"].astype(object)
    frame.loc[0, "revenue"] = None
    frame.to_excel(tmp_path / "h.xlsx", index=False)
    assert np.isnan(load_history(tmp_path / "h.xlsx").table.loc[2, "revenue"])


@pytest.mark.parametrize("kind", ["plain", "category", "texts", "nullable", "decimal", "date32"])
def test_parquet(tmp_path, frame, plain, kind):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "h.parquet"
    if kind == "category":
        frame = frame.astype({"network": "category", "content_type": "category"})
    elif kind == "texts":
        frame = frame.astype(str)
    elif kind == "nullable":
        frame = frame.convert_dtypes()
    table = pa.Table.from_pandas(frame, preserve_index=kind == "nullable")
    if kind == "decimal":
        table = table.set_column(3, "spend", table["spend"].cast(pa.decimal128(12, 2)))
    elif kind == "date32":
        table = table.set_column(0, "date", table["date"].cast(pa.timestamp("ms")).cast(pa.date32()))
    pq.write_table(table, path)
    history = load_history(path)
    assert same_table(history, plain)
    assert rules(history) == rules(plain)


def test_parquet_missing_values(tmp_path, frame):
    frame.loc[0, "revenue"] = np.nan
    frame["conversions"] = frame["conversions"].astype("Int64")
    frame.loc[1, "conversions"] = pd.NA
    frame.to_parquet(tmp_path / "h.parquet")
    table = load_history(tmp_path / "h.parquet").table
    assert np.isnan(table.loc[2, "revenue"])
    assert np.isnan(table.loc[3, "conversions"])


def test_the_content_tells_the_format_not_the_name(write, tmp_path, frame, plain):
    frame.to_parquet(tmp_path / "p")
    assert same_table(load_history(write((tmp_path / "p").read_bytes(), "h.csv")), plain)


def test_bytes_can_be_given(good, plain):
    history = load_history(good.encode(), name="upload.csv")
    assert same_table(history, plain)
    assert history.file == "upload.csv"
