"""Visits of a site are joined to the rows of the networks, and never added to what networks count."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.history.exports.conftest import FIXTURES, META, days, imported, meta, meta_row, rules, text, tiktok

HEAD = (
    "Date",
    "Session source / medium",
    "Session campaign",
    "Sessions",
    "Engaged sessions",
    "Key events",
    "Total revenue",
)


def site(*rows: tuple[str, str, int], count: int = 14, engaged: int = 10) -> str:
    """A report of GA4 by day: (source / medium, campaign, sessions)."""
    body = [(f"{day:%Y%m%d}", *row, engaged, 5, 999) for day in days(count) for row in rows]
    return "# ---\n# Property: x\n# Start date: 20260105\n\n" + text([HEAD, *body])


def test_sessions_and_bounces_are_joined_by_day_and_campaign(write):
    made = imported(write("m.csv", meta()), write("g.csv", site(("instagram / paid", "SPRING", 40))))
    assert made.table["sessions"].tolist() == [40.0] * 14
    assert made.table["bounces"].tolist() == [30.0] * 14


def test_the_sites_conversions_and_revenue_are_never_added(write):
    alone = imported(write("m.csv", meta())).table
    made = imported(write("m.csv", meta()), write("g.csv", site(("instagram / paid", "Spring", 40)))).table
    assert made.drop(columns=["sessions", "bounces"]).equals(alone)


def test_several_rows_of_a_campaign_share_its_sessions_by_clicks(write):
    rows = [
        meta_row(day, Placement=place, Link_clicks=clicks)
        for day in days(14)
        for place, clicks in (("instagram_reels", 30), ("instagram_stories", 10))
    ]
    made = imported(write("m.csv", text([META, *rows])), write("g.csv", site(("ig / cpc", "Spring", 40))))
    sums = made.table.groupby("content_type")["sessions"].sum().to_dict()
    assert sums == {"reel": 420.0, "story": 140.0}
    assert "visits-shared" in rules(made)


def test_links_tagged_with_the_family_reach_the_network_that_ran(write):
    """Many tag all links of Meta with one source; the campaign tells where it ran."""
    for source in ("meta / paid_social", "facebook / cpc"):
        made = imported(write("m.csv", meta()), write("g.csv", site((source, "Spring", 40))))
        assert made.table["sessions"].sum() == 560


def test_paid_visits_without_a_campaign_go_to_the_network_and_organic_ones_nowhere(write):
    rows = (
        ("tiktok / cpc", "(not set)", 30),
        ("tiktok / referral", "(referral)", 70),
        ("bing / organic", "(organic)", 9),
    )
    made = imported(write("t.csv", tiktok()), write("g.csv", site(*rows)))
    assert made.table["sessions"].tolist() == [30.0] * 14


def test_visits_without_a_row_are_told_and_make_none(write):
    made = imported(write("m.csv", meta()), write("g.csv", site(("instagram / paid", "Autumn", 40))))
    assert len(made.table) == 14
    assert "sessions" not in made.table
    (said,) = [one.text for one in made.findings if one.rule == "visits-without-row"]
    assert "560 sessions from the networks found no row of their day and campaign ('Autumn')" in said


def test_a_newer_report_of_the_site_replaces_the_days_it_has(write):
    old, new = site(("ig / cpc", "Spring", 40), count=10), site(("ig / cpc", "Spring", 50))
    for first, second in ((old, new), (new, old)):
        made = imported(write("m.csv", meta()), write("1.csv", first), write("2.csv", second))
        assert made.table["sessions"].sum() == 700


def test_bounces_come_from_a_rate_where_there_is_no_count():
    made = imported(FIXTURES / "google" / "en_campaigns.csv", FIXTURES / "ga4" / "en_exploration.csv")
    youtube = made.table[made.table["network"] == "youtube"]
    assert youtube["sessions"].tolist() == [30.0] * 14
    assert youtube["bounces"].tolist() == [15.0] * 14
    assert made.table.loc[made.table["network"] == "google", "sessions"].isna().all()


def test_the_table_by_day_is_found_among_several():
    made = imported(
        FIXTURES / "pinterest" / "en_conversions.csv",
        FIXTURES / "linkedin" / "en_groups.csv",
        FIXTURES / "ga4" / "de_overview_of_tables.csv",
    )
    sums = made.table.groupby("network")[["sessions", "bounces"]].sum()
    assert sums["sessions"].to_dict() == pytest.approx({"linkedin": 350.0, "pinterest": 350.0})
    assert sums["bounces"].to_dict() == pytest.approx({"linkedin": 155.75, "pinterest": 155.75})


def test_days_that_the_site_does_not_cover_stay_unknown(write):
    table = imported(write("m.csv", meta()), write("g.csv", site(("ig / cpc", "Spring", 40), count=7))).table
    assert np.isnan(table["sessions"].to_numpy()[7:]).all()
    assert table["sessions"].sum() == 280
