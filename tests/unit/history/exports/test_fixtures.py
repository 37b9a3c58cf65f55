"""Every fixture becomes what it says, or is refused with a sentence about what it is."""

from __future__ import annotations

import pytest

from optimizer.history import Severity, load_history
from tests.unit.history.exports.conftest import FIXTURES, imported, refused, rules

# file: currency, cells, sums of some columns
READ = {
    "meta/en_by_platform.csv": (
        "EUR",
        {"facebook/unknown", "instagram/reel", "instagram/story"},
        {"spend": 1698.07, "conversions": 99.0, "clicks": 1484},
    ),
    "meta/de_semicolons_cp1252.csv": (
        "EUR",
        {"facebook/unknown", "instagram/reel"},
        {
            "spend": 34237.0,
            "impressions": 2 * sum(12345 + 1001 * i for i in range(14)),
            "reach": 2 * sum(9100 + 1001 * i for i in range(14)),
        },
    ),
    "meta/fr_encoded_twice.csv": ("EUR", {"facebook/unknown"}, {"spend": 560.0}),
    "meta/es_totals.csv": ("EUR", {"instagram/unknown"}, {"spend": 303.8, "conversions": 7, "revenue": 245}),
    "meta/pt_named_months.csv": ("BRL", {"instagram/unknown"}, {"spend": 725.2, "conversions": 14}),
    "meta/en_conversion_device.csv": ("EUR", {"facebook/unknown"}, {"spend": 374.5, "conversions": 34, "clicks": 511}),
    "meta/en_workbook.xlsx": ("USD", {"facebook/unknown", "instagram/unknown"}, {"spend": 756.0, "conversions": 26}),
    "tiktok/en_by_day.csv": ("EUR", {"tiktok/spark ad", "tiktok/video"}, {"spend": 1067.5, "conversions": 110}),
    "tiktok/ko.csv": ("", {"tiktok/video"}, {"spend": 597100.0, "conversions": 70}),
    "tiktok/en_workbook.xlsx": ("EUR", {"tiktok/video"}, {"spend": 497.0}),
    "linkedin/en_groups.csv": (
        "EUR",
        {"linkedin/document", "linkedin/image"},
        {"spend": 2436.0, "conversions": 54, "impressions": 84182},
    ),
    "linkedin/en_ad_sets_utf8.csv": ("EUR", {"linkedin/carousel", "linkedin/video"}, {"spend": 1589.0}),
    "linkedin/nl.csv": ("EUR", {"linkedin/unknown"}, {"spend": 16898.0, "impressions": 71491, "conversions": 14}),
    "x/en_engagements.csv": ("", {"x/unknown"}, {"spend": 529.2, "negative_feedback": 14, "followers_gained": 42}),
    "x/en_video_by_hour.csv": ("", {"x/unknown"}, {"spend": 268.8, "video_views": 11382}),
    "x/api_micros.csv": ("EUR", {"x/unknown"}, {"spend": 220.5, "conversions": 13, "revenue": 455}),
    "google/en_campaigns.csv": ("EUR", {"google/search", "youtube/video"}, {"spend": 17808.0, "video_views": 70091}),
    "google/de_excel_utf16.csv": (
        "EUR",
        {"youtube/video"},
        {"spend": 15494.5, "impressions": 212891 - 1400, "conversions": 49},
    ),
    "google/en_ad_groups_with_signs.csv": ("", {"google/image"}, {"spend": 651.0, "conversions": 21}),
    "pinterest/en_promoted_pins.csv": ("", {"pinterest/image", "pinterest/video"}, {"spend": 455.0, "clicks": 798}),
    "pinterest/en_conversions.csv": ("EUR", {"pinterest/carousel"}, {"spend": 343.0, "revenue": 1540.0}),
    "pinterest/api_micros.csv": ("", {"pinterest/shopping"}, {"spend": 189.0, "revenue": 441.0, "clicks": 168}),
    "snapchat/en_by_day.csv": ("EUR", {"snapchat/lens", "snapchat/story"}, {"spend": 582.4, "conversions": 26}),
    "snapchat/api_micros.csv": ("EUR", {"snapchat/unknown"}, {"spend": 168.0, "revenue": 350.0}),
}

REFUSED = {
    "meta/en_without_days.csv": "row 2, column Reporting ends: this row covers 14 days (2026-01-05 to 2026-01-18)",
    "tiktok/en_without_days.csv": "row 1: this export of TikTok Ads Manager has no column with days",
    "google/en_without_days.csv": "row 3: this export of Google Ads has no column with days",
    "linkedin/en_whole_period.csv": "the report covers 14 days, and every row has the date 2026-01-05",
    "snapchat/en_several_days.csv": "row 2, column End Time: this row covers 14 days (2026-01-05 to 2026-01-18)",
}


