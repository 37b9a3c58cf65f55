"""Bad input costs one sentence with file, row and column, and nothing is imported by half."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.history.exports.naming import read_naming
from tests.unit.history.exports.conftest import (
    FIXTURES,
    META,
    TIKTOK,
    days,
    imported,
    meta,
    meta_row,
    refused,
    rules,
    text,
    tiktok,
)  # fmt: skip

LOCAL = ("Start Date (in UTC)", "Currency", "Campaign Name", "Ad Set Name", "Total Spent", "Impressions", "Clicks")


def spoiled(row: int, column: str, cell: object) -> str:
    rows = [list(META), *map(meta_row, days(14))]
    rows[row - 1][META.index(column)] = cell
    return text(rows)


def test_an_export_of_another_network_than_named_is_refused(write):
    path = write("a.csv", tiktok())
    assert refused(path, networks={"": "meta"}) == (
        f"{path}, row 1: this is an export of TikTok Ads Manager (its headers 'By Day', 'Clicks (destination)'), and"
        " Meta Ads Manager was named; name tiktok, or give another file."
    )


def test_headers_that_two_networks_write_are_refused(write):
    head = ("Date", "Campaign name", "Cost", "Impressions", "Clicks", "Conversions")
    path = write("a.csv", text([head, *([day, "A", 5, 100, 3, 1] for day in days(14))]))
    said = refused(path)
    assert "row 1: the headers could be those of" in said
    assert "say which one with --network" in said
    made = imported(path, networks={"a.csv": "pinterest"})
    assert set(made.table["network"]) == {"pinterest"}


def test_a_network_or_file_that_is_not_there_is_refused(write):
    path = write("a.csv", meta())
    assert "'myspace' is no network that exports are known of" in refused(path, networks={"": "myspace"})
    assert "no file is called 'b.csv'" in refused(path, networks={"b.csv": "meta"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (spoiled(5, "Amount spent (EUR)", "lots"), "row 5, column Amount spent (EUR): 'lots' is not a number"),
        (spoiled(5, "Amount spent (EUR)", "-3"), "row 5, column Amount spent (EUR): -3 is below 0"),
        (spoiled(5, "Impressions", "inf"), "row 5, column Impressions: 'inf' is infinite"),
        (spoiled(5, "Amount spent (EUR)", "1,5"), "column Amount spent (EUR): '1,5' does not fit the decimal mark"),
        (spoiled(6, "Day", "soon"), "row 6, column Day: 'soon' is not a date"),
        (spoiled(6, "Day", ""), "row 6, column Day: the date is missing"),
        (spoiled(6, "Day", "2026-01-09 - 2026-01-12"), "column Day: '2026-01-09 - 2026-01-12' is a range of days"),
        (meta() + meta().splitlines()[4] + "\n", "row 16: this row repeats row 5, cell by cell"),
        (meta().splitlines()[0] + "\n", "row 1: there is a header but no row below it"),
        (meta() + "Spring,x,y,z,1,2,3,4,5,6,7,8,9\n", "row 16: 13 fields where the header has 11"),
        (meta() + 'Spring,"2026-01-30,x\n', "row 16: the quotes of this row do not match"),
        (text([META, *(["Total", *meta_row(day)[1:]] for day in days(3))]), "row 1: every row is a total"),
        (text([META, *(meta_row(day, spend="") for day in days(3))]),  # type: ignore[arg-type]
         "row 1, column Amount spent (EUR): the column is there, but it holds no value"),
        (text([META[:4] + META[5:], *([*row[:4], *row[5:]] for row in map(meta_row, days(3)))]),
         "row 1: this export of Meta Ads Manager has no column with spend"),
        ("a,b,c\n1,2,3\n", "no header of a known network was found; row 1 reads 'a, b, c'"),
        ("", "the file is empty"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"PAR1....", "this is a Parquet file, and networks export CSV or XLSX"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_its_place(write, content, said):
    path = write("bad.csv", content)
    answer = refused(write("good.csv", tiktok()), path)
    assert answer.startswith(str(path))
    assert said in answer


def test_days_that_can_be_read_two_ways_follow_the_language_and_say_so(write):
    rows = [[f"1/{day.day}/2026", "EUR", "A", "B", 5, 100, 3] for day in days(6)]
    made = imported(write("a.csv", text([LOCAL, *rows], "\t")))
    assert "date-order" in rules(made)
    assert str(made.table["date"].max())[:10] == "2026-01-10"


def test_days_that_can_be_read_two_ways_are_settled_by_the_range_above_the_header(write):
    above = "Ad Performance Report\nReport Start: 1 February 2026\nReport End: 28 February 2026\n\n"
    rows = [[f"{day}/2/2026", "EUR", "A", "B", 5, 100, 3] for day in range(3, 9)]
    made = imported(write("a.csv", above + text([LOCAL, *rows], "\t")))
    assert "date-order" not in rules(made)
    assert str(made.table["date"].min())[:10] == "2026-02-03"


def test_visits_alone_are_refused():
    assert "these are visits of a site alone" in refused(FIXTURES / "ga4" / "en_traffic.csv")


def test_a_folder_without_exports_is_refused(tmp_path):
    (tmp_path / "notes.txt.bak").write_text("x")
    assert "the folder holds no export" in refused(tmp_path)
    assert "no file was given" in refused()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[network", "this is no TOML"),
        ("[columns.en]\nspend = ['x']", "the file does not say which network it is about"),
        ("[network]\nsource = 'meta'\nsorce = 'x'", "network.sorce is no key of an alias file"),
        ("[network]\nsource = 'meta'\n[headers]\na = 1", "headers is no key of an alias file"),
        ("[network]\nsource = 'meta'\n[columns.en]\nmoney = ['x']", "columns.en.money is no key of an alias file"),
        ("[network]\nsource = 'meta'\n[columns.en]\nspend = 'x'", "columns.en.spend must be a list of headers"),
        ("[network]\nsource = 'meta'\n[columns]\nspend = ['x']", "[columns.spend] must name the headers"),
    ],
)
def test_alias_files_that_mean_nothing_are_refused(write, content, said):
    aliases = write("aliases.toml", content)
    answer = refused(write("a.csv", meta()), aliases=aliases)
    assert answer.startswith(str(aliases))
    assert said in answer


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "these are no naming rules"),
        ("[[rules]]\ntext = 'x'", "these are not content-type rules"),
        (None, "there is no such file"),
    ],
)
def test_naming_files_that_mean_nothing_are_refused(tmp_path, content, said):
    path = tmp_path / "naming.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_naming(path)
    assert str(caught.value).startswith(f"{path}: {said}")


def test_notes_below_a_table_are_left_out_and_lines_stay_right(write):
    content = meta() + "\nExported by somebody\n\n"
    made = imported(write("a.csv", content))
    assert made.table["spend"].sum() == 140
    spoilt = content.replace("\n\nExported", "\n\n" + ",".join(map(str, meta_row("never"))) + "\nExported")
    assert "row 17, column Day: 'never' is not a date" in refused(write("b.csv", spoilt))


def test_short_rows_are_read_as_ending_in_empty_cells(write):
    lines = meta().splitlines()
    lines[3] = ",".join(lines[3].split(",")[:8])
    made = imported(write("a.csv", "\n".join(lines)))
    assert made.table["spend"].sum() == 140
    assert made.table["revenue"].isna().sum() == 1


def test_names_with_line_breaks_keep_lines_right(write):
    rows = [META, *(meta_row(day, Campaign_name="two\nlines") for day in days(13)), meta_row("never")]
    assert "row 28, column Day" in refused(write("a.csv", text(rows)))


def test_micros_that_no_header_tells_are_suspected(write):
    rows = [TIKTOK, *([day, "A", "B", "EUR", 8_000_000, 900, 15, 3] for day in days(14))]
    assert "micros" in rules(imported(write("a.csv", text(rows))))
