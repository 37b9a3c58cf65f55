"""How sure we are of a cell, in words, and what the fit found on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Floats, Panel
from optimizer.response.fitting import JointFit
from optimizer.response.joint import FIXED
from optimizer.response.posterior import Draws
from optimizer.response.saturation import TINY, hill_terms

STRONG, SOME = 0.20, 0.45  # relative standard deviation of the marginal return at today's spend
FEW_WEEKS = 12
LATE, LATE_SURE = -0.12, 3.0  # log share reported, and standard deviations, past which the newest weeks are called late
SEASON_WEEKS = 52
DETECTABLE = 3.0  # log odds (about 20 to 1) from which a response to spend counts as seen
DOUBTFUL_K = 0.7
HARDLY = 0.12  # spread of log spend below which a cell's curve is not seen in its own history


@dataclass(frozen=True)
class Evidence:
    """How much the history says about one cell.

    Attributes
    ----------
    label : str
        strong, some, weak or none.
    reason : str
        One sentence with the numbers behind the label.
    tried : tuple of float
        Smallest and largest weekly spend ever made, account currency; (0, 0) if none.
    """

    label: str
    reason: str
    tried: tuple[float, float]


def marginal_spread(draws: Draws, carried: Floats) -> Floats:
    """(C,) relative standard deviation over the draws of the marginal return at steady relative spend (C,)."""
    terms = hill_terms(np.log(np.maximum(carried, TINY)), draws.half, draws.slope)
    marginal = np.where(draws.inert, 0.0, np.exp(draws.level + terms.log_value) * terms.by_log_x)
    mean = marginal.mean(axis=0)
    return np.asarray(marginal.std(axis=0) / np.maximum(mean, 1e-300))


def log_spread(spend: Floats) -> float:
    """Standard deviation of the log of a cell's positive weekly spend, 0 without any."""
    paid = spend[np.isfinite(spend) & (spend > 0)]
    return float(np.std(np.log(paid))) if len(paid) else 0.0


def judge(panel: Panel, fit: JointFit, draws: Draws) -> tuple[Evidence, ...]:
    """Label every cell."""
    today = panel.recent_spend / fit.data.reference
    spread = marginal_spread(draws, np.where(today > 0, today, 1.0))
    labels = []
    for cell in range(len(panel.cells)):
        row = panel.spend[cell]
        paid = row[np.isfinite(row) & (row > 0)]
        weeks = int((fit.data.observed[cell] & (fit.data.spend[cell] > 0)).sum())
        if not len(paid):
            labels.append(Evidence("none", "never tried; judged by its network and content type alone", (0.0, 0.0)))
            continue
        low, high = float(np.nanmin(row)), float(paid.max())
        varied = log_spread(row)
        sure = f"return on the next unit known to about {100 * min(spread[cell], 9.99):.0f} %"
        base = f"{weeks} weeks with spend, which varied by {100 * np.expm1(varied):.0f} %; {sure}"
        if weeks < FEW_WEEKS or varied < HARDLY:
            label = "weak"
        else:
            label = "strong" if spread[cell] < STRONG else "some" if spread[cell] < SOME else "weak"
            if label == "strong" and draws.pareto_k[cell] > DOUBTFUL_K:
                label = "some"
        labels.append(Evidence(label, base, (low, high)))
    return tuple(labels)


def fit_findings(panel: Panel, fit: JointFit, draws: Draws, response_odds: float) -> tuple[Finding, ...]:
    """What the fit found: no response, breaks, outages, outliers, late data, a season it could not learn."""
    found = [] if response_odds > DETECTABLE else [no_response(panel, fit, response_odds)]
    found += _breaks(panel, fit) + _faults(panel, fit) + _late(fit) + _doubtful(panel, draws)
    if len(panel.weeks) < SEASON_WEEKS:
        found.append(
            Finding(
                "short-season",
                Severity.NOTE,
                f"the history covers {len(panel.weeks)} weeks, less than a year",
                "the season of the planned weeks is not known; the forecast is wider for it",
            )
        )
    return tuple(found)


