"""The joint model of all cells, and its mode by Fisher scoring.

For cell c in week t the outcome is negative binomial with mean

    mu[c, t] = exp(demand[t] + reported[t] + level[c]) * (exp(organic[c]) + exp(drift[c, t]) * H_c(x[c, t]))

and variance mu + phi[c] * mu**2. Demand is common (demand.py), `reported` is how complete the newest weeks are, level
is pooled over networks and content types, drift is a random walk that ends at 0 in the newest week plus the breaks
found, and H is the Hill curve of saturation.py on x, relative spend carried over at a rate pooled by network.

The posterior precision is an arrow: a small block per cell, one block of shared coordinates, and a border that couples
them. All cell blocks are factorised in one batch and the shared block by its Schur complement, so a step costs
milliseconds. Sources: Rue, Martino and Chopin (2009) for the Gaussian approximation, Jin et al. (2017) for the curves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.carryover import carried_with_derivative
from optimizer.response.demand import Demand
from optimizer.response.prepare import FitData
from optimizer.response.reporting import AGES, UNKNOWN, Reporting
from optimizer.response.saturation import TINY, hill_terms
from optimizer.response.settings import ModelSettings

LEVEL, ORGANIC, DECAY, HALF, SLOPE = range(5)  # a cell's first coordinates; then drift steps, then breaks
FIXED = 5
BREAK_SD = 0.8
RATE_SD = 1.5  # of the log return of all money around its average over the history
NOTHING = -60.0  # log of an effect too small to matter; keeps logarithms finite
UNUSED_SD = 1e-3  # holds break slots that a cell does not use at 0


@dataclass(frozen=True)
class Prior:
    """Spreads of the cells' coordinates and the noise, as learned so far.

    Attributes
    ----------
    cell_sd : float array, shape (5,)
        Of level, organic, decay, half, slope around their pooled means.
    network_sd, content_sd : float
        Of the level's network and content-type effects.
    drift_sd : float
        Per square root of a week.
    slope_mean : float
        Of the log slope.
    dispersion : float array, shape (C,)
        phi of each cell.
    demand : Demand
    breaks : int array, shape (C, B)
        First week of each break found, -1 for an unused slot.
    reporting : Reporting
        How complete the newest weeks may be.
    """

    cell_sd: Floats
    network_sd: float
    content_sd: float
    drift_sd: float
    slope_mean: float
    dispersion: Floats
    demand: Demand
    breaks: NDArray[np.intp]
    reporting: Reporting = UNKNOWN


@dataclass(frozen=True)
class Layout:
    """Where each shared coordinate stands, and how cells' prior means depend on them.

    Shared coordinates: demand (T), reported (L), level mean, network effects (N), content effects (K), organic mean,
    decay mean, decay by network (N), half mean.
    """

    weeks: int
    lags: int
    networks: int
    contents: int
    rate: float  # log outcome per unit of money, over all cells and weeks
    link: Floats  # (C, FIXED, M): prior mean of a cell's first coordinates = link @ pooled + offset
    steps: Floats  # (T, D): drift[t] = -steps @ increments

    @property
    def pooled(self) -> slice:
        """The shared coordinates after demand and reporting."""
        return slice(self.weeks + self.lags, self.weeks + self.lags + self.link.shape[2])

    @property
    def size(self) -> int:
        """Number of shared coordinates."""
        return int(self.weeks + self.lags + self.link.shape[2])


def make_layout(data: FitData, settings: ModelSettings) -> Layout:
    """Lay out the coordinates for these cells and weeks."""
    cells, weeks = data.spend.shape
    networks, contents = int(data.network.max()) + 1, int(data.content.max()) + 1
    link = np.zeros((cells, FIXED, 4 + 2 * networks + contents))
    rows = np.arange(cells)
    link[:, LEVEL, 0] = 1.0
    link[rows, LEVEL, 1 + data.network] = 1.0
    link[rows, LEVEL, 1 + networks + data.content] = 1.0
    base = 1 + networks + contents
    link[:, ORGANIC, base] = 1.0
    link[:, DECAY, base + 1] = 1.0
    link[rows, DECAY, base + 2 + data.network] = 1.0
    link[:, HALF, base + 2 + networks] = 1.0
    turns = max(1, int(np.ceil((weeks - 1) / settings.knot_weeks)))
    ages = (weeks - 1.0) - np.arange(weeks)
    begin = settings.knot_weeks * np.arange(turns)
    steps = np.clip((ages[:, None] - begin) / settings.knot_weeks, 0.0, 1.0)
    return Layout(weeks, min(AGES, weeks // 4), networks, contents, average_rate(data), link, steps)


def average_rate(data: FitData) -> float:
    """Log outcome per unit of money, over all cells and weeks; as if half a unit more had been seen."""
    paid = data.observed & (data.spend > 0)
    money = (data.spend * data.reference[:, None])[paid].sum()
    if money <= 0:  # nothing was ever spent: no return is more likely than another
        return 0.0
    return float(np.log(max(data.outcome[paid].sum(), 0.5) / money))


def pooled_prior(layout: Layout, prior: Prior, settings: ModelSettings) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the pooled coordinates; the level starts from the average return of all money."""
    n, k = layout.networks, layout.contents
    averages = [settings.organic_mean, settings.decay_mean]
    mean = np.concatenate([[layout.rate], np.zeros(n + k), averages, np.zeros(n), [0.0]])
    effects = [np.full(n, prior.network_sd), np.full(k, prior.content_sd)]
    sd = np.concatenate([[RATE_SD], *effects, [0.7, 0.7], np.full(n, settings.decay_network), [0.5]])
    return mean, sd


