"""What stands out: seldom where nothing does, and surely where a lot changed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.history import Severity
from optimizer.history.alerts import alerts
from optimizer.history.history import History
from optimizer.history.ledger import Breakdown, Ledger, Selection
from optimizer.history.measures import BY_KEY
from optimizer.history.noise import Pair, as_its_spend, as_the_rest, beyond_noise, change, contrast
from optimizer.history.standout_text import nothing_told, sentences, shares_together
from optimizer.history.standouts import Told, Windows, late_weeks, standouts
from tests.messages import catalogue, check, check_vietnamese, patterns_of, places

CELLS = (
    ("facebook", "video", "/a"),
    ("facebook", "image", "/a"),
    ("instagram", "reel", "/b"),
    ("instagram", "story", "/a"),
    ("tiktok", "video", "/b"),
    ("linkedin", "document", "/c"),
)
WATCHED = tuple(BY_KEY[key] for key in ("cost_per_conversion", "engagement_rate", "bounce_rate", "negative_rate"))
Rows = Callable[[pd.DataFrame], pd.Series]


def wobble(rng: np.random.Generator, weeks: int, rho: float, size: float) -> np.ndarray:
    """Positive factors around 1 whose logarithm is stationary, autocorrelated noise."""
    noise = rng.normal(size=weeks + 50) * np.sqrt(1 - rho**2)
    for week in range(1, weeks + 50):
        noise[week] += rho * noise[week - 1]
    return np.exp(size * noise[50:])


def world(seed: int, weeks: int = 60, rho: float = 0.3, alike: bool = False) -> History:
    """A history in which nothing ever changes but by noise: counts that scatter by more than Poisson's."""
    rng = np.random.default_rng(seed)
    mondays = np.datetime64("2025-01-06") + 7 * np.arange(weeks)
    tables = []
    for number, (network, content_type, page) in enumerate(CELLS):
        level = 1.0 if alike else 1 + 0.3 * number
        spend = 1000 * wobble(rng, weeks, rho, 0.3)
        shown = np.floor(spend / (8 * level) * 1000 * wobble(rng, weeks, rho, 0.07))
        clicks = rng.poisson(shown * 0.012 * wobble(rng, weeks, rho, 0.12))
        sessions = rng.binomial(clicks, 0.8)
        tables.append(
            pd.DataFrame(
                {
                    "date": mondays,
                    "network": network,
                    "content_type": content_type,
                    "landing_page": page,
                    "spend": spend,
                    "conversions": rng.poisson(clicks * 0.04 * wobble(rng, weeks, rho, 0.12)).astype(float),
                    "impressions": shown,
                    "clicks": clicks.astype(float),
                    "engagements": rng.poisson(shown * 0.02 * wobble(rng, weeks, rho, 0.12)).astype(float),
                    "sessions": sessions.astype(float),
                    "bounces": rng.binomial(sessions, np.clip(0.5 * wobble(rng, weeks, rho, 0.06), 0, 0.95)).astype(
                        float
                    ),
                    "negative_feedback": rng.poisson(shown * 0.0002 * wobble(rng, weeks, rho, 0.12)).astype(float),
                }
            )
        )
    return History(pd.concat(tables, ignore_index=True), (), "world.csv", "EUR", "", "weekly", mondays)


def changed(history: History, column: str, factor: float, rows: Rows, weeks: slice = slice(-4, None)) -> History:
    """The history with a column multiplied in some rows of some weeks."""
    table = history.table.copy()
    hit = rows(table) & table["date"].isin(history.weeks[weeks])
    table.loc[hit, column] = np.floor(table.loc[hit, column] * factor)
    if column == "bounces":
        table["bounces"] = table[["bounces", "sessions"]].min(axis=1)
    return dataclasses.replace(history, table=table)


def everywhere(table: pd.DataFrame) -> pd.Series:
    return table["spend"] >= 0


def page_b(table: pd.DataFrame) -> pd.Series:
    return table["landing_page"] == "/b"


# False alarms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weeks", "rho"), [(26, 0.5), (60, 0.3), (104, 0.5)])
def test_where_nothing_changes_hardly_any_week_has_an_alert(weeks: int, rho: float) -> None:
    worlds = 60
    raised = sum(bool(alerts(world(seed, weeks, rho))) for seed in range(worlds))
    assert raised / worlds <= 0.10


