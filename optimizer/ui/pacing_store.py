"""Budgets of periods as they are kept: one per history and period, with who set it."""

from __future__ import annotations

import math

from optimizer.errors import InputError
from optimizer.language.message import say
from optimizer.store import Kept, Kind, Store


def kept_budget(store: Store, history: str, sample: bool, period: str) -> Kept | None:
    """The kept budget of a period.

    Parameters
    ----------
    store : Store
    history : str
        Id of a kept history, "" for the sample.
    sample : bool
    period : str
        Its name.
    """
    for kept in store.list(Kind.PERIOD_BUDGET, history=history) if history else store.list(Kind.PERIOD_BUDGET):
        content = kept.content
        same = content.get("period") == period and bool(content.get("sample")) == sample
        if same and kept.history == history and amount_of(kept) is not None:
            return kept
    return None


def amount_of(kept: Kept) -> float | None:
    """The money of a kept budget; None where it holds none."""
    value = kept.content.get("budget")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < math.inf:
        return None
    return float(value)


def keep_budget(store: Store, named: tuple[str, bool, str], budget: float, author: str, version: int = 0) -> Kept:
    """Keep the budget of a period; what was kept before stays as a version.

    Parameters
    ----------
    store : Store
    named : (str, bool, str)
        History, whether it is the sample, and the period; as for `kept_budget`.
    budget : float
    author : str
    version : int
        Version the change is made from; 0 where nothing was kept.

    Raises
    ------
    InputError
        The budget is not above 0.
    Conflict
        Somebody else has changed it since.
    """
    history, sample, period = named
    if not 0.0 < budget < math.inf:
        raise InputError.at(say("the budget must be above 0"), fix=say("enter the money for the period"))
    content = {"period": period, "budget": budget, "sample": sample}
    there = kept_budget(store, history, sample, period)
    if there is None:
        return store.add(Kind.PERIOD_BUDGET, period, content, author=author, history=history)
    return store.change(there.id, version=version, author=author, content=content)