@dataclass(frozen=True)
class State:
    """Coordinates of all cells (C, n) and of what they share (P,)."""

    cells: Floats
    shared: Floats


@dataclass(frozen=True)
class Factor:
    """Posterior precision at a state, factorised.

    inverse (C, n, n) of the cell blocks, border (C, n, P) = inverse @ coupling, shared covariance (P, P).
    """

    inverse: Floats
    border: Floats
    covariance: Floats

    def cell_covariance(self, part: slice) -> Floats:
        """(C, k, k) posterior covariance of some of each cell's coordinates."""
        border = self.border[:, part]
        return np.asarray(self.inverse[:, part, part] + border @ self.covariance @ border.transpose(0, 2, 1))


@dataclass(frozen=True)
class Terms:
    """Model evaluated at cell coordinates (B, n) on T weeks.

    Attributes
    ----------
    log_mean : float array, shape (B, T)
        Without what all cells share.
    fixed : float array, shape (B, T, 5)
        Derivative of log_mean by level, organic, decay, half, slope.
    share : float array, shape (B, T)
        Part of the outcome that money brought; minus it times a drift or break step is the derivative by that step.
    """

    log_mean: Floats
    fixed: Floats
    share: Floats

    def design(self, steps: Floats, break_steps: Floats) -> Floats:
        """(B, T, n) derivative by all coordinates; steps (T, D), break_steps (B, T, S)."""
        share = self.share[..., None]
        return np.concatenate([self.fixed, -share * steps, -share * break_steps], axis=-1)


def before_breaks(breaks: NDArray[np.intp], weeks: int) -> Floats:
    """(B, T, S) 1 in the weeks before each break, 0 from it on and in unused slots; breaks (B, S)."""
    begins = breaks[:, None, :]
    return np.asarray((np.arange(weeks)[None, :, None] < begins) & (begins >= 0), dtype=np.float64)


def cell_terms(cells: Floats, spend: Floats, steps: Floats, break_steps: Floats) -> Terms:
    """Evaluate cells (B, n) on relative spend (B, T).

    steps is (T, D), break_steps (B, T, S): 1 before a break, 0 from it on.
    """
    turns = steps.shape[1]
    decay = 1.0 / (1.0 + np.exp(-cells[:, DECAY]))
    value, by_decay = carried_with_derivative(spend, decay)
    value_floor = np.maximum(value, TINY)
    hill = hill_terms(np.log(value_floor), cells[:, HALF, None], cells[:, SLOPE, None])
    drift = -(cells[:, FIXED : FIXED + turns] @ steps.T)
    if break_steps.shape[2]:
        drift -= (break_steps @ cells[:, FIXED + turns :, None])[..., 0]
    paid = np.where(value > TINY, hill.log_value + drift, NOTHING)
    organic = cells[:, ORGANIC, None]
    share = 1.0 / (1.0 + np.exp(np.minimum(organic - paid, -NOTHING)))
    mostly_organic = organic - np.log1p(-np.minimum(share, 0.5))
    log_total = np.where(share > 0.5, paid - np.log(np.maximum(share, 0.5)), mostly_organic)
    fixed = np.empty((*value.shape, FIXED))
    fixed[..., LEVEL] = 1.0
    fixed[..., ORGANIC] = 1.0 - share
    fixed[..., DECAY] = share * hill.by_log_x * by_decay / value_floor * (decay * (1.0 - decay))[:, None]
    fixed[..., HALF] = share * hill.by_log_half
    fixed[..., SLOPE] = share * hill.by_log_slope
    return Terms(cells[:, LEVEL, None] + log_total, fixed, share)


