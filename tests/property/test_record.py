"""A plan of record reads back bit for bit, whatever floats it holds; and whatever is touched is told."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimizer.errors import InputError
from optimizer.finance.figures import Figure
from optimizer.finance.record_json import read_record_text, record_text
from tests.unit.finance.records import make_record

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ARRAYS = arrays(np.float64, (3, 2), elements=FLOATS)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    spend=ARRAYS,
    mean=ARRAYS,
    naive=ARRAYS,
    name=TEXTS,
    note=TEXTS,
    figures=st.lists(st.floats(), min_size=3, max_size=3),
)
def test_it_reads_back_bit_for_bit(spend, mean, naive, name, note, figures) -> None:
    told = make_record().forecasts["revenue"]
    record = make_record(
        spend=spend, forecasts={"revenue": replace(told, mean=mean)}, naive={"revenue": naive}, name=name, note=note,
        answers=(Figure("roi", *figures),),
    )  # fmt: skip
    text = record_text(record)
    back = read_record_text(text)
    assert back.id == record.id
    assert record_text(back) == text
    for one, other in (
        (record.spend, back.spend),
        (mean, back.forecasts["revenue"].mean),
        (naive, back.naive["revenue"]),
    ):
        assert one.tobytes() == other.tobytes()
    assert (back.name, back.note) == (name, note)


@given(data=st.data())
def test_any_change_of_any_figure_is_told(data) -> None:
    plain = json.loads(record_text(make_record()))
    place = data.draw(st.sampled_from(["spend", "baseline"]))
    c, h = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 1))
    before = plain[place][c][h]
    plain[place][c][h] = data.draw(FLOATS.filter(lambda one: one != before))
    with pytest.raises(InputError, match="changed after it was approved"):
        read_record_text(json.dumps(plain))
