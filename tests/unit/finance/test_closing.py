"""Closed periods: fixed once, read back, and never overwritten by other figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.actuals import actuals_of
from optimizer.finance.closing import close_period, closed_already, closed_text, read_closed_text, with_closed
from tests.unit.finance.records import MEAN, SPEND, WEEKS, came, make_record

BY = ("Chi", "2026-12-10T09:00:00Z")


def test_a_closed_period_keeps_what_came_in_its_weeks():
    record = make_record()
    actuals = actuals_of(record, came(MEAN + 1.0, late={WEEKS[1]: 0.8}))
    november = close_period(record, actuals, "2026-11", [], BY)
    assert november.weeks == WEEKS  # both have a day in November
    assert november.values["revenue"].tolist() == (MEAN + 1.0).tolist()
    assert november.reported == (1.0, 0.8)
    (back,) = read_closed_text(closed_text([november]))
    assert back.to_json() == november.to_json()
    assert (
        close_period(record, actuals, "2026-11", [back], ("Other", "later")) is back
    )  # the same figures: nothing to do


def test_other_figures_are_refused_with_the_first_that_differs():
    record = make_record()
    closed = close_period(record, actuals_of(record, came(MEAN)), "2026-12", [], BY)
    later = MEAN.copy()
    later[2, 1] += 10.0
    with pytest.raises(InputError) as error:
        close_period(record, actuals_of(record, came(later)), "2026-12", [closed], BY)
    assert str(error.value) == (
        "actuals.csv: the period 2026-12 was closed by Chi on 2026-12-10: revenue of tiktok/video in the week of "
        "2026-11-30 is 3,000.00 there and 3,010.00 here; nothing was changed; closed figures stay, so explain the "
        "difference in the next period."
    )
    later[2, 1] = MEAN[2, 1] + 0.004  # less than half a cent
    assert close_period(record, actuals_of(record, came(later)), "2026-12", [closed], BY) is closed


def test_closed_figures_are_what_is_judged_and_the_difference_is_told():
    record = make_record()
    early = actuals_of(record, came(MEAN * 0.8, late={WEEKS[1]: 0.8}))
    closed = close_period(record, early, "2026-12", [], BY)
    now = with_closed(record, actuals_of(record, came(MEAN)), [closed])
    assert now.outcomes["revenue"][:, 1].tolist() == (0.8 * MEAN[:, 1]).tolist()
    assert now.outcomes["revenue"][:, 0].tolist() == MEAN[:, 0].tolist()
    assert now.final.all()  # the books are closed, late or not
    assert now.reported.tolist() == [1.0, 0.8]
    (finding,) = now.findings
    assert str(finding.problem) == (
        "2026-12 is closed, and the history says otherwise: revenue of facebook/image in the week of 2026-11-30 is "
        "800.00 there and 1,000.00 here"
    )
    assert with_closed(make_record(name="Other"), early, [closed]).findings == early.findings  # another record's


def test_what_cannot_be_closed():
    record = make_record()
    first = actuals_of(record, came(MEAN[:, :1], SPEND[:, :1], weeks=WEEKS[:1]))
    for period, by, said in (
        ("2026-10", BY, "the plan of record November has no period 2026-10"),
        ("2026-12", BY, "the period 2026-12 cannot be closed: the week of 2026-11-30 has not come whole"),
        ("2026-11", ("  ", "now"), "a period is closed by somebody"),
    ):
        with pytest.raises(InputError, match=said):
            close_period(record, first, period, [], by)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"format": 1}]', '[{"format": 2}]', "[" * 5000])
def test_a_damaged_file_is_a_sentence(text: str):
    with pytest.raises(InputError, match="closed periods"):
        read_closed_text(text, "closed.json")


def test_figures_that_were_not_known_stay_unknown():
    record, revenue = make_record(), MEAN.copy()
    revenue[1, 0] = np.nan
    closed = close_period(record, actuals_of(record, came(revenue)), "2026-11", [], BY)
    (back,) = read_closed_text(closed_text([closed]))
    assert np.isnan(back.values["revenue"][1, 0])
    assert close_period(record, actuals_of(record, came(revenue)), "2026-11", [back], BY) is back


def test_a_week_of_two_periods_stays_as_it_was_closed_first():
    record = make_record()  # the second week lies in both November and December
    first = close_period(record, actuals_of(record, came(MEAN)), "2026-11", [], BY)
    later = MEAN.copy()
    later[:, 1] *= 1.1
    actuals = actuals_of(record, came(later))
    second = close_period(record, actuals, "2026-12", [first], BY)
    assert second.values["revenue"][:, 0].tolist() == MEAN[:, 1].tolist()
    both = with_closed(record, actuals, [first, second])
    assert both.outcomes["revenue"].tolist() == MEAN.tolist()
    with pytest.raises(InputError, match="the period 2026-11 was closed by Chi"):  # the history says otherwise by now
        close_period(record, actuals, "2026-11", [first, second], BY)


@pytest.mark.parametrize(
    "changes",
    [
        {"period": "2026-10"},
        {"weeks": ("2025-11-30",)},
        {"weeks": ()},
        {"reported": ()},
        {"values": {"spend": SPEND[:2, 1:]}},
        {"values": {"revenue": MEAN[:, 1:]}},
    ],
)
def test_closed_figures_that_are_not_those_of_the_record_are_a_sentence(changes: dict[str, object]):
    record = make_record()
    actuals = actuals_of(record, came(MEAN))
    closed = replace(close_period(record, actuals, "2026-12", [], BY), **changes)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="does not fit the plan of record November"):
        with_closed(record, actuals, [closed])


def test_a_period_that_is_closed_with_the_same_figures_is_told():
    record = make_record()
    closed = close_period(record, actuals_of(record, came(MEAN)), "2026-12", [], BY)
    assert str(closed_already(closed).text) == (
        "actuals.csv: the period 2026-12 was closed by Chi on 2026-12-10 with the same figures; nothing was changed."
    )
