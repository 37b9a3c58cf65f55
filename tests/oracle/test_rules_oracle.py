"""Each rule against every split of a small grid of money, judged by checks written out again here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.allocation import Allocation, Bounds, Problem, Status, solve
from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    Lock,
    NothingOrAtLeast,
    RatioFloor,
    Rule,
    Steps,
    Tied,
)
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Cell, Floats
from optimizer.response.curves import Curves

UNITS = 20  # grid: the budget in this many parts
BUDGET = 100.0
STEP = BUDGET / UNITS
CELLS = (Cell("a", "reel"), Cell("a", "story"), Cell("b", "reel"), Cell("b", "video"))
TODAY = np.array([40.0, 20.0, 30.0, 10.0])
Check = Callable[[Floats], np.ndarray]


def curves(seed: int, *, steep: float = 1.0) -> Curves:
    """Concave, S-shaped and threshold curves with corners on the grid, so that the grid holds good splits."""
    rng = np.random.default_rng(seed)
    spend, value = [], []
    for cell in range(4):
        x = np.linspace(0, BUDGET, UNITS + 1)
        half = BUDGET * rng.uniform(0.1, 0.7)
        u = (x / half) ** (1.0 if (cell + seed) % 3 == 0 else rng.uniform(2, 5))
        spend.append(x)
        value.append(steep * rng.uniform(50, 150) * u / (1 + u))
    return Curves.from_points(CELLS, spend, value)


def total(x: Floats, *cells: int) -> np.ndarray:
    return np.asarray(x[..., list(cells)].sum(axis=-1))


E = 1e-7
OUTCOMES = curves(77, steep=2.0)


def outcome(x: Floats, *cells: int) -> np.ndarray:
    flat = OUTCOMES.value(x.reshape(-1, 4).T).T.reshape(x.shape)
    return np.asarray(flat[..., list(cells)].sum(axis=-1))


def one_of(x: Floats, *allowed: Callable[[Floats], np.ndarray]) -> np.ndarray:
    return np.logical_or.reduce([a(x) for a in allowed])


CASES: dict[str, tuple[Rule, Check]] = {
    "least money": (GroupLimit((0, 1), minimum=70.0), lambda x: total(x, 0, 1) >= 70 - E),
    "most money": (GroupLimit((1, 2, 3), maximum=25.0), lambda x: total(x, 1, 2, 3) <= 25 + E),
    "least share": (GroupLimit((3,), minimum_share=0.35), lambda x: x[..., 3] >= 0.35 * x.sum(-1) - E),
    "most share": (GroupLimit((0, 2), maximum_share=0.3), lambda x: total(x, 0, 2) <= 0.3 * x.sum(-1) + E),
    "lock": (Lock(1, 15.0), lambda x: np.abs(x[..., 1] - 15) <= E),
    "nothing or at least": (
        NothingOrAtLeast((0, 1, 2, 3), 35.0),
        lambda x: ((x <= E) | (x >= 35 - E)).all(-1),
    ),
    "below today may stay": (
        NothingOrAtLeast((0, 1, 3), 30.0, stay=(40.0, 20.0, 10.0)),
        lambda x: one_of(
            x[..., [0, 1, 3]], lambda y: ((y <= E) | (y >= 30 - E) | (abs(y - [40, 20, 10]) <= E)).all(-1)
        ),
    ),
    "at most two": (CountLimit(tuple((c,) for c in range(4)), at_most=2), lambda x: (x > E).sum(-1) <= 2),
    "at least three": (
        CountLimit(tuple((c,) for c in range(4)), at_least=3, smallest=20.0),
        lambda x: (x >= 20 - E).sum(-1) >= 3,
    ),
    "one content type": (
        CountLimit(((0, 2), (1,), (3,)), at_most=1),
        lambda x: np.stack([total(x, 0, 2), x[..., 1], x[..., 3]]).__gt__(E).sum(0) <= 1,
    ),
    "diversification": (Diversification((0, 1, 2, 3), 0.4), lambda x: (x <= 40 + E).all(-1)),
    "change in share": (ChangeLimit((0, 1, 2, 3), share=0.5), lambda x: (abs(x - TODAY) <= 0.5 * TODAY + E).all(-1)),
    "change in money": (ChangeLimit((0, 2), money=15.0), lambda x: (abs(x - TODAY)[..., [0, 2]] <= 15 + E).all(-1)),
    "change of both, from a plan": (
        ChangeLimit((0, 1), share=0.5, money=10.0, always=5.0, reference=(30.0, 0.0)),
        lambda x: (abs(x[..., [0, 1]] - [30, 0]) <= np.array([10, 5]) + E).all(-1),
    ),
    "steps": (Steps((0, 1, 2), 25.0), lambda x: (abs(x[..., :3] / 25 - np.round(x[..., :3] / 25)) <= E).all(-1)),
    "fixed cost": (FixedCost((0, 2), 45.0), lambda x: np.ones(x.shape[:-1], bool)),
    "return": (RatioFloor((0, 1), OUTCOMES, 2.4), lambda x: outcome(x, 0, 1) >= 2.4 * total(x, 0, 1) - E),
    "cost per outcome": (
        RatioFloor.cpa((0, 1, 2, 3), OUTCOMES, 0.5, weeks=1.0),
        lambda x: total(x, 0, 1, 2, 3) <= 0.5 * outcome(x, 0, 1, 2, 3) + E,
    ),
    "exploration": (ExplorationShare((1, 3), 0.45), lambda x: total(x, 1, 3) >= 45 - E),
    "tied": (Tied((0, 2), (1.0, 3.0)), lambda x: abs(3 * x[..., 0] - x[..., 2]) <= E),
}


def grid(*, all_spent: bool = True) -> Floats:
    """(N, 4) every split of the budget in steps, or of any part of it."""
    parts = np.array(list(product(range(UNITS + 1), repeat=4)))
    fits = parts.sum(1) == UNITS if all_spent else parts.sum(1) <= UNITS
    return parts[fits] * STEP


def worth(problem: Problem, splits: Floats) -> Floats:
    value = problem.curves.value(splits.T).sum(0) - problem.cost_of_money * splits.sum(1)
    for rule in problem.rules:
        if isinstance(rule, FixedCost):
            value = value - rule.cost * (total(splits, *rule.cells) > 0)
    return np.asarray(value)


def judge(problem: Problem, checks: list[Check], *, tolerance: float = 2e-4) -> Allocation | None:
    splits = grid(all_spent=problem.spend_all)
    fits = np.logical_and.reduce([check(splits) for check in checks])
    fits &= ((splits >= problem.bounds.lower) & (splits <= problem.bounds.upper)).all(1)
    try:
        result = solve(problem)
    except InfeasibleError:
        assert not fits.any()
        return None
    proof = result.certificate
    for split in (result.spend, result.baseline):
        assert all(check(split) for check in checks), split
        assert (split >= problem.bounds.lower).all()
        assert (split <= problem.bounds.upper).all()
        assert split.sum() + (0 if problem.spend_all else BUDGET) >= BUDGET * (1 - 1e-9)
        assert split.sum() <= BUDGET * (1 + 1e-9)
    assert proof.value == pytest.approx(worth(problem, result.spend[None])[0], rel=1e-9, abs=1e-9)
    assert result.baseline_value == pytest.approx(worth(problem, result.baseline[None])[0], rel=1e-9, abs=1e-9)
    assert proof.value >= result.baseline_value - 1e-12 * abs(result.baseline_value)
    assert proof.bound >= proof.value
    assert proof.gap <= tolerance or proof.bound - proof.value <= 1e-5
    assert proof.status is Status.OPTIMAL
    if fits.any():
        best = float(worth(problem, splits[fits]).max())
        assert best <= proof.bound + 1e-9 * abs(proof.bound)
        assert best <= proof.value + tolerance * abs(proof.bound)
    return result


def ask(seed: int, *rules: Rule, **changes: object) -> Problem:
    bounds = Bounds(np.zeros(4), np.full(4, BUDGET))
    problem = Problem(curves(seed), BUDGET, bounds, TODAY, rules=rules, price_rules=False)
    return replace(problem, **changes)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", CASES)
def test_each_rule_against_every_split(name: str, seed: int) -> None:
    rule, check = CASES[name]
    assert judge(ask(seed, rule), [check]) is not None


@pytest.mark.parametrize("seed", range(60))
def test_mixed_rules_against_every_split(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = rng.choice(list(CASES), size=int(rng.integers(2, 5)), replace=False)
    rules, checks = zip(*(CASES[str(name)] for name in names), strict=True)
    spend_all = bool(rng.random() < 0.6)
    lower = np.where(rng.random(4) < 0.2, 5.0, 0.0)
    upper = np.where(rng.random(4) < 0.3, 60.0, 100.0)
    if not spend_all:  # shares of the budget and of the spend part ways
        part = {"diversification": lambda x: (x <= 0.4 * x.sum(-1, keepdims=True) + E).all(-1)}
        checks = tuple(part.get(str(n), c) for n, c in zip(names, checks, strict=True))
    cost = float(rng.choice([0.0, 1.0])) if not spend_all else 0.0
    judge(ask(seed, *rules, spend_all=spend_all, cost_of_money=cost, bounds=Bounds(lower, upper)), list(checks))


@pytest.mark.parametrize("seed", range(6))
def test_profit_may_leave_money(seed: int) -> None:
    free: Check = CASES["fixed cost"][1]
    result = judge(ask(seed, spend_all=False, cost_of_money=1.6), [free])
    assert result is not None
    assert result.unspent == pytest.approx(BUDGET - result.spend.sum(), abs=1e-9)
    ruled = judge(ask(seed, GroupLimit((0, 1, 2, 3), maximum=90.0), spend_all=False, cost_of_money=1.6), [
        lambda x: x.sum(-1) <= 90 + E])  # fmt: skip
    assert ruled is not None
    if result.spend.sum() < 90:
        assert ruled.certificate.value == pytest.approx(result.certificate.value, rel=1e-4)


@pytest.mark.parametrize("factor", [1e-5, 7.0, 1e7])
@pytest.mark.parametrize("name", ["least money", "nothing or at least", "at least three", "steps", "change in money"])
def test_other_money_gives_the_same_plan(name: str, factor: float) -> None:
    first = ask(1, CASES[name][0])
    amounts = ("minimum", "maximum", "amount", "smallest", "step", "money")
    own = {a: getattr(first.rules[0], a, None) for a in amounts}
    rule = replace(first.rules[0], **{a: value * factor for a, value in own.items() if value is not None})
    other = replace(
        first, curves=first.curves.scaled(factor), budget=first.budget * factor, rules=(rule,),
        bounds=Bounds(first.bounds.lower * factor, first.bounds.upper * factor), baseline=first.baseline * factor,
    )  # fmt: skip
    one, two = solve(first), solve(other)
    assert two.certificate.value == pytest.approx(one.certificate.value, rel=1e-6)
    assert two.spend / factor == pytest.approx(one.spend, abs=1e-5 * BUDGET)
    assert two.baseline / factor == pytest.approx(one.baseline, abs=1e-6 * BUDGET)


def test_what_a_rule_costs_is_the_difference_to_the_best_plan_without_it() -> None:
    for seed in range(3):
        for name in ("least money", "at most two", "steps", "lock", "return"):
            ruled = solve(replace(ask(seed, CASES[name][0]), price_rules=True)).certificate
            without = solve(ask(seed)).certificate
            assert ruled.rules[0].cost == pytest.approx(without.value - ruled.value, abs=3e-4 * without.value)
            assert ruled.rules[0].cost_most is not None
            assert ruled.rules[0].cost_most >= without.value - ruled.value - 1e-9 * without.value