def no_response(panel: Panel, fit: JointFit, odds: float) -> Finding:
    """The finding that keeps today's split."""
    varied = max((log_spread(row) for row in panel.spend), default=0.0)
    seen = fit.data.outcome[fit.data.observed].sum()
    if seen <= 0:
        why = f"every week reports 0 {fit.data.name}"
    elif varied < HARDLY:
        why = (
            f"spend hardly varied (by at most {100 * np.expm1(varied):.0f} % in any cell), so its effect cannot be seen"
        )
    else:
        why = f"{fit.data.name} do not follow spend in this history (log odds {odds:.1f})"
    return Finding(
        "no-response",
        Severity.SERIOUS,
        f"no detectable response: {why}",
        "today's split is kept; vary the spend of some cells for a few weeks so that their effect can be seen",
    )


def _breaks(panel: Panel, fit: JointFit) -> list[Finding]:
    """Lasting changes, dated."""
    turns = FIXED + fit.model.layout.steps.shape[1]
    found = []
    for cell, slot in np.argwhere(fit.model.prior.breaks >= 0):
        week = panel.weeks[fit.model.prior.breaks[cell, slot]]
        change = np.expm1(float(fit.state.cells[cell, turns + slot]))
        word = "lost" if change < 0 else "gained"
        found.append(
            Finding(
                "break",
                Severity.WARNING,
                f"{panel.cells[cell].label} {word} about {100 * abs(change):.0f} % of its effect in the week of {week}",
                "the plan counts on the new level",
            )
        )
    return found


def _faults(panel: Panel, fit: JointFit) -> list[Finding]:
    """Weeks left out as evidence."""
    found = []
    silent = fit.faults.silent
    if silent.any():
        weeks = panel.weeks[silent]
        problem = (
            f"no cell reported anything in {_weeks_named(weeks)}, though money was spent; tracking seems to have failed"
        )
        found.append(Finding("outage", Severity.WARNING, problem, "left out as evidence"))
    for name, flags, word in (
        ("outage", fit.faults.outage, "spent money and reported next to nothing; tracking seems to have failed"),
        ("outlier", fit.faults.outlier, "reported a number that no noise explains"),
    ):
        alone = flags & ~silent
        for cell in np.flatnonzero(alone.any(axis=1)):
            weeks = panel.weeks[alone[cell]]
            problem = f"{panel.cells[cell].label} {word} in {_weeks_named(weeks)}"
            done = "these weeks were left out as evidence" if len(weeks) > 1 else "it was left out as evidence"
            found.append(Finding(name, Severity.WARNING, problem, done))
    return found


def _weeks_named(weeks: NDArray[np.datetime64]) -> str:
    """Weeks in words."""
    if len(weeks) == 1:
        return f"the week of {weeks[0]}"
    return f"{len(weeks)} weeks from {weeks[0]} to {weeks[-1]}"


def _doubtful(panel: Panel, draws: Draws) -> list[Finding]:
    """Cells whose draws rest on an approximation that does not fit well."""
    cells = np.flatnonzero(draws.pareto_k > DOUBTFUL_K)
    if not len(cells):
        return []
    names = ", ".join(f"{panel.cells[c].label} ({draws.pareto_k[c]:.2f})" for c in cells)
    return [
        Finding(
            "approximation",
            Severity.NOTE,
            f"the draws of {names} stand for their posterior only roughly (Pareto k above {DOUBTFUL_K})",
            "they were weighed by importance; their evidence counts as some at most",
        )
    ]


def late_shares(fit: JointFit) -> dict[int, float]:
    """Share reported of each of the newest weeks, by age, where it is surely well below 1."""
    weeks, lags = fit.model.layout.weeks, fit.model.layout.lags
    shares = fit.state.shared[weeks : weeks + lags]
    sd = np.sqrt(np.diagonal(fit.factor.covariance)[weeks : weeks + lags])
    late = np.flatnonzero((shares < LATE) & (shares < -LATE_SURE * sd))
    return {int(age): float(np.exp(shares[age])) for age in late}


def _late(fit: JointFit) -> list[Finding]:
    """How complete the newest weeks are."""
    late = late_shares(fit)
    if not late:
        return []
    said = ", ".join(f"{100 * share:.0f} % of week -{age + 1}" for age, share in late.items())
    return [
        Finding(
            "late-data",
            Severity.WARNING,
            f"the newest weeks are not fully reported: about {said} (counted back from the newest) is in",
            "the fit and the forecast allow for it",
        )
    ]
