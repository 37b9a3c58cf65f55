"""Bridge and period totals as CSV: machine names, plain numbers, and the currency in every row."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from optimizer.finance.period_totals import SPEND
from optimizer.planning.export import harmless

if TYPE_CHECKING:
    from optimizer.finance.period_totals import PeriodTotals
    from optimizer.finance.variance import Bridge, Leg

TOTAL, PERIOD, NETWORK, CONTENT_TYPE = "total", "period", "network", "content_type"
COUNT_DECIMALS = 2


class Part(NamedTuple):
    """One cut of a bridge; `kind` is total, period, network or content_type, and `name` says which."""

    kind: str
    name: str
    leg: Leg


def bridge_parts(bridge: Bridge) -> Iterator[Part]:
    """The whole, then its periods, networks and content types; the parts of a kind add up to the whole."""
    yield Part(TOTAL, "", bridge.leg())
    for place, period in enumerate(bridge.periods):
        yield Part(PERIOD, period.name, bridge.leg(place))
    for network in bridge.networks:
        yield Part(NETWORK, network, bridge.leg(network=network))
    for kind in sorted({cell.content_type for cell in bridge.cells}):
        yield Part(CONTENT_TYPE, kind, bridge.leg(content_type=kind))


def bridge_csv(bridge: Bridge) -> str:
    """One row per part of a bridge.

    Columns: cut (total, period, network, content_type), name, plan, one per step, actual, residual, currency. Steps add
    up to actual less plan; the residual is there to show that it is 0.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["cut", "name", "plan", *bridge.steps, "actual", "residual", "currency"])
    for kind, name, leg in bridge_parts(bridge):
        amounts = [leg.plan, *leg.steps.values(), leg.actual, leg.residual]
        figures = [_money(amount, bridge.decimals) for amount in amounts]
        writer.writerow([kind, harmless(name), *figures, bridge.currency])
    return text.getvalue()


def totals_csv(totals: PeriodTotals) -> str:
    """One row per calendar, period and network; the network "all" holds the sum of the others.

    Columns: calendar (month, fiscal), period, first_day, last_day, network, days, days_come, then plan, actual and
    forecast of each measure as MEASURE_plan and so on, currency. What is not known is empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    columns = [f"{name}_{part}" for name in totals.measures for part in ("plan", "actual", "forecast")]
    keys = ["calendar", "period", "first_day", "last_day", "network", "days", "days_come"]
    writer.writerow([*keys, *columns, "currency"])
    for row in totals.rows:
        period = row.period
        named = [row.calendar, period.name, period.first.isoformat(), period.last.isoformat()]
        figures = [
            _money(amount, totals.decimals if is_money(name) else COUNT_DECIMALS)
            for name in totals.measures
            for amount in vars(row.amounts[name]).values()
        ]
        writer.writerow([*named, harmless(row.network) or "all", row.days, row.days_come, *figures, totals.currency])
    return text.getvalue()


def is_money(measure: str) -> bool:
    """Whether a measure of period totals is money rather than a count."""
    return measure in (SPEND, "revenue")


def _money(amount: float, decimals: int) -> str:
    return f"{amount + 0.0:.{decimals}f}" if math.isfinite(amount) else ""
