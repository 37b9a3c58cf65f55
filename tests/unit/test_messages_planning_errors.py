"""What is wrong with a file or a request of planning can be said in another language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from optimizer import PlanRequest, load_history, make_plan
from optimizer.errors import OptimizerError
from optimizer.history import build_panel
from optimizer.history.panel import Cell
from optimizer.history.schema import COLUMNS, OUTCOMES
from optimizer.language.catalogue import speaker
from optimizer.planning.allocate import AllocateRequest, allocate
from optimizer.planning.backtest_run import BacktestRequest, run_backtest
from optimizer.planning.cell_table import read_cell_table
from optimizer.planning.curves_file import read_curves
from optimizer.planning.export import check_outputs, write_files
from optimizer.planning.moved import what_moved
from optimizer.planning.rules_file import RuleContext, read_rules
from optimizer.planning.settings import Settings, read_settings
from tests.messages import check, check_vietnamese, words_of
from tests.unit.conftest import HISTORY_HEADER, history_rows

CELL_TABLES = {
    "zip": "PK\x03\x04....",
    "header alone": "network,content_type,spend\n",
    "twice": "network,content_type,spend,Spend\nfacebook,image,1,2\n",
    "missing": "platform,content_type\nfacebook,image\n",
    "two missing": "kind\nimage\n",
    "unknown": "network,content_type,spend\nfacebook,imagee,1\n",
    "elsewhere": "network,content_type,spend\nmyspace,wall,1\n",
    "audience": "network,content_type,audience,spend\nfacebook,image,parents,1\n",
    "two rows": "network,content_type,spend\nfacebook,image,1\nfacebook,image,2\n",
    "word": "network,content_type,spend\nfacebook,image,lots\n",
    "below 0": "network,content_type,spend\nfacebook,image,-1\n",
}
CURVES = {
    "no name": "network,content_type,spend,value\n,image,0,0\n",
    "no value": "network,content_type,spend,value\nfacebook,image,0,\n",
    "no number": "network,content_type,spend,value\nfacebook,image,0,many\n",
    "one point": "network,content_type,spend,value\nfacebook,image,0,0\n",
    "same spend": "network,content_type,spend,value\nfacebook,image,5,0\nfacebook,image,5,1\n",
    "falls": "network,content_type,spend,value\nfacebook,image,0,9000.5\nfacebook,image,1500,1\n",
}
GOOD_CURVES = (
    "network,content_type,spend,value\nfacebook,image,5,1\nfacebook,image,90,9\ntiktok,video,3,0\ntiktok,video,9,5\n"
)
WRONG_RULES = {
    "no TOML": "[[limit",
    "no table": "limit = 3",
    "list of numbers": "limit = [3]",
    "unknown key": "[[limit]]\nminimun = 3",
    "unknown table": "limits = 3",
    "unknown key of a group": "[groups.a]\nfoo = 1",
    "missing": "[[steps]]\ncell = 'facebook/image'",
    "word": "[[limit]]\nminimum = 'much'",
    "endless": "[[limit]]\nminimum = inf",
    "number for a name": "[[limit]]\nnetwork = 3",
    "numbers for names": "[[limit]]\ncells = [3]",
    "fraction": "[[in_use]]\nat_least = 1.5",
    "neither": "[[in_use]]\nof = 'x'",
    "number for a switch": "[[nothing_or_at_least]]\namount = 1\ntoday_may_stay = 1",
    "number for groups": "groups = 3",
    "no limit": "[[limit]]\nnetwork = 'facebook'",
    "no amount": "[[lock]]\ncell = 'facebook/image'",
    "today": "[[nothing_or_at_least]]\namount = 3\ntoday_may_stay = true",
    "no count": "[[in_use]]\nof = 'cells'",
    "two returns": "[[return]]\nroas_at_least = 1\ncpa_at_most = 3",
    "outcome": "[[return]]\nroas_at_least = 1\noutcome = 'fame'",
    "margin": "[[return]]\nroi_at_least = 1",
    "nothing": "[[return]]\nroas_at_least = 0",
    "network": "[[limit]]\nnetwork = 'facebok'\nminimum = 1",
    "group": "[[limit]]\ngroup = 'video'\nminimum = 1",
    "cell": "[[limit]]\ncell = 'facebook/imagee'\nminimum = 1",
    "none left": "[[limit]]\nnetwork = 'facebook'\ncell = 'tiktok/video'\nminimum = 1",
    "empty group": "[groups.a]\nnetwork = 'facebook'\nwithout = ['facebook/image']",
    "too large": "[[diversification]]\nshare = 3",
}
WRONG_SETTINGS = {
    "no TOML": "currency = ",
    "unknown": "curency = 'EUR'",
    "currency": "currency = 3",
    "country": "country = 'XX'",
    "worth": "[outcomes]\nconversions = 'much'",
    "no worth": "[outcomes]\nconversions = -1",
    "outcome": "[outcomes]\nconversion = 3",
    "below": "[outcomes]\nconversions = 3\ncurrency = 'EUR'",
    "above": "conversions = 3",
    "table": "currency = { a = 1 }",
    "list": "country = [1]",
}


def wrong_files() -> Iterator[tuple[str, str, Callable[[Path], object]]]:
    """Name, content and reader of files that cannot be used."""
    cells = (Cell("facebook", "image"), Cell("tiktok", "video"))
    for name, text in CELL_TABLES.items():
        yield f"table, {name}", text, lambda path: read_cell_table(path, cells, ("spend",))
    for name, text in CURVES.items():
        yield f"curves, {name}", text, read_curves
    for name, text in WRONG_RULES.items():
        yield f"rules, {name}", text, lambda path: read_rules(path, cells, RuleContext())
    for name, text in WRONG_SETTINGS.items():
        yield f"settings, {name}", text, read_settings
    several = (Cell("facebook", "image", "Parents"), Cell("facebook", "image", "PARENTS"))
    text = "network,content_type,audience,spend\nfacebook,image,parents,1\n"
    yield "table, audiences alike", text, lambda path: read_cell_table(path, several, ("spend",))
    curves: tuple[tuple[str, dict[str, object]], ...] = (
        ("too much", {"budget": 500.0}),
        ("too little", {"budget": 2.0}),
    )
    for name, asked in curves:
        yield (
            f"allocate, {name}",
            GOOD_CURVES,
            lambda path, asked=asked: allocate(read_curves(path), AllocateRequest(**asked)),
        )


WRONG = {name: (text, read) for name, text, read in wrong_files()}
OPTIONS = words_of("min_spend max_spend network content_type audience cells content_types outcome outcomes")
KEYS = words_of(" ".join([*WRONG_RULES.values(), *WRONG_SETTINGS.values(), *CURVES.values()]))
KEYS |= words_of("maximum_share minimum_share without roi_at_least cpa_at_most groups lock in_use nothing_or_at_least")
KEYS |= words_of(
    "diversification change steps production_cost return exploration tied step label currency country margin"
)


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_is_wrong_with_a_file_can_be_translated(name: str, tmp_path: Path) -> None:
    text, read = WRONG[name]
    path = tmp_path / "given.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptimizerError) as caught:
        read(path)
    columns = {word for column in COLUMNS for word in words_of(column.name)}
    check([caught.value.message], words_of(f"{path} {text}") | columns | OPTIONS | KEYS)
    told_abroad = speaker("vi").tell(caught.value.message)
    assert told_abroad != str(caught.value)
    assert "{" not in told_abroad.replace("{'minimum'", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history, the same where nothing was spent of late, and bounds with high minimums."""
    rows = history_rows()
    gone = [[*row[:3], row[3] if index < 60 else "0", *row[4:]] for index, row in enumerate(rows)]
    for name, lines in (("history.csv", rows), ("gone.csv", gone)):
        tmp_path.joinpath(name).write_text("\n".join([HISTORY_HEADER, *map(",".join, lines)]), encoding="utf-8")
    bounds = "network,content_type,min_spend,max_spend\nfacebook,image,700,700\n"
    tmp_path.joinpath("bounds.csv").write_text(bounds, encoding="utf-8")
    return tmp_path


