"""What holds for every export: nothing is doubled, nothing is lost, and the order of files decides nothing."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.history.exports.cells import is_total
from optimizer.history.numerals import missing
from tests.unit.history.exports.conftest import META, MONDAY, days, imported, meta_row, text

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda name: not missing(" ".join(name.split())) and not is_total(name)
)
MONEY = st.integers(1, 10**7).map(lambda cents: cents / 100)
ROW = st.tuples(
    st.integers(0, 20),
    st.sampled_from(["A", "B", "c d", 'quo"ted', "com,ma"]),
    st.sampled_from(["facebook", "instagram"]),
    st.sampled_from(["feed", "instagram_reels", "instagram_stories"]),
    MONEY,
    st.integers(0, 50),
    st.integers(0, 10**6),
)


@contextmanager
def files(*contents: str) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{place}.csv") for place, _ in enumerate(contents)]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(content, encoding="utf-8", newline="")
        yield paths


def export(rows: list[tuple[int, str, str, str, float, int, int]], last: int) -> str:
    """Rows up to a day, each with what tells it from others; every export reaches its last day."""
    body = [
        [*meta_row(MONDAY + dt.timedelta(days=day), spend, bought, Campaign_name=name, Platform=platform,
                   Placement=place, Impressions=shown), f"ad {number}"]
        for number, (day, name, platform, place, spend, bought, shown) in enumerate(rows) if day <= last
    ]  # fmt: skip
    every = days(last + 1)
    closing = [[*meta_row(day, 0.5, 0, Campaign_name="every day"), "last"] for day in every]
    return text([[*META, "Ad name"], *body, *closing])


@settings(max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=40), st.integers(13, 20))
def test_sums_are_preserved(rows, last):
    kept = [row for row in rows if row[0] <= last]
    with files(export(rows, last)) as paths:
        table = imported(*paths).table
    assert table["spend"].sum() == pytest.approx(sum(row[4] for row in kept) + 0.5 * (last + 1))
    assert table["conversions"].sum() == sum(row[5] for row in kept)
    assert table["impressions"].sum() == sum(row[6] for row in kept) + 1000 * (last + 1)


@settings(max_examples=12)
@given(st.lists(ROW, min_size=1, max_size=30), st.integers(13, 20))
def test_importing_twice_is_importing_once(rows, last):
    with files(export(rows, last), export(rows, last)) as (one, copy):
        once = imported(one)
        assert imported(one, copy).csv() == once.csv()
        history = one.with_name("history.csv")
        history.write_bytes(once.csv())
        assert imported(one, base=history).csv() == once.csv()


@settings(max_examples=12)
@given(st.lists(ROW, min_size=1, max_size=30), st.permutations(range(3)))
def test_the_order_of_files_decides_nothing_where_dates_do(rows, order):
    with files(*(export(rows, last) for last in (10, 14, 20))) as paths:
        straight = imported(*paths)
        shuffled = imported(*(paths[place] for place in order))
        assert shuffled.csv() == straight.csv() == imported(paths[2]).csv()
        assert shuffled.earlier == straight.earlier


@settings(max_examples=12)
@given(st.lists(ROW, min_size=1, max_size=20), st.integers(1, 12))
def test_rows_can_come_in_any_order_and_in_pieces(rows, cut):
    """Exports of parts of a period that do not overlap are the export of the whole period."""
    whole = export(rows, 20)
    head, *body = whole.splitlines()
    early = [line for line in body if line.split(",")[-10] < str(MONDAY + dt.timedelta(days=cut))]
    late = [line for line in body if line not in early]
    with files(
        whole, "\n".join([head, *body[::-1]]), *("\n".join([head, *part]) for part in (early, late) if part)
    ) as paths:
        expected = imported(paths[0]).csv()
        assert imported(paths[1]).csv() == expected
        assert imported(*paths[2:]).csv() == expected


@settings(max_examples=25)
@given(NAMES)
def test_any_name_of_a_campaign_comes_back_from_the_history(name):
    from optimizer.history import load_history

    content = text([META, *(meta_row(MONDAY + dt.timedelta(days=day), Campaign_name=name) for day in range(14))])
    with files(content) as paths:
        made = imported(*paths)
        history = load_history(made.csv())
    assert set(history.table["campaign"]) == {" ".join(name.split())}
