"""Next week's budgets as files: a plan that is always full, a list to work down, upload tables, a calendar."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.planning.export import plan_csv
from optimizer.planning.rebalance.console import rebalance_lines
from optimizer.planning.rebalance.files import calendar_ics, changes_csv, read_template, upload_csv
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance_in
from optimizer.planning.studio import open_studio

NOW = np.array([1200.0, 900.0, 500.0, 400.0])
ASKED = RebalanceRequest(budget=3000.0, current=NOW, draws=80)


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), ASKED.of_week())


@pytest.fixture(scope="module")
def moved(studio):
    return rebalance_in(studio, ASKED)


@pytest.fixture(scope="module")
def still(studio):
    return rebalance_in(studio, replace(ASKED, max_change=0.0))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_plan_is_full_and_equals_the_current_one_where_nothing_moves(still) -> None:
    found = rows(plan_csv(still.plan))
    assert [float(row["spend"]) for row in found] == NOW.tolist()
    assert [float(row["spend_per_day"]) for row in found] == pytest.approx((NOW / 7).tolist(), rel=1e-5)
    assert {row["week_start"] for row in found} == {"2025-08-04"}


def test_changes_are_worked_down_cuts_first(moved) -> None:
    found = rows(changes_csv(moved))
    assert [int(row["order"]) for row in found] == list(range(1, len(moved.changed) + 1))
    change = [float(row["change"]) for row in found]
    cuts = [one for one in change if one < 0]
    assert cuts
    assert change == sorted(cuts) + sorted((one for one in change if one > 0), reverse=True)
    for row in found:
        assert float(row["next"]) - float(row["today"]) == pytest.approx(float(row["change"]), abs=0.011)
        assert float(row["next_per_day"]) == pytest.approx(float(row["next"]) / 7, abs=0.006)
        assert row["why"].endswith(".")
        assert row["done"] == ""
    assert sum(change) == pytest.approx(0.0, abs=0.02)


def test_nothing_to_change_is_an_empty_list(still) -> None:
    assert rows(changes_csv(still)) == []


def test_the_calendar_follows_its_standard(moved, still) -> None:
    text = calendar_ics(moved)
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    unfolded = text.replace("\r\n ", "")
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20250811" in unfolded
    assert "SUMMARY:Rebalance the weekly budgets" in unfolded
    assert f"SUMMARY:Change {len(moved.changed)} budgets" in unfolded
    assert len({line for line in unfolded.splitlines() if line.startswith("UID:")}) == 2
    assert calendar_ics(still).count("BEGIN:VEVENT") == 1


def test_special_letters_are_escaped_and_never_cut_in_two() -> None:
    from optimizer.planning.rebalance.files import _escaped, _folded

    assert _escaped("a, b; c\\d\ne") == "a\\, b\\; c\\\\d\\ne"
    line = "SUMMARY:" + "Ngân sách tuần tới " * 12
    pieces = _folded(line)
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == line
    assert all(piece.startswith(" ") for piece in pieces[1:])


# Upload files -------------------------------------------------------------------------------------------------------


def test_an_upload_is_the_user_s_own_table_filled_in(moved, write) -> None:
    path = write(
        "template.csv",
        "Version;1;;\nCampaign;Budget;Minor;Status\n"
        "{network} {content_type};{spend_per_day};{spend_minor};ACTIVE\nEnd;;;\n",
    )
    text = upload_csv(moved, read_template(path))
    lines = text.splitlines()
    assert lines[:2] == ["Version;1;;", "Campaign;Budget;Minor;Status"]
    assert lines[-1] == "End;;;"
    body = lines[2:-1]
    assert len(body) == len(moved.changed)
    first = moved.changed[0]
    spend = moved.plan.spend[first, 0]
    cell = moved.plan.cells[first]
    assert body[0] == f"{cell.network} {cell.content_type};{spend / 7:.2f};{round(100 * spend)};ACTIVE"


def test_a_template_for_one_network_holds_that_network_alone(moved, write) -> None:
    path = write("template.csv", "Name,Budget\n{content_type},{spend}\n")
    body = upload_csv(moved, read_template(path, "tiktok")).splitlines()[1:]
    assert body == [f"video,{moved.plan.spend[3, 0]:.2f}"]
    with pytest.raises(InputError, match="network 'tiktokk' is not in the plan; did you mean tiktok"):
        upload_csv(moved, read_template(path, "tiktokk"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Name,Budget\n{content_type},10\n",
            "{file}, row 2: no column holds the amount; write {{spend_per_day}} or {{spend}} in the column of the "
            "budget.",
        ),
        (
            "Name,Budget\nall,{spend}\n",
            "{file}, row 2: no column names the budget; write {{network}} {{content_type}} in the column of its name.",
        ),
        (
            "Name,Budget\n{content_type},{spent}\n",
            "{file}, row 2, column Budget: '{{spent}}' is not known; did you mean spend?",
        ),
        (
            "Name,Budget\n{content_type},{spend\n",
            "{file}, row 2, column Budget: '{{spend' cannot be read; write places such as {{spend_per_day}}, and a "
            "brace that is meant as one twice.",
        ),
        (
            "{content_type},{spend}\n{content_type},{spend}\n",
            "{file}, row 2: rows 1 and 2 both hold places; keep one: it is written once per budget.",
        ),
    ],
)
def test_a_template_that_lacks_something_is_one_sentence(write, text, said) -> None:
    path = write("template.csv", text)
    with pytest.raises(InputError) as caught:
        read_template(path)
    assert str(caught.value) == said.format(file=path)


def test_a_template_without_places_names_them(write) -> None:
    path = write("template.csv", "Name,Budget\nimage,10\n")
    with pytest.raises(InputError, match=r"no column holds a place .* write one row with places such as \{network\}"):
        read_template(path)


def test_names_that_a_spreadsheet_would_run_are_made_harmless(moved, write) -> None:
    path = write("template.csv", "Name,Budget\n={content_type},{spend}\n")
    assert all(line.startswith("'=") for line in upload_csv(moved, read_template(path)).splitlines()[1:])


def test_the_console_says_what_to_change_and_what_stays(moved, still) -> None:
    text = "\n".join(rebalance_lines(moved, ["plan.csv"]))
    assert "Change " in text.splitlines()[0]
    assert all(cell.label in text for cell in moved.plan.cells)
    assert "Look again on 2025-08-11" in text
    assert "Written: plan.csv." in text
    assert rebalance_lines(still)[0].startswith("Change nothing: no move of EUR 3,000 a week is worth making")
