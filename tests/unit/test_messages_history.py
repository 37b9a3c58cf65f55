"""What is said about a history can be said in another language: nothing in it is English words put in as plain text."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.history import Finding, load_history
from optimizer.history.sample import write_sample
from optimizer.history.schema import BY_NAME, COLUMNS
from optimizer.language.catalogue import speaker
from optimizer.language.message import Message
from tests.messages import english, messages_in, patterns_of, untranslated, words_of
from tests.unit.history.conftest import GOOD, HEADER
from tests.unit.history.test_findings import MONDAY, table

# What is said -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A file, and its words, which may be quoted."""

    content: bytes
    words: str = ""
    name: str = "h.csv"

    def quoted(self) -> set[str]:
        """All words that are the file's own."""
        text = self.words or self.content.decode("cp1252", "replace").replace("\0", "")
        return words_of(f"{text} {self.name} {' '.join(BY_NAME)}")


def rows(*dates: str) -> str:
    return "date,network,content_type,spend,conversions\n" + "".join(
        f"{day},facebook,video,{10 + i},1\n" for i, day in enumerate(dates)
    )


def line(number: int, text: str) -> str:
    lines = GOOD.splitlines()
    lines[number - 1] = text
    return "\n".join(lines) + "\n"


def csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False)


def sheet(**frames: pd.DataFrame) -> Case:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as book:
        for name, frame in frames.items():
            frame.to_excel(book, sheet_name=name, index=False)
    return Case(buffer.getvalue(), " ".join([*frames, *map(csv, frames.values())]), "h.xlsx")


def parquet(frame: pd.DataFrame) -> Case:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return Case(buffer.getvalue(), csv(frame), "h.parquet")


REFUSED: dict[str, str | bytes] = {
    "empty": b"",
    "old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "gzip": gzip.compress(b"date,network\n", mtime=0),
    "pdf": b"%PDF-1.7 ...",
    "json": b'{"date": "2026-01-05"}',
    "page": b"<!doctype html><html></html>",
    "broken workbook": b"PK\x03\x04" + bytes(30),
    "broken parquet": b"PAR1" + bytes(20),
    "no text": b"\x89PNG\r\n\x1a\n\x00\x00\x00\x81\x8d",
    "no header": GOOD.split("\n", 1)[1],
    "one row": "a,b,c\n",
    "only delimiters": ",,\n,,\n",
    "foreign header": "c_date;campaign_name;mark_spent;orders\n2021-02-01;a;7307,37;1\n",
    "columns missing": "day,platform,content_type,Cost (EUR),conversions\n2026-01-05,facebook,video,5,1\n",
    "column missing": GOOD.replace("spend", "mood"),
    "column twice": "date,network,content_type,spend,Spend,SPEND\n2026-01-05,facebook,video,5,6,7\n",
    "header alone": HEADER + "\n\n",
    "too many fields": line(4, "2026-01-12,facebook,video,110,5,6,201,25"),
    "quote left open": line(5, '2026-01-12,"instagram,reel,110.5,6,201.25'),
    "text after a quote": line(5, '2026-01-12,"instagram"x,reel,110.5,6,201.25'),
    "no date": rows("2026-01-05", "2026-01-12", ""),
    "word for a date": rows("2026-01-05", "soon", "2026-01-12"),
    "short year": rows("05.01.26", "12.01.26"),
    "open order": rows("01/02/2026", "08/02/2026", "05/05/2026"),
    "both orders": rows("13/02/2026", "02/20/2026"),
    "date in no order": rows("2026-01-05", "0/5/2026", "13/32/2026"),
    "long ago": rows("0912-03-04", "2026-01-05"),
    "mistyped year": rows("2026-01-05", "2062-01-12", "2026-01-19"),
    "totals alone": "date,network,content_type,spend,clicks\nTotal,facebook,video,5,1\nTotal,x,reel,5,1\n",
    "one date": rows("2026-01-05"),
    "one week": rows(*(f"2026-01-{day:02}" for day in range(5, 12))),
    "no whole week": rows(*(f"2026-01-{day:02}" for day in range(6, 18))),
    "months": rows("2026-01-01", "2026-02-01", "2026-03-04", "2026-04-04"),
    "word for a number": line(6, "2026-01-19,facebook,video,lots of it,7,202.25"),
    "below zero": line(6, "2026-01-19,facebook,video,-5,7,202.25"),
    "infinite": line(6, "2026-01-19,facebook,video,inf,7,202.25"),
    "no spend in a row": line(6, "2026-01-19,facebook,video,,7,202.25"),
    "no network": line(6, "2026-01-19,,video,5,7,202.25"),
    "other mark": line(6, '2026-01-19,facebook,video,"120,5",7,202.25'),
    "other point": "date;network;content_type;spend;clicks\n2026-01-05;x;video;1,5;1\n2026-01-12;x;video;1.5;1\n",
    "no numbers": "date,network,content_type,spend,clicks\n2026-01-05,facebook,video,,--\n",
    "nothing spent": rows("2026-01-05", "2026-01-12").replace("10", "0").replace("11", "0"),
    "no outcome": "date,network,content_type,spend\n2026-01-05,facebook,video,5\n2026-01-12,facebook,video,6\n",
    "no code": csv(table(currency="Euro")),
    "two currencies": csv(table(currency=["EUR"] * 31 + ["USD"])),
    "repeated row": GOOD + GOOD.splitlines()[2] + "\n",
    "pasted twice": GOOD + GOOD.split("\n", 1)[1],
}


