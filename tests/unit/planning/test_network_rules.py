"""What networks ask for: read from the user's file alone, settled per cell, and kept as real constraints."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.history.panel import Cell
from optimizer.planning.network_rules import known_networks, network_rules_template, read_network_rules
from optimizer.planning.network_rules_schema import NetworkRulesFile
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance_in
from optimizer.planning.settings import Settings
from optimizer.planning.studio import open_studio

CELLS = (
    Cell("facebook", "image"),
    Cell("instagram", "reel"),
    Cell("instagram", "story"),
    Cell("tiktok", "video"),
)
NOW = np.array([1200.0, 900.0, 500.0, 400.0])
ASKED = RebalanceRequest(budget=3000.0, current=NOW, draws=80)


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), ASKED.of_week())


@pytest.fixture
def rules(tmp_path):
    def _rules(text: str) -> Path:
        path = tmp_path / "network_rules.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return _rules


@pytest.fixture
def week(studio, rules):
    """Rebalance under network rules; gives the result and the spend per cell."""

    def _week(text: str, **change):
        found = rebalance_in(studio, replace(ASKED, network_rules=rules(text), **change))
        return found, found.plan.spend[:, 0]

    return _week


# The file -----------------------------------------------------------------------------------------------------------


def test_the_template_is_dated_and_sourced_rule_by_rule() -> None:
    parsed = NetworkRulesFile.model_validate(tomllib.loads(network_rules_template()))
    told = [*parsed.floor, *parsed.change, *parsed.learning]
    assert len(told) >= 8
    for rule in told:
        assert rule.source, rule
        assert isinstance(rule.checked, dt.date)
    unofficial = [rule for rule in told if rule.grade in ("secondary", "practice")]
    assert unofficial, "what is practice is labelled as practice"
    assert {"facebook", "tiktok", "linkedin", "youtube", "snapchat"} <= known_networks()


def test_the_template_can_be_used_as_it_stands_once_rates_are_given(rules) -> None:
    text = network_rules_template().replace("# USD = 0.92", "USD = 0.5")
    found = read_network_rules(rules(text), CELLS, "EUR")
    assert found.floor.tolist() == [5 * 0.5 * 7, 5 * 0.5 * 7, 5 * 0.5 * 7, 50 * 0.5 * 7]
    assert found.share.tolist() == [0.2, 0.2, 0.2, 0.5]
    assert found.results.tolist() == [50.0] * 4
    assert found.practice.tolist() == [True, True, True, False]


def test_floors_count_per_day_campaign_and_currency(rules) -> None:
    text = """
