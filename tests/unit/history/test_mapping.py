"""Foreign headers are read as somebody said they mean, and nothing is mapped twice."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.history import History, load_history
from optimizer.history.content_types import How, NamingRule
from optimizer.history.headers import read_headers
from optimizer.history.mapping import AS_SPELLED, ColumnMapping, currency_in, suggest, unit_in
from optimizer.history.read import identity, sha256
from optimizer.history.schema import BY_NAME

FOREIGN = {
    "date": "Tag",
    "network": "Plattform",
    "content_type": "Anzeigenformat",
    "spend": "Ausgegeben",
    "conversions": "Ergebnisse",
    "revenue": "Wert",
}
MEANS = {header: column for column, header in FOREIGN.items()}


def foreign(good: str) -> str:
    """The good history with headers that no column is called."""
    header, rows = good.split("\n", 1)
    return ",".join(FOREIGN[name] for name in header.split(",")) + "\n" + rows


def same(one: History, other: History) -> None:
    pd.testing.assert_frame_equal(one.table, other.table)


def workbook(content: str, *sheets: str) -> bytes:
    """The content on the last of the sheets; notes on the others."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as book:
        for name in sheets[:-1]:
            pd.DataFrame({"Report": ["made by the export", "2026"]}).to_excel(book, sheet_name=name, index=False)
        pd.read_csv(io.StringIO(content)).to_excel(book, sheet_name=sheets[-1], index=False)
    return buffer.getvalue()


def parquet(content: str) -> bytes:
    buffer = io.BytesIO()
    pd.read_csv(io.StringIO(content)).to_parquet(buffer)
    return buffer.getvalue()


# Reading ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "tsv", "utf16", "preamble", "xlsx", "parquet"])
def test_a_foreign_file_reads_as_the_same_history(good: str, form: str) -> None:
    text = foreign(good)
    data = {
        "csv": text.encode(),
        "tsv": text.replace(",", "\t").encode(),
        "utf16": text.replace(",", "\t").encode("utf-16"),
        "preamble": f"Bericht 2026\n\n{text}".encode(),
        "xlsx": workbook(text, "Notes", "Raw Data Report"),
        "parquet": parquet(text),
    }[form]
    with pytest.raises(InputError, match=r"no header was found|is missing|are missing"):
        load_history(data, name="f")
    read = load_history(data, name="f", columns=MEANS)
    plain = load_history(good.encode(), name="f")
    if form == "preamble":
        read = replace(read, table=read.table.set_index(read.table.index - 2))
    same(read, plain)
    assert not [finding for finding in read.findings if finding.rule == "unknown-column"]


def test_errors_name_the_column_as_the_file_spells_it(good: str) -> None:
    text = foreign(good).replace("100.5", "abc", 1)
    with pytest.raises(InputError, match=r"f\.csv, row 2, column Ausgegeben: spend is 'abc'"):
        load_history(text.encode(), name="f.csv", columns=MEANS)


def test_a_mapping_overrides_what_a_header_says_of_itself(good: str) -> None:
    swapped = good.replace("conversions,revenue", "revenue,conversions", 1)
    read = load_history(swapped.encode(), columns={"revenue": "conversions", "conversions": "revenue"})
    same(read, load_history(good.encode()))


def test_what_is_left_out_is_not_read_and_not_warned_of(good: str) -> None:
    text = good.replace("revenue", "turnover", 1)
    rules = {finding.rule for finding in load_history(text.encode()).findings}
    assert "unknown-column" in rules
    read = load_history(text.encode(), columns={"turnover": ""})
    assert "revenue" not in read.table
    assert "unknown-column" not in {finding.rule for finding in read.findings}
    assert "revenue" not in load_history(good.encode(), columns={"revenue": ""}).table


@pytest.mark.parametrize(("unit", "times"), [("millionths", 1e6), ("hundredths", 100), ("thousands", 0.001)])
def test_numbers_are_brought_to_one_unit(good: str, unit: str, times: float) -> None:
    frame = pd.read_csv(io.StringIO(good))
    plain = load_history(good.encode()).table["spend"]
    frame["spend"] *= times
    mapping = ColumnMapping(units={"spend": unit})
    read = load_history(frame.to_csv(index=False).encode(), columns=mapping).table["spend"]
    np.testing.assert_allclose(read.to_numpy(), plain.to_numpy(), rtol=1e-12)


