"""The parts of the brief: the bridge, the statement, where the money goes, and its periods, as plain text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from optimizer.finance.definitions import definition
from optimizer.finance.period_totals import REVENUE, SPEND, period_totals
from optimizer.finance.variance_text import bridge_notes, bridge_sentence, step_definition
from optimizer.finance.waterfall import ACTUAL, PLAN, TOTAL, waterfall
from optimizer.language.message import Message, join, percent, place, say, say_many
from optimizer.reports.brief_words import Brief, scale_of, shortened
from optimizer.reports.words import EVIDENCE

if TYPE_CHECKING:
    from optimizer.finance.statement import Amounts
    from optimizer.finance.variance import Bridge

Plain = dict[str, Any]
LINES = (
    "incremental_revenue", "contribution", "media", "production", "team", "tools", "agency", "marketing_contribution",
)  # fmt: skip
TOTALS = ("contribution", "marketing_contribution")
WEAK = ("weak", "none")
FEW_MOVES = 3


def bridge_part(brief: Brief, bridge: Bridge) -> Plain:
    """The waterfall: each bar with its label, its amount, and where it stands as shares of the width."""
    leg, tell = bridge.leg(), brief.tell
    scale = scale_of([leg.plan, leg.actual], bridge.currency, bridge.decimals)
    drawn = waterfall(leg.plan, leg.steps, leg.actual)
    width = drawn.high - drawn.low
    names = {PLAN: say("Planned revenue"), ACTUAL: say("Actual revenue")}
    bars = [
        {
            "label": tell(names.get(bar.key) or step_definition(bar.key).name),
            "amount": tell(scale.write(bar.amount, sign=bar.kind != TOTAL)),
            "kind": bar.kind,
            "start": (min(bar.start, bar.end) - drawn.low) / width,
            "width": abs(bar.end - bar.start) / width,
            "level": None if bar.key == ACTUAL else (bar.end - drawn.low) / width,
        }
        for bar in drawn.bars
    ]
    notes = [say("Attributed revenue, {unit}.", unit=scale.unit), *bridge_notes(bridge)]
    if drawn.cut:
        notes.insert(1, say("Bars do not begin at 0."))
    return {
        "title": tell(say("From plan to actual")),
        "sentence": tell(bridge_sentence(bridge)),
        "bars": bars,
        "note": tell(join(" ", notes)),
    }


def statement_part(brief: Brief) -> Plain:
    """The statement's main lines: today's split, plan, difference, and P10 to P90."""
    record, tell = brief.record, brief.tell
    rows = {line: row for line, row in record.statement.rows().items() if line in LINES}
    scale = scale_of([one.plan for one in rows.values()], record.currency, record.decimals)
    columns = [scale.unit, say("Today's split"), say("Plan"), say("Difference"), say("8 of 10 results lie between")]

    def cells(line: str, row: Amounts) -> list[str]:
        sure = row.low == row.high
        span: object = say("as planned") if sure else say(
            "{low} to {high}", low=scale.write(row.low), high=scale.write(row.high)
        )  # fmt: skip
        amounts = [scale.write(row.baseline), scale.write(row.plan), scale.write(row.difference, sign=True)]
        return [tell(one) for one in (definition(line).name, *amounts, span)]

    return {
        "title": tell(say("The statement in brief")),
        "columns": [tell(one) for one in columns],
        "rows": [{"total": line in TOTALS, "cells": cells(line, row)} for line, row in rows.items()],
        "note": tell(
            say("Contribution is what is left after goods, fees, fulfilment and returns; costs are negative.")
        ),
    }


def split_part(brief: Brief) -> Plain:
    """Money by network: today, plan and the difference, the largest first."""
    record, tell = brief.record, brief.tell
    by_network: dict[str, list[float]] = {}
    for cell, before, after in zip(record.cells, record.baseline.sum(axis=1), record.spend.sum(axis=1), strict=True):
        sums = by_network.setdefault(cell.network, [0.0, 0.0])
        sums[0] += float(before)
        sums[1] += float(after)
    ordered = sorted(by_network.items(), key=lambda item: (-item[1][1], item[0]))
    shown, rest = ordered[: brief.rows], ordered[brief.rows :]
    rows: list[tuple[object, list[float]]] = [(place((shortened(name),)), sums) for name, sums in shown]
    if rest:
        others = say_many("{count} other network", "{count} other networks", len(rest))
        rows.append((others, [sum(sums[k] for _, sums in rest) for k in (0, 1)]))
    scale = scale_of([one for _, sums in rows for one in sums], record.currency, record.decimals)
    weak = sum(float(spend.sum()) for spend, label in zip(record.spend, record.evidence, strict=True) if label in WEAK)
    total = float(record.spend.sum())
    share = weak / total if total > 0 else 0.0
    return {
        "title": tell(say("Where the money goes")),
        "columns": [tell(one) for one in (scale.unit, say("Today"), say("Plan"), say("Change"))],
        "rows": [
            [tell(name), *(tell(scale.write(one)) for one in sums), tell(scale.write(sums[1] - sums[0], sign=True))]
            for name, sums in rows
        ],
        "note": tell(
            say("{share} of the money goes where the evidence is weak or there is none.", share=percent(share))
        ),
    }


def moves_part(brief: Brief) -> Plain:
    """The places whose weekly money changes most."""
    record, tell = brief.record, brief.tell
    today, plan = record.baseline.mean(axis=1), record.spend.mean(axis=1)
    change = plan - today
    least = 0.5 / 10**record.decimals
    ordered = [c for c in sorted(range(len(change)), key=lambda c: -abs(change[c])) if abs(change[c]) > least]
    chosen = ordered[: max(brief.rows, FEW_MOVES)]
    scale = scale_of([*today.tolist(), *plan.tolist()], record.currency, record.decimals)
    columns = (scale.unit, say("Today"), say("Plan"), say("Change"), say("Evidence"))
    rows = [
        [
            place(tuple(shortened(part) for part in record.cells[c] if part)),
            scale.write(float(today[c])),
            scale.write(float(plan[c])),
            scale.write(float(change[c]), sign=True),
            EVIDENCE.get(record.evidence[c], record.evidence[c]),
        ]
        for c in chosen
    ]
    return {
        "title": tell(say("Largest moves, a week")),
        "columns": [tell(one) for one in columns],
        "rows": [[tell(one) for one in row] for row in rows],
        "note": "" if rows else tell(say("Nothing moves.")),
    }


def periods_part(brief: Brief) -> Plain:
    """Money by fiscal period: spend, and what it leaves; with actuals, revenue planned, come and forecast."""
    record, tell = brief.record, brief.tell
    names: list[str] = [period.name for period in record.periods]
    columns: tuple[Message, ...]
    if brief.actuals is not None:
        totals = period_totals(record, brief.actuals)
        rows = totals.of(totals.calendars[-1])
        told = [[row.amounts[SPEND].plan, *vars(row.amounts[REVENUE]).values()] for row in rows]
        columns = (say("Spend: plan"), say("Revenue: plan"), say("Revenue: actual"), say("Revenue: forecast"))
        note = say("Forecast: actuals where a week has come, and the plan for the rest.")
    else:
        held = [record.statement.rows(p) for p in range(len(record.periods))]
        keys = ("media", "incremental_revenue", "marketing_contribution")
        told = [[abs(row["media"].plan), *(row[key].plan for key in keys[1:])] for row in held]
        columns = tuple(definition(key).name for key in keys)
        note = say("Production is booked in the first period of the plan.") if "production" in held[0] else Message("")
    if len(told) > brief.rows:
        rest = told[brief.rows - 1 :]
        known = [[one for one in column if math.isfinite(one)] for column in zip(*rest, strict=True)]
        sums = [sum(column) if column else math.nan for column in known]
        names = [*names[: brief.rows - 1], say_many("{count} later period", "{count} later periods", len(rest))]
        told = [*told[: brief.rows - 1], sums]
    scale = scale_of([one for row in told for one in row], record.currency, record.decimals)
    return {
        "title": tell(say("By fiscal period")),
        "columns": [tell(scale.unit), *(tell(one) for one in columns)],
        "rows": [
            [tell(name), *(tell(scale.write(one)) if math.isfinite(one) else "–" for one in row)]
            for name, row in zip(names, told, strict=True)
        ],
        "note": tell(note),
    }
