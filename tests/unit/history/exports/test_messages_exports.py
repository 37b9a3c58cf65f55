"""All that imports say can be said in Vietnamese: nothing in it is English words put in as plain text."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.history.exports.aliases import load_networks
from optimizer.language.catalogue import speaker
from optimizer.language.message import Message
from tests.messages import catalogue, check, patterns_of, places, words_of
from tests.unit.history.exports.conftest import FIXTURES, META, days, imported, meta, meta_row, text, tiktok

FILES = sorted(str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*") if path.suffix in (".csv", ".xlsx"))
TITLES = " ".join(f"{one.title} {one.source} {' '.join(one.covers)}" for one in load_networks())
DATA = (
    f"{TITLES} {' '.join(META)} tmp pytest csv sheet row unknown conversions leads purchases results --naming meta"
    " raw data report formatted spend impressions revenue sessions clicks date days in utc campaign type platform"
)


def told(*files: object, **how: object) -> list[str]:
    try:
        made = imported(*files, **how)  # type: ignore[arg-type]
    except InputError as error:
        return [error.message]
    return [said for one in made.findings for said in (one.problem, one.fix)]


def words(*files: object) -> set[str]:
    texts = [path.read_bytes().decode("utf-8", "ignore").replace("\0", "") for path in files]  # type: ignore[attr-defined]
    return words_of(" ".join([DATA, *map(str, files), *texts]))


def test_every_pattern_has_a_translation_with_its_places(root):
    known = catalogue()
    files = [*(root / "optimizer" / "history" / "exports").rglob("*.py"), root / "optimizer" / "cli" / "imports.py"]
    said = {patterns for file in files for patterns in patterns_of(file)}
    assert len(said) > 150
    assert sorted(said - set(known)) == []
    assert [one for one in said if places(one[-1]) != places(known[one])] == []


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_a_fixture_can_be_translated(name):
    files = [FIXTURES / name, *([FIXTURES / "meta" / "en_by_platform.csv"] if name.startswith("ga4") else [])]
    said = told(*files)
    assert said
    check(said, words(*files) | words_of("summer video views reel image carousel story workbook lead"))


def test_what_is_said_of_several_files_can_be_translated(write):
    one, other = write("a.csv", meta()), write("b.csv", meta(21, spend=12.0))
    late = write("c.csv", text([META, *(meta_row(day, bought=3) for day in days(21))]))
    dollars = write("d.csv", tiktok(currency="USD"))
    for files, how in (
        ((one, other), {}),
        ((one, other), {"newest_wins": True}),
        ((one, late), {}),
        ((one, dollars), {}),
        ((one, write("e.csv", meta(Campaign_name="Winter"))), {}),
        ((one,), {"networks": {"": "tiktok"}}),
        ((one,), {"networks": {"": "other"}}),
        ((one,), {"results": {"": "other"}}),
    ):
        said = told(*files, **how)
        assert said
        check(said, words(*files) | words_of("other winter --network"))


def test_vietnamese_keeps_the_figures(write):
    (said,) = told(write("a.csv", meta()), write("b.csv", tiktok(currency="USD")))
    assert isinstance(said, Message)
    assert "số tiền ở đây là USD, còn trong" in speaker("vi").tell(said)