[rates]
USD = 0.9
[campaigns]
"instagram/reel" = 3
[[floor]]
network = "instagram"
amount = 10
currency = "USD"
[[floor]]
network = "instagram"
content_type = "story"
amount = 20
"""
    found = read_network_rules(rules(text), CELLS, "EUR")
    assert found.floor == pytest.approx([0.0, 10 * 0.9 * 7 * 3, 20 * 7, 0.0])


def test_a_rate_is_not_needed_in_the_account_s_own_currency(rules) -> None:
    found = read_network_rules(rules('[[floor]]\nnetwork = "tiktok"\namount = 5\ncurrency = "EUR"\n'), CELLS, "EUR")
    assert found.floor.tolist() == [0, 0, 0, 35]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"\n',
            "{file}: [[floor]] number 1: the amount is 50 USD, but the account is in EUR; write USD = ... below "
            "[rates]: what one USD is worth in EUR.",
        ),
        (
            '[[floor]]\nnetwork = "tiktokk"\namount = 50\n',
            "{file}: [[floor]] number 1: network 'tiktokk' is unknown; did you mean tiktok?",
        ),
        (
            '[[floor]]\nnetwork = "tiktok"\ncontent_type = "reels"\namount = 50\n',
            "{file}: [[floor]] number 1: content type 'reels' is not in the history; did you mean reel?",
        ),
        (
            '[[floor]]\nnetwork = "tiktok"\namount = -5\n',
            "{file}: [[floor]] number 1: amount is -5; write money per day and campaign, a number above 0.",
        ),
        ('[[floor]]\nnetwork = "tiktok"\n', "{file}: [[floor]] number 1: amount is missing; add amount = ...."),
        (
            '[[floor]]\nnetwork = "tiktok"\namont = 5\namount = 5\n',
            "{file}: [[floor]] number 1: key 'amont' is unknown; did you mean amount?",
        ),
        ('[[flor]]\nnetwork = "tiktok"\n', "{file}: the network rules: key 'flor' is unknown; did you mean floor?"),
        (
            '[[learning]]\nnetwork = "tiktok"\nresults = 50\nweeks = 2.5\n',
            "{file}: [[learning]] number 1: weeks is 2.5; write whole weeks, 1 to 52.",
        ),
        ('[[change]]\nnetwork = "tiktok"\n', "{file}: [[change]] number 1: it sets no limit; give share or wait_days."),
        (
            '[campaigns]\n"tiktok/reel" = 2\n',
            "{file}: [campaigns] names 'tiktok/reel', which is no cell of the history; did you mean tiktok/video?",
        ),
        (
            '[campaigns]\n"tiktok/video" = 0\n',
            "{file}: [campaigns]: tiktok/video is 0; write a value as in the template (optimizer network-rules).",
        ),
        (
            "[rates]\nusd = 0.9\n",
            "{file}: [rates] names 'usd'; write the three letters of a currency, such as USD = 0.92.",
        ),
        (
            '[[floor]]\nnetwork = "tiktok"\namount = 5\ngrade = "rumour"\n',
            "{file}: [[floor]] number 1: grade is 'rumour'; write official, mirror, secondary or practice.",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(rules, text, said) -> None:
    path = rules(text)
    with pytest.raises(InputError) as caught:
        read_network_rules(path, CELLS, "EUR")
    assert str(caught.value) == said.format(file=path)


def test_text_that_is_not_toml_names_the_line(rules) -> None:
    with pytest.raises(InputError, match=r"not valid TOML: .*line 1.*; correct that line"):
        read_network_rules(rules("[[floor\n"), CELLS, "EUR")
    with pytest.raises(InputError, match=r"nowhere\.toml: the network rules cannot be read"):
        read_network_rules("nowhere.toml", CELLS, "EUR")


def test_a_currency_is_of_no_use_where_the_account_has_none(rules) -> None:
    text = '[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"\n'
    with pytest.raises(InputError, match="the history names no currency; name the account's currency in the settings"):
        read_network_rules(rules(text), CELLS, "")


def test_a_rule_for_a_network_the_account_does_not_use_is_left_alone(rules) -> None:
    found = read_network_rules(rules('[[floor]]\nnetwork = "snapchat"\namount = 50\n'), CELLS, "EUR")
    assert not found.floor.any()


# What they do -------------------------------------------------------------------------------------------------------


def test_nothing_acts_without_the_file(studio) -> None:
    found = rebalance_in(studio, ASKED)
    assert found.plan.spend[3, 0] > 1.25 * NOW[3]
    assert found.kinds[3] == "moved"


def test_a_floor_is_not_undercut(week) -> None:
    found, spend = week('[[floor]]\nnetwork = "facebook"\namount = 150\n')  # 1,050 a week
    assert spend[0] == pytest.approx(1050.0)
    assert found.plan.spend.sum() == pytest.approx(3000.0)


def test_a_cell_below_its_floor_may_stay_and_does_not_shrink(week) -> None:
    found, spend = week('[[floor]]\nnetwork = "facebook"\namount = 300\n')  # 2,100 a week, out of reach
    assert spend[0] == 1200.0
    assert found.kinds[0] == "smallest budget"
    assert "below the smallest budget of its network, EUR 2,100 a week" in found.plan.moves[0].reason


def test_a_cell_below_its_floor_stays_or_jumps_to_it(week) -> None:
    """Between today's 400 and the floor of 490 nothing is allowed; 30 % reach it, 10 % do not."""
    text = '[[floor]]\nnetwork = "tiktok"\namount = 70\n'
    _, spend = week(text)
    assert spend[3] == 400.0 or 490.0 - 0.01 <= spend[3] <= 520.01
    assert spend[3] >= 489.99  # it pays best of all
    _, spend = week(text, max_change=0.1)
    assert spend[3] == 400.0


