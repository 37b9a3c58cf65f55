"""Rates are shrunk by as much as chance explains: against brute force, and against truths they were drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom, norm, poisson

from optimizer.planning.sponsor.rates import BINOMIAL, POISSON, Group, RateData, fit_rate, without


def data(count, of, family=BINOMIAL, groups=None, own=None):
    n = len(count)
    groups = np.zeros(n, dtype=int) if groups is None else groups
    names = groups.max() + 1
    design = np.column_stack([np.ones(n), *(groups == k for k in range(names))]).astype(float)
    mean, spread = np.zeros(1 + names), np.array([3.0] + [0.3] * names)
    shared = [Group(tuple(range(1, 1 + names)))]
    own = own or Group((), 0.4, 3.0)
    return RateData(np.array(count, float), np.array(of, float), design, mean, spread, shared, own, np.zeros(n), family)


@pytest.mark.parametrize(("family", "count", "of"), [(BINOMIAL, 4, 60), (BINOMIAL, 0, 25), (POISSON, 7, 90.0)])
def test_a_post_alone_has_the_effect_that_integration_over_a_grid_gives(family, count, of):
    fit = fit_rate(data([count, 30, 28], [of, 1000, 900], family))
    u = np.linspace(-4, 4, 40_001)
    eta = fit.data.design[0] @ fit.coefficients + u
    seen = binom.pmf(count, of, expit(eta)) if family == BINOMIAL else poisson.pmf(count, of * np.exp(eta))
    weight = seen * norm.pdf(u, scale=fit.sigma)
    weight /= weight.sum()
    assert fit.effect[0] == pytest.approx(weight @ u, abs=1e-5)
    assert fit.variance[0] == pytest.approx(weight @ u**2 - (weight @ u) ** 2, rel=1e-4)


@pytest.mark.parametrize("people", [150, 3000])
def test_spreads_and_effects_are_found_again(people):
    rng = np.random.default_rng(4)
    groups = rng.integers(0, 6, 600)
    truth = 0.45 * rng.standard_normal(600)
    of = np.round(people * np.exp(0.8 * rng.standard_normal(600))) + 20
    eta = -3.2 + 0.4 * rng.standard_normal(6)[groups] + truth
    fit = fit_rate(data(rng.binomial(of.astype(int), expit(eta)), of, groups=groups))
    assert fit.sigma == pytest.approx(0.45, rel=0.15)
    off = (fit.effect - truth) / np.sqrt(fit.variance)
    assert 0.85 < off.std() < 1.15
    raw = np.log((fit.data.count + 0.5) / (of + 1))
    raw -= np.array([raw[groups == g].mean() for g in range(6)])[groups]
    assert np.mean((fit.effect - truth) ** 2) < 0.95 * np.mean((raw - truth) ** 2)


def test_few_people_leave_a_post_near_its_place_and_many_do_not():
    fit = fit_rate(data([3, 300, *[20] * 30], [30, 3000, *[1000] * 30]))
    assert 0 < fit.effect[0] < fit.effect[1]
    assert fit.variance[0] > 5 * fit.variance[1]
    assert fit.lean[0] < 0.9 < fit.lean[1]


def test_nothing_observed_leaves_the_prior():
    fit = fit_rate(without(data([5, 6], [50, 60])))
    assert np.allclose(fit.effect, 0.0)
    assert fit.sigma == pytest.approx(0.4, rel=0.05)
    assert fit.seen == 0
