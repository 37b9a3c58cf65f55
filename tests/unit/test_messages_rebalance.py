"""What rebalancing says can be said in Vietnamese: headline, reasons, tests, findings, refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds
from optimizer.errors import OptimizerError
from optimizer.history import load_history
from optimizer.language.message import Message
from optimizer.planning.network_rules import read_network_rules
from optimizer.planning.rebalance import rebalance
from optimizer.planning.rebalance.console import rebalance_lines
from optimizer.planning.rebalance.explore import Trial
from optimizer.planning.rebalance.explore_text import explore_sentence, trial_sentence
from optimizer.planning.rebalance.files import read_template
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance_in
from optimizer.planning.rebalance.text import kind_name, odds_of, rebalance_headline
from optimizer.planning.studio import open_studio
from optimizer.planning.wording import Wording
from tests.messages import check, check_vietnamese, patterns_of, untranslated

NOW = np.array([1200.0, 900.0, 500.0, 400.0])
ASKED = RebalanceRequest(budget=3000.0, current=NOW, draws=80)
KINDS = (
    "moved,test,funds,budget,rules,no response,noise,evidence,limit,small,alone,balanced,locked,learning,waiting,"
    "unused,smallest budget,around,turned down,fixed,testing"
)
QUOTED = {"facebook", "instagram", "tiktok", "image", "reel", "story", "video", "eur", "network_rules", "toml", "rules"}


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), ASKED.of_week())


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.toml"

    def _rules(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return _rules


def test_every_pattern_is_translated() -> None:
    room = Path(rebalance.__file__).parent
    files = [*room.glob("*.py"), *room.parent.glob("network_rules*.py")]
    assert len(files) >= 14
    said = {patterns for file in files for patterns in patterns_of(file)}
    assert len(said) > 90
    missing = [
        one for one in said if untranslated(Message(one[0], one[0], {}, (one[0], one[1], 2) if len(one) > 1 else None))
    ]
    assert missing == []


def test_what_comes_of_a_week_can_be_said(studio, rules) -> None:
    text = (
        '[[floor]]\nnetwork = "facebook"\namount = 150\n'
        '[[learning]]\nnetwork = "instagram"\ncontent_type = "reel"\nresults = 100000\nedit = 0.01\n'
        '[[change]]\nnetwork = "tiktok"\nwait_days = 14\nedit = 0.01\n'
        '[[steps]]\nnetwork = "instagram"\namount = 5\n'
    )
    asked = (
        ASKED,
        replace(ASKED, max_change=0.0),
        replace(ASKED, budget=3100.0, explore=0.05),
        replace(ASKED, network_rules=rules(text)),
        replace(ASKED, bounds=Bounds(np.array([1200.0, 0, 0, 700]), np.array([1200.0, 800, 400, 900]))),
        replace(ASKED, current=np.array([1200.0, 900.0, 900.0, 0.0])),
    )
    for one in asked:
        found = rebalance_in(studio, one)
        said = [rebalance_headline(found), *(move.reason for move in found.plan.moves)]
        said += [finding.text for finding in found.plan.findings if not finding.file]
        said += [line for line in (explore_sentence(found),) if line]
        check(said, QUOTED)
        check_vietnamese([*said, *(kind_name(kind) for kind in found.kinds)])
        assert rebalance_lines(found)


def test_kinds_odds_and_tests_can_be_said() -> None:
    said = [kind_name(kind) for kind in KINDS.split(",")]
    words = Wording("revenue", "EUR", 100.0)
    for change in (-50.0, 50.0):
        said.append(trial_sentence(Trial(0, 100.0, 100.0 + change, 4, change, 10.0, 300.0, 20.0), words))
    said += [odds_of(0.995), odds_of(0.001)]
    check(said, QUOTED)
    check_vietnamese(said)


@pytest.mark.parametrize(
    "text",
    [
        '[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"\n',
        '[[floor]]\nnetwork = "tiktokk"\namount = 50\n',
        '[[floor]]\nnetwork = "tiktok"\n',
        '[[change]]\nnetwork = "tiktok"\n',
        '[campaigns]\n"tiktok/reel" = 2\n',
        "[rates]\nusd = 0.9\n",
    ],
)
def test_refused_network_rules_can_be_said(studio, rules, text) -> None:
    path = rules(text)
    with pytest.raises(OptimizerError) as caught:
        read_network_rules(path, studio.panel.cells, "EUR")
    assert untranslated(caught.value.message) == []


def test_refused_templates_and_budgets_can_be_said(studio, write_text) -> None:
    for text in ("a,b\n1,2\n", "a,b\n{content_type},1\n", "a,b\n{spend},1\n", "a,b\n{spent},1\n"):
        with pytest.raises(OptimizerError) as caught:
            read_template(write_text(text))
        assert untranslated(caught.value.message) == []
    with pytest.raises(OptimizerError) as caught:
        rebalance_in(studio, replace(ASKED, budget=5000.0))
    check([caught.value.message], QUOTED)


@pytest.fixture
def write_text(tmp_path):
    def _write(text: str) -> Path:
        path = tmp_path / "template.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return _write
