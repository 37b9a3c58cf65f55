"""The page Track record: what it says of kept plans, closing a period, and what cannot be judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.language import catalogue
from optimizer.language.catalogue import Speaker
from optimizer.store import Kept, Kind
from optimizer.ui import service, track_store
from tests.ui.driver import fresh_store, open_app, words
from tests.ui.reading import texts
from tests.ui.test_every_word import DATA, NAMES, NETWORKS, WORD, Marked, unmarked
from tests.ui.track_driver import ENDS, approved, draft, keep_histories, on_history


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


@pytest.fixture
def histories(short_sample: Path) -> dict[str, Kept]:
    return keep_histories(short_sample)


def good(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def shown(app: AppTest) -> str:
    return unescape(re.sub(r"<style>.*?</style>", "", words(app), flags=re.DOTALL))


def test_without_a_plan_it_says_where_one_comes_from() -> None:
    app = good(open_app("track_record"))
    assert [one.value for one in app.subheader] == ["No plan is approved yet"]
    assert "Approve a plan on the page Finance." in shown(app)


def test_plans_are_held_against_the_history_at_hand(short_sample: Path, histories: dict[str, Kept]) -> None:
    held = [approved(short_sample, end) for end in ENDS]
    app = good(on_history("track_record", histories["2027-01-01"]))
    text = shown(app)
    assert re.search(r"Revenue per place and week(, spent as planned)?: 9 of 10 promised, \d+ of \d+ kept", text)
    labels = [metric.label for metric in app.metric]
    assert labels == ["Coverage", "WAPE", "Bias", "Skill"]
    headers = [one.value for one in app.subheader]
    assert (
        headers.index("Misses") < headers.index("One plan, week by week") < headers.index("How good the forecasts were")
    )
    assert headers[-1] == "Plans of record"
    assert all(one.kept.name in text for one in held)
    assert text.count("holds") >= 2
    assert "track_csv" in [button.key for button in app.get("download_button")]
    assert len(app.get("vega_lite_chart")) == 2
    app.segmented_control(key="track_outcome").set_value("conversions").run()
    assert "Conversions per place and week" in shown(good(app))


def test_a_plan_whose_weeks_have_not_come_waits(short_sample: Path, histories: dict[str, Kept]) -> None:
    approved(short_sample, ENDS[0])
    app = good(on_history("track_record", histories[ENDS[0]]))
    assert [one.value for one in app.info] == [
        "No week of these plans has come yet in this history. Add a newer one when it has."
    ]
    assert "Plan of 2026" in shown(app)
    app.selectbox(key="track_actuals").set_value(histories["2027-01-01"].id).run()
    assert [one.label for one in good(app).metric][:1] == ["Coverage"]


def test_plans_of_one_s_own_are_not_held_against_the_sample(short_sample: Path, histories: dict[str, Kept]) -> None:
    approved(short_sample, ENDS[0])
    app = good(open_app("track_record"))
    assert [one.value for one in app.info] == ["No plan of record was made from the sample."]


def test_a_period_is_closed_once(short_sample: Path, histories: dict[str, Kept]) -> None:
    held = approved(short_sample, ENDS[0])
    app = good(on_history("track_record", histories["2027-01-01"]))
    app.button(key="track_close").click().run()
    assert [error.value for error in app.error] == ["a period is closed by somebody; give your name."]
    app.text_input(key="track_close_author").set_value("Chi").run()
    app.selectbox(key="track_close_period").set_value("2026-09").run()
    good(app.button(key="track_close").click().run())
    (kept,) = service.store().list(Kind.CLOSED)
    assert (kept.author, kept.content["period"], kept.content["record"]) == ("Chi", "2026-09", held.record.id)
    assert re.search(r'data-label="Books"><div>closed', shown(app))
    assert app.selectbox(key="track_close_period").options == ["2026-10"]


def test_places_that_a_plan_does_not_know_are_left_out_only_when_asked(short_sample: Path) -> None:
    kept = keep_histories(short_sample)
    approved(short_sample, ENDS[0])
    table = short_sample.read_text(encoding="utf-8")
    rows = [line.replace("facebook,image", "facebook,poll", 1) for line in table.splitlines() if ",image," in line]
    late = [line for line in rows if line.startswith("2026-09-1") and line.split(",")[1] == "facebook"]
    more = service.store().add_history("more.csv", (table + "\n".join(late) + "\n").encode(), author="Lan")
    app = good(on_history("track_record", more))
    (warning,) = app.warning
    assert "facebook/poll" in warning.value.replace("\\", "").replace("Facebook poll", "facebook/poll")
    assert not app.metric
    app.checkbox(key="track_leave_out").check().run()
    assert [one.label for one in good(app).metric][:1] == ["Coverage"]
    assert "stand in no plan of record" in shown(app)
    assert kept


def test_a_superseded_plan_is_still_listed(short_sample: Path, histories: dict[str, Kept]) -> None:
    first = approved(short_sample, ENDS[0])
    approved(short_sample, ENDS[0], seen=first, budget=44_000.0, author="Bình")
    app = good(on_history("track_record", histories["2027-01-01"]))
    assert "superseded by Plan of 2026" in shown(app)
    assert len(track_store.records(service.store())) == 2


def test_in_vietnamese(short_sample: Path, histories: dict[str, Kept]) -> None:
    approved(short_sample, ENDS[0])
    app = good(on_history("track_record", histories["2027-01-01"], language="vi"))
    text = shown(app)
    assert "Doanh thu theo vị trí và tuần" in text
    assert "Các lần trượt" in [one.value for one in app.subheader]
    assert "promised" not in text


def test_every_word_is_a_message(
    short_sample: Path, histories: dict[str, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page with plans on it; without any it is among all pages."""
    first = approved(short_sample, ENDS[0])
    approved(short_sample, ENDS[0], seen=first, budget=44_000.0)
    approved(short_sample, ENDS[1])
    monkeypatch.setattr(catalogue, "speaker", lambda language: Speaker(language, Marked()))
    app = on_history("track_record", histories["2027-01-01"])
    assert not app.exception
    own = re.compile(r"\d{1,2}\s\w{3,4}\s20\d\d|Plan of|short|csv|20\d\d|UTC|\bAn\b|:small|:gray")
    left = []
    for text in texts(app):
        words_left = WORD.findall(own.sub(" ", DATA.sub(" ", unmarked(text))))
        left += [word for word in words_left if word not in NAMES | NETWORKS]
    assert left == []


def test_the_draft_of_the_page_finance_is_what_is_kept(short_sample: Path, histories: dict[str, Kept]) -> None:
    assert not draft(short_sample, ENDS[0]).approved
    held = approved(short_sample, ENDS[0])
    assert held.record.approved
    assert held.record.spend.tolist() == draft(short_sample, ENDS[0]).spend.tolist()
