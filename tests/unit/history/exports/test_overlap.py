"""Exports of the same days: the newer one replaces, nothing is counted twice, contradictions are refused."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.history import build_panel, load_history
from optimizer.response.reporting import learn_reporting
from tests.unit.history.exports.conftest import (
    FIXTURES,
    META,
    MONDAY,
    days,
    imported,
    meta,
    meta_row,
    refused,
    rules,
    text,
    tiktok,
)  # fmt: skip

THURSDAY = MONDAY + dt.timedelta(days=10)


def late(first: dt.date, count: int, bought: int) -> str:
    return text([META, *(meta_row(day, bought=bought) for day in days(count, first))])


def test_the_newer_export_replaces_and_does_not_double(write):
    old, new = write("a.csv", late(MONDAY, 14, 2)), write("b.csv", late(MONDAY + dt.timedelta(days=7), 14, 3))
    table = imported(old, new).table
    assert len(table) == 21
    assert table["spend"].sum() == 210
    assert table["conversions"].tolist() == [2.0] * 7 + [3.0] * 14


def test_the_order_of_files_does_not_matter_where_dates_decide(write):
    old, new = write("z.csv", late(MONDAY, 14, 2)), write("a.csv", late(MONDAY + dt.timedelta(days=7), 14, 3))
    assert imported(old, new).csv() == imported(new, old).csv()


def test_the_one_given_later_counts_where_dates_do_not_decide(write):
    one, other = write("a.csv", late(MONDAY, 14, 2)), write("b.csv", late(MONDAY, 14, 3))
    assert imported(one, other).table["conversions"].sum() == 42
    assert "late-conversions" in rules(imported(one, other))


def test_the_same_file_twice_changes_nothing(write):
    one = write("a.csv", meta())
    copy = write("copy.csv", meta())
    assert imported(one).csv() == imported(one, one).csv() == imported(one, copy).csv()


def test_late_conversions_are_told(write):
    made = imported(write("a.csv", late(MONDAY, 14, 2)), write("b.csv", late(MONDAY, 21, 3)))
    (said,) = [one.text for one in made.findings if one.rule == "late-conversions"]
    assert "conversions of 14 campaign days that were exported before rose by 14 (50.0 %)" in said


def test_a_day_that_was_not_over_may_change(write):
    rows = [META, *(meta_row(day) for day in days(13)), meta_row(days(14)[-1], spend=3.0, Impressions=200)]
    made = imported(write("a.csv", text(rows)), write("b.csv", meta(21)))
    assert made.table["spend"].sum() == 210


@pytest.mark.parametrize(
    ("cells", "column"), [({"spend": 12.0}, "Amount spent (EUR)"), ({"Impressions": 900}, "Impressions")]
)
def test_figures_of_a_closed_day_that_differ_are_refused(write, cells, column):
    newer = [META, *(meta_row(day, **(cells if place == 3 else {})) for place, day in enumerate(days(21)))]
    one, other = write("a.csv", meta()), write("b.csv", text(newer))
    said = refused(one, other)
    assert said.startswith(f"{other}, row 5, column {column}: ")
    assert "of campaign 'Spring' on 2026-01-08 adds up to" in said
    assert f"in {one} (from row 5), though the day was over when that was exported" in said
    made = imported(one, other, newest_wins=True)
    assert "contradiction" in rules(made)
    assert made.table["spend"].sum() == 210 + cells.get("spend", 10.0) - 10.0


def test_conversions_that_fall_are_refused(write):
    one, other = write("a.csv", late(MONDAY, 14, 9)), write("b.csv", late(MONDAY, 21, 4))
    assert "row 2, column Purchases: conversions of campaign 'Spring' on 2026-01-05 add up to 4, and to 9" in refused(
        one, other
    )


def test_a_conversion_or_two_may_be_taken_back(write):
    assert imported(write("a.csv", late(MONDAY, 14, 3)), write("b.csv", late(MONDAY, 21, 2))).table[
        "conversions"
    ].sum() == pytest.approx(42)


def test_a_finer_export_replaces_a_coarser_one(write):
    """Both name campaigns, so what each split below them by does not matter."""
    parts = [("instagram", "instagram_reels"), ("instagram", "instagram_stories"), ("facebook", "feed")]
    rows = [
        meta_row(
            day, spend=10 / 3, bought=1, Platform=platform, Placement=place, Impressions=1000 / 3, Link_clicks=20 / 3
        )
        for day in days(21)
        for platform, place in parts
    ]
    made = imported(write("a.csv", meta()), write("b.csv", text([META, *rows])))
    assert made.table["spend"].sum() == pytest.approx(210)
    assert set(made.table["content_type"]) == {"reel", "story", "unknown"}


def test_campaigns_beside_each_other_are_both_kept(write):
    made = imported(write("a.csv", meta(Campaign_name="Winter")), write("b.csv", meta(21, Impressions=999)))
    assert made.table["spend"].sum() == 140 + 210
    assert "kept-beside" in rules(made)


def test_a_campaign_under_two_names_is_refused(write):
    one = text([META, *(meta_row(day, spend=5 + place) for place, day in enumerate(days(14)))])
    other = text([META, *(meta_row(day, spend=5 + place, Campaign_name="Sale") for place, day in enumerate(days(21)))])
    said = refused(write("a.csv", one), write("b.csv", other))
    assert "column Campaign name: campaign 'Sale' has the spend of campaign 'Spring'" in said


def test_with_numbers_a_renamed_campaign_is_one(write):
    head = ("Campaign ID", *META)
    one = text([head, *(["7", *meta_row(day)] for day in days(14))])
    other = text([head, *(["7", *meta_row(day, Campaign_name="Sale")] for day in days(21))])
    table = imported(write("a.csv", one), write("b.csv", other)).table
    assert table["spend"].sum() == 210
    assert set(table["campaign"]) == {"Sale"}


def test_an_export_without_campaigns_beside_one_with_them_is_refused(write):
    bare = text([META[1:], *(meta_row(day)[1:] for day in days(14))])
    said = refused(write("a.csv", bare), write("b.csv", meta(21)))
    assert "this export names no campaigns" in said


def test_accounts_with_campaigns_of_one_name_are_both_kept(write):
    head = ("Account name", *META)
    one, other = (text([head, *([name, *meta_row(day)] for day in days(14))]) for name in ("Tea DE", "Tea FR"))
    assert imported(write("a.csv", one), write("b.csv", other)).table["spend"].sum() == 280


def test_a_column_that_the_newer_export_lacks_is_kept(write):
    place = META.index("Purchases")
    without = [[cell for at, cell in enumerate(row) if at not in (place, place + 1)] for row in
               [META, *(meta_row(day) for day in days(21))]]  # fmt: skip
    made = imported(write("a.csv", meta()), write("b.csv", text(without)))
    assert made.table["spend"].sum() == 210
    assert made.table["conversions"].sum() == 28
    assert "column-kept" in rules(made)


# A history made before -----------------------------------------------------------------------------------------------


def test_a_history_is_extended(write):
    history = write("history.csv", imported(write("a.csv", meta())).csv())
    newer = write("b.csv", late(MONDAY + dt.timedelta(days=7), 14, 3))
    together = imported(write("a.csv", meta()), newer)
    assert imported(newer, base=history).csv() == together.csv()
    assert imported(history, newer).csv() == together.csv()


def test_a_history_and_its_own_export_stay_as_they_are(write):
    export = FIXTURES / "meta" / "en_by_platform.csv"
    history = write("history.csv", imported(export).csv())
    assert imported(export, base=history).csv() == history.read_bytes()


def test_other_networks_of_a_history_are_kept(write):
    history = write("history.csv", imported(write("t.csv", tiktok())).csv())
    table = imported(write("a.csv", meta()), base=history).table
    assert table.groupby("network")["spend"].sum().to_dict() == {"instagram": 140.0, "tiktok": 112.0}


def test_an_older_export_does_not_undo_a_newer_one(write):
    newer = write("b.csv", late(MONDAY, 21, 3))
    history = write("history.csv", imported(newer).csv())
    assert imported(write("a.csv", late(MONDAY, 14, 2)), base=history).csv() == history.read_bytes()


def test_sessions_of_a_history_survive_an_export_without_them(write):
    export, site = FIXTURES / "meta" / "en_by_platform.csv", FIXTURES / "ga4" / "en_traffic.csv"
    history = write("history.csv", imported(export, site).csv())
    again = imported(export, base=history)
    assert again.csv() == history.read_bytes()
    assert "column-kept" in rules(again)


# What older exports had ----------------------------------------------------------------------------------------------


def test_earlier_exports_are_kept_for_learning_late_conversions(write):
    """The newest week had half of its conversions when it was first exported; that is what is learned."""
    weeks = 12

    def export(last: int) -> str:
        rows = [META]
        for place, day in enumerate(days(7 * last)):
            newest = place >= 7 * (last - 1)
            rows.append(meta_row(day, bought=5 if newest else 10))
        return text(rows)

    files = [write(f"{last:02}.csv", export(last)) for last in range(6, weeks + 1)]
    made = imported(*files)
    assert sorted(made.earlier) == [f"until_{MONDAY + dt.timedelta(days=7 * last - 1)}.csv" for last in range(6, weeks)]
    newest = build_panel(load_history(made.csv()))
    panels = [build_panel(load_history(content)) for content in made.earlier.values()]
    reporting = learn_reporting(newest, panels, "conversions")
    assert reporting.mean[0] == pytest.approx(-0.693, abs=0.01)
    assert reporting.mean[1] == pytest.approx(0.0, abs=0.01)


def test_days_that_nobody_exported_again_teach_nothing(write):
    """Exports that follow each other without overlap say nothing of late conversions."""
    files = [write(f"{at}.csv", meta(14, MONDAY + dt.timedelta(days=14 * at))) for at in range(4)]
    assert imported(*files).earlier == {}


def test_too_little_to_learn_from_is_told(write):
    made = imported(write("a.csv", meta(5)), write("b.csv", meta(21)))
    assert made.earlier == {}
    assert "earlier-too-short" in rules(made)


def test_a_history_made_before_is_an_earlier_export_too(write):
    history = write("history.csv", imported(write("a.csv", late(MONDAY, 21, 2))).csv())
    made = imported(write("b.csv", late(MONDAY, 28, 3)), base=history)
    assert list(made.earlier) == ["until_2026-01-25.csv"]
    assert load_history(made.earlier["until_2026-01-25.csv"]).table["conversions"].sum() == 42
