"""Headers, days and totals, as files of several languages write them."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.history.exports.aliases import key, languages, load_networks
from optimizer.history.exports.days import find_days, read_above
from optimizer.history.exports.layout import as_utf8
from tests.unit.history.exports.conftest import days, imported, meta, text


@pytest.mark.parametrize("network", load_networks(), ids=lambda one: one.source)
def test_no_header_of_a_network_has_two_meanings(network):
    """One header under two roles would be read as one of them by chance."""
    roles: dict[str, set[str]] = {}
    for role, names in network.columns.items():
        for name, _ in names:
            roles.setdefault(name, set()).add(role)
    assert {name: found for name, found in roles.items() if len(found) > 1} == {}


@pytest.mark.parametrize("network", load_networks(), ids=lambda one: one.source)
def test_languages_of_headers_are_known(network):
    assert {language for names in network.columns.values() for _, language in names} <= set(languages())


def test_what_only_one_network_writes_is_nobody_elses():
    every = load_networks()
    shared = [
        (one.source, other.source, name)
        for one in every
        for other in every
        if one is not other
        for name in one.only
        if name in other.only
    ]
    assert shared == []


@pytest.mark.parametrize(
    "header", ["Amount spent (EUR)", " amount_spent ", "\ufeffAmount Spent", '"Amount spent [USD]"']
)
def test_headers_are_compared_without_what_changes_from_file_to_file(header):
    assert key(header) == "amount spent"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("September 21, 2026, 12:00 AM", "2026-09-21"),
        ("21. September 2026", "2026-09-21"),
        ("10 de dez. de 2022", "2022-12-10"),
        ("5 février 2026", "2026-02-05"),
        ("3 mrt. 2026", "2026-03-03"),
        ("# Start date: 20260101", "2026-01-01"),
        ("2026-08-01", "2026-08-01"),
    ],
)
def test_days_are_found_in_words_of_several_languages(said, day):
    assert [str(one) for one in find_days(said)] == [day]


@pytest.mark.parametrize("said", ["Campaign 4 of 2026", "12 monkeys 1995", "# 12345678901", "20261399", "Mai"])
def test_what_is_no_day_is_not_taken_for_one(said):
    assert find_days(said) == []


def test_the_time_of_writing_is_no_part_of_the_range():
    above = read_above([(1, ("Report Start: January 5, 2026",)), (2, ("Report End: January 18, 2026",)),
                        (3, ("Date Generated: March 2, 2026",))])  # fmt: skip
    assert (above.days, str(above.written)) == (14, "2026-03-02")


@pytest.mark.parametrize(
    "style", ["{:%B} {day}, {:%Y}", "{day} {:%b} {:%Y}", "{:%d.%m.%Y}", "{:%m/%d/%Y}", "{:%Y%m%d}"]
)
def test_days_written_in_any_style_are_the_same_history(write, style):
    plain = meta(16)
    rows = [line.split(",") for line in plain.splitlines()]
    for row in rows[1:]:
        day = dt.date.fromisoformat(row[1])
        row[1] = style.format(day, day, day=day.day)
    assert imported(write("a.csv", text(rows))).csv() == imported(write("b.csv", plain)).csv()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_change_nothing(write, encoding, delimiter):
    plain = meta(Campaign_name="Frühling, groß")
    rows = [line.replace('"Frühling, groß"', "\0").split(",") for line in plain.splitlines()]
    rows = [[cell.replace("\0", "Frühling, groß") for cell in row] for row in rows]
    path = write("a.csv", text(rows, delimiter).encode(encoding))
    assert imported(path).csv() == imported(write("b.csv", plain)).csv()


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_ends_of_lines_change_nothing(write, end):
    assert imported(write("a.csv", meta().replace("\n", end))).csv() == imported(write("b.csv", meta())).csv()


def test_a_large_text_in_utf_16_is_read_piece_by_piece():
    content = "é€😀," * 400_000  # longer than one piece, with signs that a cut could fall into
    assert as_utf8(content.encode("utf-16"), "a.csv") == (content.encode(), [])


def test_hours_are_summed_to_days(write):
    rows = [("Time", "Campaign", "Spend", "Impressions", "Retweets"),
            *((f"{day}T{hour:02}:00:00Z", "A", 1.5, 10, 0) for day in days(14) for hour in range(24))]  # fmt: skip
    table = imported(write("a.csv", text(rows))).table
    assert table["spend"].tolist() == [36.0] * 14


def test_a_column_that_is_there_without_data_gives_way_to_the_next(write):
    rows = [line.split(",") for line in meta().splitlines()]
    for place, row in enumerate(rows):
        row.insert(6, "" if place else "Outbound clicks")
    assert imported(write("a.csv", text(rows))).table["clicks"].sum() == 280


def test_a_network_has_at_least_the_columns_it_cannot_do_without():
    for one in load_networks():
        needed = ("sessions", "source_medium") if one.visits else ("spend", "impressions", "campaign", "ad")
        assert set(needed) <= set(one.columns), one.source
        assert ("day" in one.columns) or {"starts", "ends"} <= set(one.columns)
        assert one.settle_days > 0
