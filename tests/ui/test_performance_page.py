"""The page Performance: filters, what changed, a block per measure with charts and data, and what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from optimizer.history import History, load_history
from optimizer.history.ledger import Breakdown, Ledger, Selection
from optimizer.history.measures import BY_KEY, MEASURES, Unit
from optimizer.history.standouts import standouts
from optimizer.ui import service, state
from optimizer.ui.charts_performance import HEIGHT, NAME_GAP, apart_by, bars_chart, lines_chart
from optimizer.ui.components.performance import profile_html, remarks_html
from optimizer.ui.performance_blocks import MOST_LINES, block
from optimizer.ui.performance_view import (
    PROFILE,
    THEMES,
    absent,
    figures,
    periods,
    profile,
    profile_sentence,
    remarks,
    usual_period,
)
from tests.ui.driver import fresh_store, open_app, words


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


@pytest.fixture(scope="module")
def sample(root: Path) -> History:
    return load_history(root / "data" / "sample_history.csv")


@pytest.fixture(scope="module")
def broken(sample: History) -> History:
    """The sample with 40 % more bounces on the page /subscription in the newest 4 weeks."""
    table = sample.table.copy()
    hit = (table["landing_page"] == "/subscription") & table["date"].isin(sample.weeks[-4:])
    table.loc[hit, "bounces"] = np.minimum(np.floor(table.loc[hit, "bounces"] * 1.4), table.loc[hit, "sessions"])
    return History(table, (), "h.csv", "EUR", "x", "weekly", sample.weeks)


def good(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def text_of(app: AppTest) -> str:
    """Words of the page without the signs that keep names from being read as formatting."""
    return words(app).replace("\\", "")


def of_bytes(text: str) -> AppTest:
    """The page on a history of its own."""
    kept = service.store().add_history("mine.csv", text.encode(), author="Lan")
    return open_app("performance", link=service.store().keep_state(state.View(history=kept.id).to_json()))


def specs(app: AppTest) -> list[dict[str, object]]:
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


def headings(app: AppTest) -> list[str]:
    return [one.value for one in app.subheader]


# The page -----------------------------------------------------------------------------------------------------------


def test_the_first_view_shows_money_by_network() -> None:
    app = good(open_app("performance"))
    assert headings(app) == ["The newest 4 weeks", "Spend", "Conversions", "Cost per conversion", "ROAS"]
    charts = app.get("vega_lite_chart")
    assert len(charts) == 8
    assert all(len(chart.proto.alt) > 60 for chart in charts)
    assert [metric.label for metric in app.metric] == [
        "Spend a week", "Conversions a week", "Cost per conversion", "ROAS",
    ]  # fmt: skip
    assert "well above it LinkedIn (EUR " in text_of(app)


def test_the_figures_are_those_of_the_newest_weeks(sample: History) -> None:
    metric = {one.label: one for one in good(open_app("performance")).metric}["Cost per conversion"]
    table = sample.table
    new, old = (table[table["date"].isin(weeks)] for weeks in (sample.weeks[-4:], sample.weeks[-16:-4]))
    now, before = (part["spend"].sum() / part["conversions"].sum() for part in (new, old))
    assert metric.value.replace("\u00a0", " ") == f"EUR {now:.1f}"
    assert metric.delta.replace("\u00a0", " ") == f"−{100 * (1 - now / before):.0f} %"


@pytest.mark.parametrize("theme", [theme.key for theme in THEMES])
def test_every_theme_shows_its_measures(theme: str) -> None:
    app = good(open_app("performance"))
    app.segmented_control(key="perf_theme").set_value(theme).run()
    good(app)
    chosen = next(one for one in THEMES if one.key == theme)
    expected = [BY_KEY[key].name for key in chosen.measures[: chosen.first]]
    shown = [heading.lower() for heading in headings(app)[1:]]
    assert shown[: len(expected)] == [name.lower() for name in expected]
    assert len(app.get("vega_lite_chart")) == 2 * len(expected)
    assert len(app.get("download_button")) >= len(expected)


def test_the_audience_theme_tells_who_brings_more_than_their_part() -> None:
    app = open_app("performance")
    app.segmented_control(key="perf_theme").set_value("audience").run()
    text = text_of(good(app))
    assert re.search(r"Returning: 27\.8 % of spend brings 39\.9 % of conversions, 40\.1 % of revenue", text)
    assert 'class="co-shares"' in text


def test_choices_are_kept_in_the_link() -> None:
    app = open_app("performance")
    app.selectbox(key="perf_period").set_value(52).run()
    app.multiselect(key="perf_networks").set_value(["linkedin", "tiktok"]).run()
    app.segmented_control(key="perf_theme").set_value("traffic").run()
    app.selectbox(key="perf_by_traffic").set_value(Breakdown.NETWORK).run()
    app.pills(key="perf_measures_traffic").set_value(["bounce_rate"]).run()
    link = good(app).query_params["view"]
    again = good(open_app("performance", link=link[0] if isinstance(link, list) else link))
    assert headings(again) == ["The newest 4 weeks", "Bounce rate"]
    assert again.selectbox(key="perf_period").value == 52
    assert again.multiselect(key="perf_networks").value == ["linkedin", "tiktok"]
    names = json.dumps(specs(again)[1])
    assert "LinkedIn" in names
    assert "Facebook" not in names


def test_a_link_with_what_the_history_has_not_falls_back() -> None:
    app = open_app("performance")
    view = app.session_state["view_now"]
    bad = {
        "performance.period": 9, "performance.networks": ["mars"], "performance.theme": "rock",
        "performance.by.money": "PLANET", "performance.measures.money": ["love", "cpm"],
    }  # fmt: skip
    app.session_state["view_now"] = type(view)(view.history, view.asked, (), bad)
    app.run()
    assert headings(good(app)) == ["The newest 4 weeks", "CPM"]
    assert app.selectbox(key="perf_period").value == 26
    assert app.selectbox(key="perf_by_money").value is Breakdown.NETWORK


def test_all_together_has_lines_alone_and_no_measure_says_what_to_do() -> None:
    app = open_app("performance")
    app.selectbox(key="perf_by_money").set_value(Breakdown.ALL).run()
    assert len(good(app).get("vega_lite_chart")) == 4
    app.pills(key="perf_measures_money").set_value([]).run()
    assert [info.value for info in good(app).info] == ["Choose at least one measure above."]


def test_what_the_history_lacks_is_said_with_the_column_to_add() -> None:
    rows = [
        f"{day:%Y-%m-%d},{network},video,{100 + 7 * (number % 5)},{5 + number % 3},{900 + number}"
        for number, day in enumerate(pd.date_range("2026-01-05", periods=20, freq="7D"))
        for network in ("facebook", "tiktok")
    ]
    text = "date,network,content_type,spend,conversions,clicks\n" + "\n".join(rows) + "\n"
    app = of_bytes(text)
    app.segmented_control(key="perf_theme").set_value("traffic").run()
    assert headings(good(app)) == ["The newest 4 weeks", "Conversion rate", "Clicks"]
    told = [info.value.replace("\\", "") for info in app.info]
    assert "This history has no sessions, so this is not shown: sessions. Add the column sessions to see it." in told
    assert any("no bounces, sessions, so this is not shown: bounce rate. Add the columns" in one for one in told)
    app.segmented_control(key="perf_theme").set_value("audience").run()
    assert any("fewer than two audiences" in info.value for info in good(app).info)


def test_a_short_history_says_that_it_cannot_tell_yet() -> None:
    rows = [f"2026-01-{day:02},facebook,video,{100 + day},{5 + day % 3}" for day in (5, 12, 19, 26)]
    app = of_bytes("date,network,content_type,spend,conversions\n" + "\n".join(rows) + "\n")
    assert "takes 16 complete weeks; the history has 4." in text_of(good(app))
    assert app.selectbox(key="perf_by_money").options == ["All together"]
    assert all(metric.delta in ("", None) for metric in app.metric)


# Its records --------------------------------------------------------------------------------------------------------


def made(history: History, key: str, by: Breakdown, weeks: int = 26):
    ledger = Ledger(history)
    found = standouts(history, [BY_KEY[key]], [by])
    shown = block(ledger, BY_KEY[key], by, weeks, found)
    assert shown is not None
    return shown


def test_what_changed_is_told_first_and_drawn_strongly(broken: History) -> None:
    shown = made(broken, "bounce_rate", Breakdown.LANDING_PAGE)
    assert shown.sentence.startswith("/subscription: bounce rate rose from ")
    assert shown.chart.told[0] == "/subscription"
    assert shown.lines_alt.endswith(shown.sentence)
    spec = json.dumps(lines_chart(shown.chart, by_month=False).to_dict())
    assert '"oneOf": ["All posts", "/subscription"' in spec


def test_a_change_is_listed_with_a_word_that_says_whether_it_is_welcome(broken: History) -> None:
    found = standouts(broken, [BY_KEY["bounce_rate"]], [Breakdown.LANDING_PAGE])
    first = remarks(found)[0]
    assert (first.sign, first.word, first.kind) == ("▲", "Worse", "bad")
    html = remarks_html([first], "nothing")
    assert "Worse" in html
    assert remarks_html([], "<nothing>") == '<p class="co-quiet">&lt;nothing&gt;</p>'


def test_a_figure_is_coloured_only_where_its_change_is_beyond_noise(sample: History) -> None:
    table = sample.table.copy()
    table.loc[table["date"].isin(sample.weeks[-4:]), "conversions"] *= 5
    jumped = History(table, (), "h.csv", "EUR", "x", "weekly", sample.weeks)
    keys = [BY_KEY["conversions"], BY_KEY["cost_per_conversion"]]
    for history, expected in ((sample, None), (jumped, True)):
        found = standouts(history, keys, [Breakdown.ALL])
        cost = {one.name: one for one in figures(Ledger(history), 0, found)}["Cost per conversion"]
        assert cost.good is expected
        assert not cost.rose


def test_the_bars_are_the_newest_12_weeks_and_the_12_before(sample: History) -> None:
    for weeks in (12, 26):
        bars = made(sample, "roas", Breakdown.NETWORK, weeks).chart.bars.set_index("group")
        table = sample.table[sample.table["network"] == "tiktok"]
        for column, part in (("value", sample.weeks[-12:]), ("before", sample.weeks[-24:-12])):
            mine = table[table["date"].isin(part)]
            assert bars.loc["TikTok", column] == pytest.approx(mine["revenue"].sum() / mine["spend"].sum())
        assert bars["value"].is_monotonic_decreasing


def test_groups_keep_their_looks_and_those_spoken_of_are_drawn(sample: History) -> None:
    spend, cost = (made(sample, key, Breakdown.CELL) for key in ("spend", "cost_per_conversion"))
    assert len(spend.chart.order) == MOST_LINES
    assert len(cost.chart.order) == MOST_LINES + 1
    assert set(cost.chart.told) <= set(cost.chart.order)
    looks = [dict(zip(one.chart.order, one.chart.slots, strict=True)) for one in (spend, cost)]
    both = set(looks[0]) & set(looks[1])
    kept = [name for name in both if looks[0][name] == looks[1][name]]
    assert len(kept) == len(both) > 0
    assert sorted(looks[0].values()) == list(range(MOST_LINES))
    assert sorted(looks[1].values()) == [-1, *range(MOST_LINES)]


def test_groups_far_apart_are_drawn_on_a_multiplying_scale_and_it_is_said(sample: History) -> None:
    apart = made(sample, "cost_per_conversion", Breakdown.NETWORK)
    assert apart.chart.multiplies
    assert any("multiply" in note for note in apart.notes)
    spec = json.dumps(lines_chart(apart.chart, by_month=False).to_dict())
    assert '"type": "log"' in spec
    assert not made(sample, "roas", Breakdown.NETWORK).chart.multiplies


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_every_measure_can_be_drawn(sample: History, measure) -> None:
    if measure.key in PROFILE:
        return
    by = Breakdown.CONTENT_TYPE
    shown = made(sample, measure.key, by, weeks=52)
    for chart in (lines_chart(shown.chart, by_month=True), bars_chart(shown.chart)):
        assert chart.to_dict()["config"]["locale"]
    assert shown.definition
    assert shown.chart.unit
    assert shown.data.columns.is_unique
    assert shown.data.columns[:2].tolist() == ["period", "group"]
    assert len(shown.data) == 12 * shown.data["group"].nunique()
    factor = 100 if measure.unit is Unit.SHARE else 1
    ledger = Ledger(sample).weekly(measure, by)
    top = shown.chart.bars.iloc[0]
    assert top["value"] == pytest.approx(factor * np.nanmax(ledger.over(12)))


def test_a_total_begins_at_zero_and_a_steady_ratio_need_not(sample: History) -> None:
    def lowest(key: str) -> float:
        spec = lines_chart(made(sample, key, Breakdown.LANDING_PAGE).chart, by_month=False).to_dict()
        return spec["layer"][0]["encoding"]["y"]["scale"]["domain"][0]

    assert lowest("clicks") == 0.0
    assert 30 < lowest("bounce_rate") < 45


def test_names_stand_clear_of_each_other() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        heights = rng.uniform(0, 100, 6)
        gap = 100 * NAME_GAP / HEIGHT
        placed = apart_by(heights, gap, (0.0, 100.0))
        assert np.diff(np.sort(placed)).min() >= gap - 1e-9
        assert (np.argsort(placed) == np.argsort(heights)).all()
        assert placed.min() >= 0
        assert placed.max() <= 100 + 1e-9
    far = np.array([10.0, 50.0, 90.0])
    np.testing.assert_allclose(apart_by(far, 6.0, (0.0, 100.0)), far)


def test_the_profile_marks_the_share_of_spend_and_escapes_names(sample: History) -> None:
    shares = profile(Ledger(sample), Breakdown.AUDIENCE)
    assert {one.group for one in shares} == {"New", "Returning"}
    for kind in {one.kind for one in shares}:
        assert sum(one.value for one in shares if one.kind == kind) == pytest.approx(1.0)
    html = profile_html([type(shares[0])("<b>", one.kind, one.value, one.told, one.of_spend) for one in shares])
    assert "<b>" not in html
    assert html.count("<s style=") == len([one for one in shares if not one.of_spend])
    assert profile_sentence((), Breakdown.AUDIENCE, 60) == "No group stands out from the others."


def test_periods_fit_the_history() -> None:
    assert periods(104) == (12, 26, 52, 104)
    assert periods(60) == (12, 26, 52, 60)
    assert periods(8) == (8,)
    assert usual_period(8) == 8


def test_nothing_is_absent_from_the_sample(sample: History) -> None:
    assert [absent(sample, (*theme.measures, *PROFILE)) for theme in THEMES] == [()] * len(THEMES)
    assert {key for theme in THEMES for key in theme.measures} | set(PROFILE) == set(BY_KEY)


def test_a_filter_of_networks_reaches_the_figures(sample: History) -> None:
    ledger = Ledger(sample, Selection(networks=("linkedin",)))
    cost = {one.name: one for one in figures(ledger, 0, ())}["Cost per conversion"]
    assert float(cost.value.split("\u00a0")[-1]) > 80