class JointModel:
    """Log posterior, steps towards its mode, and its curvature, for fixed prior spreads."""

    def __init__(self, data: FitData, layout: Layout, settings: ModelSettings, prior: Prior) -> None:
        self.data, self.layout, self.settings, self.prior = data, layout, settings, prior
        cells, weeks = data.spend.shape
        slots = prior.breaks.shape[1]
        turns = layout.steps.shape[1]
        self.break_steps = before_breaks(prior.breaks, weeks)
        sd = np.empty((cells, FIXED + turns + slots))
        sd[:, :FIXED] = prior.cell_sd
        sd[:, FIXED : FIXED + turns] = prior.drift_sd * np.sqrt(settings.knot_weeks)
        sd[:, FIXED + turns :] = np.where(prior.breaks >= 0, BREAK_SD, UNUSED_SD)
        self.cell_precision = sd**-2.0
        self.reported_mean = prior.reporting.mean[: layout.lags]
        self.reported_precision = prior.reporting.sd[: layout.lags] ** -2.0
        self.pooled_mean, pooled_sd = pooled_prior(layout, prior, settings)
        self.pooled_precision = pooled_sd**-2.0
        self.demand_precision = np.linalg.inv(prior.demand.covariance)
        self.offset = np.zeros((cells, sd.shape[1]))
        self.offset[:, LEVEL] = np.log(data.reference)
        self.offset[:, SLOPE] = prior.slope_mean

    def cell_mean(self, shared: Floats) -> Floats:
        """(C, n) prior mean of the cells' coordinates given the pooled ones."""
        mean = self.offset.copy()
        mean[:, :FIXED] += self.layout.link @ shared[self.layout.pooled]
        return mean

    def common(self, shared: Floats) -> Floats:
        """(..., T) what all cells share in a week, log demand plus log share reported, from coordinates (..., P)."""
        weeks, lags = self.layout.weeks, self.layout.lags
        out = shared[..., :weeks].copy()
        if lags:
            out[..., -lags:] += shared[..., weeks : weeks + lags][..., ::-1]
        return np.asarray(out)

    def terms(self, cells: Floats) -> Terms:
        """The cells' part of the log mean."""
        return cell_terms(cells, self.data.spend, self.layout.steps, self.break_steps)

    def log_posterior(self, state: State, terms: Terms) -> float:
        """Up to a constant in the state."""
        log_mean = terms.log_mean + self.common(state.shared)
        fit = log_likelihood(self.data.outcome, log_mean, self.prior.dispersion[:, None])
        gap = state.cells - self.cell_mean(state.shared)
        weeks, lags = self.layout.weeks, self.layout.lags
        demand = state.shared[:weeks]
        reported = state.shared[weeks : weeks + lags] - self.reported_mean
        pooled = state.shared[self.layout.pooled] - self.pooled_mean
        return float(
            fit[self.data.observed].sum()
            - 0.5 * (self.cell_precision * gap**2).sum()
            - 0.5 * demand @ self.demand_precision @ demand
            - 0.5 * (self.reported_precision * reported**2).sum()
            - 0.5 * (self.pooled_precision * pooled**2).sum()
        )

    def factor(self, state: State, terms: Terms) -> tuple[Factor, State]:
        """Curvature at a state and the Fisher scoring step from it."""
        data, layout = self.data, self.layout
        weeks, lags, size = layout.weeks, layout.lags, layout.size
        mean = np.exp(terms.log_mean + self.common(state.shared))
        slack = 1.0 + self.prior.dispersion[:, None] * mean
        weight = np.where(data.observed, mean / slack, 0.0)
        score = np.where(data.observed, (data.outcome - mean) / slack, 0.0)
        gap = state.cells - self.cell_mean(state.shared)
        design = terms.design(layout.steps, self.break_steps)
        weighted = design * weight[..., None]
        block = weighted.transpose(0, 2, 1) @ design
        index = np.arange(block.shape[1])
        block[:, index, index] += self.cell_precision
        gradient = np.einsum("ctn,ct->cn", design, score) - self.cell_precision * gap

        by_week = weighted.transpose(0, 2, 1)  # (C, n, T)
        pull = self.cell_precision[:, :FIXED, None] * layout.link
        coupling = np.zeros((len(data.cells), block.shape[1], size))
        coupling[:, :, :weeks] = by_week
        coupling[:, :, weeks : weeks + lags] = by_week[:, :, ::-1][:, :, :lags]
        coupling[:, :FIXED, layout.pooled] = -pull

        corner = np.zeros((size, size))
        total, shared_gradient = weight.sum(axis=0), np.zeros(size)
        corner[:weeks, :weeks] = self.demand_precision + np.diag(total)
        shared_gradient[:weeks] = score.sum(axis=0) - self.demand_precision @ state.shared[:weeks]
        if lags:
            reported = np.arange(weeks, weeks + lags)
            newest = np.arange(weeks - 1, weeks - 1 - lags, -1)
            corner[reported, newest] = corner[newest, reported] = total[newest]
            corner[reported, reported] = total[newest] + self.reported_precision
            off = state.shared[reported] - self.reported_mean
            shared_gradient[reported] = score.sum(axis=0)[newest] - self.reported_precision * off
        own = np.einsum("cip,ciq->pq", pull, layout.link)
        corner[layout.pooled, layout.pooled] = own + np.diag(self.pooled_precision)
        pooled = state.shared[layout.pooled] - self.pooled_mean
        pulled = np.einsum("cip,ci->p", layout.link, self.cell_precision[:, :FIXED] * gap[:, :FIXED])
        shared_gradient[layout.pooled] = pulled - self.pooled_precision * pooled
        inverse = np.asarray(np.linalg.inv(block), dtype=np.float64)
        border = inverse @ coupling
        flat = coupling.reshape(-1, size)
        schur = corner - flat.T @ border.reshape(-1, size)
        covariance = np.asarray(np.linalg.inv(0.5 * (schur + schur.T)), dtype=np.float64)
        step_shared = covariance @ (shared_gradient - np.einsum("cip,ci->p", border, gradient))
        step_cells = np.einsum("cij,cj->ci", inverse, gradient) - border @ step_shared
        return Factor(inverse, border, covariance), State(step_cells, step_shared)

    def mode(self, state: State, steps: int, tolerance: float = 1e-3) -> tuple[State, Factor, Terms]:
        """Climb from a state by at most that many damped steps; returns the last state with its curvature."""
        terms = self.terms(state.cells)
        value = self.log_posterior(state, terms)
        factor, step = self.factor(state, terms)
        for _ in range(steps):
            size = 1.0
            largest = np.abs(step.cells[:, :FIXED]).max()
            size = min(1.0, 2.0 / max(largest, 1e-9))
            while True:
                tried = State(state.cells + size * step.cells, state.shared + size * step.shared)
                tried_terms = self.terms(tried.cells)
                tried_value = self.log_posterior(tried, tried_terms)
                if tried_value >= value - 1e-9 or size < 1e-3:
                    break
                size *= 0.5
            if tried_value < value:
                break
            gain, state, terms, value = tried_value - value, tried, tried_terms, tried_value
            factor, step = self.factor(state, terms)
            if gain < tolerance:
                break
        return state, factor, terms