def frames() -> Iterator[tuple[str, pd.DataFrame]]:
    """Histories that can be used, each odd in its way."""
    calm, daily = table(), table(step=1)
    facebook = calm["network"] == "facebook"
    yield "nothing tracked", table(conversions=0, revenue=0.0)
    yield "conversions not tracked", table(conversions=0, negative_feedback=0)
    yield "columns absent", calm.drop(columns=["conversions", "currency"]).assign(sessions="")
    yield "some empty", calm.assign(revenue=["", *[""] * 5, *[10.0] * 26], clicks=[1, *[""] * 31])
    yield "reach by day", daily.assign(reach=100)
    yield "reach at times", pd.concat([calm.assign(reach=100), calm.iloc[:3].assign(campaign="b", reach=1)])
    yield "weeks cut", daily.iloc[4:-4]
    yield "short", table(weeks=5)
    yield "week without rows", calm[calm["date"] != MONDAY + dt.timedelta(days=21)]
    yield "weeks without rows", table(weeks=60).drop(index=range(20, 80))
    yield "days without rows", daily[~daily["date"].isin([MONDAY + dt.timedelta(days=i) for i in range(23, 29)])]
    yield "low at last", calm.assign(spend=[*[100.0] * 30, 30.0, 30.0])
    yield "sundays", calm.assign(date=calm["date"] + dt.timedelta(days=6))
    yield "to come", calm.assign(date=calm["date"] + (dt.date.today() - MONDAY - dt.timedelta(days=90)))
    yield "cell without spend", calm.assign(spend=calm["spend"].where(~facebook, 0.0))
    yield "cell without outcome", calm.assign(conversions=20 * ~facebook, spend=[0.5] * 32)
    yield "late start", calm[~facebook | (calm["date"] > MONDAY + dt.timedelta(days=90))]
    yield "gaps", calm.drop(index=[4, 6, 9])
    yield "pauses", calm.drop(index=[8, 10, 12])
    yield "stopped", calm[~facebook | (calm["date"] < MONDAY + dt.timedelta(days=60))]
    yield "similar", table(cells=(("facebook", "story"), ("facebook", "reels"), ("facebook", "reel")))
    yield "parts", calm.assign(clicks=60, impressions=50, reach=70, sessions=1, bounces=2, repeat_conversions=99)
    yield "more conversions than clicks", calm.assign(clicks=1)
    yield "unlike", calm.assign(conversions=[0] * 3 + [20] * 29)
    wild = table(weeks=40)
    wild.loc[[4, 9, 14, 19, 24, 29, 34], "spend"] *= 30
    yield "outliers", wild
    yield "finer", pd.concat([calm.assign(device="phone"), calm.assign(device="desktop")])
    yield "unknown columns", calm.assign(mood="fine", weather="wet", cost=1).drop(columns="currency")
    yield "unknown column", calm.assign(mood="fine")
    yield (
        "no numbers in a row",
        calm.assign(**{name: [*calm[name][:-1], ""] for name in ("spend", "conversions")})[
            ["date", "network", "content_type", "spend", "conversions"]
        ],
    )
    yield "dated totals", pd.concat([calm, calm.iloc[:4:2].assign(network="Total")])
    yield "spellings", calm.assign(network=["Facebook", *calm["network"][1:]])


