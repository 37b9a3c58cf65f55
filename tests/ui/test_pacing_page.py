"""The page Pacing: its budget is kept and in the link, its figures and files are those of the command line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from optimizer import cli
from optimizer.errors import InputError
from optimizer.history import History, load_history
from optimizer.planning.pacing.files import pace_csv
from optimizer.planning.pacing.next import next_budgets
from optimizer.planning.pacing.pace import PaceRequest, pace
from optimizer.store import Conflict, Kind
from optimizer.ui import service, state
from optimizer.ui.charts_pacing import pace_chart
from optimizer.ui.components import downloads
from optimizer.ui.components.pacing import budgets_html, stands_html
from optimizer.ui.pacing_store import keep_budget, kept_budget
from optimizer.ui.pacing_view import EVEN, PROJECTED, SPENT, budget_rows, chart_of, stand_rows
from tests.ui.driver import fresh_store, open_app, words

PERIOD = "2026-11"


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


@pytest.fixture(scope="module")
def sample(root: Path) -> History:
    return load_history(root / "data" / "sample_history.csv")


def told(app: AppTest) -> str:
    """All words, with hyphens as they are typed."""
    return words(app).replace("\N{NON-BREAKING HYPHEN}", "-")


def good(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def view(app: AppTest) -> state.View:
    held = app.session_state["view_now"]
    assert isinstance(held, state.View)
    return held


def linked(budget: float, **more: object) -> str:
    chosen = {"pacing.budgets": {PERIOD: budget}, **{f"pacing.{name}": value for name, value in more.items()}}
    return service.store().keep_state(state.View(chosen=chosen).to_json())


def test_it_opens_with_a_proposal_and_says_so() -> None:
    app = good(open_app("pacing"))
    said = told(app)
    assert "Nobody has set a budget" in said
    assert "of 30 days of 2026-11: pacing" in said
    assert "rows are weekly" in said
    assert app.number_input(key="pacing_budget").label == "Budget of 2026-11, EUR"


def test_a_budget_is_judged_linked_and_kept() -> None:
    app = open_app("pacing")
    app.number_input(key="pacing_budget").set_value(108_000.0).run()
    said = told(good(app))
    assert "EUR 3,818 of EUR 108,000 are spent after 1 of 30 days" in said
    assert "▲" in said
    assert "A little over" in said
    assert "Not kept yet" in said
    assert view(app).chosen["pacing.budgets"] == {PERIOD: 108_000.0}
    app.button(key="pacing_keep").click().run()
    assert "Kept by" in told(good(app))
    assert app.button(key="pacing_keep").disabled
    kept = service.store().list(Kind.PERIOD_BUDGET)
    assert [one.content["budget"] for one in kept] == [108_000.0]
    assert "EUR 108,000" in told(good(open_app("pacing")))  # a new visit starts from it


def test_a_budget_of_nothing_is_refused() -> None:
    app = open_app("pacing", linked(108_000.0))
    app.number_input(key="pacing_budget").set_value(0.0).run()
    assert [one.value for one in app.warning] == ["The budget must be above 0, so it stays as it was."]
    assert "of EUR 108,000" in told(app)


def test_money_that_cannot_land_is_a_warning() -> None:
    app = good(open_app("pacing", linked(300_000.0)))
    assert any("stay unspent on 30 Nov 2026" in one.value.replace("\xa0", " ") for one in app.warning)
    app = good(open_app("pacing", linked(3000.0)))
    assert "✕" in told(app)
    assert any("all daily budgets are 0" in one.value for one in app.warning)


def test_re_solving_moves_money_and_is_kept_in_the_link() -> None:
    app = open_app("pacing", linked(108_000.0))
    app.toggle(key="pacing_resolve").set_value(True).run()
    assert "Odds that it pays" in told(good(app))
    assert view(app).chosen["pacing.resolve"] is True
    app.number_input(key="pacing_change").set_value(0).run()
    assert view(app).chosen["pacing.largest"] == 0.0
    good(app)


@pytest.mark.parametrize("resolve", [False, True])
def test_the_file_is_that_of_the_command_line(
    resolve: bool, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []

    def catch(_label: str, make: Callable[[], bytes], name: str, key: str, *, quiet: bool = False) -> None:
        if key == "pacing_csv":
            made.append(make())

    monkeypatch.setattr(downloads, "download", catch)
    good(open_app("pacing", linked(108_000.0, resolve=resolve)))
    out = tmp_path / "pace.csv"
    more = ["--resolve"] if resolve else []
    sample = str(root / "data" / "sample_history.csv")
    assert cli.main(["pace", sample, "--budget", "108000", *more, "--out", str(out)]) == 0
    assert made == [out.read_bytes()]


def test_the_page_speaks_vietnamese() -> None:
    said = told(good(open_app("pacing", linked(300_000.0), "vi")))
    assert "Dự kiến cuối kỳ" in said
    assert "everything" not in said
    assert "a day" not in said


def test_network_rules_that_are_kept_hold() -> None:
    text = '[[change]]\nnetwork = "youtube"\nshare = 0.01\ngrade = "practice"\n'
    service.store().add(Kind.NETWORK_RULES, "usual", {"text": text}, author="Lan")
    app = good(open_app("pacing", linked(108_000.0)))
    assert "As much less as one step allows" in told(app)


def test_a_weekly_rule_that_clashes_leaves_the_rest_of_the_page() -> None:
    text = '[[change]]\nnetwork = "nowhere"\nshare = 0.01\n'
    service.store().add(Kind.NETWORK_RULES, "usual", {"text": text}, author="Lan")
    app = open_app("pacing", linked(108_000.0))
    assert not app.exception
    assert len(app.error) == 1
    assert "network 'nowhere' is unknown" in app.error[0].value.replace("\\", "")
    assert "of EUR 108,000 are spent" in told(app)


# What is kept -------------------------------------------------------------------------------------------------------


def test_a_kept_budget_belongs_to_one_history_and_period() -> None:
    store = service.store()
    keep_budget(store, ("", True, PERIOD), 5.0, "Lan")
    mine = store.add_history("mine.csv", b"date\n", author="Lan").id
    assert kept_budget(store, mine, False, PERIOD) is None
    keep_budget(store, (mine, False, PERIOD), 7.0, "Lan")
    first = kept_budget(store, "", True, PERIOD)
    assert first is not None
    assert first.content["budget"] == 5.0
    assert kept_budget(store, "", True, "2026-12") is None
    changed = keep_budget(store, ("", True, PERIOD), 6.0, "Minh", first.version)
    assert changed.version == 2
    with pytest.raises(Conflict):
        keep_budget(store, ("", True, PERIOD), 8.0, "Lan", first.version)
    with pytest.raises(InputError):
        keep_budget(store, ("", True, PERIOD), 0.0, "Lan")


# What is drawn ------------------------------------------------------------------------------------------------------


def test_the_chart_begins_at_nothing_and_ends_where_the_figures_say(sample: History) -> None:
    found = pace(sample, PaceRequest(budget=108_000.0))
    frame = chart_of(found).frame
    spent, ahead, even = (frame[frame["kind"] == kind] for kind in (SPENT, PROJECTED, EVEN))
    assert spent["value"].iloc[0] == 0.0
    assert spent["value"].iloc[-1] == pytest.approx(found.total.gone)
    assert ahead["value"].iloc[-1] == pytest.approx(found.total.projected)
    assert found.total.interval is not None
    assert ahead[["low", "high"]].iloc[-1].tolist() == pytest.approx(
        [found.total.interval.low, found.total.interval.high]
    )
    assert even["value"].tolist() == [0.0, 108_000.0]
    assert frame["day"].max().date() == dt.date(2026, 11, 30)
    drawn = json.loads(pace_chart(chart_of(found)).to_json())
    assert len(drawn["layer"]) == 4
    assert (np.diff(ahead["value"]) > 0).all()


def test_tables_hold_every_place_once(sample: History) -> None:
    request = PaceRequest(budget=108_000.0)
    found = pace(sample, request)
    rows = stand_rows(found)
    assert [row.level for row in rows].count(2) == 18
    assert rows[0].light.word == "A little over"
    assert "Light" not in stands_html(rows, "x")  # nothing to judge places by
    budgets = next_budgets(sample, request, found)
    shown = budget_rows(found, budgets)
    assert len(shown) == 19
    assert shown[0].why == ""
    html = budgets_html(shown, "<b>")
    assert "<b>Facebook carousel</b>" in html
    assert "&lt;b&gt;" in html
    assert pace_csv(found, budgets).count("\n") == 19
