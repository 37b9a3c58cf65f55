"""Probabilities as shares of draws, told no surer than the number of draws allows."""

from __future__ import annotations

import math

from optimizer.language.message import Message, Written, percent, say


def told_chance(share: float, draws: int) -> Message | Written:
    """A share of draws as a probability: all of 200 draws are more than 99 %, not 100 %.

    Parameters
    ----------
    share : float
        0 to 1.
    draws : int
        How many draws it is a share of, 1 or more.

    Examples
    --------
    >>> told_chance(0.87, 200), told_chance(1.0, 200), told_chance(0.0, 200), told_chance(0.999, 2000)
    ('87 %', 'more than 99 %', 'less than 1 %', 'more than 99 %')
    >>> told_chance(1.0, 20)
    'more than 95 %'
    """
    edge = math.ceil(100.0 / draws) / 100.0
    if share >= 1.0 - 0.5 * edge:
        return say("more than {share}", share=percent(1.0 - edge))
    if share <= 0.5 * edge:
        return say("less than {share}", share=percent(edge))
    return percent(share)