def test_there_are_three_of_each_network_at_the_least():
    for network in ("meta", "tiktok", "linkedin", "x", "google", "pinterest", "snapchat", "ga4"):
        assert len(list((FIXTURES / network).iterdir())) >= 3, network


def test_every_fixture_is_read_or_refused_here():
    every = {str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*") if path.suffix in (".csv", ".xlsx")}
    assert {name for name in every if not name.startswith("ga4/")} == set(READ) | set(REFUSED)


@pytest.mark.parametrize("name", sorted(READ))
def test_a_fixture_is_read(name):
    currency, cells, sums = READ[name]
    made = imported(FIXTURES / name)
    assert made.currency == currency
    assert set(made.table["network"] + "/" + made.table["content_type"]) == cells
    assert {column: made.table[column].sum() for column in sums} == pytest.approx(sums)
    assert str(made.table["date"].min())[:10] == "2026-01-05"
    assert str(made.table["date"].max())[:10] == "2026-01-18"
    assert len(set(made.table["date"])) == 14


@pytest.mark.parametrize("name", sorted(READ))
def test_a_fixture_becomes_a_history_that_can_be_loaded(name):
    made = imported(FIXTURES / name)
    history = load_history(made.csv())
    assert [one.text for one in history.findings if one.severity is Severity.SERIOUS] == []
    assert history.table["spend"].sum() == pytest.approx(made.table["spend"].sum())
    assert len(history.weeks) == 2


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_total_over_many_days_is_refused(name):
    said = refused(FIXTURES / name)
    assert REFUSED[name] in said
    assert said.endswith("export the report again with the breakdown by day.")


def test_a_folder_of_all_networks_becomes_one_history(tmp_path):
    names = [
        "meta/en_by_platform.csv", "tiktok/en_by_day.csv", "linkedin/en_groups.csv", "x/api_micros.csv",
        "google/en_campaigns.csv", "pinterest/en_conversions.csv", "snapchat/en_by_day.csv", "ga4/en_traffic.csv",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name.replace("/", "_")).write_bytes((FIXTURES / name).read_bytes())
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    made = imported(tmp_path)
    networks = {"facebook", "instagram", "tiktok", "linkedin", "x", "google", "youtube", "pinterest", "snapchat"}
    assert set(made.table["network"]) == networks
    alone = sum(READ[name][2]["spend"] for name in names[:-1])
    assert made.table["spend"].sum() == pytest.approx(alone)
    assert {"no-export", "conversions-differ", "visits"} <= rules(made)
    history = load_history(made.csv())
    assert [one.text for one in history.findings if one.severity is Severity.SERIOUS] == []


def test_missing_is_not_zero():
    table = imported(FIXTURES / "google" / "en_campaigns.csv").table
    assert table["revenue"].isna().sum() == 6  # " --" on every fifth day of two campaigns
    assert (table["revenue"].dropna() > 0).all()


def test_results_of_another_kind_are_left_apart_and_told():
    made = imported(FIXTURES / "tiktok" / "en_workbook.xlsx")
    by_campaign = made.table.groupby("campaign")["conversions"].sum(min_count=1)
    assert by_campaign["App push"] == 42
    assert made.table.loc[made.table["campaign"] == "Views", "conversions"].isna().all()
    (said,) = [one.text for one in made.findings if one.rule == "conversions-are"]
    assert said.startswith("conversions of TikTok Ads Manager are its leads; left apart: 12,600 Video views")


def test_totals_and_blocks_of_all_are_left_out_with_their_lines():
    made = imported(FIXTURES / "meta" / "en_by_platform.csv")
    (found,) = [one for one in made.findings if one.rule == "totals-row"]
    assert found.rows == (2, 59)


def test_numbers_are_read_as_the_file_writes_them():
    """12.345 is twelve thousand in a German export, as its decimal commas show."""
    table = imported(FIXTURES / "meta" / "de_semicolons_cp1252.csv").table
    assert table["impressions"].min() == 12345
    assert table["spend"].min() == 1200.0
    assert "Frühling" in set(table["campaign"])


def test_the_flat_sheet_is_read_where_there_are_two():
    said = [one.text for one in imported(FIXTURES / "meta" / "en_workbook.xlsx").findings]
    assert any("(sheet Raw Data Report)" in one for one in said)


def test_facebook_and_instagram_are_told_apart_by_platform():
    table = imported(FIXTURES / "meta" / "en_by_platform.csv").table
    assert set(table.loc[table["content_type"] == "reel", "network"]) == {"instagram"}
    assert set(table.loc[table["campaign"] == "Newsletter", "network"]) == {"facebook"}


def test_the_newest_and_the_older_generation_of_linkedin_agree_on_what_a_campaign_is():
    table = imported(FIXTURES / "linkedin" / "en_groups.csv").table
    assert set(table["campaign"]) == {"Lead gen"}
    assert set(imported(FIXTURES / "linkedin" / "en_ad_sets_utf8.csv").table["campaign"]) == {"Webinar"}