def odd_texts() -> Iterator[tuple[str, str | bytes]]:
    """Files that can be used, odd in how they are written."""
    header, *body = GOOD.splitlines()
    yield "short rows", "\n".join([header, *body[:-2], body[-2].rsplit(",", 1)[0], body[-1].rsplit(",", 1)[0]])
    yield "notes", "\n".join([header, *body, "Total,,,9,9,9", header, "made by hand,,,,,"])
    yield "accents", csv(table(campaign="Prämie")).encode("cp1252")
    for delimiter, spend, clicks in ((";", "1.234", "7"), ("\t", "1.234", "7"), (";", "5", "1.234")):
        cells = [[f"2026-01-{day:02}", "facebook", "video", spend, clicks] for day in (5, 12, 19)]
        named = [["date", "network", "content_type", "spend", "clicks"], *cells]
        yield f"open mark {delimiter!r} {spend}", "\n".join(delimiter.join(row) for row in named)


def cases() -> dict[str, Case]:
    texts = {**REFUSED, **dict(odd_texts()), **{name: csv(frame) for name, frame in frames()}}
    found = {name: Case(text.encode() if isinstance(text, str) else text) for name, text in texts.items()}
    notes = pd.DataFrame({"remark": ["written by hand in spring"]})
    swapped = table(weeks=2).astype({"date": "datetime64[s]"}).astype({"date": object})
    swapped.loc[3, "date"] = "19/01/2026"
    found["sheet with notes"] = sheet(Data=table(currency="Euro"), Notes=notes)
    found["odd sheet"] = sheet(Data=table(weeks=5), Notes=notes)
    found["empty sheet"] = sheet(Data=notes.iloc[:0].drop(columns="remark"))
    found["swapped dates"] = sheet(Data=swapped)
    found["negative parquet"] = parquet(table(spend=-2.0))
    found["parquet without rows"] = parquet(table().iloc[:0])
    return found


CASES = cases()


def spoiled(seed: int) -> Case:
    """A good file in which some places were written over."""
    chance = random.Random(seed)
    words = ("", ",", ";", '"', "\n", "-", "Total", "date", "NaN", "01/02/2026", "1.234", "1,5", "1e999", "0900-01-01")
    text = GOOD
    for _ in range(chance.randint(1, 4)):
        start, length = chance.randrange(len(text)), chance.choice((0, 1, 5, 40))
        text = text[:start] + chance.choice(words) + text[start + length :]
    return Case(text.encode())


def said_of(case: Case) -> list[str]:
    """Each problem, fix and sentence that reading a file brings up."""
    try:
        findings = load_history(case.content, name=case.name).findings
    except InputError as error:
        return [error.message]
    return [said for one in findings for said in (one.problem, one.fix, one.text)]


@cache
def everything_said() -> tuple[tuple[str, Case], ...]:
    every = [*CASES.values(), *map(spoiled, range(150))]
    return tuple((said, case) for case in every for said in said_of(case))


# Checks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_said_of_a_file_can_be_translated(name):
    case = CASES[name]
    said = said_of(case)
    assert said
    assert [one for one in said if one and not isinstance(one, Message)] == []
    assert [found for one in said if (found := english(one, case.quoted()))] == []