def log_likelihood(outcome: Floats, log_mean: Floats, dispersion: Floats) -> Floats:
    """Negative binomial log likelihood without the terms that depend on the outcome alone.

    Mean exp(log_mean), variance mean + dispersion * mean**2; outcomes need not be whole numbers.
    """
    return np.asarray(outcome * log_mean - (outcome + 1.0 / dispersion) * np.log1p(dispersion * np.exp(log_mean)))


def start_state(data: FitData, layout: Layout, settings: ModelSettings, slots: int) -> State:
    """Where the search begins: every cell at the average return, no drift, flat demand."""
    rate = layout.rate
    shared = np.zeros(layout.size)
    pooled = shared[layout.pooled]
    base = 1 + layout.networks + layout.contents
    pooled[0], pooled[base], pooled[base + 1] = rate, settings.organic_mean, settings.decay_mean
    cells = np.zeros((len(data.cells), FIXED + layout.steps.shape[1] + slots))
    cells[:, LEVEL] = np.log(data.reference) + rate
    cells[:, ORGANIC], cells[:, DECAY] = settings.organic_mean, settings.decay_mean
    return State(cells, shared)


def with_slots(state: State, more: int) -> State:
    """The state with room for more breaks per cell."""
    return replace(state, cells=np.pad(state.cells, ((0, 0), (0, more))))
