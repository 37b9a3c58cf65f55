"""Saturation: how an outcome grows with carried-over spend, as pure functions of value and derivatives.

One family holds straight, concave and S-shaped curves: the Hill function, written relative to a reference spend so
that its height there and its form are separate parameters,

    H(x) = u(x) / u(1),    u(x) = x**slope / (x**slope + half**slope),    x = spend / reference spend,

with H(1) = 1. Slope up to 1 is concave, above 1 has a threshold, and a half-saturation far above the reference is a
power of spend (slope 1: a straight line). Source: Hill (1910); in media models Jin et al. (2017), Google.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.history.panel import Floats

TINY = 1e-9  # relative spend below which a cell counts as unspent; keeps logarithms finite


class HillTerms(NamedTuple):
    """Log H and its derivatives, all of the broadcast shape of the inputs.

    by_log_x, by_log_half and by_log_slope are derivatives of log H by log x, log half-saturation and log slope.
    """

    log_value: Floats
    by_log_x: Floats
    by_log_half: Floats
    by_log_slope: Floats


def log_sigmoid(x: Floats) -> Floats:
    """Logarithm of 1 / (1 + exp(-x)) without overflow.

    Examples
    --------
    >>> float(np.round(log_sigmoid(np.array(0.0)), 6))
    -0.693147
    """
    return np.asarray(np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x))))


def relative_hill(x: Floats, log_half: Floats, log_slope: Floats) -> Floats:
    """H(x), the Hill curve relative to its height at x = 1.

    Parameters
    ----------
    x : float array
        Carried-over spend over the reference spend, >= 0.
    log_half, log_slope : float array
        Logarithms of half-saturation (in units of the reference) and slope; broadcast against x.

    Returns
    -------
    float array, broadcast shape, >= 0 and increasing in x.

    Examples
    --------
    >>> relative_hill(np.array([0.0, 1.0, 1e9]), np.array(0.0), np.array(0.0)).round(6).tolist()
    [0.0, 1.0, 2.0]
    """
    slope = np.exp(log_slope)
    log_x = np.log(np.maximum(x, TINY))
    value = np.exp(log_sigmoid(slope * (log_x - log_half)) - log_sigmoid(-slope * log_half))
    return np.asarray(np.where(x > TINY, value, 0.0))


def hill_terms(log_x: Floats, log_half: Floats, log_slope: Floats) -> HillTerms:
    """Log H(x) with its derivatives, for x > 0.

    Parameters
    ----------
    log_x, log_half, log_slope : float array
        Broadcast against each other.
    """
    slope = np.exp(log_slope)
    rise = slope * (log_x - log_half)
    log_u, log_u1 = log_sigmoid(rise), log_sigmoid(-slope * log_half)
    u, u1 = np.exp(log_u), np.exp(log_u1)
    by_slope = rise * (1.0 - u) + slope * log_half * (1.0 - u1)
    return HillTerms(log_u - log_u1, slope * (1.0 - u), slope * (u - u1), by_slope)
