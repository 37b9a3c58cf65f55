"""Figures that finance is told: one value with its interval, and how far each input moves the result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One answer; `optimizer.finance.definitions.definition(key)` says what it means and its unit.

    Attributes
    ----------
    key : str
    value : float
        NaN where there is no such figure, such as a ratio to nothing.
    low, high : float
        Ends of its 90 % interval; both equal to the value where it is an input or follows from inputs alone.
    network, content_type : str
        The place it is of; "" for the whole plan.
    """

    key: str
    value: float
    low: float
    high: float
    network: str = ""
    content_type: str = ""


@dataclass(frozen=True)
class Swing:
    """What one input does to marketing contribution, the split staying as it is.

    Attributes
    ----------
    key : str
        margin, price, rate, worth or incrementality.
    network : str
        "" for all networks.
    low_input, high_input : float
        What the input is at its low and its high end: a share of its value, 0.9 and 1.1 where nothing is known of its
        own range.
    low, high : float
        Marketing contribution at those, less that of the plan as it is; account currency.
    """

    key: str
    network: str
    low_input: float
    high_input: float
    low: float
    high: float
