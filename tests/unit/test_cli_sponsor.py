"""`optimizer sponsor` as a user runs it; bad input is one sentence, and no file is left."""

from __future__ import annotations

import csv
import json

import pytest

from optimizer import cli

HISTORY = "data/sample_history.csv"
POSTS = "data/sample_posts.csv"


@pytest.fixture
def run(root, capsys, tmp_path):
    def _run(code, *words, posts=None):
        before = sorted(tmp_path.rglob("*"))
        assert cli.main(["sponsor", str(posts or root / POSTS), *map(str, words)]) == code
        said = capsys.readouterr()
        if code:
            assert said.out == ""
            assert said.err.startswith("error: ")
            assert said.err.count("\n") == 1
            assert sorted(tmp_path.rglob("*")) == before
        return said.out if code == 0 else said.err.removeprefix("error: ").rstrip("\n")

    return _run


def test_the_sample_is_ranked_with_its_history(run, root, tmp_path):
    out, summary = tmp_path / "r.csv", tmp_path / "s.json"
    text = run(0, "--history", root / HISTORY, "--budget", "700", "--out", out, "--summary", summary)
    assert text.startswith("Sponsor 2 posts of 132; go on with 5; stop ")
    for word in ("Stop or refresh", "Do not sponsor", "can be expected to beat", "learned from 14 sponsored posts"):
        assert word in text
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 132
    tested = sum(float(row["amount"] or 0) for row in rows if row["kind"] == "beats")
    assert 0 < tested <= 700
    held = json.loads(summary.read_text(encoding="utf-8"))
    assert held["posts"] == 132
    assert held["headline"] in text


def test_without_a_history_the_list_itself_is_the_bar(run):
    text = run(0)
    assert "There is no history, so the bar is what the sponsored posts of the list bring" in text
    assert "No file was written" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budget", "1,000"), "--budget is '1,000'; write a plain number"),
        (("--budget", "0"), "budget is 0; it must be a number above 0"),
        (("--bar", "-3"), "bar is -3; it must be a number above 0"),
        (("--as-of", "monday"), "--as-of is 'monday'; write a day such as 2026-11-02."),
        (("--as-of", "2026-10-01"), "row 2, column published: published is 2026-11-01, after the day of the list"),
        (("--history", "nowhere.csv"), "nowhere.csv: there is no such file"),
    ],
)
def test_bad_options_are_one_sentence(run, words, said):
    assert said in run(2, *words)


def test_a_broken_list_leaves_no_file(run, tmp_path, root):
    bad = tmp_path / "p.csv"
    bad.write_text("post,network,content_type,age_days,reach,engagements\na,x,y,3,100,200\n", encoding="utf-8")
    said = run(2, "--out", tmp_path / "r.csv", posts=bad)
    assert "p.csv, row 2, column engagements: engagements is 200, more than the reach of 100" in said


def test_a_list_in_another_currency_is_refused(run, root, tmp_path):
    other = tmp_path / "p.csv"
    other.write_text((root / POSTS).read_text(encoding="utf-8").replace("EUR", "USD"), encoding="utf-8")
    said = run(2, "--history", root / HISTORY, posts=other)
    assert "money is in USD, but the history is in EUR" in said


def test_sponsored_weeks_may_come_in_a_second_file(run, tmp_path):
    listed, weeks = tmp_path / "p.csv", tmp_path / "w.csv"
    listed.write_text(
        "post,network,content_type,age_days,reach,engagements,link_clicks\na,x,y,30,1000,40,9\nb,x,y,30,1000,20,4\n"
    )
    rows = [f"a,2026-{day},50,{count}" for day, count in (("09-07", 20), ("09-14", 21), ("09-21", 4), ("09-28", 3))]
    weeks.write_text("\n".join(["post,date,spend,conversions", *rows]) + "\n")
    text = run(0, "--weeks", weeks, posts=listed)
    assert "stop 1 that tires" in text
