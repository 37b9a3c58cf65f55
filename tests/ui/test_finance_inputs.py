"""Finance inputs as fields: what is read, what is written, and what stays as it is."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.errors import InputError
from optimizer.ui.finance_inputs import (
    FinanceFields,
    confirmed_by,
    fields_of,
    input_lines,
    settings_with,
    with_source,
)

NETWORKS, KINDS = ("facebook", "tiktok"), ("image", "video")
HELD = {
    "currency": "EUR",
    "country": "VN",
    "margin": 0.4,
    "calendar": "month",
    "outcomes": {"conversions": 12.5},
    "production": {"video": 900.0},
    "assets": {"video": 3},
    "finance": {"hurdle_rate": 0.15, "months": 12, "retention_per_month": 0.92},
    "incrementality": {"facebook": {"factor": 0.8, "low": 0.6, "high": 1.0}, "tiktok": 0.9},
    "source": {"margin": {"owner": "Ana", "date": "2026-11-01"}},
}


def fields(**changes: float | None) -> FinanceFields:
    now = fields_of(HELD, NETWORKS, KINDS)
    return FinanceFields({**now.values, **changes}, now.production, now.incrementality, now.worth)


def test_there_and_back_changes_nothing() -> None:
    now = fields_of(HELD, NETWORKS, KINDS)
    assert now.values["margin"] == 40.0
    assert now.values["hurdle_rate"] == 15.0
    assert now.values["months"] == 12
    assert now.production == {"image": (None, None), "video": (900.0, 3)}
    assert now.incrementality == {"facebook": (0.8, 0.6, 1.0), "tiktok": (0.9, None, None)}
    written = settings_with(HELD, now, now, with_worth=False)
    assert written == {**HELD, "finance": {**HELD["finance"]}}  # type: ignore[dict-item]


def test_three_shares_make_the_margin_that_nobody_touched() -> None:
    before = fields_of(HELD, NETWORKS, KINDS)
    shares = fields(cost_of_goods=50.0, variable_costs=10.0, returns=5.0)
    written = settings_with(HELD, shares, before, with_worth=False)
    assert "margin" not in written
    assert fields_of(written, NETWORKS, KINDS).values["margin"] == 35.0
    with pytest.raises(InputError, match="which is not the margin"):
        settings_with(HELD, fields(cost_of_goods=50.0, variable_costs=10.0, returns=5.0, margin=45.0), before, False)


def test_empty_fields_take_the_key_away() -> None:
    before = fields_of(HELD, NETWORKS, KINDS)
    written = settings_with(HELD, fields(hurdle_rate=None, months=None, retention_per_month=None), before, False)
    assert "finance" not in written


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"margin": 140.0}, "margin is 1.4"),
        ({"cost_of_goods": -5.0}, "cost_of_goods is -0.05"),
        ({"tools_per_month": -5.0}, "tools_per_month is -5"),
        ({"agency_share": 100.0}, "agency_share is 1"),
        ({"new_customers": 130.0}, "new_customers is 1.3"),
        ({"margin": None, "team_per_month": 100.0}, "it comes off profit, which needs a margin"),
    ],
)
def test_what_cannot_be_is_a_sentence(changes: dict[str, float | None], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        settings_with(HELD, fields(**changes), fields_of(HELD, NETWORKS, KINDS), False)


@pytest.mark.parametrize("half", [(0.8, 0.6, None), (None, 0.6, 1.0), (0.8, None, 1.0)])
def test_half_an_interval_is_refused(half: tuple[float | None, float | None, float | None]) -> None:
    now = fields_of(HELD, NETWORKS, KINDS)
    given = FinanceFields(now.values, now.production, {"facebook": half}, now.worth)
    with pytest.raises(InputError, match="incrementality of facebook is not complete"):
        settings_with(HELD, given, now, False)
    around = FinanceFields(now.values, now.production, {"facebook": (0.8, 0.9, 1.0)}, now.worth)
    with pytest.raises(InputError, match="high is 1"):
        settings_with(HELD, around, now, False)


def test_the_worth_of_a_conversion_where_there_is_no_revenue() -> None:
    now = fields_of(HELD, NETWORKS, KINDS)
    given = FinanceFields(now.values, now.production, now.incrementality, 20.0)
    assert settings_with(HELD, given, now, with_worth=True)["outcomes"] == {"conversions": 20.0}
    assert settings_with(HELD, given, now, with_worth=False)["outcomes"] == {"conversions": 12.5}


# Who stands behind them ----------------------------------------------------------------------------------------------


def test_an_owner_is_kept_and_taken_away() -> None:
    written = with_source(HELD, "hurdle_rate", " Binh ", dt.date(2026, 11, 2), "board")
    assert written["source"] == {
        "margin": {"owner": "Ana", "date": "2026-11-01"},
        "hurdle_rate": {"owner": "Binh", "date": "2026-11-02", "note": "board"},
    }
    assert "source" not in with_source(HELD, "margin", "", None, "")


def test_who_changes_an_input_becomes_its_owner_and_of_no_other() -> None:
    now = fields_of(HELD, NETWORKS, KINDS)
    written = settings_with(HELD, fields(hurdle_rate=20.0), now, False)
    signed = confirmed_by(written, HELD, "Chi", dt.date(2026, 11, 3))
    assert signed["source"] == {
        "margin": {"owner": "Ana", "date": "2026-11-01"},
        "hurdle_rate": {"owner": "Chi", "date": "2026-11-03"},
    }
    assert confirmed_by(written, HELD, "", dt.date(2026, 11, 3)) == written


def test_lines_say_value_unit_owner_date_and_that_nobody_gave_one() -> None:
    rows = {row.key: row for row in input_lines({**HELD, "incrementality": {"tiktok": 0.9}}, NETWORKS, "EUR")}
    margin = rows["margin"]
    assert (margin.value.replace("\N{NO-BREAK SPACE}", " "), margin.unit, margin.owner) == (
        "40 %",
        "% of revenue",
        "Ana",
    )
    assert margin.confirmed.replace("\N{NO-BREAK SPACE}", " ") == "1 Nov 2026"
    assert (rows["incrementality.facebook"].value, rows["incrementality.facebook"].known) == (
        "1: nobody gave one",
        False,
    )
    assert rows["incrementality.tiktok"].value == "0.9"
    assert rows["new_customers"].value == "not given"
    assert rows["production.video"].unit == "EUR for one asset"
    assert "cost_of_goods" not in rows