@pytest.mark.parametrize("weeks", [40, 80])
def test_groups_that_are_alike_hardly_ever_stand_out(weeks: int) -> None:
    worlds = 40
    asked = (Breakdown.ALL, Breakdown.NETWORK, Breakdown.CELL)
    told = sum(bool(standouts(world(seed, weeks, alike=True), WATCHED, asked)) for seed in range(worlds))
    assert told / worlds <= 0.10


def test_p_values_of_a_change_are_about_as_often_small_as_they_say() -> None:
    windows, low, worlds = Windows(60), 0, 400
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        below = rng.uniform(500, 1500, 60)
        pair = Pair(rng.poisson(0.1 * below * wobble(rng, 60, 0.3, 0.1)).astype(float), below, 1.0)
        block = windows.back(60, 56)
        difference = change(pair, windows.new, windows.old, [block], True)
        assert difference is not None
        assert difference.p_rise + difference.p_fall == pytest.approx(1.0)
        low += difference.p < 0.1
    assert 0.03 <= low / worlds <= 0.13


def test_many_comparisons_of_noise_are_told_no_more_often_than_the_rate() -> None:
    rng = np.random.default_rng(3)
    assert np.mean([beyond_noise(rng.uniform(size=50).tolist(), 0.1).any() for _ in range(2000)]) < 0.13
    assert not beyond_noise([], 0.1).any()
    mixed = beyond_noise([1e-6] * 10 + rng.uniform(size=90).tolist(), 0.1)
    assert mixed[:10].all()
    assert mixed[10:].sum() <= 5


# Power --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [20, 60, 104])
def test_a_jump_of_the_bounce_rate_on_a_page_is_told_first_and_once(weeks: int) -> None:
    worlds, first = 10, 0
    for seed in range(worlds):
        history = changed(world(seed, weeks), "bounces", 1.4, page_b)
        found = [one for one in alerts(history) if one.measure.key == "bounce_rate"]
        assert found, "a jump by 40 % went unseen"
        first += found[0].group == ("/b",) and found[0].breakdown is Breakdown.LANDING_PAGE
    assert first / worlds >= 0.8


def test_an_alert_says_both_figures_as_they_are() -> None:
    history = changed(world(5), "bounces", 1.4, page_b)
    alert = alerts(history)[0]
    table = history.table[history.table["landing_page"] == "/b"]
    new = table["date"].isin(history.weeks[-4:])
    old = table["date"].isin(history.weeks[-16:-4])
    assert alert.now == pytest.approx(table.loc[new, "bounces"].sum() / table.loc[new, "sessions"].sum())
    assert alert.before == pytest.approx(table.loc[old, "bounces"].sum() / table.loc[old, "sessions"].sum())
    assert alert.sentence.startswith(f"/b: bounce rate rose from {100 * alert.before:.1f} % to {100 * alert.now:.1f} %")
    assert "in the newest 4 weeks" in alert.sentence
    assert alert.good is False
    assert alert.severity >= Severity.WARNING


def test_a_rise_everywhere_is_told_once_of_all_posts() -> None:
    found = [one for one in alerts(changed(world(2), "bounces", 1.4, everywhere)) if one.measure.key == "bounce_rate"]
    assert [one.breakdown for one in found] == [Breakdown.ALL]
    assert found[0].severity is Severity.SERIOUS
    assert found[0].sentence.startswith("all posts: bounce rate rose from ")


def test_a_fall_of_what_should_fall_is_no_alert_but_stands_out() -> None:
    history = changed(world(4), "bounces", 0.5, page_b)
    assert [one for one in alerts(history) if one.measure.key == "bounce_rate"] == []
    found = standouts(history, WATCHED, [Breakdown.LANDING_PAGE])
    best = next(one for one in found if one.told is Told.CHANGE)
    assert (best.measure.key, best.group, best.good) == ("bounce_rate", ("/b",), True)


def test_the_worst_comes_first() -> None:
    history = changed(world(8), "bounces", 1.4, lambda table: table["content_type"] == "document")
    history = changed(history, "negative_feedback", 6.0, everywhere)
    found = alerts(history)
    assert found[0].measure.key == "negative_rate"
    assert "bounce_rate" in {one.measure.key for one in found}
    ranks = [(one.severity, one.weight) for one in found]
    assert ranks == sorted(ranks, reverse=True)


