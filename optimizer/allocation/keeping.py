"""How far a split misses a rule, computed from the rule's own words and by no solver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.allocation.rules import (
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    NothingOrAtLeast,
    RatioFloor,
    Rule,
    Steps,
    Tied,
)
from optimizer.allocation.setting import Setting
from optimizer.history.panel import Floats

KEPT = 1e-9  # of the budget: a rule missed by less is kept


def missed(setting: Setting, spend: Floats, rule: int) -> float:
    """By how much a split misses a rule: in budgets, a count by one as 1, an outcome in units of its floor."""
    record = setting.rules[rule]
    box = setting.box(record)
    if box:
        return float(max(max(low - spend[c], spend[c] - high, 0.0) for c, low, high in box))
    measure = _MEASURES.get(type(record))
    return float(measure(setting, spend, record)) if measure is not None else 0.0


def value_of(setting: Setting, spend: Floats) -> float:
    """Value of a split in the setting's units, less the cost of money and fixed costs."""
    value = float(setting.functions[0].whole.value_at(spend).sum()) - setting.cost * float(spend.sum())
    return value - sum(
        rule.cost for rule in setting.rules if isinstance(rule, FixedCost) and (spend[list(rule.cells)] > 0.0).any()
    )


def keeps(setting: Setting, spend: Floats, active: frozenset[int] | None = None) -> bool:
    """Whether a split keeps budget, bounds and all rules (or those that count)."""
    total = float(spend.sum())
    if not np.isfinite(total) or total > 1.0 + KEPT or (setting.spend_all and total < 1.0 - KEPT):
        return False
    if (spend < setting.lower - KEPT).any() or (spend > setting.upper + KEPT).any():
        return False
    rules = range(len(setting.rules)) if active is None else active
    return all(missed(setting, spend, rule) <= KEPT for rule in rules)


def limits(setting: Setting, spend: Floats, rule: int) -> float | None:
    """How far a split stands from the limit of a rule that has one in money; None for rules of another kind."""
    record = setting.rules[rule]
    box = setting.box(record)
    if box:
        near = (min(abs(spend[c] - low) if low > 0.0 else np.inf, abs(high - spend[c])) for c, low, high in box)
        return float(min(near))
    if isinstance(record, GroupLimit):
        return min(abs(a) for a in _over_limits(spend, record))
    if isinstance(record, Diversification):
        return float(np.min(record.share * spend.sum() - spend[list(record.cells)]))
    if isinstance(record, ExplorationShare):
        return float(spend[list(record.cells)].sum() - record.share)
    if isinstance(record, RatioFloor):
        return abs(_short_of_ratio(setting, spend, record))
    return 0.0 if isinstance(record, Tied) else None


def _over_limits(spend: Floats, rule: GroupLimit) -> list[float]:
    own, total = float(spend[list(rule.cells)].sum()), float(spend.sum())
    result = []
    if rule.minimum is not None:
        result.append(rule.minimum - own)
    if rule.maximum is not None:
        result.append(own - rule.maximum)
    if rule.minimum_share is not None:
        result.append(rule.minimum_share * total - own)
    if rule.maximum_share is not None:
        result.append(own - rule.maximum_share * total)
    return result


def _group(_: Setting, spend: Floats, rule: GroupLimit) -> float:
    return max(_over_limits(spend, rule))


def _nothing_or_at_least(_: Setting, spend: Floats, rule: NothingOrAtLeast) -> float:
    worst = 0.0
    for place, cell in enumerate(rule.cells):
        amount = float(spend[cell])
        allowed = [abs(amount), max(rule.amount - amount, 0.0)]
        if rule.stay is not None:
            allowed.append(abs(amount - rule.stay[place]))
        worst = max(worst, min(allowed))
    return worst


def _count(_: Setting, spend: Floats, rule: CountLimit) -> float:
    sums = np.array([spend[list(member)].sum() for member in rule.members])
    worst = 0.0
    if rule.at_most is not None:
        worst = float((sums > 0.0).sum()) - rule.at_most
    if rule.at_least > 0:  # as many as need be must reach the smallest amount; the nearest ones count
        short = np.sort(np.maximum(rule.smallest - sums, 0.0))
        worst = max(worst, float(short[rule.at_least - 1]))
    return worst


def _diversification(_: Setting, spend: Floats, rule: Diversification) -> float:
    return float(np.max(spend[list(rule.cells)])) - rule.share * float(spend.sum())


def _exploration(_: Setting, spend: Floats, rule: ExplorationShare) -> float:
    return rule.share - float(spend[list(rule.cells)].sum())


def _steps(_: Setting, spend: Floats, rule: Steps) -> float:
    own = spend[list(rule.cells)]
    return float(np.max(np.abs(own - np.round(own / rule.step) * rule.step)))


def _short_of_ratio(setting: Setting, spend: Floats, rule: RatioFloor) -> float:
    place = next(k for k, r in enumerate(setting.rules) if r is rule)
    own = list(rule.cells)
    outcome = setting.functions[setting.ratio_function[place]].whole.value_at(spend)[own].sum()
    return float(spend[own].sum() - outcome)


def _tied(_: Setting, spend: Floats, rule: Tied) -> float:
    weights = np.array(rule.weights) / max(rule.weights)
    own = spend[list(rule.cells)]
    return float(np.max(np.abs(own * weights[0] - own[0] * weights)))


_MEASURES: dict[type[Rule], Callable[[Setting, Floats, Any], float]] = {
    GroupLimit: _group,
    NothingOrAtLeast: _nothing_or_at_least,
    CountLimit: _count,
    Diversification: _diversification,
    ExplorationShare: _exploration,
    Steps: _steps,
    RatioFloor: _short_of_ratio,
    Tied: _tied,
}
