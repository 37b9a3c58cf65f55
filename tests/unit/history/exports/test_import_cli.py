"""`optimizer import`: files, options, exit codes, and nothing written by half."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.cli import main
from tests.unit.history.exports.conftest import FIXTURES, META, MONDAY, days, meta, meta_row, text, tiktok

EXPORT = FIXTURES / "meta" / "en_by_platform.csv"


def run(*words: object) -> int:
    return main(["import", *map(str, words)])


def test_a_folder_becomes_a_history_that_can_be_checked(tmp_path, capsys):
    out = tmp_path / "history.csv"
    assert run(FIXTURES / "linkedin" / "en_groups.csv", EXPORT, "--out", out) == 0
    said = capsys.readouterr()
    assert (
        f"{EXPORT}: Meta Ads Manager (facebook, instagram), 2026-01-05 to 2026-01-18, 56 rows, EUR 1,698.07" in said.out
    )
    assert "Together 2026-01-05 to 2026-01-18" in said.out
    assert said.out.endswith(f"Written: {out}\n")
    assert "warning: " in said.err
    assert main(["check", str(out)]) == 0
    assert "serious" not in capsys.readouterr().out


def test_the_same_import_twice_leaves_the_same_bytes(tmp_path):
    out = tmp_path / "history.csv"
    site = FIXTURES / "ga4" / "en_traffic.csv"
    assert run(EXPORT, site, "--out", out) == 0
    first = out.read_bytes()
    assert run(EXPORT, site, "--out", out) == run(EXPORT, "--out", out) == run(site, "--out", out) == 0
    assert out.read_bytes() == first


def test_what_the_history_holds_is_kept_unless_it_is_to_start_anew(write, tmp_path):
    out = tmp_path / "history.csv"
    january, march = write("1.csv", meta()), write("2.csv", meta(first=MONDAY + dt.timedelta(days=56)))
    assert run(january, "--out", out) == run(march, "--out", out) == 0
    assert len(out.read_text().splitlines()) == 1 + 28
    assert run(march, "--out", out, "--fresh") == 0
    assert len(out.read_text().splitlines()) == 1 + 14


def test_a_folder_may_hold_what_the_import_writes(write, tmp_path):
    write("exports/1.csv", meta())
    write("exports/2.csv", meta(28))
    folder = tmp_path / "exports"
    words = (folder, "--out", folder / "history.csv", "--keep-earlier", folder / "earlier")
    assert run(*words) == 0
    first = (folder / "history.csv").read_bytes()
    assert [path.name for path in (folder / "earlier").iterdir()] == ["until_2026-01-18.csv"]
    assert run(*words) == 0
    assert (folder / "history.csv").read_bytes() == first


def test_earlier_histories_are_what_plan_learns_from(write, tmp_path, capsys):
    files = []
    for last in (8, 14):
        rows = [META]
        for place, day in enumerate(days(7 * last)):
            spend = 10.0 + (place // 7) % 5
            bought = 6 if place >= 7 * (last - 1) else 12
            rows += [meta_row(day, spend, bought), meta_row(day, spend + 4, bought, Placement="instagram_stories")]
        files.append(write(f"{last}.csv", text(rows)))
    out, earlier = tmp_path / "history.csv", tmp_path / "earlier"
    assert run(*files, "--out", out, "--keep-earlier", earlier) == 0
    capsys.readouterr()
    (kept,) = earlier.iterdir()
    plan = ["plan", str(out), "--budget", "300", "--weeks", "1", "--earlier", str(kept)]
    assert main(plan) == 0
    assert "50 % of week -1" in capsys.readouterr().err


def test_options_reach_the_import(write, tmp_path):
    out, rules = tmp_path / "history.csv", tmp_path / "naming.toml"
    one, other = write("a.csv", meta(Placement="feed")), write("b.csv", tiktok(currency="USD"))
    words = [
        one,
        other,
        "--out",
        out,
        "--rate",
        "USD=0.5",
        "--results",
        "tiktok=conversions",
        "--network",
        "b.csv=tiktok",
    ]
    assert run(*words, "--propose", rules) == 0
    assert "instagram,unknown,Spring" in out.read_text()
    rules.write_text('[[rules]]\ncolumn = "campaign"\nhow = "contains"\ntext = "spring"\ncontent_type = "image"\n')
    assert run(*words, "--naming", rules, "--currency", "EUR", "--empty-is-zero", "--newest-wins") == 0
    assert "2026-01-05,instagram,image,Spring,10,2,80,1000,20,EUR" in out.read_text()
    assert "2026-01-05,tiktok,image,Spring,4,3,,900,15,EUR" in out.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rate", "USD"], "--rate is 'USD'; write it as USD=0.92."),
        (["--rate", "USD=ninety"], "--rate is 'ninety'"),
        (["--network", "a=b", "--network", "a=c"], "--network is given twice for 'a'"),
        (["--results", "="], "--results is '='"),
        (["--network", "tiktok"], "this is an export of Meta Ads Manager"),
        (["--aliases", "nowhere.toml"], "there is no such file"),
        (["--naming", "nowhere.toml"], "there is no such file"),
    ],
)
def test_bad_options_end_with_2_and_a_sentence_and_write_nothing(tmp_path, capsys, words, said):
    out = tmp_path / "history.csv"
    assert run(EXPORT, "--out", out, *words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_nothing_is_imported_by_half(write, tmp_path, capsys):
    out, earlier = tmp_path / "history.csv", tmp_path / "earlier"
    assert run(write("a.csv", meta()), "--out", out) == 0
    before = out.read_bytes()
    spoilt = write("b.csv", meta(28).replace(",1000,", ",1200,", 1))
    assert run(write("c.csv", tiktok()), spoilt, "--out", out, "--keep-earlier", earlier) == 2
    assert "row 2, column Impressions: impressions of campaign 'Spring' on 2026-01-05 adds up to 1,200" in (
        capsys.readouterr().err
    )
    assert out.read_bytes() == before
    assert not earlier.exists()


def test_a_file_that_is_no_history_is_not_extended(write, tmp_path, capsys):
    out = write("history.csv", "a,b\n1,2\n")
    assert run(EXPORT, "--out", out) == 2
    assert str(out) in capsys.readouterr().err
    assert out.read_text() == "a,b\n1,2\n"
    assert run(EXPORT, "--out", out, "--fresh") == 0


def test_an_export_is_not_written_over(write, capsys):
    export = write("a.csv", meta())
    assert run(export, "--out", export) == 2
    assert export.read_text() == meta()
    assert "this is no history that can be extended" in capsys.readouterr().err
    assert run(export, "--out", export, "--fresh") == 2
    assert export.read_text() == meta()