def test_a_cell_at_zero_enters_at_its_floor_or_not_at_all(studio, rules) -> None:
    now = np.array([1200.0, 900.0, 900.0, 0.0])
    path = rules('[[floor]]\nnetwork = "tiktok"\namount = 40\n')
    found = rebalance_in(studio, replace(ASKED, current=now, network_rules=path))
    assert found.plan.spend[3, 0] == pytest.approx(280.0)
    without = rebalance_in(studio, replace(ASKED, current=now))
    assert without.plan.spend[3, 0] == 0.0
    assert without.kinds[3] == "unused"
    assert "a share of nothing is nothing" in without.plan.moves[3].reason


def test_a_floor_above_a_maximum_is_refused_with_its_place(studio, rules, tmp_path) -> None:
    bounds = tmp_path / "bounds.csv"
    bounds.write_text(
        "network,content_type,min_spend,max_spend\nfacebook,image,0,2000\ntiktok,video,0,300\n", encoding="utf-8"
    )
    path = rules('[[floor]]\nnetwork = "tiktok"\namount = 50\n')
    with pytest.raises(InputError) as caught:
        rebalance_in(studio, replace(ASKED, bounds=bounds, network_rules=path))
    assert str(caught.value) == (
        f"{bounds}, row 3, column max_spend: the maximum of tiktok/video is EUR 300.00 a week, but network_rules.toml "
        "asks for EUR 350.00 a week at least; raise the maximum, set it to 0, or lower the smallest budget."
    )


def test_the_largest_step_of_a_network_holds_beside_the_user_s(week) -> None:
    _, spend = week('[[change]]\nnetwork = "facebook"\nshare = 0.1\n')
    assert spend[0] == pytest.approx(1080.0)
    _, spend = week('[[change]]\nnetwork = "facebook"\nshare = 0.9\n')
    assert spend[0] >= 840.0 - 0.005


def test_a_cell_that_learns_is_left_alone_unless_told_otherwise(studio, week) -> None:
    """The history's spend jumps about every week, so every budget counts as edited in the last one."""
    text = '[[learning]]\nnetwork = ["instagram", "tiktok"]\nresults = 100000\nweeks = 2\nedit = 0.01\n'
    found, spend = week(text)
    assert spend[1:].tolist() == NOW[1:].tolist()
    assert found.kinds == ("alone", "learning", "learning", "learning") or found.kinds[1:] == ("learning",) * 3
    assert "of 100,000 results are in since its budget changed in the week of" in found.plan.moves[1].reason
    newest = studio.panel.outcomes["conversions"][1, -1]
    assert f"{newest:.0f} of 100,000" in found.plan.moves[1].reason
    touched, spend = week(text, touch_learning=True)
    assert spend[3] > NOW[3]
    assert "learning" not in touched.kinds


def test_learning_ends_with_its_results_or_its_weeks(week, studio) -> None:
    few = '[[learning]]\nnetwork = "tiktok"\nresults = 1\nweeks = 2\nedit = 0.01\n'
    assert week(few)[0].kinds[3] == "moved"
    change = np.abs(np.diff(studio.panel.spend[3])) / studio.panel.spend[3, :-1]
    assert change[-1] < 0.9 < change.max()  # the newest week is no edit of 90 %, an older one is
    weeks = len(change) - int(np.flatnonzero(change > 0.9)[-1])
    long_ago = f'[[learning]]\nnetwork = "tiktok"\nresults = 100000\nweeks = {weeks - 1}\nedit = 0.9\n'
    assert week(long_ago)[0].kinds[3] == "moved"
    still = long_ago.replace(f"weeks = {weeks - 1}", f"weeks = {weeks}")
    assert week(still)[0].kinds[3] == "learning"


