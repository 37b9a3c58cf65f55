"""Prior knowledge and settings of the response model, in one record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A standard deviation that the fit learns: its usual size, and the spread of its logarithm around that."""

    sd: float
    log_spread: float = 0.4


@dataclass(frozen=True)
class ModelSettings:
    """Settings of the response model; every default is a statement about advertising in general.

    Attributes
    ----------
    seed : int
        Of the random numbers behind the draws.
    draws : int
        Number of posterior draws S.
    network, content, cell : Scale
        Spread of log effect per unit of money between networks, content types, and cells beyond both.
    drift : Scale
        Weekly step of the slow drift of a cell's log effect.
    decay_mean, decay_network, decay_cell : float
        Logit of the weekly carry-over rate, and its spread between networks and cells.
    organic_mean, organic : float, Scale
        Log of the outcome without spend over that of the usual spend, and its spread between cells.
    half : Scale
        Spread of log half-saturation, in units of the usual spend.
    slope : Scale
        Spread of the log slope.
    knot_weeks : int
        Weeks between the points at which drift may turn.
    country : str
        ISO 3166 code whose public holidays may move demand; "" for none.
    """

    seed: int = 0
    draws: int = 200
    network: Scale = Scale(0.35)
    content: Scale = Scale(0.3)
    cell: Scale = Scale(0.3)
    drift: Scale = Scale(0.01, 0.7)
    decay_mean: float = -0.8
    decay_network: float = 0.7
    decay_cell: float = 0.35
    organic_mean: float = -3.0
    organic: Scale = Scale(1.0)
    half: Scale = Scale(1.0, 0.3)
    slope: Scale = Scale(0.35, 0.3)
    knot_weeks: int = 6
    country: str = ""
