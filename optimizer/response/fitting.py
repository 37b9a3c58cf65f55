"""The search for the joint mode: rounds of Fisher scoring, learning of the spreads, and cleaning of the record."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.anomalies import find_faults, redate_breaks, scan_breaks, silent_weeks
from optimizer.response.demand import Demand
from optimizer.response.joint import (
    DECAY,
    FIXED,
    HALF,
    LEVEL,
    ORGANIC,
    SLOPE,
    Factor,
    JointModel,
    Prior,
    State,
    Terms,
    make_layout,
    start_state,
    with_slots,
)
from optimizer.response.learning import learn_prior
from optimizer.response.prepare import FitData
from optimizer.response.reporting import UNKNOWN, Reporting
from optimizer.response.settings import ModelSettings

ROUNDS = 14
CLEAN_AT = (2, 4, 10)  # rounds after which the record is cleaned; once more when breaks are known
BREAKS_AT = (3, 5, 7, 9)  # rounds after which breaks are looked for
REDATE_AT = (6, 8, 11)  # rounds after which those found are dated anew
STEPS = 3


@dataclass(frozen=True)
class Faults:
    """Weeks left out as evidence: silent (T,) in all cells at once; outage and outlier (C, T) cell by cell."""

    silent: NDArray[np.bool_]
    outage: NDArray[np.bool_]
    outlier: NDArray[np.bool_]


@dataclass(frozen=True)
class JointFit:
    """The joint mode with everything found on the way.

    Attributes
    ----------
    data : FitData
        With the weeks left out as evidence masked.
    model : JointModel
    state : State
    factor : Factor
    terms : Terms
    faults : Faults
        Weeks left out as evidence.
    """

    data: FitData
    model: JointModel
    state: State
    factor: Factor
    terms: Terms
    faults: Faults

    @property
    def spreads(self) -> Spreads:
        """What was learned about cells and weeks in general."""
        prior = self.model.prior
        return Spreads(
            prior.cell_sd, prior.network_sd, prior.content_sd, prior.drift_sd, prior.slope_mean, prior.demand.variances
        )


@dataclass(frozen=True)
class Spreads:
    """What a fit learned about cells and weeks in general, apart from the cells themselves.

    Fields as in `Prior`; demand holds the variances of its parts.
    """

    cell_sd: Floats
    network_sd: float
    content_sd: float
    drift_sd: float
    slope_mean: float
    demand: Floats


@dataclass(frozen=True)
class Conditions:
    """What a fit takes as given: how late outcomes are reported, and an earlier fit's spreads where they are held."""

    reporting: Reporting = UNKNOWN
    held: Spreads | None = None


def first_prior(data: FitData, settings: ModelSettings, given: Conditions) -> Prior:
    """The spreads before anything is learned, or those that are held."""
    demand = Demand.start(data.mondays, settings.country)
    dispersion, breaks = np.full(len(data.cells), 0.1), np.full((len(data.cells), 0), -1)
    if given.held is not None:
        held = given.held
        return Prior(
            cell_sd=held.cell_sd,
            network_sd=held.network_sd,
            content_sd=held.content_sd,
            drift_sd=held.drift_sd,
            slope_mean=held.slope_mean,
            dispersion=dispersion,
            demand=replace(demand, variances=held.demand),
            breaks=breaks,
            reporting=given.reporting,
        )
    cell_sd = np.empty(FIXED)
    for index, sd in (
        (LEVEL, settings.cell.sd),
        (ORGANIC, settings.organic.sd),
        (DECAY, settings.decay_cell),
        (HALF, settings.half.sd),
        (SLOPE, settings.slope.sd),
    ):
        cell_sd[index] = sd
    return Prior(
        cell_sd=cell_sd,
        network_sd=settings.network.sd,
        content_sd=settings.content.sd,
        drift_sd=settings.drift.sd,
        slope_mean=0.0,
        dispersion=dispersion,
        demand=demand,
        breaks=breaks,
        reporting=given.reporting,
    )


def fit_joint(data: FitData, settings: ModelSettings, given: Conditions | None = None) -> JointFit:
    """Find the mode of all cells together."""
    reported = data.observed
    layout = make_layout(data, settings)
    given = given or Conditions()
    prior = first_prior(data, settings, given)
    state = start_state(data, layout, settings, 0)
    silent = silent_weeks(data)
    outage = outlier = reported & silent
    data = replace(data, observed=reported & ~silent)
    for turn in range(ROUNDS):
        model = JointModel(data, layout, settings, prior)
        state, factor, terms = model.mode(state, STEPS if turn else 8)
        mean = np.exp(terms.log_mean + model.common(state.shared))
        prior = learn_prior(model, state, factor, mean, held=given.held is not None)
        if turn in CLEAN_AT:
            outage, outlier = find_faults(reported & ~silent, data.outcome, mean, prior.dispersion[:, None])
            outage |= reported & silent
            data = replace(data, observed=reported & ~outage & ~outlier)
        if turn in BREAKS_AT:
            prior, state = _break_more(model, state, factor, terms, prior)
        elif turn in REDATE_AT:
            prior = replace(prior, breaks=redate_breaks(model, state))
    model = JointModel(data, layout, settings, prior)
    state, factor, terms = model.mode(state, 10)
    return JointFit(data, model, state, factor, terms, Faults(silent, outage, outlier))


def _break_more(model: JointModel, state: State, factor: Factor, terms: Terms, prior: Prior) -> tuple[Prior, State]:
    """Add the breaks that are believed now, one per cell at most."""
    found = scan_breaks(model, terms, model.common(state.shared), factor)
    if not found:
        return prior, state
    slot = np.full((len(state.cells), 1), -1)
    for change in found:
        slot[change.cell] = change.week
    return replace(prior, breaks=np.concatenate([prior.breaks, slot], axis=1)), with_slots(state, 1)
