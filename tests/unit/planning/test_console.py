from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest

from optimizer.planning import progress
from optimizer.planning.build import Material, assemble
from optimizer.planning.console import move_table, outcome_lines, plain_text, print_plan
from optimizer.planning.explain import headline, proof
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest
from optimizer.planning.wording import number, signed

MAPPINGS = ("total", "baseline_total", "gain", "carry_after")


@pytest.fixture
def plan(panel, response):
    request = PlanRequest(budget=4800.0, weeks=4)
    return assemble(Material(panel, request, settle(panel, request), (response,)), lambda _what, _share: None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_table_shows_the_largest_moves_first_and_the_sum(plan):
    table = move_table(plan)
    changes = [abs(float(row[3].replace(",", ""))) for row in table.rows[:-1]]
    assert changes == sorted(changes, reverse=True)
    assert table.rows[-1][:4] == ("all", "1,200", "1,200", "0")
    assert table.header[4:6] == ("100 bring at today", "at the plan")
    assert table.title == "Weekly spend in EUR, 2025-05-26 to 2025-06-22"
    by_cell = {row[0]: row for row in table.rows}
    for move in plan.moves:
        row = by_cell[move.cell.label]
        assert row[6] == move.evidence
        assert row[7].startswith(move.reason)
        assert move.warning in row[7]
        assert f"bring EUR {row[4].removesuffix(' per 10')} here" in move.reason  # one figure in table and reason
        assert row[5].startswith(number(move.marginal * move.unit))


def test_plain_text_is_aligned_and_complete(plan):
    text = plain_text(plan, ["plan.csv", "summary.json"])
    lines = text.splitlines()
    assert lines[0] == headline(plan)
    assert proof(plan) in lines
    assert "Written: plan.csv, summary.json." in lines
    start = next(i for i, line in enumerate(lines) if line.startswith("cell"))
    column = lines[start].index("evidence")
    assert {line[column:].split()[0] for line in lines[start + 1 : start + 4]} == {"strong", "some", "weak"}
    assert "\x1b" not in text
    assert "No file was written" in plain_text(plan)


def test_outcomes_are_told_with_intervals(plan):
    conversions, revenue = outcome_lines(plan)
    assert conversions.startswith("Expected conversions: ")
    assert revenue.startswith(f"Expected revenue: EUR {plan.total['revenue'].mean:,.0f} (90 % interval")


def test_what_value_adds_up_is_told(plan):
    told = replace(plan, goal="value", run=replace(plan.run, settings={"outcomes": {"followers_gained": 0.5}}))
    told = replace(told, **{name: {"value": getattr(plan, name)["revenue"]} for name in MAPPINGS})
    lines = plain_text(told).splitlines()
    assert "Value adds up: followers gained x 0.5." in lines
    assert f"Expected value: EUR {plan.total['revenue'].mean:,.0f} (90 % interval" in "\n".join(lines)
    assert lines[0].startswith(f"This plan brings EUR {plan.gain['revenue'].mean:,.0f} more value (")
    assert "Value adds up" not in plain_text(plan)


def test_a_terminal_gets_a_table_and_a_pipe_plain_text(plan, monkeypatch):
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stdout", pipe)
    print_plan(plan)
    assert pipe.getvalue() == plain_text(plan) + "\n"
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    print_plan(plan)
    assert "\x1b[" in screen.getvalue()
    assert "instagram/reel" in screen.getvalue()
    assert screen.getvalue() != pipe.getvalue()


@pytest.mark.parametrize("width", ["80", "200"])
def test_reasons_are_readable_at_any_width(plan, monkeypatch, width):
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("TERM", "dumb")
    print_plan(plan)
    words = " ".join(screen.getvalue().split())
    for move in plan.moves:
        assert move.cell.label in words
        first = move.reason.split(":")[-1].strip()[:25]
        assert first in words


def test_signs_are_written_only_where_something_changes():
    values = (12.0, -12.0, 0.0, 1e-9, -0.001)
    assert [signed(value, smallest=0.005) for value in values] == ["+12", "-12", "0", "0", "0"]


def test_small_money_is_not_written_as_no_change(panel, response):
    request = PlanRequest(budget=4800.0, weeks=4)
    plan = assemble(Material(panel, request, settle(panel, request), (response,)), lambda _what, _share: None)
    moves = tuple(replace(move, today=1e-6 * move.today, plan=1e-6 * move.plan) for move in plan.moves)
    rows = move_table(replace(plan, moves=moves, spend=1e-6 * plan.spend)).rows
    assert all(row[3] not in ("0", "+0", "-0") for row in rows[:-1])
    assert rows[-1][3] == "0"


def test_progress_stays_silent_where_nobody_watches(capsys):
    with progress.shown_progress(patience=0.0) as tell:
        tell("Fitting", 0.5)
        time.sleep(0.05)
    assert capsys.readouterr().err == ""


def test_progress_appears_in_a_terminal_after_a_while(monkeypatch):
    quick, slow = Terminal(), Terminal()
    monkeypatch.setattr("sys.stderr", quick)
    with progress.shown_progress(patience=30.0) as tell:
        tell("Fitting", 0.5)
    assert "Fitting" not in quick.getvalue()
    monkeypatch.setattr("sys.stderr", slow)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_progress(patience=0.0) as tell:
        tell("Fitting", 0.5)
        time.sleep(0.3)
    assert "Fitting" in slow.getvalue()
