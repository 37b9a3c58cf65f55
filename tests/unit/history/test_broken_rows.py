"""Everything wrong with the rows of a file is told at once, and the first of it as it always was."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.history.broken import MOST, BrokenRows

HEAD = "date,network,content_type,spend,conversions,currency"


def rows(count: int) -> list[list[str]]:
    return [[f"2026-01-{1 + day:02}", "facebook", "reel", "10", "1", "EUR"] for day in range(count)]


def text(lines: list[list[str]]) -> bytes:
    return "\n".join([HEAD, *(",".join(line) for line in lines)]).encode()


def broken(lines: list[list[str]]) -> BrokenRows:
    with pytest.raises(BrokenRows) as caught:
        load_history(text(lines), name="h.csv")
    return caught.value


def test_bad_values_of_several_columns_come_in_the_order_of_the_file() -> None:
    lines = rows(28)
    lines[4][3], lines[2][4], lines[2][3], lines[20][1], lines[9][5] = "x", "y", "-1", "", "EURO"
    found = broken(lines)
    places = [one.split(":")[0] for one in found.each]
    assert places == [
        "h.csv, row 4, column spend", "h.csv, row 4, column conversions", "h.csv, row 6, column spend",
        "h.csv, row 11, column currency", "h.csv, row 22, column network",
    ]  # fmt: skip
    assert str(found) == str(found.each[0])
    assert not found.more


def test_a_bad_value_alone_is_the_same_sentence() -> None:
    lines = rows(28)
    lines[4][3] = "x"
    found = broken(lines)
    assert found.each == (str(found),)
    assert isinstance(found, InputError)


@pytest.mark.parametrize("count", [MOST, MOST + 1])
def test_no_more_than_the_first_are_told(count: int) -> None:
    lines = rows(28)
    for line in lines[3 : 3 + count]:
        line[3] = "free"
    found = broken(lines)
    assert len(found.each) == MOST
    assert found.more is (count > MOST)


def test_days_that_are_none_are_told_at_once() -> None:
    lines = rows(28)
    lines[1][0], lines[8][0] = "soon", "2026-02-31"
    found = broken(lines)
    assert [one.split(":")[0] for one in found.each] == ["h.csv, row 3, column date", "h.csv, row 10, column date"]


def test_a_file_on_disk_says_the_same(tmp_path: Path) -> None:
    lines = rows(28)
    lines[4][3] = "x"
    (tmp_path / "h.csv").write_bytes(text(lines))
    with pytest.raises(BrokenRows, match=r"h\.csv, row 6, column spend: spend is 'x', which is not a number"):
        load_history(tmp_path / "h.csv")