def test_a_cost_that_rises_with_the_spend_is_no_news_but_one_that_rises_alone_is() -> None:
    windows, worlds = Windows(80), 40
    block = windows.back(80, 76)
    told = {"by spend": 0, "as it is": 0, "halved, by spend": 0}
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        spend = 1000 * wobble(rng, 80, 0.5, 0.5)
        spend[-4:] = 4000.0
        orders = rng.poisson(3.0 * spend**0.5 * wobble(rng, 80, 0.0, 0.1)).astype(float)
        halved = np.concatenate([orders[:-4], np.floor(orders[-4:] / 2)])
        for name, counted in (("by spend", orders), ("as it is", orders), ("halved, by spend", halved)):
            pair = Pair(counted, spend, 1.0)
            held = pair if name == "as it is" else pair.over(as_its_spend(pair, None, block))
            difference = change(held, windows.new, windows.old, [block], True)
            assert difference is not None
            told[name] += difference.p_fall < 0.05
    assert told["by spend"] <= 0.1 * worlds
    assert told["as it is"] >= 0.4 * worlds
    assert told["halved, by spend"] >= 0.9 * worlds


def test_what_moves_all_alike_is_gone_next_to_the_rest() -> None:
    season = np.tile([1.0, 2.0, 4.0], 10)
    below = np.full(30, 100.0)
    group, rest = Pair(3 * season * below, below), Pair(5 * season * below, 7 * below)
    assert np.ptp(group.numerator / as_the_rest(group, rest)) == pytest.approx(0.0)


def test_nothing_at_all_is_told_too() -> None:
    history = changed(world(6), "conversions", 0.0, lambda table: table["network"] == "facebook")
    found = [one for one in alerts(history, late=0) if one.measure.key == "cost_per_conversion"]
    assert found[0].group == ("facebook",)
    assert np.isinf(found[0].now)
    spent = history.table.query("network == 'facebook'").groupby("date")["spend"].sum().iloc[-4:].sum()
    start = f"facebook: nothing came of EUR {spent:,.0f} in the newest 4 weeks; cost per conversion was EUR "
    assert found[0].sentence.startswith(start)


# Season and late reports --------------------------------------------------------------------------------------------


def test_a_rise_that_the_same_weeks_a_year_before_showed_is_a_note() -> None:
    plain = changed(world(9, weeks=104), "bounces", 1.4, everywhere)
    yearly = changed(plain, "bounces", 1.4, everywhere, slice(-56, -52))
    assert "a year before" not in alerts(plain)[0].sentence
    alert = alerts(yearly)[0]
    assert alert.severity is Severity.NOTE
    assert "much as a year before (" in alert.sentence


def test_a_newest_week_short_of_conversions_waits() -> None:
    whole = world(11)
    late = changed(whole, "conversions", 0.4, everywhere, slice(-1, None))
    assert late_weeks(Ledger(whole)) == 0
    assert late_weeks(Ledger(late)) == 1
    assert [one for one in alerts(late) if one.measure.key == "cost_per_conversion"] == []
    jumped = changed(late, "conversions", 0.3, lambda table: table["network"] == "tiktok", slice(-5, -1))
    told = [one for one in alerts(jumped) if one.measure.key == "cost_per_conversion"]
    assert told[0].sentence.startswith("tiktok")
    assert "in the 4 weeks before the newest one, whose conversions may not all be in yet" in told[0].sentence


def test_conversions_that_stay_low_fell_and_are_not_late() -> None:
    assert late_weeks(Ledger(changed(world(11), "conversions", 0.4, everywhere, slice(-6, None)))) == 0


# Levels and words ---------------------------------------------------------------------------------------------------


def test_levels_that_differ_are_told_with_the_whole() -> None:
    history = world(12)
    found = standouts(history, [BY_KEY["cost_per_conversion"]], [Breakdown.NETWORK])
    high = next(one for one in found if one.group == ("linkedin",) and one.told is Told.LEVEL)
    table = history.table[history.table["date"].isin(history.weeks[-12:])]
    mine = table[table["network"] == "linkedin"]
    assert high.now == pytest.approx(mine["spend"].sum() / mine["conversions"].sum())
    assert high.before == pytest.approx(table["spend"].sum() / table["conversions"].sum())
    assert high.good is False
    assert "in the newest 12 weeks, well above the EUR" in high.sentence
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)


def test_a_share_is_told_next_to_the_share_of_spend() -> None:
    found = standouts(world(12), [BY_KEY["share_conversions"]], [Breakdown.NETWORK])
    told = next(one for one in found if one.group == ("linkedin",))
    assert " of spend brings " in told.sentence
    assert " of conversions in the newest 12 weeks." in told.sentence


