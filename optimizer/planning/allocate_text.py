"""A week's plan as text: plan.csv, summary.json and what is printed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from optimizer.planning.allocate import WeekPlan
from optimizer.planning.export import DAYS_PER_WEEK, harmless, origin_figures
from optimizer.planning.plan_rules import rule_figures, struck
from optimizer.planning.wording import money_unit, number


def week_csv(plan: WeekPlan) -> str:
    """One row per cell: network, content_type[, audience], spend, spend_per_day, value, marginal.

    Spend is per week; value is what it brings, and marginal what one more unit of money would, by the curves given.
    Names that a spreadsheet would run as a formula get an apostrophe in front.
    """
    keys = ["network", "content_type", *(["audience"] if any(cell.audience for cell in plan.cells) else [])]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*keys, "spend", "spend_per_day", "value", "marginal"])
    for c, cell in enumerate(plan.cells):
        spend = float(plan.spend[c])
        names = [harmless(part) for part in cell[: len(keys)]]
        figures = (spend / DAYS_PER_WEEK, float(plan.value[c]), float(plan.marginal[c]))
        writer.writerow([*names, _amount(spend), *(f"{figure:.10g}" for figure in figures)])
    return text.getvalue()


def week_json(plan: WeekPlan) -> str:
    """Totals, baseline, gain, certificate, findings and origin, as JSON text without NaN."""
    return json.dumps(week_summary(plan), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def week_summary(plan: WeekPlan) -> dict[str, object]:
    """The summary as plain values; the structure of summary.json."""
    spend, before = float(plan.spend.sum()), float(plan.baseline.sum())
    value, value_before = float(plan.value.sum()), float(plan.baseline_value.sum())
    return {
        "goal": "value",
        "total": {"spend": round(spend, 8), "value": value},
        "baseline": {"spend": round(before, 8), "value": value_before},
        "gain": {
            "spend": round(spend - before, 8) + 0.0,
            "value": value - value_before,
            "share": (value - value_before) / value_before if value_before > 0 else None,
        },
        "certificate": _certificate(plan),
        "moves": [_move(plan, c) for c in range(len(plan.cells))],
        **origin_figures(plan.findings, plan.run),
    }


def _certificate(plan: WeekPlan) -> dict[str, object]:
    proven = plan.allocation.certificate
    labels = [cell.label for cell in plan.cells]
    return {
        "status": proven.status.value,
        "value": proven.value,
        "bound": proven.bound,
        "gap": proven.gap,
        "baseline_value": plan.allocation.baseline_value,
        "price": proven.price,
        "at_minimum": [labels[c] for c in proven.at_lower],
        "at_maximum": [labels[c] for c in proven.at_upper],
        "proof": proven.proof,
        "timed_out": proven.timed_out,
        "rules": rule_figures(proven),
    }


def _move(plan: WeekPlan, c: int) -> dict[str, object]:
    cell = plan.cells[c]
    return {
        "network": cell.network,
        "content_type": cell.content_type,
        **({"audience": cell.audience} if cell.audience else {}),
        "today": round(float(plan.baseline[c]), 8),
        "plan": round(float(plan.spend[c]), 8),
        "value_today": float(plan.baseline_value[c]),
        "value": float(plan.value[c]),
        "marginal": float(plan.marginal[c]),
    }


def week_text(plan: WeekPlan, files: Sequence[str] = ()) -> str:
    """What is printed: the gain, a table of the cells, the proof and where it was written."""
    unit = money_unit(float(plan.spend.sum()), len(plan.cells))
    rows = [("cell", "today", "plan", "change", "brings", f"next {number(unit)} bring")]
    order = sorted(range(len(plan.cells)), key=lambda c: -abs(plan.spend[c] - plan.baseline[c]))
    for c in order:
        today, spend = float(plan.baseline[c]), float(plan.spend[c])
        figures = (today, spend, float(plan.value[c]), float(plan.marginal[c]) * unit)
        said = [number(figure) for figure in figures]
        rows.append((plan.cells[c].label, said[0], said[1], _signed(round(spend - today, 6)), said[2], said[3]))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join([_headline(plan), "", *table, "", *_below(plan, files)]) + "\n"


def _headline(plan: WeekPlan) -> str:
    value, before = float(plan.value.sum()), float(plan.baseline_value.sum())
    share = f" ({(value - before) / before:+.1%})".replace("%", " %") if before > 0 else ""
    given = "the baseline" if not plan.run.settings["current_given"] else "today's split"
    spend = number(float(plan.spend.sum()))
    if value <= before:
        return f"No split of {spend} a week brings more than {given}: {number(value)} a week."
    return f"This plan brings {number(value - before)} more{share} a week than {given} of the same {spend}."


def _below(plan: WeekPlan, files: Sequence[str]) -> list[str]:
    proven = plan.allocation.certificate
    proof = (
        f"No split that keeps the bounds{' and rules' if proven.rules else ''} can bring more than "
        f"{number(proven.bound)}, by these curves; this one brings {number(proven.value)}: "
        f"gap {proven.gap * 100:.2f} %.{struck(proven)}"
    )
    written = f"Written: {', '.join(files)}." if files else "No file was written; --out plan.csv does."
    return [proof, written, f"Run {plan.run.id}, version {plan.run.version}."]


def _signed(value: float) -> str:
    text = number(value)
    return text if value <= 0 else f"+{text}"


def _amount(value: float) -> str:
    """Money with at least two decimals, and with more only where the plan writes smaller steps."""
    whole, _, decimals = f"{value:.8f}".rstrip("0").partition(".")
    return f"{whole}.{decimals:0<2}"
