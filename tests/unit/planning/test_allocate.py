"""`optimizer allocate`: the plan, its files, what is assumed and what is refused."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from optimizer import cli
from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError
from optimizer.planning.allocate import AllocateRequest, allocate
from optimizer.planning.curves_file import read_curves

CURVES = """network,content_type,spend,value
instagram,reel,0,0
instagram,reel,1000,5000
instagram,reel,3000,7000
tiktok,video,0,0
tiktok,video,2000,400
tiktok,video,2500,6000
facebook,image,0,0
facebook,image,2000,2000
"""


@pytest.fixture
def curves(write):
    return write("curves.csv", CURVES)


def run(words, capsys):
    code = cli.main(["allocate", *(str(word) for word in words)])
    return code, capsys.readouterr()


def test_the_plan_by_hand_and_both_files(curves, tmp_path, capsys):
    out, summary = tmp_path / "plan.csv", tmp_path / "summary.json"
    words = [curves, "--budget", "4000", "--out", str(out), "--summary", str(summary)]
    code, said = run(words, capsys)
    assert code == 0
    # 2,500 pass the threshold of tiktok, 1,000 earn 5 each on instagram; the last 500 earn 1 each anywhere else.
    rows = {row["network"]: row for row in csv.DictReader(out.read_text().splitlines())}
    assert list(rows["tiktok"]) == ["network", "content_type", "spend", "spend_per_day", "value", "marginal"]
    assert rows["tiktok"]["spend"] == "2500.00"
    assert float(rows["tiktok"]["spend_per_day"]) == pytest.approx(2500 / 7)
    assert sum(float(row["spend"]) for row in rows.values()) == 4000
    told = json.loads(summary.read_text())
    assert told["total"] == {"spend": 4000.0, "value": pytest.approx(11_500)}
    assert sum(float(row["value"]) for row in rows.values()) == pytest.approx(told["total"]["value"])
    assert told["gain"]["value"] == pytest.approx(told["total"]["value"] - told["baseline"]["value"])
    assert told["certificate"]["status"] == "optimal"
    assert told["certificate"]["value"] == pytest.approx(told["total"]["value"])
    assert told["certificate"]["bound"] >= told["certificate"]["value"]
    assert told["certificate"]["gap"] <= 1e-4
    assert told["certificate"]["at_maximum"] == ["tiktok/video"]
    assert [finding["rule"] for finding in told["findings"]] == ["default-bounds", "baseline-proportional"]
    assert "today's split was not given" in said.err
    assert said.out.startswith("This plan brings ")
    assert "than the baseline of the same 4,000" in said.out


def test_the_same_question_gives_the_same_files(curves, tmp_path, capsys):
    for name in ("a", "b"):
        words = [
            curves,
            "--budget",
            "4000.5",
            "--out",
            str(tmp_path / name),
            "--summary",
            str(tmp_path / f"{name}.json"),
        ]
        assert run(words, capsys)[0] == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_bounds_and_current_are_kept(curves, write, tmp_path, capsys):
    bounds = write("b.csv", "network,content_type,min_spend,max_spend\ntiktok,video,300,700\ninstagram,reel,0,9999\n")
    current = write("c.csv", "network,content_type,spend\ninstagram,reel,500\ntiktok,video,300\n")
    summary = tmp_path / "s.json"
    words = [curves, "--budget", "3000", "--bounds", bounds, "--current", current, "--summary", str(summary)]
    code, said = run(words, capsys)
    told = json.loads(summary.read_text())
    moves = {move["network"]: move for move in told["moves"]}
    assert code == 0
    assert 300 <= moves["tiktok"]["plan"] <= 700
    assert moves["instagram"]["today"] > moves["tiktok"]["today"] > 0
    rules = [finding["rule"] for finding in told["findings"]]
    assert rules == ["current-incomplete", "bounds-incomplete", "bounds-past-curve"]
    assert "today's split of the same 3,000" in said.out
    assert told["run"]["settings"]["bounds"]["instagram/reel"] == [0.0, 3000.0]


@pytest.mark.parametrize(
    ("budget", "code", "what"),
    [
        ("-5", 2, "budget is -5; it must be above 0"),
        ("0", 2, "budget is 0; it must be above 0"),
        ("nan", 2, "budget is nan; it must be above 0"),
        ("1,000", 2, "--budget is '1,000'; write a plain number"),
        ("7500.01", 3, "known up to 7,500.00 together; lower the budget to 7,500.00 or add points"),
    ],
)
def test_budgets_that_cannot_be(curves, tmp_path, capsys, budget, code, what):
    out = tmp_path / "plan.csv"
    got, said = run([curves, "--budget", budget, "--out", str(out)], capsys)
    assert got == code
    assert what in said.err
    assert said.err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("rows", "code", "what"),
    [
        ("tiktok,vidoe,0,10\n", 2, "row 2, column content_type: cell 'tiktok/vidoe' is not in the curves file"),
        ("tiktok,video,9,3\n", 2, "row 2, column min_spend: min_spend 9.00 of tiktok/video is above its max_spend"),
        ("tiktok,video,2400,\ninstagram,reel,2900,\n", 3, "the minimums sum to 5,300.00"),
        ("tiktok,video,2600,2700\n", 3, "its curve is known from 0.00 to 2,500.00 only"),
    ],
)
def test_bounds_that_cannot_be(curves, write, tmp_path, capsys, rows, code, what):
    bounds, out = write("b.csv", "network,content_type,min_spend,max_spend\n" + rows), tmp_path / "plan.csv"
    got, said = run([curves, "--budget", "4000", "--bounds", bounds, "--out", str(out)], capsys)
    assert got == code
    assert what in said.err
    assert not out.exists()


def test_an_unknown_cell_in_current_is_refused(curves, write, capsys):
    current = write("c.csv", "network,content_type,spend\nsnapchat,ad,5\n")
    code, said = run([curves, "--budget", "4000", "--current", current], capsys)
    assert code == 2
    assert "cell 'snapchat/ad' is not in the curves file" in said.err


RULES = """
[[limit]]
network = "tiktok"
maximum = 600
[[steps]]
step = 10
[[return]]
roas_at_least = 1.6
"""


def test_rules_hold_and_have_their_state_in_the_summary(curves, write, tmp_path, capsys):
    summary = tmp_path / "s.json"
    words = [curves, "--budget", "4000", "--rules", write("rules.toml", RULES), "--summary", summary]
    code, said = run(words, capsys)
    assert code == 0, said.err
    told = json.loads(summary.read_text())
    plan = {move["network"]: move["plan"] for move in told["moves"]}
    # Nothing but 3,000 and the rest on facebook: each unit there earns as much as past 1,000 on instagram, tiktok 0.2.
    assert plan["tiktok"] == 0
    assert all(amount % 10 == 0 for amount in plan.values())
    assert told["total"]["value"] == pytest.approx(8_000)
    assert told["certificate"]["value"] == pytest.approx(8_000)
    assert told["certificate"]["gap"] <= 1e-4
    assert len(told["certificate"]["rules"]) == 3
    assert "keeps the bounds and rules" in said.out


@pytest.mark.parametrize(
    ("rules", "code", "what"),
    [
        ('[[limit]]\nnetwork = "snapchat"\nmaximum = 5\n', 2, "snapchat"),
        ('[[limt]]\nnetwork = "tiktok"\n', 2, "limt"),
        ('[[lock]]\ncell = "tiktok/video"\n', 2, "today"),
        ("[[limit]]\nminimum = 5000\n", 3, "5,000"),
    ],
)
def test_rules_that_cannot_be(curves, write, tmp_path, capsys, rules, code, what):
    out = tmp_path / "plan.csv"
    got, said = run([curves, "--budget", "4000", "--rules", write("r.toml", rules), "--out", out], capsys)
    assert got == code
    assert what in said.err
    assert not out.exists()


def test_an_output_must_not_be_an_input(curves, capsys):
    code, said = run([curves, "--budget", "4000", "--out", curves], capsys)
    assert code == 2
    assert "is the same file as CURVES" in said.err


def test_names_that_a_spreadsheet_would_run_are_made_harmless(write, tmp_path, capsys):
    path = write("c.csv", "network,content_type,spend,value\n=cmd(),x,0,0\n=cmd(),x,10,1\n")
    out = tmp_path / "plan.csv"
    assert run([path, "--budget", "5", "--out", str(out)], capsys)[0] == 0
    assert out.read_text().splitlines()[1].startswith("'=cmd(),x,5.00,")


def test_audiences_are_cells_of_their_own(write, tmp_path, capsys):
    head = "network,content_type,audience,spend,value\n"
    path = write("c.csv", head + "x,image,new,0,0\nx,image,new,10,9\nx,image,old,0,0\nx,image,old,10,3\n")
    out = tmp_path / "plan.csv"
    assert run([path, "--budget", "12", "--out", str(out)], capsys)[0] == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["audience"], row["spend"]) for row in rows] == [("new", "10.00"), ("old", "2.00")]


@pytest.mark.parametrize("money", [1e-4, 1.0, 1e6])
def test_written_amounts_add_up_and_keep_bounds_on_any_scale_of_money(write, money):
    lines = [line.split(",") for line in CURVES.splitlines()[1:]]
    rows = "".join(f"{a},{b},{float(s) * money!r},{v}\n" for a, b, s, v in lines)
    given = read_curves(write("c.csv", "network,content_type,spend,value\n" + rows))
    plan = allocate(given, AllocateRequest(4000 * money))
    assert plan.spend.sum() == pytest.approx(4000 * money, rel=1e-6)
    assert plan.value.sum() == pytest.approx(11_500, rel=1e-3)
    assert plan.allocation.certificate.gap <= 1e-3


def test_arrays_serve_as_well_as_files(curves):
    given = read_curves(curves)
    bounds = Bounds(np.zeros(3), np.array([3000.0, 0.0, 2000.0]))
    plan = allocate(given, AllocateRequest(2000.0, bounds, np.array([1.0, 0.0, 1.0])))
    assert plan.baseline.tolist() == [1000, 0, 1000]
    assert plan.spend[1] == 0
    with pytest.raises(InfeasibleError, match="maximums sum to"):
        allocate(given, AllocateRequest(6000.0, bounds))
    with pytest.raises(InputError, match="today's spend"):
        allocate(given, AllocateRequest(2000.0, bounds, np.array([1.0, -1.0, 1.0])))
