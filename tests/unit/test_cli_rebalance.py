"""`optimizer rebalance` and `network-rules` as a user runs them; bad input is one sentence, and no file is left."""

from __future__ import annotations

import csv
import json

import pytest

from optimizer import cli
from optimizer.planning.network_rules import network_rules_template

CURRENT = "network,content_type,spend\nfacebook,image,1200\ninstagram,reel,900\ninstagram,story,500\ntiktok,video,400\n"


@pytest.fixture
def current(tmp_path):
    path = tmp_path / "current.csv"
    path.write_text(CURRENT, encoding="utf-8")
    return path


@pytest.fixture
def refused(tmp_path, capsys, history_file):
    """Run the command; give its one sentence, and hold that nothing was written."""

    def _refused(code, *words, budget="3000"):
        before = sorted(tmp_path.rglob("*"))
        out = ["--out", str(tmp_path / "plan.csv"), "--summary", str(tmp_path / "summary.json")]
        assert cli.main(["rebalance", str(history_file), "--budget", budget, *out, *map(str, words)]) == code
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
        assert "Traceback" not in said.err
        assert sorted(tmp_path.rglob("*")) == before
        return said.err.removeprefix("error: ").rstrip("\n")

    return _refused


def test_all_files_are_written_and_agree(tmp_path, history_file, current, capsys) -> None:
    template = tmp_path / "template.csv"
    template.write_text("Name,Budget\n{network} {content_type},{spend_per_day}\n", encoding="utf-8")
    names = {name: tmp_path / name for name in ("plan.csv", "summary.json", "changes.csv", "upload.csv", "again.ics")}
    words = ["rebalance", str(history_file), "--budget", "3000", "--current", str(current)]
    words += ["--out", str(names["plan.csv"]), "--summary", str(names["summary.json"])]
    words += ["--changes", str(names["changes.csv"]), "--calendar", str(names["again.ics"])]
    words += ["--template", str(template), "--upload", str(names["upload.csv"])]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    assert all(str(path) in said for path in names.values())
    with names["plan.csv"].open(encoding="utf-8", newline="") as file:
        plan = list(csv.DictReader(file))
    summary = json.loads(names["summary.json"].read_text(encoding="utf-8"))
    assert len(plan) == 4
    assert sum(float(row["spend"]) for row in plan) == pytest.approx(3000.0)
    assert [float(row["spend"]) for row in plan] == [move["plan"] for move in summary["moves"]]
    with names["changes.csv"].open(encoding="utf-8", newline="") as file:
        changes = list(csv.DictReader(file))
    assert [f"{row['network']}/{row['content_type']}" for row in changes] == summary["changed"]
    assert len(names["upload.csv"].read_text(encoding="utf-8").splitlines()) == 1 + len(changes)
    assert names["again.ics"].read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def test_the_network_rules_are_printed(capsys) -> None:
    assert cli.main(["network-rules"]) == 0
    assert capsys.readouterr().out == network_rules_template()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--max-change", "-0.1"], "largest change is -0.1; it must be a number from 0 to 10."),
        (["--max-change", "nan"], "largest change is nan; it must be a number from 0 to 10."),
        (["--explore", "0.8"], "share to explore with is 0.8; it must be a number from 0 to 0.5."),
    ],
)
def test_options_out_of_range(refused, words, said) -> None:
    assert refused(2, *words) == said


@pytest.mark.parametrize("budget", ["0", "-5", "inf"])
def test_a_budget_that_cannot_be(refused, budget) -> None:
    assert refused(2, budget=budget) == f"budget is {budget}; it must be above 0: the money for one week."


def test_current_spend_of_an_unknown_cell(refused, current) -> None:
    current.write_text(CURRENT.replace("tiktok,video", "tiktok,vidoe"), encoding="utf-8")
    assert refused(2, "--current", current) == (
        f"{current}, row 5, column content_type: cell 'tiktok/vidoe' is not in the history; did you mean "
        "'tiktok/video'? Cells are named as in the history."
    )


def test_negative_current_spend(refused, current) -> None:
    current.write_text(CURRENT.replace("400", "-400"), encoding="utf-8")
    assert refused(2, "--current", current) == (
        f"{current}, row 5, column spend: spend is -400; write a number of 0 or more."
    )


def test_a_minimum_above_its_maximum(refused, tmp_path, current) -> None:
    bounds = tmp_path / "bounds.csv"
    bounds.write_text("network,content_type,min_spend,max_spend\nfacebook,image,900,300\n", encoding="utf-8")
    assert refused(2, "--current", current, "--bounds", bounds) == (
        f"{bounds}, row 2, column min_spend: min_spend 900.00 of facebook/image is above its max_spend 300.00; lower "
        "one or raise the other."
    )


