"""What a screen needs of an import: files from memory, questions it can answer, and what an import changes."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.history.exports import ExportFile, ImportRequest, import_exports
from optimizer.history.exports.changes import Changes, changes
from optimizer.history.exports.money import Rates
from optimizer.history.exports.questions import Asks, OpenQuestion
from optimizer.history.exports.survey import sources, survey
from tests.unit.history.exports.conftest import FIXTURES, MONDAY, TIKTOK, days, meta, text


def file(name: str, content: str) -> ExportFile:
    return ExportFile(name, content.encode())


def tiktok(currency: str) -> str:
    return text([TIKTOK, *([day, "Spring", "reel_1", currency, 20.0, 500, 10, 2] for day in days(14))])


def asked(*files: ExportFile, **how: object) -> OpenQuestion:
    with pytest.raises(OpenQuestion) as caught:
        import_exports(ImportRequest(files, **how))  # type: ignore[arg-type]
    return caught.value


def test_files_from_memory_are_as_those_on_disk() -> None:
    path = FIXTURES / "meta" / "en_by_platform.csv"
    held = import_exports(ImportRequest([ExportFile("meta.csv", path.read_bytes())]))
    assert held.csv() == import_exports(ImportRequest([path])).csv()
    assert [one.file for one in held.exports] == ["meta.csv"]
    twice = [ExportFile("meta.csv", path.read_bytes())] * 2
    assert import_exports(ImportRequest(twice)).csv() == held.csv()


def test_a_refusal_names_the_upload() -> None:
    with pytest.raises(InputError, match=r"^mine\.csv"):
        import_exports(ImportRequest([file("mine.csv", "a,b\n1,2\n")]))


def test_every_fixture_is_told_by_its_headers() -> None:
    paths = sorted(path for path in FIXTURES.rglob("*") if path.suffix in (".csv", ".xlsx"))
    told = survey([ExportFile(path.name, path.read_bytes()) for path in paths])
    assert [one.source for one in told] == [path.parent.name for path in paths]
    assert {path.parent.name for path in paths} == {source for source, _title in sources()}


def test_a_history_and_a_table_of_nobody_are_told_apart_from_exports() -> None:
    history = import_exports(ImportRequest([file("m.csv", meta())])).csv()
    made, strange = survey([ExportFile("h.csv", history), file("s.csv", "Breed,Age\ncollie,4\n")])
    assert (made.history, made.sure) == (True, True)
    assert "no header of a known network was found" in strange.problem
    assert not strange.choices


def test_a_second_currency_asks_for_its_rate_and_takes_it() -> None:
    files = file("m.csv", meta()), file("t.csv", tiktok("USD"))
    question = asked(*files)
    assert (question.asks, question.choices, question.file) == (Asks.RATE, ("USD", "EUR"), "t.csv")
    assert "--" not in question.said
    assert "--rate" in str(question)
    answered = import_exports(ImportRequest(files, rates=Rates("EUR", {"USD": 0.5})))
    spend = answered.table.groupby("network")["spend"].sum()
    assert (spend["instagram"], spend["tiktok"]) == (140.0, 140.0)
    question = asked(*files, rates=Rates("", {"USD": 0.5, "EUR": 1.0}))
    assert (question.asks, question.choices) == (Asks.CURRENCY, ("EUR", "USD"))


def test_figures_that_contradict_each_other_are_asked_about() -> None:
    files = file("old.csv", meta(28)), file("new.csv", meta(35, spend=25.0))
    question = asked(*files)
    assert question.asks is Asks.NEWEST
    assert "--" not in question.said
    taken = import_exports(ImportRequest(files, newest_wins=True))
    assert taken.table["spend"].eq(25.0).all()


def test_what_conversions_could_be_is_offered_with_how_many_there_are() -> None:
    held = import_exports(ImportRequest([FIXTURES / "tiktok" / "en_by_day.csv"]))
    (one,) = held.offered
    assert (one.source, one.chosen) == ("tiktok", "purchases")
    assert dict(one.kinds) == {"conversions": 138.0, "purchases": 110.0}
    again = import_exports(ImportRequest([FIXTURES / "tiktok" / "en_by_day.csv"], results={"tiktok": "conversions"}))
    assert again.offered[0].chosen == "conversions"
    assert again.table["conversions"].sum() == 138.0


def test_the_money_behind_every_proposed_rule_is_told() -> None:
    held = import_exports(ImportRequest([FIXTURES / "meta" / "en_by_platform.csv"]))
    assert held.unknown.rules == held.proposed
    assert len(held.unknown.spend) == len(held.proposed) == 2
    unknown = held.table.loc[held.table["content_type"] == "unknown", "spend"].sum()
    assert sum(held.unknown.spend) == pytest.approx(unknown)


def test_changes_are_counted_row_by_row() -> None:
    before = import_exports(ImportRequest([file("m.csv", meta(14))])).csv()
    base = ExportFile("h.csv", before)
    same = import_exports(ImportRequest([file("m.csv", meta(14))], base=base))
    assert changes(before, same.table) == Changes(0, 0, 14, 0)
    assert changes(before, same.table).nothing
    longer = import_exports(ImportRequest([file("m.csv", meta(14, bought=3)), file("n.csv", meta(7, days(22)[21]))],
                                          base=base))  # fmt: skip
    found = changes(before, longer.table)
    assert (found.new, found.replaced + found.same, found.gone) == (7, 14, 0)
    assert load_history(longer.csv()).table["date"].min() == load_history(before).table["date"].min()
    assert str(MONDAY) in before.decode()


def test_rows_under_another_name_are_gone_and_new() -> None:
    before = import_exports(ImportRequest([file("m.csv", meta(14))])).csv()
    other = import_exports(ImportRequest([file("m.csv", meta(14, Placement="instagram_stories"))])).table
    assert changes(before, other) == Changes(14, 0, 0, 14)