def test_one_value_for_all_rows_stands_in_for_a_column(good: str) -> None:
    frame = pd.read_csv(io.StringIO(good)).drop(columns="network")
    data = frame.to_csv(index=False).encode()
    with pytest.raises(InputError, match="column network is missing"):
        load_history(data)
    read = load_history(data, columns=ColumnMapping(shared={"network": "TikTok", "currency": "eur"}))
    assert set(read.table["network"]) == {"tiktok"}
    assert read.currency == "EUR"


def test_two_headers_of_the_file_for_one_column_are_refused(good: str) -> None:
    with pytest.raises(InputError, match=r"the header names spend more than once \('spend' and 'conversions'\)"):
        load_history(good.encode(), columns={"conversions": "spend"})


# The record ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"columns": {"Cost": "spend", "Kosten": "spend"}}, "'Cost' and 'Kosten' are both said to be spend"),
        ({"columns": {"Cost": "money"}}, "'Cost' is said to be money, which is no column"),
        ({"units": {"spend": "dozens"}}, "spend cannot be written in 'dozens'"),
        ({"units": {"network": "thousands"}}, "network cannot be written in 'thousands'"),
        ({"shared": {"spend": "5"}}, "spend cannot have one value for all rows"),
        ({"shared": {"network": "  "}}, "the value of network for all rows is empty"),
        ({"shared": {"currency": "euro"}}, "'euro' is no currency code"),
        ({"columns": {"P": "network"}, "shared": {"network": "x"}}, "network is the column 'P' and has one value"),
        ({"columns": {"x" * 501: "spend"}}, "does not say how the columns of a file are read"),
        ({"columns": {f"h{i}": "" for i in range(1001)}}, "does not say how the columns of a file are read"),
        ({"columns": ["Cost"]}, "does not say how the columns of a file are read"),
        ({"columns": {"Cost": 5}}, "does not say how the columns of a file are read"),
        ({"mood": {}}, "does not say how the columns of a file are read"),
    ],
)
def test_a_mapping_that_cannot_be_is_a_sentence(parts: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ColumnMapping.from_json(parts)


def test_several_headers_may_be_left_out() -> None:
    assert ColumnMapping({"a": "", "b": ""}).left_out("b")


def test_a_mapping_comes_back_from_plain_values() -> None:
    mapping = ColumnMapping({"Cost": "spend", "Ad ID": ""}, {"spend": "millionths"}, {"network": "x"})
    assert ColumnMapping.from_json(mapping.to_json()) == mapping
    assert ColumnMapping.from_json({}) == AS_SPELLED
    assert not AS_SPELLED
    assert mapping


def test_what_a_file_is_read_as_is_part_of_its_identity() -> None:
    rule = NamingRule("campaign", How.CONTAINS, "reel", "reel")
    mapping = ColumnMapping({"Cost": "spend"})
    keys = {
        identity(b"x"),
        identity(b"x", mapping),
        identity(b"x", ColumnMapping({"Cost": ""})),
        identity(b"x", AS_SPELLED, (rule,)),
        identity(b"x", mapping, (rule,)),
        identity(b"y", mapping, (rule,)),
    }
    assert len(keys) == 6
    assert identity(b"x") == sha256(b"x")


def test_the_identity_is_that_of_the_history(good: str) -> None:
    mapping = ColumnMapping(shared={"audience": "all"})
    assert load_history(good.encode(), columns=mapping).sha256 == identity(good.encode(), mapping)
    assert load_history(good.encode()).sha256 == sha256(good.encode())


# What headers say ---------------------------------------------------------------------------------------------------


EXPORTS = [
    (
        "Reporting starts,Day,Campaign name,Ad set name,Ad name,Platform,Amount spent (USD),Impressions,Reach,"
        "Frequency,Link clicks,Clicks (all),Results,Result indicator,Cost per results,Purchases,"
        "Purchases conversion value,Purchase ROAS (return on ad spend),CTR (link click-through rate),"
        "Post engagements,Landing page views",
        "date=Day|campaign=Campaign name|network=Platform|spend=Amount spent (USD)|impressions=Impressions|reach=Reach|"
        "clicks=Link clicks|conversions=Results|revenue=Purchases conversion value|engagements=Post engagements",
    ),
    (
        "By Day,Campaign name,Ad name,Cost,Currency,Impressions,Clicks (destination),CTR (destination),CPM,Conversions,"
        "Cost per conversion,Conversion rate (CVR),Video views",
        "date=By Day|campaign=Campaign name|spend=Cost|currency=Currency|impressions=Impressions|"
        "clicks=Clicks (destination)|conversions=Conversions|video_views=Video views",
    ),
    (
        "Start Date (in UTC),Campaign Name,Total Spent,Impressions,Clicks,Click Through Rate,Average CPM,Average CPC,"
        "Total Engagements,Engagement Rate,Conversions,Conversion Value",
        "date=Start Date (in UTC)|campaign=Campaign Name|spend=Total Spent|impressions=Impressions|clicks=Clicks|"
        "engagements=Total Engagements|conversions=Conversions|revenue=Conversion Value",
    ),
    (
        "Day,Campaign,Campaign ID,Campaign type,Currency code,Cost,Impr.,Clicks,Avg. CPC,Conversions,Conv. value,"
        "Cost / conv.,Video views",
        "date=Day|campaign=Campaign|currency=Currency code|spend=Cost|impressions=Impr.|clicks=Clicks|"
        "conversions=Conversions|revenue=Conv. value|video_views=Video views",
    ),
    (
        "date,channel,creative_type,cost_micros,sessions,bounces,unfollows",
        "date=date|network=channel|content_type=creative_type|spend=cost_micros|sessions=sessions|bounces=bounces|"
        "negative_feedback=unfollows",
    ),
]


@pytest.mark.parametrize(("header", "expected"), EXPORTS)
def test_exports_are_understood(header: str, expected: str) -> None:
    found = {column: name for name, column in suggest(header.split(",")).items() if column}
    wanted = dict(pair.split("=") for pair in expected.split("|"))
    assert found == wanted


def test_no_column_is_suggested_twice_and_own_names_come_first() -> None:
    found = suggest(["Cost", "spend", "Amount spent", "clicks", "Link clicks"])
    assert found == {"Cost": "", "spend": "spend", "Amount spent": "", "clicks": "clicks", "Link clicks": ""}


def test_every_column_is_suggested_for_itself() -> None:
    assert suggest(list(BY_NAME)) == {name: name for name in BY_NAME}


def test_units_and_currencies_stand_in_headers() -> None:
    assert unit_in("Cost in micros") == "millionths"
    assert unit_in("microsite") == ""
    assert currency_in(["Amount spent (VND)", "Value (VND)"]) == "VND"
    assert currency_in(["Amount spent (VND)", "Value (EUR)"]) == ""


@pytest.mark.parametrize("form", ["csv", "preamble", "xlsx", "parquet"])
def test_headers_are_read_with_samples(good: str, form: str) -> None:
    text = foreign(good).replace("Plattform,Anzeigenformat,Ausgegeben", "Platform,Anzeigenformat,Cost (EUR)", 1)
    data = {
        "csv": text.encode(),
        "preamble": f"Campaign report\n1 Jan - 31 Jan\n{text}".encode(),
        "xlsx": workbook(text, "Notes", "Data"),
        "parquet": parquet(text),
    }[form]
    facts = read_headers(data, "f")
    assert [fact.name for fact in facts] == ["Tag", "Platform", "Anzeigenformat", "Cost (EUR)", "Ergebnisse", "Wert"]
    assert facts[1].samples == ("facebook", "instagram")
    assert len(facts[0].samples) == 3
    assert [fact.suggestion for fact in facts][:4] == ["date", "network", "", "spend"]


def test_headers_of_a_file_with_a_broken_row_are_read(good: str) -> None:
    facts = read_headers(foreign(good).encode() + b'2026-02-02,"open', "f")
    assert len(facts) == 6


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x1f\x8b00", b"PK\x03\x04 no archive", b"PAR1 no table"])
def test_what_is_no_table_is_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^f: .*\.$"):
        read_headers(data, "f")