def wrong_requests(folder: Path) -> Iterator[Callable[[], object]]:
    """Calls that are refused."""
    history = load_history(folder / "history.csv")
    panel = build_panel(history)
    amounts = np.full(len(panel.cells), 100.0)
    yield lambda: AllocateRequest(-5.0)
    yield lambda: PlanRequest(budget=-5, weeks=4)
    yield lambda: PlanRequest(budget=5, weeks=400)
    yield lambda: PlanRequest(budget=5, weeks=4, seed=-1)
    yield lambda: PlanRequest(budget=5, weeks=4, draws=3)
    yield lambda: PlanRequest(budget=5, weeks=4, earlier="old.csv")
    for asked in (
        {"goal": "fame"},
        {"goal": "value"},
        {"goal": "profit"},
        {"current": amounts[:1]},
        {"current": -amounts},
        {"current": 0 * amounts},
        {"budget": 1e9},
        {"bounds": folder / "bounds.csv", "budget": 100.0},
        {"earlier": (folder / "history.csv",)},
        {"settings": Settings(currency="USD")},
        {"settings": Settings(outcomes={"clicks": 1})},
    ):
        given = {"budget": 12_000.0, "weeks": 4, **asked}
        yield lambda given=given: make_plan(history, PlanRequest(**given))
    yield lambda: make_plan(load_history(folder / "gone.csv"), PlanRequest(budget=5, weeks=4))
    yield lambda: what_moved(panel, 0)
    yield lambda: what_moved(panel.until(5), 2)
    yield lambda: check_outputs({"--out": folder / "a.csv", "--chart": folder / "a.csv"})
    yield lambda: check_outputs({"--out": folder / "none" / "a.csv"})
    yield lambda: check_outputs({"--out": folder / "history.csv" / "a.csv"})
    yield lambda: check_outputs({"--out": folder})
    yield lambda: check_outputs({"--out": Path("/dev/null")})
    yield lambda: write_files({folder: "text"})
    yield lambda: run_backtest(BacktestRequest(folder / "history.csv", chart=folder / "a.jpg"))
    yield lambda: run_backtest(BacktestRequest(folder / "history.csv", origins="ten"))