def test_a_smallest_budget_above_a_maximum(refused, tmp_path, current) -> None:
    bounds, rules = tmp_path / "bounds.csv", tmp_path / "rules.toml"
    bounds.write_text("network,content_type,min_spend,max_spend\ntiktok,video,0,300\n", encoding="utf-8")
    rules.write_text('[[floor]]\nnetwork = "tiktok"\namount = 50\n', encoding="utf-8")
    assert refused(2, "--current", current, "--bounds", bounds, "--network-rules", rules) == (
        f"{bounds}, row 2, column max_spend: the maximum of tiktok/video is EUR 300.00 a week, but rules.toml asks for "
        "EUR 350.00 a week at least; raise the maximum, set it to 0, or lower the smallest budget."
    )


def test_network_rules_in_another_currency(refused, tmp_path, current) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"\n', encoding="utf-8")
    assert refused(2, "--current", current, "--network-rules", rules) == (
        f"{rules}: [[floor]] number 1: the amount is 50 USD, but the account is in EUR; write USD = ... below [rates]: "
        "what one USD is worth in EUR."
    )


def test_a_budget_out_of_reach(refused, current) -> None:
    assert refused(3, "--current", current, budget="6000").startswith(
        "A budget of EUR 6,000.00 a week cannot be reached next week from EUR 3,000.00"
    )


def test_a_template_without_an_upload(refused, tmp_path, current) -> None:
    template = tmp_path / "template.csv"
    template.write_text("Name,Budget\n{content_type},{spend}\n", encoding="utf-8")
    assert refused(2, "--current", current, "--template", template) == (
        "templates: 1, uploads: 0; give an --upload for each --template, in the same order."
    )


def test_a_template_that_lacks_a_column(refused, tmp_path, current) -> None:
    template, upload = tmp_path / "template.csv", tmp_path / "upload.csv"
    template.write_text("Name,Budget\n{content_type},\n", encoding="utf-8")
    assert refused(2, "--current", current, "--template", template, "--upload", upload) == (
        f"{template}, row 2: no column holds the amount; write {{spend_per_day}} or {{spend}} in the column of the "
        "budget."
    )


def test_an_upload_in_the_place_of_its_template(refused, tmp_path, current) -> None:
    template = tmp_path / "template.csv"
    template.write_text("Name,Budget\n{content_type},{spend}\n", encoding="utf-8")
    said = refused(2, "--current", current, "--template", template, "--upload", template)
    assert "is the same file as" in said


# Week memory --------------------------------------------------------------------------------------------------------


def test_what_was_left_is_remembered_and_not_proposed_again(tmp_path, history_file, current, capsys) -> None:
    memory, summary = tmp_path / "weeks.json", tmp_path / "summary.json"
    words = ["rebalance", str(history_file), "--budget", "3000", "--current", str(current), "--memory", str(memory)]
    assert cli.main([*words, "--remember", "--leave", "facebook/image=contract"]) == 0
    said = capsys.readouterr().out
    assert "Set to EUR 1,200 a week by you." in said
    assert str(memory) in said
    (left,) = json.loads(memory.read_text(encoding="utf-8"))["turned_down"]
    assert (left["cell"], left["reason"]) == ("facebook/image", "contract")
    before = memory.read_bytes()
    # as it stands a week later: the same history, the move turned down a week before
    moved = {**json.loads(before), "turned_down": [{**left, "on": "2025-07-28"}]}
    memory.write_text(json.dumps(moved), encoding="utf-8")
    assert cli.main([*words, "--summary", str(summary)]) == 0
    told = json.loads(summary.read_text(encoding="utf-8"))
    assert told["moves"][0]["kind"] == "turned down"
    assert "you left it on 2025-07-28: “contract”" in told["moves"][0]["reason"]
    assert json.loads(memory.read_text(encoding="utf-8")) == moved  # without --remember it is only read


def test_a_memory_that_is_not_there(refused, tmp_path, current) -> None:
    path = tmp_path / "weeks.json"
    assert refused(2, "--current", current, "--memory", path) == (
        f"{path}: the memory cannot be read (No such file or directory); check the path; --remember writes one."
    )


def test_remembering_without_a_file(refused, current) -> None:
    assert refused(2, "--current", current, "--remember") == (
        "--remember has no file to write; give one with --memory FILE."
    )


def test_leaving_what_is_no_cell(refused, current) -> None:
    assert refused(2, "--current", current, "--leave", "tiktok/vidoe=x") == (
        "tiktok/vidoe is no cell of the history; did you mean tiktok/video?"
    )


def test_network_rules_that_are_no_toml_beyond_any_use(refused, tmp_path, current) -> None:
    rules = tmp_path / "rules.toml"
    for text in ("x = " + "[" * 5000, "[rates]\nUSD = " + "9" * 5000):
        rules.write_text(text, encoding="utf-8")
        assert "the network rules are not valid TOML" in refused(2, "--current", current, "--network-rules", rules)
