"""The tab Exports: files of the networks looked at, asked about, kept whole, and imported again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.errors import InputError
from optimizer.history.content_types import How, NamingRule
from optimizer.history.findings import Finding, Severity
from optimizer.store import Kind
from optimizer.ui import service, state
from optimizer.ui.data_exports import MOST_EARLIER, Answers, earlier_files, on_screen, trimmed
from optimizer.ui.data_store import duplicate_history, keep_naming, reading_of
from optimizer.ui.uploads_exports import MOST_FILES, export_files
from tests.ui.data_driver import fine, histories, on_tab, session, upload, view
from tests.ui.driver import fresh_store, words
from tests.unit.history.exports.conftest import MONDAY, TIKTOK, days, meta, meta_row, text

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
PLATFORM = (FIXTURES / "meta" / "en_by_platform.csv").read_bytes()
BY_DAY = (FIXTURES / "tiktok" / "en_by_day.csv").read_bytes()


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


def hand_in(app: AppTest, *files: tuple[str, bytes | str]) -> AppTest:
    given = [(name, data.encode() if isinstance(data, str) else data, "text/csv") for name, data in files]
    key = f"exports_upload_{session(app, 'exports_round', 0)}"
    return app.file_uploader(key=key).set_value(given).run()  # type: ignore[arg-type]


def keep(app: AppTest) -> AppTest:
    return fine(app.button(key="exports_keep").click().run())


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def html(app: AppTest) -> str:
    return " ".join(one.body for one in app.get("html") if "<style>" not in one.body)


def late(count: int, bought: Callable[[int], int]) -> str:
    """Meta over some days; `bought` says how many purchases the day of that age (0 the newest) shows."""
    rows = [meta_row(one, bought=bought(count - 1 - place)) for place, one in enumerate(days(count))]
    return text([list(_head()), *rows])


def _head() -> list[str]:
    return meta(1).splitlines()[0].split(",")


# Looking and keeping ------------------------------------------------------------------------------------------------


def test_several_exports_become_one_history_once_they_were_looked_at() -> None:
    app = fine(hand_in(on_tab("exports"), ("meta.csv", PLATFORM), ("tiktok.csv", BY_DAY)))
    assert "Together 5 Jan 2026 to 18 Jan 2026: 84 rows, 5 places, EUR 2,766 spent." in words(app)
    table = html(app)
    assert "Meta Ads Manager" in table
    assert "TikTok Ads Manager" in table
    assert "--" not in table, "no option of the command line"
    assert histories() == []
    keep(app)
    assert histories() == ["Imported exports"]
    assert view(app).history == service.kept_histories()[0].id
    assert "Imported exports is on file and open now." in words(app)
    cells = {cell.label for cell in service.facts(service.kept_source(view(app).history)).cells}
    assert {"instagram/reel", "tiktok/unknown"} & cells


def test_an_archive_is_unpacked_and_what_is_no_export_is_told() -> None:
    archive = zipped({"a/meta.csv": PLATFORM, "notes.pdf": b"%PDF", "__MACOSX/x.csv": b"junk"})
    app = fine(hand_in(on_tab("exports"), ("all.zip", archive)))
    assert "a/meta.csv" in html(app)
    assert "1 file is no export (&#x27;notes.pdf&#x27;)" in html(app)


def test_an_import_again_changes_nothing_and_cannot_be_kept() -> None:
    app = keep(hand_in(on_tab("exports"), ("meta.csv", PLATFORM)))
    again = fine(hand_in(on_tab("exports", view(app).history), ("meta.csv", PLATFORM)))
    assert "Nothing changes: all 56 rows are in the history as they are." in words(again)
    assert again.button(key="exports_keep").disabled


def test_newer_exports_replace_their_days_and_plans_learn_what_came_late() -> None:
    app = keep(hand_in(on_tab("exports"), ("first.csv", late(70, lambda age: 1 if age < 14 else 4))))
    history = view(app).history
    first = service.store().get(history)
    app = fine(hand_in(on_tab("exports", history), ("second.csv", late(98, lambda age: 1 if age < 14 else 4))))
    said = words(app)
    assert "28 rows new, 14 replaced by newer figures, 56 as they were." in said
    assert app.selectbox(key="exports_base").value == history
    keep(app)
    now = service.store().get(history)
    assert (now.id, now.version, now.sha256 == first.sha256) == (history, 2, False)
    assert len(service.store().revisions(history)) == 2
    read = service.history(service.kept_source(history))
    (earlier,) = read.earlier
    assert earlier.table["conversions"].sum() < read.table["conversions"].sum()
    assert len(read.table) == 98
    asked = service.first_question(service.kept_source(history))
    studio = service.studio(service.kept_source(history), asked)
    assert [one for found in studio.reporting.values() for one in found], "late reporting was learned"
    assert studio.basis.earlier == (earlier.sha256,)


def test_what_older_exports_had_is_left_out_once_it_no_longer_fits() -> None:
    app = keep(hand_in(on_tab("exports"), ("first.csv", late(70, lambda age: 1))))
    app = keep(hand_in(on_tab("exports", view(app).history), ("second.csv", late(98, lambda age: 3))))
    id = view(app).history
    source = service.kept_source(id)
    assert service.history(source).earlier
    other = service.history(
        type(source).kept("h", source.data, earlier=(("until.csv", source.data.replace(b"instagram", b"tiktok")),))
    )
    assert other.earlier == ()
    assert other.findings[0].rule == "earlier-left-out"


def test_a_copy_of_such_a_history_can_be_imported_into_too() -> None:
    app = keep(hand_in(on_tab("exports"), ("meta.csv", PLATFORM)))
    copy = duplicate_history(service.store(), view(app).history, "copy", "Lan")
    app = hand_in(on_tab("exports", copy.id), ("tiktok.csv", BY_DAY))
    assert app.selectbox(key="exports_base").value == copy.id
    keep(app)
    assert service.store().get(copy.id).version == 2


def test_somebody_else_imported_meanwhile() -> None:
    app = keep(hand_in(on_tab("exports"), ("meta.csv", PLATFORM)))
    id = view(app).history
    mine = hand_in(on_tab("exports", id), ("tiktok.csv", BY_DAY))
    keep(hand_in(on_tab("exports", id), ("tiktok.csv", BY_DAY)))
    mine.button(key="exports_keep").click()
    held = service.store().get(id)
    mine.run()
    assert any("was changed" in error.value for error in mine.error)
    assert service.store().get(id).version == held.version == 2


# Refusals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("pets.csv", b"Breed,Age\ncollie,4\n", "pets.csv: no header of a known network was found"),
        ("m.csv", (FIXTURES / "meta" / "en_without_days.csv").read_bytes(), "m.csv"),
        ("x.xlsx", b"PK\x03\x04 none", "x.xlsx: the file is not a readable XLSX file"),
        ("x.zip", b"PK\x03\x04 none", "x.zip: the file is not a readable XLSX file"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_nothing_is_kept(name: str, data: bytes, said: str) -> None:
    app = hand_in(on_tab("exports"), (name, data), ("meta.csv", PLATFORM))
    assert [error.value for error in app.error if said.replace("_", "\\_") in error.value]
    assert not [button for button in app.button if button.key == "exports_keep"]
    assert histories() == []


def test_visits_of_a_site_alone_are_refused() -> None:
    app = hand_in(on_tab("exports"), ("ga4.csv", (FIXTURES / "ga4" / "en_traffic.csv").read_bytes()))
    assert "visits of a site alone" in app.error[0].value


# Answers ------------------------------------------------------------------------------------------------------------


def test_a_currency_without_a_rate_is_asked_for_and_remembered() -> None:
    dollars = text([TIKTOK, *([day, "Spring", "reel_1", "USD", 20.0, 500, 10, 2] for day in days(14))])
    app = hand_in(on_tab("exports"), ("m.csv", meta()), ("t.csv", dollars))
    assert "two currencies cannot be added" in app.warning[0].value
    assert "--" not in app.warning[0].value
    app = fine(app.number_input(key="exports_rate_USD").set_value(0.5).run())
    assert "28 rows" in words(app)
    assert "EUR 280 spent." in words(app)
    keep(app)
    kept = reading_of(service.store(), view(app).history).kept_exports
    assert kept is not None
    answers = Answers.from_json(kept.content["answers"])
    assert (answers.currency, dict(answers.rates)) == ("EUR", {"USD": 0.5})
    again = hand_in(on_tab("exports", view(app).history), ("t.csv", dollars))
    assert "Nothing changes" in words(fine(again))


def test_figures_that_contradict_are_asked_about() -> None:
    app = hand_in(on_tab("exports"), ("old.csv", meta(28)), ("new.csv", meta(35, spend=25.0)))
    assert "though the day was over" in app.warning[0].value
    assert not [button for button in app.button if button.key == "exports_keep"]
    app = fine(app.button(key="exports_newest").click().run())
    assert "EUR 875 spent." in words(app)
    app.checkbox(key="exports_is_newest").uncheck().run()
    assert "though the day was over" in app.warning[0].value


def test_a_file_of_nobody_in_particular_is_asked_about_and_can_be_named() -> None:
    rows = [[day, "Spring", 10.0, 1000, 20] for day in days(14)]
    plain = text([["Day", "Campaign name", "Cost", "Impressions", "Clicks"], *rows])
    app = hand_in(on_tab("exports"), ("plain.csv", plain))
    if app.error:
        pytest.fail(app.error[0].value)
    assert "the headers could be those of" in app.warning[0].value
    assert histories() == []
    box = app.selectbox(key="exports_network_plain.csv")
    choice = next(option for option in box.options if "choose" not in option)
    assert choice
    box.select_index(1).run()
    assert "the headers could be those of" in app.warning[0].value


def test_an_export_of_another_network_than_named_is_refused() -> None:
    app = hand_in(on_tab("exports"), ("meta.csv", PLATFORM))
    app.selectbox(key="exports_network_meta.csv").set_value("tiktok").run()
    assert "this is an export of Meta Ads Manager" in app.error[0].value
    fine(app.button(key="exports_anew").click().run())
    assert app.button(key="exports_keep")


def test_another_kind_of_conversions_is_one_choice_away() -> None:
    app = hand_in(on_tab("exports"), ("tiktok.csv", BY_DAY))
    box = app.selectbox(key="exports_result_tiktok")
    assert box.options == ["by the rule: purchases", "purchases (110)", "conversions as the network counts them (138)"]
    app = keep(box.set_value("conversions").run())
    read = service.history(service.kept_source(view(app).history))
    assert read.table["conversions"].sum() == 138


def test_rules_for_unknown_content_types_are_proposed_and_taken() -> None:
    app = hand_in(on_tab("exports"), ("meta.csv", PLATFORM))
    assert [box.label for box in app.checkbox] == [
        "names with “static” are image (EUR 433)".replace("EUR ", "EUR\u00a0"),
        "names with “carousel” are carousel (EUR 428)".replace("EUR ", "EUR\u00a0"),
    ]
    app.checkbox(key="exports_rule_1_carousel").uncheck()
    app = fine(app.button(key="exports_take_rules").click().run())
    assert [box.label for box in app.checkbox if "carousel" in box.label]
    app.text_input(key="exports_own_text").set_value("carousel")
    app.text_input(key="exports_own_type").set_value("Slides")
    app = keep(app.button(key="exports_own_add").click().run())
    types = set(service.history(service.kept_source(view(app).history)).table["content_type"])
    assert {"image", "slides"} <= types
    assert "unknown" not in types


def test_rules_of_an_import_and_of_the_history_are_two_things() -> None:
    app = keep(hand_in(on_tab("exports"), ("meta.csv", PLATFORM)))
    id = view(app).history
    rules = (NamingRule("content_type", How.EQUALS, "reel", "short video"),)
    keep_naming(service.store(), id, rules, {}, "Lan")
    app = keep(hand_in(on_tab("exports", id), ("tiktok.csv", BY_DAY)))
    assert reading_of(service.store(), id).naming == rules
    assert "short video" in {cell.content_type for cell in service.facts(service.kept_source(id)).cells}


def test_an_export_handed_in_as_a_history_is_sent_to_the_right_place() -> None:
    app = upload(on_tab("history"), "meta.csv", PLATFORM)
    assert "is an export of Meta Ads Manager" in app.info[0].value
    app.button(key="import_as_export").click().run()
    assert view(app).chosen["data_tab"] == "exports"


# What is behind it --------------------------------------------------------------------------------------------------


def test_answers_are_plain_values_and_come_back() -> None:
    answers = Answers(
        results={"meta": "leads"}, currency="EUR", rates={"USD": 0.9}, empty_is_zero=True,
        naming=(NamingRule("campaign", How.CONTAINS, "a", "b"),),
    )  # fmt: skip
    assert Answers.from_json(answers.to_json()) == answers
    assert Answers.from_json({}) == Answers()
    with pytest.raises(InputError):
        Answers.from_json({"results": {"meta": 5}})


def test_an_indicator_named_for_one_network_is_not_looked_for_in_another() -> None:
    answers = Answers(results={"meta": "actions:lead", "tiktok": "leads"})
    assert answers.request((), None, {"tiktok"}).results == {"tiktok": "leads"}


def test_only_the_newest_of_what_older_exports_had_is_kept() -> None:
    many = {f"until_2026-{month:02}-{day:02}.csv": "x" for month in (1, 2) for day in range(1, 21)}
    kept = trimmed(many)
    assert len(kept) == MOST_EARLIER
    assert list(kept)[-1] == "until_2026-02-20.csv"
    large = {"until_2026-01-01.csv": "x" * 5_000_000, "until_2026-02-01.csv": "x" * 5_000_000}
    assert list(trimmed(large)) == ["until_2026-02-01.csv"]
    assert earlier_files({"earlier": kept})[0] == (next(iter(kept)), b"x")


def test_findings_say_what_to_do_here() -> None:
    told = on_screen(
        [
            Finding("no-conversions", Severity.WARNING, "which is open", "name the kind with --results (leads)"),
            Finding("late-conversions", Severity.NOTE, "rose", "--keep-earlier keeps"),
            Finding("totals-row", Severity.NOTE, "left out"),
        ]
    )
    assert not [one for one in told if "--" in one.fix]
    assert told[2].fix == ""


def test_archives_that_are_no_good_are_refused() -> None:
    many = zipped({f"f{number}.csv": b"x" for number in range(MOST_FILES + 1)})
    with pytest.raises(InputError, match=f"{MOST_FILES + 1} files; at most {MOST_FILES}"):
        export_files([("many.zip", many)])
    with pytest.raises(InputError, match="holds no export"):
        export_files([("none.zip", zipped({"a.pdf": b"x"}))])
    locked = bytearray(zipped({"a.csv": b"x"}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + flags] |= 1
    with pytest.raises(InputError, match="has a password"):
        export_files([("locked.zip", bytes(locked))])
    broken = zipped({"a.csv": b"x" * 5000})
    with pytest.raises(InputError, match=r"b\.zip: the archive cannot be unpacked"):
        export_files([("b.zip", broken.replace(broken[40:44], b"\xff\xff\xff\xff", 1))])


def test_an_archive_that_unpacks_without_end_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w", force_zip64=True) as to,
    ):
        for _ in range(401):
            to.write(bytes(1_000_000))
    with pytest.raises(InputError, match="the file unpacks to 401 MB"):
        export_files([("bomb.zip", bomb.getvalue())])


def test_paths_inside_an_archive_lead_nowhere() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/m.csv", b"x")
        archive.writestr("b\\..\\n.csv", b"y")
    files, _ = export_files([("a.zip", out.getvalue())])
    assert [one.name for one in files] == ["etc/m.csv", "b/n.csv"]


def test_the_same_file_is_read_once() -> None:
    files, _ = export_files([("m.csv", b"x"), ("m.csv", b"x"), ("m.csv", b"y")])
    assert len(files) == 2


def test_kinds_that_only_say_how_a_history_is_read_have_no_list() -> None:
    app = keep(hand_in(on_tab("exports"), ("meta.csv", PLATFORM)))
    assert len(service.store().list(Kind.EXPORTS)) == 1
    assert str(MONDAY) in service.store().history_bytes(view(app).history).decode()
    assert view(app).history != state.SAMPLE
