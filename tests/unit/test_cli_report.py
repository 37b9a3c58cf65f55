"""`optimizer report`: what it writes, and what it refuses before anything is written."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from optimizer.cli import main
from optimizer.finance.record_json import record_text
from tests.unit.finance.bridges import record


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "record.json"
    path.write_text(record_text(record()), encoding="utf-8")
    return path


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Twelve weeks before the plan, and its first week at 0.9 of the revenue."""
    import datetime as dt

    lines = ["date,network,content_type,spend,clicks,conversions,revenue,currency"]
    for week in range(-12, 1):
        day = dt.date(2026, 11, 23) + dt.timedelta(weeks=week)
        share = 0.9 if week == 0 else 1.0 + 0.01 * (week % 3)
        for cell in record().cells:
            lines.append(f"{day},{cell.network},{cell.content_type},1000,500,{80 * share:.1f},{4000 * share},EUR")
    path = tmp_path / "actuals.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_it_writes_what_was_asked_for(plan, history, tmp_path, capsys) -> None:
    files = {name: tmp_path / name for name in ("brief.pdf", "totals.csv", "bridge.csv")}
    given = ["report", str(plan), "--actuals", str(history), "--language", "vi"]
    for option, name in (("--brief", "brief.pdf"), ("--totals", "totals.csv"), ("--bridge", "bridge.csv")):
        given += [option, str(files[name])]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "below the plan of EUR 12,000" in said
    assert len(pypdfium2.PdfDocument(files["brief.pdf"].read_bytes())) == 1
    assert files["totals.csv"].read_text(encoding="utf-8").startswith("calendar,period,")
    assert "total,,12000.00," in files["bridge.csv"].read_text(encoding="utf-8")


def test_rates_take_it_into_the_books_currency(plan, history, tmp_path) -> None:
    rates, out = tmp_path / "rates.csv", tmp_path / "bridge.csv"
    rates.write_text("period,currency,budget_rate,actual_rate\n2026-11,USD,1.1,1.2\n", encoding="utf-8")
    given = ["report", str(plan), "--actuals", str(history), "--rates", str(rates), "--bridge", str(out)]
    assert main(given) == 0
    total = out.read_text(encoding="utf-8").splitlines()[1].split(",")
    assert total[2] == "13200.00"
    assert total[-1] == "USD"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "there is nothing to write"),
        (["--brief", "b.txt"], "--brief is b.txt; its name must end in .pdf"),
        (["--totals", "t.pdf"], "its name must end in .csv, .xlsx"),
        (["--bridge", "b.csv"], "a bridge needs actuals; give --actuals HISTORY"),
        (["--brief", "b.pdf", "--rates", "r.csv"], "rates need actuals"),
        (["--brief", "b.pdf", "--language", "fr"], "--language is 'fr'; it must be one of en, vi"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_sentence(plan, options, problem, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(plan), *options]) == 2
    assert problem in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_a_record_that_was_touched_is_refused(plan, tmp_path, capsys) -> None:
    plan.write_text(plan.read_text(encoding="utf-8").replace('"Autumn"', '"Winter"'), encoding="utf-8")
    assert main(["report", str(plan), "--brief", str(tmp_path / "b.pdf")]) == 2
    assert "was changed after it was approved" in capsys.readouterr().err
    assert not (tmp_path / "b.pdf").exists()
