"""Freezing: everything that a plan of record holds, worked out once from a plan and the studio that made it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.answers import answers_of
from optimizer.finance.forecast import MoneyForecast, forecast_money
from optimizer.finance.record import Expected, Forecast, FrozenCurves, Origin, Record
from optimizer.finance.sensitivity import swings_of
from optimizer.finance.statement import make_statement
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.planning.change import NO_CHANGE
from optimizer.planning.ground import pose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.finance.terms import Terms
    from optimizer.planning.fit import Response
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio
    from optimizer.response.forecast import OutcomeDraws

INTERVALS = (5.0, 95.0, 10.0, 90.0)  # percent: the ends of the 90 and of the 80 % interval
KNOTS = 33  # as many as a cubic between them needs to stay within 0.1 % of what the model says
BEND = 2.4  # knots lie denser near nothing, where curves bend most
REACH = 2.0  # knots go to this many times the larger of today's and the planned spend
RECENT = 12  # weeks that tell what a click costs


@dataclass(frozen=True)
class Approval:
    """Who puts a name to a plan, and under what name.

    Attributes
    ----------
    name, author, note : str
    created : str
        ISO time in UTC; "" for a draft.
    supersedes : str
        Id of the record that this one replaces.
    """

    name: str
    author: str = ""
    note: str = ""
    created: str = ""
    supersedes: str = ""


def freeze(studio: Studio, request: PlanRequest, plan: Plan, approval: Approval, asked: Mapping[str, object]) -> Record:
    """The record of a plan.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        What the plan answers, with its settings.
    plan : Plan
    approval : Approval
    asked : mapping
        The question in plain values, as it can be asked again.

    Raises
    ------
    InputError
        The settings lack what a statement needs.
    """
    settings = request.read_settings()
    request = replace(request, settings=settings)
    money = forecast_money(studio, request, plan)
    statement = make_statement(money)
    responses = pose(studio, request, NO_CHANGE).responses
    # A goal such as value is made of outcomes; only what a history can show is kept and judged later.
    told = {name: one for name, one in _told(responses, plan.spend).items() if name in studio.panel.outcomes}
    if money.terms.value_per_conversion is not None:
        told["revenue"] = money.plan.revenue
    certificate = plan.allocation.certificate
    return Record(
        name=approval.name,
        author=approval.author,
        note=approval.note,
        created=approval.created,
        supersedes=approval.supersedes,
        origin=Origin(
            run=plan.run.id,
            history=studio.history.file,
            data_sha256=plan.run.data_sha256,
            version=plan.run.version,
            code_sha256=code_sha256(),
            seed=plan.run.seed,
            asked=dict(asked),
            settings={} if settings is None else settings.model_dump(mode="json", exclude_defaults=True),
            solver={
                "status": certificate.status.value,
                "value": certificate.value,
                "bound": certificate.bound,
                "gap": certificate.gap,
            },
        ),
        currency=plan.currency,
        decimals=money.decimals,
        cells=plan.cells,
        weeks=tuple(str(week) for week in plan.weeks),
        periods=money.periods,
        spend=plan.spend,
        baseline=plan.baseline,
        forecasts={name: _forecast(draws) for name, draws in told.items()},
        expected=tuple(one for name, draws in told.items() for one in _expected(name, draws, money)),
        statement=statement.frozen(),
        answers=answers_of(studio, request, plan, money, statement),
        swings=swings_of(studio, request, plan, money),
        curves=_curves(responses, plan, money.terms),
        cost_per_click=cost_per_click(studio.panel),
        naive=_naive(studio.panel, told, len(plan.weeks), money.terms),
        factors=_factors(money.cells, money.terms),
        reasons=tuple(str(move.reason) for move in plan.moves),
        evidence=tuple(move.evidence for move in plan.moves),
        findings=tuple(str(finding.text) for finding in plan.findings),
    )


@cache
def code_sha256() -> str:
    """Hash of this package's source and data files: what computed a figure, to the letter."""
    import optimizer

    root = Path(optimizer.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".toml") and path.is_file():
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def cost_per_click(panel: Panel) -> Floats:
    """(C,) money per click in the last 12 complete weeks; NaN where no click was seen."""
    clicks = panel.outcomes.get("clicks")
    if clicks is None:
        return np.full(len(panel.cells), np.nan)
    seen = np.isfinite(clicks[:, -RECENT:]) & np.isfinite(panel.spend[:, -RECENT:])
    counted = np.where(seen, clicks[:, -RECENT:], 0.0).sum(axis=1)
    spent = np.where(seen, panel.spend[:, -RECENT:], 0.0).sum(axis=1)
    return np.where((counted > 0) & (spent > 0), spent / np.where(counted > 0, counted, 1.0), np.nan)


def _told(responses: Sequence[Response], spend: Floats) -> dict[str, OutcomeDraws]:
    """Draws of every outcome that is forecast; the first response that tells one."""
    told: dict[str, OutcomeDraws] = {}
    for response in responses:
        told |= {name: draws for name, draws in response.forecast(spend).items() if name not in told}
    return told