def test_what_is_said_where_nothing_stands_out() -> None:
    assert nothing_told(Breakdown.NETWORK, 60) == "No group stands out from the others."
    assert nothing_told(Breakdown.ALL, 60) == "No change beyond the usual ups and downs."
    assert nothing_told(Breakdown.ALL, 9).startswith("To tell what stands out takes 16 complete weeks")
    found = standouts(changed(world(5), "bounces", 1.4, page_b), WATCHED, [Breakdown.LANDING_PAGE, Breakdown.ALL])
    bounce = BY_KEY["bounce_rate"]
    assert sentences(found, bounce, Breakdown.LANDING_PAGE, "EUR")[0].startswith("/b: bounce rate rose from ")
    assert sentences(found, BY_KEY["engagement_rate"], Breakdown.ALL, "EUR") == ()


def test_groups_far_from_the_whole_are_told_in_one_sentence() -> None:
    found = standouts(world(12), [BY_KEY["cost_per_conversion"]], [Breakdown.CELL])
    levels = [one for one in found if one.told is Told.LEVEL]
    said = sentences(levels, BY_KEY["cost_per_conversion"], Breakdown.CELL, "EUR")
    assert len(said) == 1
    table = re.match(
        r"cost per conversion in the newest 12 weeks: EUR ([\d.]+) overall; well above it (.+); well below it (.+)\.",
        said[0],
    )
    assert table is not None
    whole = float(table[1])
    above, below = ([float(value) for value in re.findall(r"\(EUR ([\d.]+)\)", part)] for part in table.groups()[1:])
    assert len(above) == 2
    assert min(above) > 1.2 * whole
    assert max(below) < 0.8 * whole
    assert above == sorted(above, reverse=True)


def test_a_short_history_is_not_judged() -> None:
    history = changed(world(5, weeks=15), "bounces", 1.9, everywhere)
    assert alerts(history) == ()
    assert standouts(history, WATCHED, list(Breakdown)) == ()


def test_a_history_without_the_columns_has_no_alerts() -> None:
    history = changed(world(5), "bounces", 1.4, everywhere)
    bare = dataclasses.replace(
        history, table=history.table.drop(columns=["bounces", "negative_feedback", "conversions"])
    )
    assert alerts(bare) == ()
    assert late_weeks(Ledger(bare)) == 0


def test_a_selection_is_looked_at_alone() -> None:
    history = changed(world(5), "bounces", 1.4, page_b)
    assert alerts(history, Selection(networks=("facebook", "linkedin"))) == ()
    assert alerts(history, Selection(networks=("instagram", "facebook"), weeks=8))[0].measure.key == "bounce_rate"


def test_groups_seen_too_seldom_are_not_compared() -> None:
    few = Pair(np.array([np.nan] * 8 + [1.0] * 4), np.array([np.nan] * 8 + [10.0] * 4))
    rest = Pair(np.ones(12), np.full(12, 20.0))
    assert contrast(few, rest, np.arange(12), np.arange(12)) is None
    scarce = Pair(np.full(40, 0.01), np.full(40, 1.0), scatter=1.0)
    assert change(scarce, np.arange(36, 40), np.arange(24, 36), [np.arange(36)], True) is None


# In another language ------------------------------------------------------------------------------------------------


def test_what_stands_out_can_be_said_in_vietnamese(root: Path) -> None:
    said = [one.sentence for one in alerts(changed(world(5), "bounces", 1.4, page_b))]
    for history in (world(12), changed(world(6), "conversions", 0.0, page_b)):
        found = standouts(history, [*WATCHED, BY_KEY["share_conversions"]], list(Breakdown), late=0)
        said += [one.sentence for one in found]
        said += sentences(found, BY_KEY["cost_per_conversion"], Breakdown.CELL, "EUR")
        said += [one for one in (shares_together(found, Breakdown.NETWORK),) if one is not None]
    assert len(said) > 20
    pages = {page.strip("/") for _, _, page in CELLS}
    check(said, pages)
    check_vietnamese(said)


def test_the_catalogue_holds_all_that_measures_and_standouts_can_say(root: Path) -> None:
    known = catalogue()
    for name in ("measures", "ledger", "standout_text"):
        patterns = list(patterns_of(root / "optimizer" / "history" / f"{name}.py"))
        assert patterns
        assert [one for one in patterns if one not in known] == []
        assert [one for one in patterns if places(one[-1]) != places(known[one])] == []
