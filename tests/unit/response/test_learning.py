"""Learning of spreads and noise."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.response import ModelSettings
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.learning import learn_prior, relearned_sd
from optimizer.response.prepare import prepare
from optimizer.response.settings import Scale
from tests.panels import changed
from tests.worlds import Truth

WIDE = Scale(0.3, 3.0)


def learn(seen: np.ndarray, noise: float, scale: Scale, start: float) -> float:
    """Spread of the values behind noisy ones, the posterior being found again in every round."""
    sd = start
    for _ in range(30):
        keep = sd**2 / (sd**2 + noise**2)
        variance = np.full((len(seen), 1, 1), keep * noise**2)
        sd = relearned_sd(sd, keep * seen[:, None], variance, scale)
    return sd


@pytest.mark.parametrize("truth", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("start", [0.05, 1.0, 4.0])
def test_a_spread_is_recovered_from_known_values(truth: float, start: float) -> None:
    seen = truth * np.random.default_rng(0).standard_normal(2000)
    assert learn(seen, 1e-6, WIDE, start) == pytest.approx(truth, rel=0.05)


def test_noise_is_not_taken_for_spread() -> None:
    rng = np.random.default_rng(1)
    seen = 0.5 * rng.standard_normal(4000) + 0.8 * rng.standard_normal(4000)
    assert learn(seen, 0.8, WIDE, 0.9) == pytest.approx(0.5, rel=0.08)


def test_a_spread_stays_where_nothing_was_seen() -> None:
    prior = np.full((6, 1, 1), 0.3**2)
    assert relearned_sd(0.3, np.zeros((6, 1)), prior, Scale(0.3, 0.4)) == pytest.approx(0.3)


def test_equal_values_do_not_make_a_spread_collapse() -> None:
    few = learn(np.zeros(5), 0.1, Scale(0.3, 0.4), 0.3)
    many = learn(np.zeros(500), 0.1, Scale(0.3, 0.4), 0.3)
    assert 0.1 < few < 0.3
    assert 0.0 < many < few


def test_noise_of_the_weeks_is_recovered(joint: JointFit, world: Truth) -> None:
    ratio = np.log(joint.model.prior.dispersion / world.dispersion)
    assert abs(ratio.mean()) < 0.35
    assert np.corrcoef(joint.model.prior.dispersion, world.dispersion)[0, 1] > 0.3


def test_counts_without_more_than_chance_noise_are_seen_to_be_so(world: Truth) -> None:
    def change(spend: np.ndarray, outcomes: dict[str, np.ndarray]) -> None:
        mean = world.conversions.mean(axis=1, keepdims=True) * (spend / spend.mean(axis=1, keepdims=True)) ** 0.6
        outcomes["conversions"][:] = np.random.default_rng(5).poisson(mean)

    fit = fit_joint(prepare(changed(world.panel(), change), "conversions"), ModelSettings())
    assert np.median(fit.model.prior.dispersion) < 0.2 * np.median(world.dispersion)


def test_learning_has_settled_at_the_end_of_the_fit(joint: JointFit) -> None:
    mean = np.exp(joint.terms.log_mean + joint.model.common(joint.state.shared))
    before = joint.model.prior
    after = learn_prior(joint.model, joint.state, joint.factor, mean)
    assert np.abs(np.log(after.cell_sd / before.cell_sd)).max() < 0.1
    assert np.abs(np.log(after.dispersion / before.dispersion)).max() < 0.1
    for name in ("network_sd", "content_sd"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), rel=0.1)
    assert after.drift_sd == pytest.approx(before.drift_sd, rel=0.25)
