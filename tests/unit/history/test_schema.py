"""The one place where columns are named."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from optimizer.history.schema import BY_NAME, COLUMNS, OUTCOMES, REQUIRED, Kind, closest, fold, history_model

GOOD = {"date": [dt.date(2026, 1, 5)], "network": ["x"], "content_type": ["link"], "spend": [1.0]}


def test_columns_are_those_of_the_documented_table():
    assert REQUIRED == ("date", "network", "content_type", "spend")
    assert len(BY_NAME) == len(COLUMNS) == 20
    assert OUTCOMES[:2] == ("conversions", "revenue")
    assert [column.name for column in COLUMNS if not column.additive] == ["reach"]
    assert all(column.unit and column.meaning for column in COLUMNS)
    assert all(fold(column.name) == column.name for column in COLUMNS)


def test_the_model_has_every_column_and_no_other():
    assert set(history_model().model_fields) == set(BY_NAME)
    with pytest.raises(ValidationError, match="mood"):
        history_model().model_validate(GOOD | {"mood": ["good"]})


@pytest.mark.parametrize("name", [column.name for column in COLUMNS if column.numeric])
@pytest.mark.parametrize("value", [-1.0, float("inf"), float("nan"), "1", True])
def test_the_model_refuses_impossible_numbers(name, value):
    with pytest.raises(ValidationError) as caught:
        history_model().model_validate(GOOD | {name: [0.0, value]})
    assert [error["loc"] for error in caught.value.errors()] == [(name, 1)]


def test_missing_outcomes_are_allowed_and_missing_spend_is_not():
    history_model().model_validate(GOOD | {name: [None, 0.5] for name in OUTCOMES})
    with pytest.raises(ValidationError):
        history_model().model_validate(GOOD | {"spend": [None]})


@pytest.mark.parametrize("name", REQUIRED)
def test_required_columns_are_required(name):
    with pytest.raises(ValidationError, match=name):
        history_model().model_validate({key: values for key, values in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Day", "date"),
        ("Platform", "network"),
        ("Cost", "spend"),
        ("Conv. value", "revenue"),
        ("Impr.", "impressions"),
        ("spent", "spend"),
        ("Kosten (EUR)", "spend"),
    ],
)
def test_hints_know_what_other_programs_say(header, column):
    assert closest(header, tuple(BY_NAME)) == column


@pytest.mark.parametrize("header", ["mood", "weather", "x", "", "quality ranking"])
def test_hints_are_not_given_for_strangers(header):
    assert closest(header, tuple(BY_NAME)) == ""


def test_kinds_of_the_required_columns():
    assert [BY_NAME[name].kind for name in REQUIRED] == [Kind.DATE, Kind.TEXT, Kind.TEXT, Kind.MONEY]
