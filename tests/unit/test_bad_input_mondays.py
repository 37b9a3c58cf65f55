"""Bad input on a Monday: one sentence each with file, row and column, and nothing that was there changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer import cli

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
TIKTOK = EXPORTS / "tiktok" / "en_by_day.csv"
META = EXPORTS / "meta" / "en_by_platform.csv"

Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command; give its one sentence, and hold that every file is as it was."""

    def _refused(*words: object) -> str:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert cli.main([*map(str, words)]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        return said.err.removeprefix("error: ").rstrip("\n")

    return _refused


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A history that is there already, and must stay as it is."""
    path = tmp_path / "history.csv"
    assert cli.main(["import", str(META), "--out", str(path)]) == 0
    return path


@pytest.fixture
def written(tmp_path: Path, capsys: pytest.CaptureFixture[str], out: Path) -> Callable[[str, str], Path]:
    """Write a file beside the history."""
    capsys.readouterr()  # of the import that made the history

    def _written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _written


def export() -> str:
    return TIKTOK.read_text(encoding="utf-8-sig")


def test_an_export_of_another_network_than_named(refused: Refused, out: Path, written: Callable[..., Path]) -> None:
    given = written("a.csv", export())
    said = refused("import", given, "--network", "meta", "--out", out)
    assert said.startswith(f"{given}, row 1: this is an export of TikTok Ads Manager (its headers 'By Day', ")
    assert said.endswith("and Meta Ads Manager was named; name tiktok, or give another file.")


def test_a_report_without_days(refused: Refused, out: Path, written: Callable[..., Path]) -> None:
    given = written("a.csv", (EXPORTS / "tiktok" / "en_without_days.csv").read_text(encoding="utf-8-sig"))
    assert refused("import", META, given, "--out", out) == (
        f"{given}, row 1: this export of TikTok Ads Manager has no column with days, so it is a total over its whole "
        "range; export the report again with the breakdown by day."
    )


def test_two_currencies_without_a_rate(refused: Refused, out: Path, written: Callable[..., Path]) -> None:
    given = written("a.csv", export().replace(",EUR,", ",USD,"))
    assert refused("import", given, "--out", out) == (
        f"{given}, row 2, column Currency: amounts are in USD, and in EUR in {out}; two currencies cannot be added; "
        "say what one USD is worth, such as --rate USD=0.92."
    )


def test_an_overlapping_import_with_contradicting_figures(
    refused: Refused, out: Path, written: Callable[..., Path]
) -> None:
    one, other = written("a.csv", export()), written("b.csv", export().replace(",30.00,", ",99.00,", 1))
    said = refused("import", one, other, "--out", out, "--keep-earlier", out.parent / "earlier")
    assert said.startswith(f"{other}, row 2, column Cost: spend of campaign 'Spring sale' on 2026-01-05 adds up to ")
    assert f"in {one} (from row 2), though the day was over when that was exported" in said
    assert not (out.parent / "earlier").exists()


def test_a_figure_larger_than_any_money(refused: Refused, out: Path, written: Callable[..., Path]) -> None:
    given = written("a.csv", export().replace(",31.25,", ",1e300,", 1))
    assert refused("import", given, "--out", out) == (
        f"{given}, row 3, column Cost: 1e300 is more than can be true; a number from 0 to 1e+15 is expected."
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{network} {content_type},", "no column holds the amount; write {spend_per_day} or {spend} in the column"),
        (",{spend_per_day}", "no column names the budget; write {network} {content_type} in the column of its name."),
    ],
)
def test_an_upload_template_that_lacks_a_column(
    refused: Refused, written: Callable[..., Path], history_file: str, row: str, said: str
) -> None:
    template = written("template.csv", f"Campaign,Daily budget\n{row}\n")
    files = ["--out", template.parent / "plan.csv", "--upload", template.parent / "upload.csv"]
    answer = refused("rebalance", history_file, "--budget", "3000", "--template", template, *files)
    assert answer.startswith(f"{template}, row 2: {said}")


def test_a_month_that_is_over(refused: Refused, written: Callable[..., Path], history_file: str) -> None:
    files = ["--out", written("pace.csv", "as it was\n")]
    said = refused("pace", history_file, "--budget", "13000", "--period", "2025-07", *files)
    assert said == (
        "the period 2025-07 is over: it ended on 2025-07-31, and the data go to 2025-08-03; ask about the period that "
        "follows, or leave the period and the day out."
    )


@pytest.mark.parametrize("command", ["rebalance", "pace"])
def test_a_floor_above_a_maximum_of_a_cell(
    refused: Refused, written: Callable[..., Path], history_file: str, command: str
) -> None:
    bounds = written("bounds.csv", "network,content_type,min_spend,max_spend\ntiktok,video,0,300\n")
    rules = written("rules.toml", '[[floor]]\nnetwork = "tiktok"\namount = 50\n')
    words = ["--bounds", bounds, "--network-rules", rules, "--out", bounds.parent / "plan.csv"]
    assert refused(command, history_file, "--budget", "3000", *words) == (
        f"{bounds}, row 2, column max_spend: the maximum of tiktok/video is EUR 300.00 a week, but rules.toml asks for "
        "EUR 350.00 a week at least; raise the maximum, set it to 0, or lower the smallest budget."
    )


@pytest.mark.parametrize("command", ["rebalance", "pace"])
def test_a_budget_larger_than_any_money(refused: Refused, history_file: str, command: str) -> None:
    said = refused(command, history_file, "--budget", "1e300")
    assert said == "budget is 1e+300; it must be a number above 0 and up to 1e+15."


def test_a_cell_that_is_left_for_two_reasons(refused: Refused, history_file: str) -> None:
    said = refused(
        "rebalance", history_file, "--budget", "3000", "--leave", "tiktok/video=a", "--leave", "TikTok/video"
    )
    assert said == "--leave is given twice for 'tiktok/video'; keep one of them."


def test_two_uploads_into_one_file(refused: Refused, written: Callable[..., Path], history_file: str) -> None:
    template = written("template.csv", "Campaign,Daily budget\n{content_type},{spend_per_day}\n")
    upload = template.parent / "upload.csv"
    twice = ["--template", template, "--upload", upload, "--template", f"tiktok={template}", "--upload", upload]
    said = refused("rebalance", history_file, "--budget", "3000", *twice)
    assert said == f"--upload is given twice for '{upload}'; keep one of them."