def _forecast(draws: OutcomeDraws) -> Forecast:
    mean = draws.expected.mean(axis=0)
    low, high, low80, high80 = np.percentile(draws.observed, INTERVALS, axis=0)
    return Forecast(
        mean, np.minimum(low, mean), np.maximum(high, mean), np.minimum(low80, mean), np.maximum(high80, mean)
    )


def _expected(outcome: str, draws: OutcomeDraws, money: MoneyForecast) -> Iterator[Expected]:
    """An outcome of every cut, with the interval of the sum."""
    weeks = len(money.weeks)
    spans = [("", "", np.ones(weeks))]
    spans += [(period.name, "", share) for period, share in zip(money.periods, money.shares, strict=True)]
    spans += [("", str(week), one) for week, one in zip(money.weeks, np.eye(weeks), strict=True)]
    for (network, content_type), chosen in _cuts(money.cells).items():
        mean, seen = draws.expected[:, chosen].sum(axis=1).mean(axis=0), draws.observed[:, chosen].sum(axis=1)
        for period, week, share in spans:
            whole = float(mean @ share)
            low, high, low80, high80 = (float(end) for end in np.percentile(seen @ share, INTERVALS))
            ends = (min(low, whole), max(high, whole), min(low80, whole), max(high80, whole))
            yield Expected(outcome, period, week, network, content_type, whole, *ends)


def _cuts(cells: Sequence[Cell]) -> dict[tuple[str, str], list[int]]:
    """Cells of the whole, of each network, of each content type and of each pair of them."""
    cuts: dict[tuple[str, str], list[int]] = {("", ""): list(range(len(cells)))}
    for network in sorted({cell.network for cell in cells}):
        cuts[network, ""] = [c for c, cell in enumerate(cells) if cell.network == network]
    for kind in sorted({cell.content_type for cell in cells}):
        cuts["", kind] = [c for c, cell in enumerate(cells) if cell.content_type == kind]
    for c, cell in enumerate(cells):
        cuts.setdefault((cell.network, cell.content_type), []).append(c)
    return cuts


def _curves(responses: Sequence[Response], plan: Plan, terms: Terms) -> FrozenCurves:
    """Expected outcome of the plan's weeks on constant weekly spend, the planned spend among the knots."""
    planned, today = plan.spend.mean(axis=1), plan.baseline.mean(axis=1)
    most = REACH * np.maximum(planned, today)
    most = np.where(most > 0.0, most, max(float(plan.spend.sum(axis=0).mean()) / len(planned), 1.0))
    usual = most[:, None] * np.linspace(0.0, 1.0, KNOTS) ** BEND
    spend = np.stack([_with_knots(*one) for one in zip(usual, planned, today, strict=True)])
    weeks = plan.spend.shape[1]
    columns = [_told(responses, np.repeat(spend[:, k, None], weeks, axis=1)) for k in range(spend.shape[1])]
    conversions = _stacked(columns, "conversions") if "conversions" in columns[0] else None
    if terms.value_per_conversion is not None and conversions is not None:
        return FrozenCurves(spend, terms.value_per_conversion * conversions, conversions)
    return FrozenCurves(spend, _stacked(columns, "revenue"), conversions)


def _with_knots(usual: Floats, *points: float) -> Floats:
    """Rising knots with some points among them, in place of the nearest inner ones, so that all cells have as many."""
    knots = usual.copy()
    taken = {0, len(knots) - 1}
    for point in points:
        if point in knots:
            taken.add(int(np.flatnonzero(knots == point)[0]))
            continue
        free = [k for k in range(len(knots)) if k not in taken]
        nearest = min(free, key=lambda k: abs(float(knots[k]) - point))
        knots[nearest] = point
        taken.add(nearest)
    return np.sort(knots)


def _stacked(columns: Sequence[Mapping[str, OutcomeDraws]], outcome: str) -> Floats:
    """(C, K) mean of an outcome over all weeks."""
    return np.stack([one[outcome].expected.mean(axis=0).sum(axis=1) for one in columns], axis=1)


def _naive(panel: Panel, told: Mapping[str, object], weeks: int, terms: Terms) -> dict[str, Floats]:
    """The last complete weeks again, as many as the plan has; what was not observed counts as 0 spent, 0 brought."""
    found = {}
    for name in told:
        worth = terms.value_per_conversion if name == "revenue" else None
        values = panel.outcomes["conversions"] * worth if worth is not None else panel.outcomes[name]
        last = np.nan_to_num(values[:, -min(weeks, values.shape[1]) :])
        found[name] = np.tile(last, (1, -(-weeks // last.shape[1])))[:, :weeks]
    return found


def _factors(cells: Sequence[Cell], terms: Terms) -> dict[str, tuple[float, float, float]]:
    """Incrementality and its ends by network."""
    return {
        cell.network: (float(factor), float(low), float(high))
        for cell, factor, (low, high) in zip(cells, terms.factor, terms.factor_ends, strict=True)
    }
