"""Carry-over (adstock): the share of a week's effect that arrives in later weeks.

Geometric carry-over, normalised so that constant spend carries to itself:

    carried[t] = (1 - decay) * spend[t] + decay * carried[t - 1].

The first week starts in its steady state. Source: Broadbent (1979); Jin et al. (2017), Google.
"""

from __future__ import annotations

import numpy as np

from optimizer.history.panel import Floats


def carried(spend: Floats, decay: Floats) -> Floats:
    """Carried-over spend.

    Parameters
    ----------
    spend : float array, shape (..., T)
        Spend per week, >= 0.
    decay : float array, shape (...)
        Weekly carry-over rate in [0, 1).

    Returns
    -------
    float array, shape (..., T)

    Examples
    --------
    >>> carried(np.array([4.0, 0.0, 0.0]), np.array(0.5)).tolist()
    [4.0, 2.0, 1.0]
    """
    out = np.empty(np.broadcast_shapes(spend.shape, (*np.shape(decay), spend.shape[-1])))
    state = out[..., 0] = spend[..., 0]
    fresh = (1.0 - decay)[..., None] * spend
    for t in range(1, spend.shape[-1]):
        state = fresh[..., t] + decay * state
        out[..., t] = state
    return out


def carried_with_derivative(spend: Floats, decay: Floats) -> tuple[Floats, Floats]:
    """Carried-over spend and its derivative by decay, each of shape (..., T)."""
    value = carried(spend, decay)
    slope = np.zeros_like(value)
    state = slope[..., 0]
    push = np.zeros_like(value)
    push[..., 1:] = value[..., :-1] - spend[..., 1:]
    for t in range(1, spend.shape[-1]):
        state = push[..., t] + decay * state
        slope[..., t] = state
    return value, slope
