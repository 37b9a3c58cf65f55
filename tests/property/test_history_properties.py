"""What must hold for every history: only the figures matter, not how a file writes or orders them."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.history import Panel, build_panel, load_history
from optimizer.history.numerals import parse
from optimizer.history.weeks import monday

CELLS = (("facebook", "video"), ("facebook", "image"), ("tiktok", "video"), ("x", "link"))
MONDAY = dt.date(2026, 1, 5)

# Every example reads files; half of the profile's number keeps them to seconds.
FEWER = settings(max_examples=settings.default.max_examples // 2)

money = st.decimals(min_value=0, max_value=10**6, places=2).map(float)
counts = st.integers(0, 10**6).map(float)


@st.composite
def weekly_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Weekly rows of up to four cells over 2 to 8 weeks, some missing; the first row of the first and last week is
    there, so that all such tables cover the weeks they draw, and something is spent."""
    weeks = draw(st.integers(2, 8))
    cells = draw(st.integers(1, 4))
    rows = []
    for week in range(weeks):
        for cell in CELLS[:cells]:
            if (cell == CELLS[0] and week in (0, 1, weeks - 1)) or draw(st.booleans()):
                day = MONDAY + dt.timedelta(days=7 * week)
                rows.append((day, *cell, draw(money), draw(counts), draw(money)))
    frame = pd.DataFrame(rows, columns=["date", "network", "content_type", "spend", "conversions", "revenue"])
    frame.loc[0, "spend"] = draw(money.filter(lambda value: value > 0))
    return frame


def load(frame: pd.DataFrame, encoding: str = "utf-8", **options: str) -> Panel:
    text = frame.to_csv(index=False, **options)
    return build_panel(load_history(text.encode(encoding), name="h.csv"))


def assert_equal(panel: Panel, other: Panel, *, rtol: float = 0) -> None:
    assert panel.cells == other.cells
    np.testing.assert_array_equal(panel.weeks, other.weeks)
    assert list(panel.outcomes) == list(other.outcomes)
    np.testing.assert_allclose(panel.spend, other.spend, rtol=rtol, atol=rtol)
    for name, values in panel.outcomes.items():
        np.testing.assert_allclose(values, other.outcomes[name], rtol=rtol, atol=rtol)


@FEWER
@given(weekly_tables())
def test_the_panel_holds_the_rows(frame):
    panel = load(frame)
    np.testing.assert_allclose(np.nansum(panel.spend), frame["spend"].sum(), rtol=1e-12)
    assert np.isfinite(panel.spend).sum() == len(frame)
    for row in frame.itertuples():
        place = (panel.cells.index((row.network, row.content_type, "")), int((row.date - MONDAY).days) // 7)
        assert panel.spend[place] == row.spend
        assert panel.outcomes["conversions"][place] == row.conversions


@FEWER
@given(weekly_tables(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_and_columns_does_not_matter(frame, random, finer):
    if finer:
        parts = [frame.assign(campaign=name, spend=frame["spend"] * share) for name, share in (("a", 0.1), ("b", 0.7))]
        frame = pd.concat(parts, ignore_index=True)
    rows = random.sample(range(len(frame)), len(frame))
    columns = random.sample(list(frame.columns), len(frame.columns))
    assert_equal(load(frame.iloc[rows][columns]), load(frame))


@FEWER
@given(weekly_tables(), st.lists(st.integers(1, 100), min_size=7, max_size=7))
def test_weeks_split_into_days_give_the_same_panel(frame, weights):
    shares = np.array(weights) / sum(weights)
    days = pd.concat(
        [
            frame.assign(
                date=[day + dt.timedelta(days=i) for day in frame["date"]],
                **{name: frame[name] * share for name in ("spend", "conversions", "revenue")},
            )
            for i, share in enumerate(shares)
        ]
    )
    assert_equal(load(days), load(frame), rtol=1e-9)


@FEWER
@given(weekly_tables(), st.floats(0.01, 0.99))
def test_rows_split_into_campaigns_give_the_same_panel(frame, share):
    names = ("spend", "conversions", "revenue")
    parts = [
        frame.assign(campaign=name, **{column: frame[column] * part for column in names})
        for name, part in (("a", share), ("b", 1 - share))
    ]
    assert_equal(load(pd.concat(parts)), load(frame), rtol=1e-9)


@FEWER
@given(
    weekly_tables(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([";", "\t"]),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"]),
)
def test_decimal_comma_gives_the_same_panel_as_decimal_point(frame, encoding, delimiter, form):
    written = frame.assign(date=[day.strftime(form) for day in frame["date"]])
    assert_equal(load(written, encoding, sep=delimiter, decimal=","), load(frame))


@FEWER
@given(weekly_tables())
def test_parquet_gives_the_same_panel_as_text(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    assert_equal(build_panel(load_history(buffer.getvalue(), name="h.parquet")), load(frame))


GOOD = "date,network,content_type,campaign,spend,conversions,currency,mood\n" + "".join(
    f"2026-01-{day:02},{cell},a,{day}.5,{day},EUR,fine\n"
    for day in range(5, 26)
    for cell in ("x,link", "facebook,video")
)
WORDS = (
    *("", ",", ";", "\t", "\n", "\r", '"', "'", "=", "-", "--", "{", "<", "\ufeff", "\x00", "é", "€", "sep=;"),
    *("Total", "date", "spend", "NaN", "USD", "01/02/2026", "2026-02-30"),
    *("1.234", "1,5", "-3", "1e999", "99999999999999999999"),
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(WORDS) | st.text(max_size=8)),
        max_size=4,
    ),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]),
)
def test_spoiled_files_are_read_or_refused_in_one_sentence(spoils, encoding):
    text = GOOD
    for start, length, word in spoils:
        text = text[:start] + word + text[start + length :]
    try:
        history = load_history(text.encode(encoding, "replace"), name="h.csv")
    except InputError as error:
        said = str(error)
    else:
        panel = build_panel(history)
        assert np.nanmin(panel.spend) >= 0
        assert history.table["spend"].notna().all()
        said = "".join(finding.text for finding in history.findings) or "h.csv."
    assert "h.csv" in said
    assert "\n" not in said
    assert said.endswith(".")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_sentence(data):
    with pytest.raises(InputError, match=r"^h\.csv[^\n]*\.$"):
        load_history(data, name="h.csv")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_grouped_numbers_are_read_back(value):
    english = f"{value:,}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert parse(english, ".") == parse(german, ",") == parse(str(value), ".") == float(value)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)))
def test_the_monday_of_a_week(day):
    [found] = monday(np.array([day], dtype="datetime64[D]")).tolist()
    assert found == day - dt.timedelta(days=day.weekday())
