"""The waterfall on the screen: bars where the figures are, words beside every colour."""

from __future__ import annotations

import pytest

from optimizer.finance.variance import make_bridge
from optimizer.ui.charts_bridge import bridge_chart, bridge_table, network_table
from tests.unit.finance.bridges import as_planned, record, with_factors


@pytest.fixture(scope="module")
def bridge():
    of = record()
    return make_bridge(of, with_factors(as_planned(of), conversions=0.8, revenue=0.84))


def test_bars_stand_where_the_figures_are_and_say_their_sign(bridge) -> None:
    chart = bridge_chart(bridge).to_dict()
    rows = next(iter(chart["datasets"].values()))
    names = [
        "Planned revenue",
        "Spend",
        "Mix",
        "Price of clicks",
        "Conversion rate",
        "Value per conversion",
        "Actual revenue",
    ]
    assert [row["name"] for row in rows] == names
    rate = next(row for row in rows if row["name"] == "Conversion rate")
    assert (rate["start"], rate["end"]) == (24_000.0, pytest.approx(19_080.0))
    assert rate["label"].replace("\u00a0", " ") == "\u2212EUR 4,920"
    assert chart["description"].startswith("Revenue came to EUR")
    assert "does not begin at 0" in str(chart["layer"][0]["encoding"]["x"]["title"])


def test_the_table_says_the_same_with_what_each_step_means(bridge) -> None:
    table = bridge_table(bridge)
    assert table["Amount, EUR"].tolist()[0] == 24_000.0
    assert table["Amount, EUR"].iloc[:-1].sum() == pytest.approx(table["Amount, EUR"].iloc[-1])
    assert all(table["What it means"].iloc[1:-1])


def test_networks_add_up_to_the_whole(bridge) -> None:
    table = network_table(bridge)
    assert table["Conversion rate"].sum() == pytest.approx(bridge.leg().steps["rate"])
    assert table["Actual revenue"].sum() == pytest.approx(bridge.leg().actual)
