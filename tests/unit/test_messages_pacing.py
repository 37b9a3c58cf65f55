"""What pacing says can be said in Vietnamese: how it stands, what is missing, why a budget is what it is, refusals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from optimizer.errors import OptimizerError
from optimizer.history import History, load_history
from optimizer.language.message import Message
from optimizer.planning import pacing as room
from optimizer.planning.pacing.next import next_budgets
from optimizer.planning.pacing.pace import PaceRequest, pace
from optimizer.planning.pacing.text import (
    definitions,
    held_sentence,
    interval_sentence,
    judged_sentence,
    landing_sentence,
    light_name,
    pace_headline,
    pace_name,
)
from optimizer.planning.request import RulesText
from tests.messages import check, check_vietnamese, patterns_of, untranslated

QUOTED = {"facebook", "instagram", "tiktok", "image", "reel", "story", "video", "eur", "usd", "csv", "targets"}
STEPS = '[[steps]]\nnetwork = ["facebook", "instagram", "tiktok"]\namount = 30\ngrade = "practice"\n'
FLOOR = '[[floor]]\nnetwork = "tiktok"\namount = 110\ngrade = "practice"\n'


@pytest.fixture(scope="module")
def history(history_file: str) -> History:
    return load_history(history_file)  # 30 weeks to 3 August 2025


def test_every_pattern_is_translated() -> None:
    files = [*Path(room.__file__).parent.glob("*.py"), Path(room.__file__).parents[2] / "cli" / "pace.py"]
    assert len(files) >= 11
    said = {patterns for file in files for patterns in patterns_of(file)}
    assert len(said) > 80
    missing = [
        one for one in said if untranslated(Message(one[0], one[0], {}, (one[0], one[1], 2) if len(one) > 1 else None))
    ]
    assert missing == []


@pytest.mark.parametrize("budget", [200.0, 2000.0, 9000.0, 13_200.0, 15_000.0, 90_000.0])
@pytest.mark.parametrize("rules", ["", STEPS, FLOOR])
def test_sentences(history: History, budget: float, rules: str) -> None:
    asked = PaceRequest(budget=budget, network_rules=RulesText(rules, "n.toml") if rules else None)
    pacing = pace(history, asked)
    found = next_budgets(history, asked, pacing)
    said: list[str] = [pace_headline(pacing), interval_sentence(pacing), judged_sentence(pacing), definitions()]
    said += [landing_sentence(pacing, found), held_sentence(found), *found.reasons, light_name(pacing.total)]
    said += [one.text for one in (*pacing.findings, *found.findings)]
    said += [pace_name(pacing.total)]  # type: ignore[list-item]
    check(said, QUOTED)
    check_vietnamese(said)


@pytest.mark.parametrize(
    "more",
    [
        {"period": "2025-07"},
        {"period": "2024-07"},
        {"period": "2026-07"},
        {"period": "august"},
        {"period": "2025-08", "as_of": dt.date(2025, 7, 31)},
        {"as_of": dt.date(2025, 9, 1)},
        {"budget": -1.0},
        {"budget": None},
        {"max_change": -0.1},
        {"targets": "network,content_type,budget\nfacebok,,5\n"},
        {"targets": "network,content_type,budget\nfacebook,,\n"},
        {"targets": "network,content_type,budget\nfacebook,,5\nfacebook,,6\n"},
        {"targets": "network,content_type,budget\nfacebook,,5\nfacebook,image,6\n"},
        {"targets": "network,content_type,budget\nfacebook,,20000\n"},
        {"targets": "network,content_type,budget,currency\nfacebook,,5,USD\n"},
        {"targets": "network,content_type,budget,period\nfacebook,,5,2025-01\n"},
        {"targets": "network,content_type,budget,period\nfacebook,,5,x\n"},
        {"targets": "network,content_type,budget\ntiktok,reel,5\n"},
    ],
)
def test_refusals(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, object]) -> None:
    monkeypatch.chdir(tmp_path)  # a file's name stays as it is, and folders have English names
    asked: dict[str, object] = {"budget": 13_000.0, **more}
    if "targets" in asked:
        Path("targets.csv").write_text(str(asked["targets"]), encoding="utf-8")
        asked["targets"] = "targets.csv"
    with pytest.raises(OptimizerError) as problem:
        pace(history, PaceRequest(**asked))  # type: ignore[arg-type]
    said = problem.value.message
    assert isinstance(said, Message)
    assert not untranslated(said)
    check_vietnamese([said])
