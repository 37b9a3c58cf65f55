"""Records as plain values and back, bit for bit: floats are written with as many digits as tell them apart."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from optimizer.errors import InputError
from optimizer.finance.figures import Figure, Swing
from optimizer.finance.record import FORMAT, Expected, Forecast, FrozenCurves, Origin, Record
from optimizer.finance.statement import Cents, Statement
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import say
from optimizer.planning.fiscal import Period

Plain = dict[str, Any]
TEXTS = ("name", "author", "note", "created", "supersedes", "currency")


def record_to_json(record: Record) -> Plain:
    """Plain values that JSON can hold; figures that do not exist are null."""
    return {
        "format": FORMAT,
        **{name: str(getattr(record, name)) for name in TEXTS},
        "decimals": record.decimals,
        "origin": {name: _copied(value) for name, value in vars(record.origin).items()},
        "cells": [list(cell) for cell in record.cells],
        "weeks": list(record.weeks),
        "periods": [_period_out(one) for one in record.periods],
        "spend": _out(record.spend),
        "baseline": _out(record.baseline),
        "forecasts": {
            name: {key: _out(values) for key, values in vars(one).items()} for name, one in record.forecasts.items()
        },
        "expected": [list(asdict(one).values()) for one in record.expected],
        "statement": _statement_out(record.statement),
        "answers": [[_number(value) for value in asdict(one).values()] for one in record.answers],
        "swings": [[_number(value) for value in asdict(one).values()] for one in record.swings],
        "curves": {name: None if values is None else _out(values) for name, values in vars(record.curves).items()},
        "cost_per_click": _out(record.cost_per_click),
        "naive": {name: _out(values) for name, values in record.naive.items()},
        "factors": {name: list(ends) for name, ends in record.factors.items()},
        "reasons": [str(text) for text in record.reasons],
        "evidence": [str(text) for text in record.evidence],
        "findings": [str(text) for text in record.findings],
    }


def record_text(record: Record) -> str:
    """A record as a file: its plain values, and its id to tell whether it was touched."""
    plain = {"id": record.id, **record_to_json(record)}
    return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_record_text(text: str, file: str = "") -> Record:
    """A record from the text of its file.

    Raises
    ------
    InputError
        It is not a record, or what it holds is not what its id was made of.
    """
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or not isinstance(plain.get("id"), str):
        problem = say("this is not a plan of record")
        raise InputError.at(problem, file=file, fix=say("give the file that `optimizer approve --record` wrote"))
    named = plain.pop("id")
    record = record_from_json(plain, file)
    if record.id != named:
        problem = say("the plan of record was changed after it was approved: its content does not match its id")
        raise InputError.at(problem, file=file, fix=say("use the file as it was written, or approve the plan anew"))
    return record


def record_from_json(plain: Mapping[str, Any], file: str = "") -> Record:
    """A record from plain values.

    Raises
    ------
    InputError
        They are not those of a record.
    """
    if plain.get("format") != FORMAT:
        problem = say("this plan of record has a format that is not known here")
        raise InputError.at(problem, file=file, fix=say("read it with the version that wrote it"))
    try:
        return _record(plain)
    except (KeyError, TypeError, ValueError, IndexError):
        problem = say("the plan of record is damaged: a part of it is missing or of another kind")
        raise InputError.at(problem, file=file, fix=say("use the file as it was written")) from None


def _record(plain: Mapping[str, Any]) -> Record:
    cells = tuple(Cell(*names) for names in plain["cells"])
    shape = (len(cells), len(plain["weeks"]))
    forecasts = {
        name: Forecast(**{key: _in(values, shape) for key, values in one.items()})
        for name, one in plain["forecasts"].items()
    }
    held = plain["curves"]
    return Record(
        **{name: str(plain[name]) for name in TEXTS},
        decimals=int(plain["decimals"]),
        origin=Origin(**plain["origin"]),
        cells=cells,
        weeks=tuple(plain["weeks"]),
        periods=tuple(_period_in(one) for one in plain["periods"]),
        spend=_in(plain["spend"], shape),
        baseline=_in(plain["baseline"], shape),
        forecasts=forecasts,
        expected=tuple(Expected(*one) for one in plain["expected"]),
        statement=_statement_in(plain["statement"]),
        answers=tuple(Figure(*_numbers(one)) for one in plain["answers"]),
        swings=tuple(Swing(*_numbers(one)) for one in plain["swings"]),
        curves=FrozenCurves(
            _in(held["spend"]),
            _in(held["revenue"]),
            None if held["conversions"] is None else _in(held["conversions"]),
        ),
        cost_per_click=_in(plain["cost_per_click"]),
        naive={name: _in(values, shape) for name, values in plain["naive"].items()},
        factors={name: (float(one[0]), float(one[1]), float(one[2])) for name, one in plain["factors"].items()},
        reasons=tuple(plain["reasons"]),
        evidence=tuple(plain["evidence"]),
        findings=tuple(plain["findings"]),
    )


def _statement_out(statement: Statement) -> Plain:
    return {
        "lines": list(statement.lines),
        "periods": [_period_out(one) for one in statement.periods],
        "units": [list(unit) for unit in statement.units],
        "currency": statement.currency,
        "decimals": statement.decimals,
        "plan": {line: amounts.tolist() for line, amounts in statement.plan.items()},
        "baseline": {line: amounts.tolist() for line, amounts in statement.baseline.items()},
        "ends": [[*cut, *ends] for cut, ends in statement.frozen().ends.items()],
    }


def _statement_in(plain: Mapping[str, Any]) -> Statement:
    units = tuple(Cell(*names) for names in plain["units"])
    return Statement(
        lines=tuple(plain["lines"]),
        periods=tuple(_period_in(one) for one in plain["periods"]),
        units=units,
        currency=str(plain["currency"]),
        decimals=int(plain["decimals"]),
        plan={line: _cents(amounts) for line, amounts in plain["plan"].items()},
        baseline={line: _cents(amounts) for line, amounts in plain["baseline"].items()},
        ends={(one[0], one[1], one[2], one[3]): (float(one[4]), float(one[5])) for one in plain["ends"]},
    )


def _cents(amounts: Sequence[Sequence[int]]) -> Cents:
    return np.array(amounts, dtype=np.int64)


def _period_out(period: Period) -> list[str]:
    return [period.first.isoformat(), period.last.isoformat(), period.name]


def _period_in(plain: Sequence[str]) -> Period:
    return Period(dt.date.fromisoformat(plain[0]), dt.date.fromisoformat(plain[1]), plain[2])


def _out(values: Floats) -> list[Any]:
    """An array as lists, with null where there is no number."""
    found: list[Any] = _nulled(np.asarray(values, dtype=np.float64).tolist())
    return found


def _nulled(values: Any) -> Any:
    return [_nulled(one) for one in values] if isinstance(values, list) else _number(values)


def _number(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(values: Sequence[Any]) -> list[Any]:
    return [math.nan if value is None else value for value in values]


def _in(values: Any, shape: tuple[int, ...] | None = None) -> Floats:
    """Lists as an array; null is NaN."""
    found = np.array(values, dtype=np.float64)
    if shape is not None and found.shape != shape:
        raise ValueError(found.shape)
    return found


def _copied(value: object) -> object:
    """Plain values of their own, as JSON would give them back."""
    return json.loads(json.dumps(value)) if isinstance(value, Mapping) else value
