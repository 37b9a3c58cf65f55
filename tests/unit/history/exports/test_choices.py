"""What the user decides: conversions, currencies, content types, networks, headers, empty cells."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.content_types import How, NamingRule
from optimizer.history.exports.money import Rates
from optimizer.history.exports.naming import read_naming, to_toml
from tests.unit.history.exports.conftest import (
    FIXTURES,
    META,
    days,
    imported,
    meta,
    meta_row,
    refused,
    rules,
    text,
    tiktok,
)  # fmt: skip

MIXED = FIXTURES / "meta" / "en_by_platform.csv"
RESULTS = ("Day", "Campaign name", "Platform", "Amount spent (EUR)", "Impressions", "Link clicks", "Results",
           "Result indicator", "Reporting starts", "Reporting ends")  # fmt: skip


def results(*kinds: tuple[str, str, int]) -> str:
    """Campaigns with their indicator and daily results."""
    rows = [
        [day, name, "facebook", 5, 400, 9, count, indicator, day, day]
        for day in days(14)
        for name, indicator, count in kinds
    ]
    return text([RESULTS, *rows])


# Conversions ----------------------------------------------------------------------------------------------------


def test_results_count_as_purchases_only_where_the_indicator_says_so(write):
    made = imported(write("a.csv", results(("Buy", "actions:omni_purchase", 2), ("Look", "actions:link_click", 90))))
    sums = made.table.groupby("campaign")["conversions"].sum(min_count=1)
    assert sums["Buy"] == 28
    assert np.isnan(sums["Look"])


def test_the_user_names_an_indicator(write):
    path = write("a.csv", results(("Buy", "actions:omni_purchase", 2), ("Look", "actions:link_click", 90)))
    for name in ("actions:link_click", "link_click", "Actions:Link_Click"):
        table = imported(path, results={"": name}).table
        assert table.groupby("campaign")["conversions"].sum(min_count=1)["Look"] == 1260
        assert table.loc[table["campaign"] == "Buy", "conversions"].isna().all()


def test_an_indicator_that_nobody_has_is_refused(write):
    path = write("a.csv", results(("Buy", "actions:omni_purchase", 2)))
    said = refused(path, results={"": "app_install"})
    assert "no export holds results called 'app_install'" in said
    assert "'actions:omni_purchase'" in said


def test_results_without_an_indicator_are_not_taken_for_anything(write):
    path = write("a.csv", text([RESULTS[:7], *([day, "A", "facebook", 5, 400, 9, 3] for day in days(14))]))
    made = imported(path)
    assert "conversions" not in made.table
    assert "no-conversions" in rules(made)
    assert imported(path, results={"": "results"}).table["conversions"].sum() == 42


def test_leads_count_where_there_are_no_purchases(write):
    made = imported(write("a.csv", results(("Ask", "actions:lead", 4), ("Look", "actions:link_click", 90))))
    assert made.table["conversions"].sum() == 56


def test_kinds_can_be_named_for_one_network():
    assert imported(MIXED, results={"meta": "leads"}).table["conversions"].sum() == 33
    made = imported(FIXTURES / "tiktok" / "en_by_day.csv", MIXED, results={"tiktok": "conversions"})
    assert made.table.groupby("network")["conversions"].sum()["tiktok"] == 138
    assert "conversions-differ" in rules(made)


def test_purchases_and_leads_are_never_added(write):
    place = META.index("Purchases") + 1
    rows = [[*row[:place], "Leads" if row is META else 7, *row[place:]] for row in [META, *map(meta_row, days(14))]]
    made = imported(write("a.csv", text(rows)))
    assert made.table["conversions"].sum() == 28
    assert any("left apart: 98 leads" in one.text for one in made.findings)


def test_attribution_settings_are_told(write):
    rows = [
        [*META, "Attribution setting"],
        *([*meta_row(day), f"{1 + 6 * (place % 2)}-day click"] for place, day in enumerate(days(14))),
    ]
    (said,) = [one.text for one in imported(write("a.csv", text(rows))).findings if one.rule == "attribution"]
    assert "'1-day click', '7-day click'" in said


# Missing ---------------------------------------------------------------------------------------------------------


def test_an_empty_cell_leaves_the_sum_unknown_unless_the_user_says_it_is_0(write):
    rows = [META, *(meta_row(day, bought="" if place == 5 else 2) for place, day in enumerate(days(14)))]
    path = write("a.csv", text(rows))
    assert imported(path).table["conversions"].isna().sum() == 1
    assert imported(path, empty_is_zero=True).table["conversions"].tolist().count(0.0) == 1


def test_a_column_without_any_value_stays_unknown(write):
    path = write("a.csv", meta(bought=""))
    assert "conversions" not in imported(path, empty_is_zero=True).table


def test_empty_spend_is_refused_unless_the_user_says_it_is_0(write):
    rows = [META, *(meta_row(day) for day in days(14))]
    rows[4][4] = ""
    path = write("a.csv", text(rows))
    assert "row 5, column Amount spent (EUR): spend is empty" in refused(path)
    assert imported(path, empty_is_zero=True).table["spend"].sum() == 130


def test_reach_is_never_summed(write):
    rows = [
        [*META, "Reach"],
        *([*meta_row(day, Placement=place), 500] for day in days(14) for place in ("feed", "marketplace")),
    ]
    assert "reach" not in imported(write("a.csv", text(rows))).table
    rows = [[*META, "Reach"], *([*meta_row(day), 500] for day in days(14))]
    assert imported(write("b.csv", text(rows))).table["reach"].tolist() == [500.0] * 14


# Money -----------------------------------------------------------------------------------------------------------


def test_two_currencies_without_a_rate_are_refused(write):
    one, other = write("a.csv", meta()), write("b.csv", tiktok(currency="USD"))
    said = refused(one, other)
    assert said == (
        f"{other}, row 2, column Currency: amounts are in USD, and in EUR in {one}; two currencies cannot be added; say"
        " what one USD is worth, such as --rate USD=0.92."
    )


def test_a_rate_converts_and_says_so(write):
    made = imported(write("a.csv", meta()), write("b.csv", tiktok(currency="USD")), rates=Rates(rates={"USD": 0.5}))
    assert made.currency == "EUR"
    assert made.table.groupby("network")["spend"].sum().to_dict() == {"instagram": 140.0, "tiktok": 56.0}
    (said,) = [one.text for one in made.findings if one.rule == "converted"]
    assert "amounts in USD were multiplied by 0.5" in said


def test_revenue_is_converted_too(write):
    made = imported(write("a.csv", meta()), rates=Rates("USD", {"EUR": 2.0}))
    assert (made.currency, made.table["spend"].sum(), made.table["revenue"].sum()) == ("USD", 280.0, 2240.0)


def test_an_export_without_a_currency_is_told(write):
    made = imported(write("a.csv", meta()), write("b.csv", tiktok(currency="")))
    assert "currency-not-named" in rules(made)
    assert refused(write("b.csv", tiktok(currency="euro"))).endswith("such as EUR.")


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (("eu", {}), "'eu' is no currency code"),
        (("", {"USD": 0.0}), "the rate of USD is 0"),
        (("EUR", {"EUR": 2.0}), "EUR is the history's currency and has a rate too"),
        (("", {"EUR": 1.1}), "every currency has a rate (EUR)"),
        (("CHF", {}), "amounts are in EUR, and the history is to be in CHF"),
    ],
)
def test_rates_that_cannot_be_are_refused(write, rates, said):
    with pytest.raises(InputError) as caught:
        imported(write("a.csv", meta()), rates=Rates(*rates))
    assert said in str(caught.value)


# Names -----------------------------------------------------------------------------------------------------------


def test_naming_rules_look_at_campaigns_ad_sets_and_ads():
    naming = (
        NamingRule("campaign", How.CONTAINS, "static", "image"),
        NamingRule("campaign", How.STARTS, "spring_car", "carousel"),
    )
    table = imported(MIXED, naming=naming).table
    assert set(table["content_type"]) == {"image", "carousel", "reel"}


def test_rules_are_proposed_by_words_in_names_and_work_as_they_are_proposed(tmp_path):
    made = imported(MIXED)
    assert [(rule.text, rule.content_type) for rule in made.proposed] == [("static", "image"), ("carousel", "carousel")]
    path = tmp_path / "naming.toml"
    path.write_text(to_toml(made.proposed), encoding="utf-8")
    again = imported(MIXED, naming=read_naming(path))
    assert "unknown" not in set(again.table["content_type"])
    assert again.proposed == ()


def test_rules_can_be_kept_as_json(tmp_path):
    path = tmp_path / "naming.json"
    path.write_text('{"rules": [{"column": "campaign", "how": "contains", "text": "x", "content_type": "y"}]}', "utf-8")
    assert read_naming(path) == (NamingRule("campaign", How.CONTAINS, "x", "y"),)


def test_meta_without_platforms_is_told_and_can_be_named(write):
    bare = [[cell for at, cell in enumerate(row) if META[at] not in ("Platform", "Placement")] for row in
            [META, *map(meta_row, days(14))]]  # fmt: skip
    path = write("a.csv", text(bare))
    made = imported(path)
    assert set(made.table["network"]) == {"meta"}
    assert "networks-not-told-apart" in rules(made)
    assert set(imported(path, networks={"": "instagram"}).table["network"]) == {"instagram"}


def test_aliases_of_the_user_add_a_language(write):
    head = ("Ngày", "Chiến dịch", "Nền tảng", "Số tiền đã chi tiêu (VND)", "Lượt hiển thị", "Kết quả mua")
    path = write("a.csv", text([head, *([day, "Tết", "facebook", 250000, 9000, 2] for day in days(14))]))
    assert "no header of a known network was found" in refused(path)
    more = write("more.toml", '[network]\nsource = "meta"\n[recognise]\nonly = ["Số tiền đã chi tiêu"]\n[columns.vi]\n'
                 'day = ["Ngày"]\ncampaign = ["Chiến dịch"]\nplatform = ["Nền tảng"]\nspend = ["Số tiền đã chi tiêu"]\n'
                 'impressions = ["Lượt hiển thị"]\npurchases = ["Kết quả mua"]\n')  # fmt: skip
    made = imported(path, aliases=more)
    assert (made.currency, made.table["spend"].sum(), made.table["conversions"].sum()) == ("VND", 3500000.0, 28.0)


def test_aliases_of_the_user_add_a_network(write):
    write("more/reddit.toml", '[network]\nsource = "reddit"\ntitle = "Reddit Ads"\n[recognise]\nonly = ["Upvotes"]\n'
          '[columns.en]\nday = ["Date"]\ncampaign = ["Campaign Name"]\nspend = ["Spend"]\n'
          'impressions = ["Impressions"]\n'
          '[content_types]\ndefault = "post"\n')  # fmt: skip
    head = ("Date", "Campaign Name", "Spend", "Impressions", "Upvotes")
    path = write("a.csv", text([head, *([day, "A", 5, 100, 3] for day in days(14))]))
    table = imported(path, aliases=path.parent / "more").table
    assert set(table["network"] + "/" + table["content_type"]) == {"reddit/post"}
