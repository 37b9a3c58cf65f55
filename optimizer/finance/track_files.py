"""The track record as files: every comparison as CSV, and scores, advice and findings as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from optimizer.finance.advice import groups_of
from optimizer.finance.comparisons import LEVELS, Comparison
from optimizer.finance.track_record import Score, TrackRecord
from optimizer.planning.export import harmless

COLUMNS = (
    "record", "name", "outcome", "level", "week_start", "period", "weeks_ahead", "network", "content_type", "audience",
    "forecast", "low_90", "high_90", "low_80", "high_80", "actual", "naive", "inside_90", "inside_80",
    "planned_spend", "baseline_spend", "actual_spend", "spent_as_planned", "fully_reported", "currency",
)  # fmt: skip


def track_csv(found: TrackRecord) -> str:
    """Every comparison, misses first within each outcome and level."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    names = {record.id: record.name for record in found.records}
    for outcome in found.outcomes:
        for level in LEVELS:
            for one in found.at(outcome, level):
                writer.writerow(_row(one, names[one.record], found.currency))
    return text.getvalue()


def _row(one: Comparison, name: str, currency: str) -> list[str]:
    figures = (one.forecast, one.low, one.high, one.low80, one.high80, one.actual, one.naive)
    money = (one.planned, one.baseline, one.spent)
    return [
        one.record, harmless(name), one.outcome, one.level, one.week, one.period, str(one.ahead or ""),
        *(harmless(text) for text in one.place), *(_figure(value) for value in figures),
        _truth(one.inside), _truth(one.inside80), *(_figure(value) for value in money),
        _truth(one.as_planned), _truth(not one.late), currency,
    ]  # fmt: skip


def _figure(value: float) -> str:
    return f"{value:.10g}" if math.isfinite(value) else ""


def _truth(value: bool) -> str:
    return "yes" if value else "no"


def track_json(found: TrackRecord) -> str:
    """Scores, advice, records and findings."""
    plain = {
        "currency": found.currency,
        "records": [
            {
                "id": record.id,
                "name": record.name,
                "author": record.author,
                "created": record.created,
                "first_week": record.weeks[0],
                "weeks": len(record.weeks),
                "superseded_by": found.replaced.get(record.id, ""),
                "waiting": record in found.waiting,
            }
            for record in found.records
        ],
        "scores": [_score(one) for one in found.scores],
        "advice": [_plain(asdict(one)) for one in groups_of(found.advice)],
        "misses": [
            _plain({"outcome": one.outcome, "level": one.level, "week_start": one.week, "period": one.period,
                    "place": one.place.label, "forecast": one.forecast, "low": one.low, "high": one.high,
                    "actual": one.actual, "beyond": one.beyond, "record": one.record})
            for outcome in found.outcomes
            for one in found.misses(outcome)
        ],
        "late": found.late,
        "findings": [
            {"rule": one.rule, "severity": one.severity.name.lower(), "text": str(one.text)} for one in found.findings
        ],
    }  # fmt: skip
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _score(one: Score) -> Mapping[str, Any]:
    plain = {name: value for name, value in vars(one).items() if name != "coverage"}
    coverage = [{**vars(each), "share": each.share} for each in one.coverage]
    return {**_plain(plain), "coverage": [_plain(each) for each in coverage]}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that JSON can hold; what is not known is null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }
