"""How sure we are of a cell, in words, and what the fit found on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Floats, Panel
from optimizer.language.message import Message, day, figure, join, number, percent, place, say
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
            never = say("never tried; judged by its network and content type alone")
            labels.append(Evidence("none", never, (0.0, 0.0)))
            continue
        low, high = float(np.nanmin(row)), float(paid.max())
        varied = log_spread(row)
        base = say(
            "{weeks} weeks with spend, which varied by {varied}; return on the next unit known to about {sure}",
            weeks=number(weeks),
            varied=percent(np.expm1(varied)),
            sure=percent(min(spread[cell], 9.99)),
        )
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
                say("the history covers {weeks} weeks, less than a year", weeks=number(len(panel.weeks))),
                say("the season of the planned weeks is not known; the forecast is wider for it"),
            )
        )
    return tuple(found)


def no_response(panel: Panel, fit: JointFit, odds: float) -> Finding:
    """The finding that keeps today's split."""
    varied = max((log_spread(row) for row in panel.spend), default=0.0)
    seen = fit.data.outcome[fit.data.observed].sum()
    if seen <= 0:
        problem = say("no detectable response: every week reports 0 {outcome}", outcome=outcome_named(fit.data.name))
    elif varied < HARDLY:
        problem = say(
            "no detectable response: spend hardly varied (by at most {varied} in any cell), "
            "so its effect cannot be seen",
            varied=percent(np.expm1(varied)),
        )
    else:
        problem = say(
            "no detectable response: {outcome} do not follow spend in this history (log odds {odds})",
            outcome=outcome_named(fit.data.name),
            odds=figure(odds, ".1f"),
        )
    advice = say("today's split is kept; vary the spend of some cells for a few weeks so that their effect can be seen")
    return Finding("no-response", Severity.SERIOUS, problem, advice)


def outcome_named(name: str) -> str:
    """An outcome in a sentence: columns every history may have can be translated, others stay as the data name them.

    Examples
    --------
    >>> outcome_named("conversions"), outcome_named("likes")
    ('conversions', 'likes')
    """
    usual = (
        say("conversions"),
        say("revenue"),
        say("impressions"),
        say("reach"),
        say("clicks"),
        say("engagements"),
        say("video_views"),
        say("sessions"),
        say("bounces"),
        say("followers_gained"),
        say("repeat_conversions"),
        say("negative_feedback"),
    )
    return next((said for said in usual if said == name), name)


def _breaks(panel: Panel, fit: JointFit) -> list[Finding]:
    """Lasting changes, dated."""
    turns = FIXED + fit.model.layout.steps.shape[1]
    found = []
    for cell, slot in np.argwhere(fit.model.prior.breaks >= 0):
        week = day(panel.weeks[fit.model.prior.breaks[cell, slot]])
        change = np.expm1(float(fit.state.cells[cell, turns + slot]))
        name, size = place(panel.cells[cell]), percent(abs(change))
        if change < 0:
            problem = say(
                "{cell} lost about {share} of its effect in the week of {week}", cell=name, share=size, week=week
            )
        else:
            problem = say(
                "{cell} gained about {share} of its effect in the week of {week}", cell=name, share=size, week=week
            )
        found.append(Finding("break", Severity.WARNING, problem, say("the plan counts on the new level")))
    return found


def _faults(panel: Panel, fit: JointFit) -> list[Finding]:
    """Weeks left out as evidence."""
    found = []
    silent = fit.faults.silent
    if silent.any():
        problem = say(
            "no cell reported anything in {weeks}, though money was spent; tracking seems to have failed",
            weeks=_weeks_named(panel.weeks[silent]),
        )
        found.append(Finding("outage", Severity.WARNING, problem, say("left out as evidence")))
    for rule, flags in (("outage", fit.faults.outage), ("outlier", fit.faults.outlier)):
        alone = flags & ~silent
        for cell in np.flatnonzero(alone.any(axis=1)):
            weeks, name = panel.weeks[alone[cell]], place(panel.cells[cell])
            if rule == "outage":
                problem = say(
                    "{cell} spent money and reported next to nothing; tracking seems to have failed in {weeks}",
                    cell=name,
                    weeks=_weeks_named(weeks),
                )
            else:
                problem = say(
                    "{cell} reported a number that no noise explains in {weeks}", cell=name, weeks=_weeks_named(weeks)
                )
            one, more = say("it was left out as evidence"), say("these weeks were left out as evidence")
            found.append(Finding(rule, Severity.WARNING, problem, more if len(weeks) > 1 else one))
    return found


def _weeks_named(weeks: NDArray[np.datetime64]) -> Message:
    """Weeks in words."""
    if len(weeks) == 1:
        return say("the week of {week}", week=day(weeks[0]))
    return say(
        "{count} weeks from {first} to {last}", count=number(len(weeks)), first=day(weeks[0]), last=day(weeks[-1])
    )


def _doubtful(panel: Panel, draws: Draws) -> list[Finding]:
    """Cells whose draws rest on an approximation that does not fit well."""
    cells = np.flatnonzero(draws.pareto_k > DOUBTFUL_K)
    if not len(cells):
        return []
    names = [say("{cell} ({k})", cell=place(panel.cells[c]), k=figure(draws.pareto_k[c], ".2f")) for c in cells]
    return [
        Finding(
            "approximation",
            Severity.NOTE,
            say(
                "the draws of {cells} stand for their posterior only roughly (Pareto k above {most})",
                cells=join(", ", names),
                most=figure(DOUBTFUL_K),
            ),
            say("they were weighed by importance; their evidence counts as some at most"),
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
    said = [say("{share} of week -{age}", share=percent(share), age=number(age + 1)) for age, share in late.items()]
    return [
        Finding(
            "late-data",
            Severity.WARNING,
            say(
                "the newest weeks are not fully reported: about {shares} (counted back from the newest) is in",
                shares=join(", ", said),
            ),
            say("the fit and the forecast allow for it"),
        )
    ]
