"""Pacing as files: the next daily budgets as CSV, and all of it as JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import numpy as np

from optimizer.planning.export import DAYS_PER_WEEK, harmless
from optimizer.planning.money import CENTS, WHOLE_CURRENCIES
from optimizer.planning.pacing.text import (
    definitions,
    interval_sentence,
    judged_sentence,
    landing_sentence,
    light_name,
    pace_headline,
)

if TYPE_CHECKING:
    from optimizer.planning.pacing.next import NextBudgets
    from optimizer.planning.pacing.pace import Pace, Pacing


def pace_csv(pacing: Pacing, found: NextBudgets) -> str:
    """The next daily budgets, one row per cell, with how each stands.

    Columns: first_day, last_day, network, content_type[, audience], spend_per_day, spend (a week of it), today_per_day,
    change_per_day, currency, spent, estimated (elapsed days that nobody has reported), budget, pacing, projected,
    light, why. Budget, pacing and light are empty where a cell has no budget of its own.
    """
    cells = pacing.days.cells
    keys = ["network", "content_type", *(["audience"] if any(cell.audience for cell in cells) else [])]
    cents = 0 if pacing.currency in WHOLE_CURRENCIES else CENTS
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    amounts = ["spend_per_day", "spend", "today_per_day", "change_per_day", "currency"]
    stands = ["spent", "estimated", "budget", "pacing", "projected", "light", "why"]
    writer.writerow(["first_day", "last_day", *keys, *amounts, *stands])
    for c, cell in enumerate(cells):
        one, daily, now = pacing.cells[c], float(found.daily[c]), float(found.now[c])
        money = [f"{value:.{found.decimals}f}" for value in (daily, DAYS_PER_WEEK * daily, now)]
        change = f"{round(daily - now, found.decimals) + 0.0:.{found.decimals}f}"
        writer.writerow(
            [
                *(found.first.isoformat(), found.last.isoformat()),
                *(harmless(part) for part in cell[: len(keys)]),
                *(*money, change, pacing.currency),
                *(f"{one.spent:.{cents}f}", f"{one.estimated:.{cents}f}"),
                "" if one.budget is None else f"{one.budget:.{cents}f}",
                "" if one.pacing is None else f"{one.pacing:.4f}",
                *(f"{one.projected:.{cents}f}", str(light_name(one)), harmless(str(found.reasons[c]))),
            ]
        )
    return text.getvalue()


def pace_summary(pacing: Pacing, found: NextBudgets) -> dict[str, object]:
    """All of it as plain values; the structure of the JSON file."""
    cells, resolved = pacing.days.cells, found.resolved
    labels = [cell.label for cell in cells]
    return {
        "headline": str(pace_headline(pacing)),
        "period": {
            "name": pacing.period.name,
            "first": pacing.period.first.isoformat(),
            "last": pacing.period.last.isoformat(),
            "days": pacing.period.days,
        },
        "as_of": pacing.as_of.isoformat(),
        "elapsed": pacing.elapsed,
        "days_left": pacing.days_left,
        "currency": pacing.currency,
        "total": _pace(pacing.total),
        "interval": str(interval_sentence(pacing)),
        "judged_by": pacing.judged or "total",
        "judged": str(judged_sentence(pacing)),
        "networks": {one.key[0]: _pace(one) for one in pacing.networks},
        "cells": {label: _pace(one) for label, one in zip(labels, pacing.cells, strict=True)},
        "not_reported": [
            {"networks": list(gap.networks), "first": str(gap.first), "last": str(gap.last), "kind": gap.kind}
            for gap in pacing.gaps
        ],
        "next": {
            "first": found.first.isoformat(),
            "last": found.last.isoformat(),
            "left": _money(found.left),
            "needed_per_day": _money(found.needed),
            "per_day": _money(found.total),
            "landing": found.landing.value,
            "misses": _money(found.misses),
            "needed_per_day_after": _money(found.after),
            "text": str(landing_sentence(pacing, found)),
            "resolved": resolved is not None,
            "run": None if resolved is None else resolved.plan.run.id,
            "budgets": [
                {
                    "network": cell.network,
                    "content_type": cell.content_type,
                    **({"audience": cell.audience} if cell.audience else {}),
                    "today_per_day": _money(found.now[c]),
                    "spend_per_day": _money(found.daily[c]),
                    "spend": _money(DAYS_PER_WEEK * found.daily[c]),
                    "why": str(found.reasons[c]),
                }
                for c, cell in enumerate(cells)
            ],
        },
        "definitions": str(definitions()),
        "findings": [
            {"rule": one.rule, "severity": one.severity.name.lower(), "text": str(one.text)}
            for one in (*pacing.findings, *found.findings)
        ],
    }


def pace_json(pacing: Pacing, found: NextBudgets) -> str:
    """The summary as JSON text without NaN."""
    return json.dumps(pace_summary(pacing, found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _pace(one: Pace) -> dict[str, object]:
    ends = one.interval
    return {
        "budget": None if one.budget is None else _money(one.budget),
        "spent": _money(one.spent),
        "estimated": _money(one.estimated),
        "left": None if one.budget is None else _money(one.left),
        "per_day": _money(one.daily),
        "pacing": one.pacing,
        "projected": _money(one.projected),
        "interval": None if ends is None else {"low": _money(ends.low), "high": _money(ends.high)},
        "deviation": one.deviation,
        "light": None if one.light is None else one.light.value,
        "light_text": str(light_name(one)),
    }


def _money(value: float | np.floating) -> float:
    return round(float(value), 8) + 0.0
