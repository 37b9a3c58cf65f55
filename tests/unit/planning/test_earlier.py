"""Earlier exports: what is learned from them, and what is not an earlier export."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.history import build_panel, load_history
from optimizer.planning.build import make_plan
from optimizer.planning.earlier import learned_reporting, load_earlier
from optimizer.planning.request import PlanRequest


@pytest.fixture
def export(tmp_path, history_text):
    """Write the history as it was exported when the week before `end` was the newest, its newest week half reported."""

    def _export(name, end, share=0.5, change=None, currency="EUR"):
        rows = [list(row) for row in history_text.rows if row[0] < end]
        newest = max(row[0] for row in rows)
        for row in rows:
            row[6] = currency
            if row[0] == newest:
                row[4] = f"{share * float(row[4]):.3f}"
            if change is not None:
                change(row)
        path = tmp_path / name
        path.write_text("\n".join([history_text.header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
        return path

    return _export


@pytest.fixture
def now(history_file):
    return load_history(history_file)


def asked(*earlier):
    return PlanRequest(budget=12_000, weeks=2, draws=20, earlier=earlier)


def loaded(now, *earlier):
    return load_earlier(build_panel(now), asked(*earlier))


def test_earlier_exports_come_oldest_first_however_they_are_given(now, export):
    old, older = export("old.csv", "2025-06-16"), export("older.csv", "2025-06-02")
    one, other = loaded(now, old, older), loaded(now, older, str(old))
    assert one.hashes == other.hashes == [load_history(older).sha256, load_history(old).sha256]
    assert one.findings == ()
    assert loaded(now) == ((), ())


def test_a_history_that_was_read_can_be_given(now, export):
    old = export("old.csv", "2025-06-16")
    assert loaded(now, load_history(old)).hashes == loaded(now, old).hashes


def test_what_was_learned_is_said(now, export):
    panel = build_panel(now)
    earlier = loaded(now, export("a.csv", "2025-06-16", 0.5), export("b.csv", "2025-06-02", 0.5)).panels
    (finding,) = learned_reporting(panel, earlier, "conversions")
    assert finding.rule == "reporting-learned"
    assert "50 % of week -1, 100 % of week -2" in finding.text
    assert learned_reporting(panel, (), "conversions") == []


def test_late_reporting_that_is_learned_raises_the_forecast(now, export, tmp_path, history_text):
    newest = max(row[0] for row in history_text.rows)
    for row in history_text.rows:
        if row[0] == newest:
            row[4] = f"{0.5 * float(row[4]):.3f}"
    path = tmp_path / "late.csv"
    path.write_text(str(history_text), encoding="utf-8")
    late = load_history(path)
    earlier = export("a.csv", "2025-06-16"), export("b.csv", "2025-06-02")
    plan = make_plan(late, asked(*earlier))
    without = make_plan(late, asked())
    # Half a newest week says less about demand once the halves of other newest weeks are known.
    assert plan.total["conversions"].mean > without.total["conversions"].mean
    assert "reporting-learned" in [finding.rule for finding in plan.findings]
    assert plan.run.settings["earlier"] == [load_history(file).sha256 for file in reversed(earlier)]
    assert plan.run.id != without.run.id


def test_an_export_that_ends_too_late_to_learn_from_is_named(now, export):
    path = export("new.csv", "2025-07-21")
    (finding,) = loaded(now, path).findings
    assert finding.text == (
        f"{path}: it ends 2 weeks before the history does, so late reporting cannot be learned from it; give an export "
        "that ends at least 4 weeks before."
    )
    (finding,) = learned_reporting(build_panel(now), loaded(now, path).panels, "conversions")
    assert finding.rule == "reporting-not-learned"


@pytest.fixture
def refused(now):
    def _refused(*paths):
        with pytest.raises(InputError) as told:
            loaded(now, *paths)
        return str(told.value).removeprefix(str(paths[-1]))

    return _refused


def test_another_currency(refused, export):
    assert refused(export("old.csv", "2025-06-16", currency="USD")) == (
        ": its currency is USD, but the history is in EUR; give earlier exports of the same account."
    )


def test_no_common_cell(refused, export):
    def rename(row):
        row[1] = "pinterest"

    assert refused(export("old.csv", "2025-06-16", change=rename)) == (
        ": none of its cells (pinterest/image, pinterest/reel, pinterest/story and 1 more) is in the history; "
        "give earlier exports of the same account."
    )


def test_no_common_week(refused, export):
    def back(row):
        row[0] = row[0].replace("2025-", "2023-")

    path = export("old.csv", "2025-02-10", change=back)
    text = path.read_text().replace("2023-01-06", "2023-01-09").replace("2023-01-13", "2023-01-16")
    path.write_text(text.replace("2023-01-20", "2023-01-23").replace("2023-01-27", "2023-01-30"))
    assert "have none in common with the history's (2025-01-06 to 2025-07-28)" in refused(path)


def test_an_export_newer_than_the_history(export, history_file):
    old = load_history(export("old.csv", "2025-06-16"))
    with pytest.raises(InputError) as told:
        loaded(old, history_file)
    assert str(told.value) == (
        f"{history_file}: it ends with the week of 2025-07-28, after the history, which ends with 2025-06-09; "
        "give the newest export as HISTORY and older ones with --earlier."
    )


def test_the_history_itself(refused, history_file):
    assert refused(history_file) == (
        ": this is the same export as the history; give each export once, the newest as HISTORY."
    )


def test_the_same_export_twice(refused, export, tmp_path):
    path = export("old.csv", "2025-06-16")
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes())
    assert refused(path, copy) == f": this is the same export as {path}; give each export once, the newest as HISTORY."


def test_a_file_that_cannot_be_used(refused, tmp_path):
    assert refused(tmp_path / "none.csv") == ": there is no such file; check the path."


def test_one_file_alone_is_not_a_list_of_files():
    with pytest.raises(InputError, match=r"earlier is 'old\.csv'; give a list of files, even of one"):
        PlanRequest(budget=1, weeks=1, earlier="old.csv")
