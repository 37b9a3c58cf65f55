"""A statement with its answers as files: CSV with every cut, and JSON with all of it."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING

from optimizer.finance.definitions import definition
from optimizer.finance.words import CONTENT_TYPE, NETWORK, PERIOD, Cut, cuts_of, headline
from optimizer.planning.export import harmless

if TYPE_CHECKING:
    from optimizer.finance.figures import Figure
    from optimizer.finance.record import Record
    from optimizer.finance.statement import Amounts

COLUMNS = ("baseline", "plan", "difference", "p10", "p90")
NOBODY = "shared"  # stands for the network or content type of what none of them bears


def statement_csv(record: Record) -> str:
    """One row per cut and line; the rows of one cut are added up to those of another only within a kind.

    Columns: cut (total, period, network, content_type), name, line, baseline, plan, difference, p10, p90, currency.
    Costs are negative. `shared` is what no network or content type bears alone.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["cut", "name", "line", *COLUMNS, "currency"])
    for cut in cuts_of(record.statement):
        for line, amounts in rows_of(record, cut).items():
            figures = [f"{amount + 0.0:.{record.decimals}f}" for amount in amounts]
            writer.writerow([cut.kind, harmless(_key(cut)), line, *figures, record.currency])
    return text.getvalue()


def statement_json(record: Record) -> str:
    """The statement by cut, answers with their definitions, sensitivity and origin, as JSON text without NaN."""
    return json.dumps(statement_summary(record), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def statement_summary(record: Record) -> dict[str, object]:
    """The same as plain values."""
    keys = dict.fromkeys([*record.statement.lines, *(one.key for one in record.answers)])
    origin = record.origin
    return {
        "headline": str(headline(record)),
        "currency": record.currency,
        "weeks": {"first": record.weeks[0], "last": record.weeks[-1], "count": len(record.weeks)},
        "interval": {"statement": 0.8, "answers": 0.9},
        "statement": {cut.kind: _lines(record, cut) for cut in cuts_of(record.statement)[:1]}["total"],
        **{
            f"by_{kind}": {_key(cut): _lines(record, cut) for cut in cuts_of(record.statement) if cut.kind == kind}
            for kind in (PERIOD, NETWORK, CONTENT_TYPE)
        },
        "answers": [_answer(one) for one in record.answers],
        "sensitivity": [vars(one) for one in record.swings],
        "incrementality": {
            name: {"factor": factor, "low": low, "high": high} for name, (factor, low, high) in record.factors.items()
        },
        "definitions": {key: str(definition(key).formula) for key in keys},
        "findings": list(record.findings),
        "run": {
            "id": origin.run,
            "data_sha256": origin.data_sha256,
            "version": origin.version,
            "seed": origin.seed,
            "settings": dict(origin.settings),
            "solver": {name: _plain(value) for name, value in origin.solver.items()},
        },
    }


def rows_of(record: Record, cut: Cut) -> dict[str, Amounts]:
    """The lines of a cut, in order."""
    return record.statement.rows(cut.period, cut.network, cut.content_type)


def _lines(record: Record, cut: Cut) -> dict[str, dict[str, float]]:
    return {
        line: dict(zip(COLUMNS, (amount + 0.0 for amount in amounts), strict=True))
        for line, amounts in rows_of(record, cut).items()
    }


def _key(cut: Cut) -> str:
    """Name of a cut as files write it."""
    for name in (cut.network, cut.content_type):
        if name is not None:
            return name or NOBODY
    return "" if cut.period is None else str(cut.name)


def _answer(one: Figure) -> dict[str, object]:
    where = {"network": one.network, "content_type": one.content_type}
    return {
        "key": one.key,
        **{name: value for name, value in where.items() if value},
        **{name: _plain(getattr(one, name)) for name in ("value", "low", "high")},
    }


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