def test_what_is_said_of_spoiled_files_can_be_translated():
    said = everything_said()
    assert [one for one, _ in said if one and not isinstance(one, Message)] == []
    assert [found for one, case in said if (found := english(one, case.quoted()))] == []


def test_the_files_of_this_test_bring_up_what_the_rules_can_say(root):
    """A rule that no file here breaks would go unchecked above."""
    said = {one.pattern for sentence, _ in everything_said() for one in messages_in(sentence)}
    said |= {one.many[1] for sentence, _ in everything_said() for one in messages_in(sentence) if one.many}
    rules = [root / "optimizer" / "history" / f"{name}.py" for name in ("check", "plausible", "tidy", "weeks", "dates")]
    patterns = {pattern for path in rules for said_so in patterns_of(path) for pattern in said_so}
    assert sorted(patterns - said) == []


@pytest.mark.parametrize("name", ["mistyped year", "weeks without rows", "outliers", "spellings"])
def test_vietnamese_keeps_the_figures_and_what_the_file_says(name):
    told = {speaker("vi").tell(said) for said in said_of(CASES[name])}
    wanted = {
        "mistyped year": "h.csv, dòng 3, cột date: ngày 12/01/2062 cách ngày liền trước 36 năm"
        " (19/01/2026 ở dòng 4); hãy sửa lại năm, hoặc bỏ phần dữ liệu quá cũ không còn giá trị tham khảo.",
        "weeks without rows": "30 tuần trong khoảng từ 06/01/2025 đến 23/02/2026 không có dòng nào"
        " (17/03/2025, 24/03/2025, 31/03/2025, 07/04/2025 và 26 mục khác)",
        "outliers": "còn 2 giá trị khác cũng lệch xa như vậy",
        "spellings": "'Facebook', 'facebook' là các cách viết của cùng một tên",
    }
    assert wanted[name] in {one.replace("\u00a0", " ") for one in told}


# Errors that no file brings up --------------------------------------------------------------------------------------


def refuse(*_args: object, **_named: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(
    "ask",
    [
        lambda folder: load_history(folder / "none.csv"),
        lambda folder: load_history(folder),
        lambda folder: load_history(folder / "h.csv"),
        lambda folder: load_history(b""),
        lambda folder: write_sample(folder, weeks=3),
        lambda folder: write_sample(folder),
        lambda folder: write_sample(folder / "blocked"),
    ],
)
def test_what_keeps_files_from_being_read_or_written_can_be_translated(
    ask: Callable[[Path], object], tmp_path, monkeypatch
):
    (tmp_path / "h.csv").write_text(GOOD)
    (tmp_path / "sample_dictionary.md").mkdir()
    (tmp_path / "blocked").write_text("in the way")
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: refuse() if path.name == "h.csv" else read(path))
    with pytest.raises(InputError) as caught:
        ask(tmp_path)
    said = caught.value.message
    assert isinstance(said, Message)
    assert english(said, words_of(f"{tmp_path} none.csv h.csv blocked sample_dictionary.md")) == []
    assert untranslated(said) == []


def test_meanings_of_columns_can_be_translated():
    told = [speaker("vi").tell(text) for column in COLUMNS for text in (column.unit, column.meaning)]
    texts = [text for column in COLUMNS for text in (column.unit, column.meaning)]
    assert all(isinstance(text, Message) for text in texts)
    assert [text for text, other in zip(texts, told, strict=True) if text == other] == []


def test_english_words_put_in_as_plain_text_are_found():
    """The check itself can fail."""
    from optimizer.language.message import join, say

    assert english("nothing was said", {"csv"}) == ["nothing was said"]
    assert english(join(", ", [say("row {row}", row="3"), "of the file"]), {"csv"}) == ["of the file"]
    assert english(say("{what} is 0", what=say("{name} of all", name="some")), set()) == ["some"]
    assert english(Finding("rule", 1, say("{name} is 0", name="spend"), "", "h.csv").text, {"csv", "spend"}) == []