def test_waiting_time_counts_from_the_last_edit(week) -> None:
    text = '[[change]]\nnetwork = "tiktok"\nwait_days = 14\nedit = 0.01\n'
    found, spend = week(text)
    assert (found.kinds[3], spend[3]) == ("waiting", 400.0)
    assert found.plan.moves[3].reason == (
        "Kept: its budget was changed 7 days ago, and its network asks to wait 14 days."
    )
    assert week(text.replace("14", "7"))[0].kinds[3] == "moved"


def test_moved_budgets_are_multiples_of_a_step_and_others_stay_as_they_are(studio, rules) -> None:
    now = np.array([1200.0, 901.13, 500.0, 398.87])  # no multiples of 35
    path = rules('[[steps]]\nnetwork = ["facebook", "instagram", "tiktok"]\namount = 5\n')
    found = rebalance_in(studio, replace(ASKED, current=now, network_rules=path))
    spend = found.plan.spend[:, 0]
    assert found.changed != ()
    for c in range(4):
        if spend[c] != now[c]:
            assert spend[c] % 35 == pytest.approx(0.0, abs=1e-6) or spend[c] % 35 == pytest.approx(35.0, abs=1e-6)
    assert (np.abs(spend - now) <= 0.3 * now + 0.005).all()
    assert 0.0 <= 3000.0 - spend.sum() < 35.0
    assert found.plan.unspent == pytest.approx(3000.0 - spend.sum())
    assert any(one.rule == "unspent" for one in found.plan.findings)


def test_a_step_that_no_move_fits_leaves_all_as_it_is(studio, rules) -> None:
    path = rules('[[steps]]\nnetwork = ["facebook", "instagram", "tiktok"]\namount = 5000\n')
    found = rebalance_in(studio, replace(ASKED, network_rules=path))
    assert found.changed == ()
    assert any("no step of money" in move.reason for move in found.plan.moves)


def test_a_cell_without_steps_takes_what_is_left_over(studio, rules) -> None:
    path = rules('[[steps]]\nnetwork = ["facebook", "tiktok"]\namount = 7\n')
    found = rebalance_in(studio, replace(ASKED, network_rules=path))
    spend = found.plan.spend[:, 0]
    assert spend.sum() == pytest.approx(3000.0)
    assert spend[[0, 3]] % 49 == pytest.approx([0.0, 0.0], abs=1e-6)


def test_practice_is_named_as_practice(week) -> None:
    found, _ = week('[[change]]\nnetwork = "facebook"\nshare = 0.2\ngrade = "practice"\n')
    assert any(one.rule == "network-practice" and "facebook/image" in one.text for one in found.plan.findings)
    found, _ = week('[[change]]\nnetwork = "facebook"\nshare = 0.2\ngrade = "official"\n')
    assert not any(one.rule == "network-practice" for one in found.plan.findings)


def test_the_settings_may_name_the_currency_that_rates_need(history_text, tmp_path, rules) -> None:
    """A history without a currency takes it from the settings, and amounts in another one need a rate."""
    columns = history_text.header.split(",")
    at = columns.index("currency")
    history_text.header = ",".join(columns[:at])
    history_text.rows = [row[:at] for row in history_text.rows]
    path = tmp_path / "h.csv"
    path.write_text(str(history_text), encoding="utf-8")
    text = '[rates]\nUSD = 2.0\n[[floor]]\nnetwork = "facebook"\namount = 75\ncurrency = "USD"\n'
    asked = replace(ASKED, settings=Settings(currency="EUR"), network_rules=rules(text))
    found = rebalance_in(open_studio(load_history(path), asked.of_week()), asked)
    assert found.plan.spend[0, 0] == pytest.approx(1050.0)
