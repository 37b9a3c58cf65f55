"""The tab Network rules: text checked, told in words, saved for the pages that move money."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.history import Cell
from optimizer.planning.network_rules import network_rules_template
from optimizer.store import Kind
from optimizer.ui import service
from optimizer.ui.data_store import keep_usual, usual
from optimizer.ui.network_rules_words import open_rates, read_for_words, settled_rows, with_rate
from tests.ui.data_driver import fine, on_tab
from tests.ui.driver import fresh_store, words

FLOOR = '[[floor]]\nnetwork = "tiktok"\namount = 50\ngrade = "official"\nchecked = 2025-06-01\nsource = "a page"\n'
CELLS = (Cell("facebook", "image"), Cell("tiktok", "video"), Cell("tiktok", "creator"))


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


def test_rules_are_checked_told_and_saved() -> None:
    app = on_tab("networks")
    assert "No network rules are in use." in words(fine(app))
    app = fine(app.text_area(key="networks_field").set_value(FLOOR).run())
    page = words(app)
    assert "Nothing, or at least EUR 50.00 a day for each campaign." in page
    assert "the network&#x27;s own text, looked up on 1 Jun 2025 · a page" in page
    assert usual(service.store(), Kind.NETWORK_RULES) is None
    fine(app.button(key="networks_keep").click().run())
    kept = usual(service.store(), Kind.NETWORK_RULES)
    assert kept is not None
    assert kept.content == {"text": FLOOR}
    assert "Saved, and in use." in words(app)
    assert fine(on_tab("networks")).text_area(key="networks_field").value == FLOOR


def test_a_wrong_rule_is_a_sentence_and_cannot_be_saved() -> None:
    app = on_tab("networks")
    app.text_area(key="networks_field").set_value('[[floor]]\nnetwork = "tiktokk"\namount = 50').run()
    assert "network 'tiktokk' is unknown" in app.error[0].value
    assert app.button(key="networks_keep").disabled
    app.text_area(key="networks_field").set_value("[[floor").run()
    assert app.error[0].value.startswith("network\\_rules.toml")


def test_the_template_asks_for_the_rates_it_needs() -> None:
    app = on_tab("networks")
    app.button(key="networks_template").click().run()
    assert app.text_area(key="networks_field").value == network_rules_template()
    assert "the account is in EUR" in app.error[0].value
    app = fine(app.number_input(key="networks_rate_USD").set_value(0.5).run())
    assert "[rates]\nUSD = 0.5\n" in app.text_area(key="networks_field").value
    assert not app.button(key="networks_keep").disabled
    assert "EUR 25.00" in words(app), "TikTok's smallest budget in the history's currency"


def test_rules_of_somebody_else_are_not_overwritten() -> None:
    app = on_tab("networks")
    app.text_area(key="networks_field").set_value(FLOOR).run()
    keep_usual(service.store(), Kind.NETWORK_RULES, {"text": "# theirs"}, "Binh")
    keep_usual(service.store(), Kind.NETWORK_RULES, {"text": "# theirs, again"}, "Binh", 1)
    app.button(key="networks_keep").click().run()
    assert "was changed by Binh" in app.error[0].value
    assert app.text_area(key="networks_field").value == FLOOR
    app.button(key="networks_load").click().run()
    assert app.text_area(key="networks_field").value == "# theirs, again"


def test_every_kind_of_rule_has_words_and_comes_to_amounts() -> None:
    text = """
    [campaigns]
    "tiktok/video" = 3
    [[floor]]
    network = "tiktok"
    amount = 50
    [[change]]
    network = "tiktok"
    share = 0.5
    wait_days = 2
    [[change]]
    network = "x"
    wait_days = 1
    [[learning]]
    network = ["tiktok", "facebook"]
    content_type = "video"
    results = 50
    weeks = 2
    [[steps]]
    network = "facebook"
    amount = 2.5
    [[relearning]]
    network = "facebook"
    share = 0.1
    """
    words_of = read_for_words(text, CELLS, "EUR")
    assert [line.says.replace("\u00a0", " ") for line in words_of.lines] == [
        "Nothing, or at least EUR 50.00 a day for each campaign.",
        "Moves by at most 50 % from one week to the next. 2 days must pass after a change of more than 20 %.",
        "1 day must pass after a change of more than 20 %.",
        "After a change of more than 20 %, left alone until 50 results a campaign, 2 weeks at most.",
        "A budget that moves is a multiple of EUR 2.50 a day.",
        "A change costs 10 % of what the place brings in a week; a move must be worth more.",
    ]
    assert words_of.lines[2].name == "X (not in this history)"
    assert words_of.lines[3].name == "TikTok, Facebook: video"
    rows = [[part.replace("\u00a0", " ") for part in row] for row in settled_rows(words_of.settled, CELLS, "EUR")]
    assert rows == [
        ["Facebook image", "", "", "", "", "EUR 2.50"],
        ["TikTok video", "EUR 150.00", "± 50 %", "2 days", "150 results, 2 weeks at most", ""],
        ["TikTok creator", "EUR 50.00", "± 50 %", "2 days", "", ""],
    ]


def test_rates_are_asked_for_what_has_none() -> None:
    text = network_rules_template()
    assert open_rates(text, "EUR") == ("USD",)
    assert open_rates(text, "USD") == ()
    assert open_rates(text, "") == ()
    assert open_rates("[[floor", "EUR") == ()
    assert open_rates(with_rate(text, "USD", 0.92), "EUR") == ()
    assert with_rate(FLOOR, "USD", 0.92).startswith("[rates]\nUSD = 0.92\n\n[[floor]]")