def test_what_is_wrong_with_a_request_can_be_translated(folder: Path) -> None:
    said = []
    for ask in wrong_requests(folder):
        with pytest.raises(OptimizerError) as caught:
            ask()
        said.append(caught.value.message)
    assert len(set(said)) == len(said) > 20
    options = (
        "out chart fame value profit given current bounds min_spend none dev null jpg ten old csv settings currency"
    )
    quoted = words_of(f"{folder} {options} history shape USD EUR outcomes {' '.join(OUTCOMES)}")
    cells = words_of("facebook instagram tiktok image reel story video")
    check(said, quoted | cells)
    check_vietnamese([re.sub(r"\S*/\S*|--\w+", "", speaker("vi").tell(one)) for one in said])


def test_findings_of_curves_and_of_a_week_can_be_translated(tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    path.write_text(GOOD_CURVES, encoding="utf-8")
    given = read_curves(path)
    bounds = tmp_path / "bounds.csv"
    bounds.write_text("network,content_type,min_spend,max_spend\nfacebook,image,0,5000\n", encoding="utf-8")
    current = tmp_path / "current.csv"
    current.write_text("network,content_type,spend\nfacebook,image,50\n", encoding="utf-8")
    found = [
        *allocate(given, AllocateRequest(60.0)).findings,
        *allocate(given, AllocateRequest(60.0, bounds=bounds, current=current)).findings,
    ]
    assert {one.rule for one in found} >= {
        *("default-bounds", "bounds-incomplete", "bounds-past-curve"),
        *("baseline-proportional", "current-incomplete", "curve-begins-late"),
    }
    check([one.text for one in found], words_of(f"{tmp_path} curves bounds current csv spend"))
    check_vietnamese([one.problem for one in found])
