"""Demand: what moves all cells together, whatever is spent.

The logarithm of demand is a Gaussian process over weeks with additive parts: a trend, a smooth and a sharp yearly
season, a slow wander, one independent shock per week, and public holidays where a country is named. How large each part
is, the fit learns. The forecast is the process carried forward, so a year that was seen only once or not at all widens
it by itself.
Source: Rasmussen and Williams (2006), chapters 2 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.language.message import say

YEAR = 52.1775  # weeks
SMOOTH_SEASON, SHARP_SEASON = 1.0, 0.18  # length scales on the yearly circle: months, and weeks around a feast
WANDER_WEEKS = 10.0
PARTS = ("trend", "season", "peaks", "wander", "shock", "feasts")
PRIOR_SD = np.array([0.2, 0.12, 0.06, 0.03, 0.02, 0.05])  # of log demand, before anything is learned
LOG_VARIANCE_SD = np.array([1.0, 1.5, 1.5, 1.5, 1.5, 1.5])  # of the log variance around that
LONGEST_STEP = 1.0
NONE = 1e-12  # variance of a part that is not in use
LONGEST_AHEAD = 64  # weeks past the history that can be drawn


def kernels(time: Floats, feasts: Floats) -> Floats:
    """Covariance of each part at size 1, shape (P, N, N); time in weeks (N,), feast days per week and name (N, F)."""
    gap = time[:, None] - time[None, :]
    circle = np.sin(np.pi * gap / YEAR) ** 2
    return np.stack(
        [
            time[:, None] * time[None, :] / YEAR**2,
            np.exp(-2.0 * circle / SMOOTH_SEASON**2),
            np.exp(-2.0 * circle / SHARP_SEASON**2),
            np.exp(-np.abs(gap) / WANDER_WEEKS),
            np.eye(len(time)),
            feasts @ feasts.T,
        ]
    )


def feast_days(weeks: NDArray[np.datetime64], country: str) -> Floats:
    """Public holidays per week and name, shape (N, F); F is 0 without a country.

    Parameters
    ----------
    weeks : array of datetime64[D], shape (N,)
        Mondays.
    country : str
        ISO 3166 code such as VN, or "".

    Raises
    ------
    InputError
        A country without a calendar.

    Examples
    --------
    >>> feast_days(np.array(["2025-12-22", "2025-12-29"], dtype="datetime64[D]"), "DE").sum(axis=1).tolist()
    [2.0, 1.0]
    """
    if not country:
        return np.zeros((len(weeks), 0))
    import holidays  # here, because most plans name no country

    years = range(int(str(weeks[0])[:4]), int(str(weeks[-1])[:4]) + 2)
    try:
        days = holidays.country_holidays(country.upper(), years=years)
    except NotImplementedError:
        raise InputError.at(
            say("no holiday calendar for country {country}", country=repr(country)),
            fix=say("use an ISO 3166 code such as VN, DE or US"),
        ) from None
    dated = {np.datetime64(day, "D"): name for day, name in days.items()}
    names = sorted(set(dated.values()))
    counts = np.zeros((len(weeks), len(names)))
    for day, name in dated.items():
        week = int((day - weeks[0]).astype(int) // 7)
        if 0 <= week < len(weeks):
            counts[week, names.index(name)] += 1.0
    return counts


@dataclass(frozen=True)
class Demand:
    """The prior of log demand over T weeks and the weeks to come.

    Attributes
    ----------
    weeks : int
        T.
    variances : float array, shape (P,)
        Size of each part.
    kernels : float array, shape (P, T + LONGEST_AHEAD, T + LONGEST_AHEAD)
        Covariance of each part at size 1, past weeks first.
    """

    weeks: int
    variances: Floats
    kernels: Floats

    @classmethod
    def start(cls, weeks: NDArray[np.datetime64], country: str = "") -> Demand:
        """Prior sizes for the weeks of a history, by their Mondays."""
        time = np.arange(len(weeks) + LONGEST_AHEAD, dtype=float) - (len(weeks) - 1)
        feasts = feast_days(weeks[0] + 7 * np.arange(len(time)), country)
        variances = PRIOR_SD**2
        if not feasts.shape[1]:
            variances = np.where(np.array(PARTS) == "feasts", NONE, variances)
        return cls(len(weeks), variances, kernels(time, feasts))

    @property
    def parts(self) -> Floats:
        """(P, T, T) covariance of each part over the past, at size 1."""
        return self.kernels[:, : self.weeks, : self.weeks]

    @property
    def covariance(self) -> Floats:
        """(T, T) prior covariance over the past."""
        return np.asarray(np.tensordot(self.variances, self.parts, axes=1) + 1e-8 * np.eye(self.weeks))

    def relearned(self, mean: Floats, covariance: Floats) -> Demand:
        """Sizes of the parts, one Fisher scoring step up their approximate marginal likelihood.

        Parameters
        ----------
        mean, covariance : float array, shape (T,), (T, T)
            Posterior of log demand under the present sizes.
        """
        parts = self.parts
        precision = np.linalg.inv(self.covariance)
        alpha = precision @ mean
        unexplained = precision - precision @ covariance @ precision
        reach = unexplained @ parts  # (P, T, T)
        squares = np.einsum("i,pij,j->p", alpha, parts, alpha)
        gradient = 0.5 * self.variances * (squares - np.trace(reach, axis1=1, axis2=2))
        flat, turned = reach.reshape(len(parts), -1), reach.transpose(0, 2, 1).reshape(len(parts), -1)
        fisher = 0.5 * np.outer(self.variances, self.variances) * (flat @ turned.T)
        prior = np.diag(LOG_VARIANCE_SD**-2.0)
        gap = np.log(self.variances / PRIOR_SD**2)
        step = np.linalg.solve(fisher + prior, gradient - prior @ gap)
        used = self.variances > NONE
        grown = self.variances * np.exp(np.clip(step, -LONGEST_STEP, LONGEST_STEP))
        return Demand(self.weeks, np.where(used, grown, self.variances), self.kernels)

    def ahead(self, horizon: int) -> tuple[Floats, Floats]:
        """How log demand goes on: (weights (horizon, T), covariance (horizon, horizon)) given the past's values."""
        whole = np.tensordot(self.variances, self.kernels, axes=1)
        future = slice(self.weeks, self.weeks + horizon)
        cross = whole[future, : self.weeks]
        weights = np.linalg.solve(self.covariance, cross.T).T
        left = whole[future, future] - weights @ cross.T
        return np.asarray(weights), np.asarray(0.5 * (left + left.T) + 1e-10 * np.eye(horizon))
