"""What all tests share: the sample history and how long Hypothesis may search."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# Derandomized, so that a run fails or passes for what is in the code, not by luck; a timer would judge the machine.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def sample_history() -> Path:
    """Path of the simulated history that ships with the project; never write to it."""
    return ROOT / "data" / "sample_history.csv"


@pytest.fixture(scope="session", autouse=True)
def _own_kept_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep work that tests keep out of the store of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMIZER_STORE", str(tmp_path_factory.mktemp("kept") / "store.sqlite"))
        yield


@pytest.fixture(scope="session")
def short_sample(sample_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's last 30 weeks on two networks: small, so that fitting takes no time."""
    import pandas as pd

    table = pd.read_csv(sample_history)
    kept = table[(table["date"] >= "2026-04-06") & table["network"].isin(["facebook", "instagram"])]
    path = tmp_path_factory.mktemp("short") / "short_history.csv"
    kept.to_csv(path, index=False)
    return path
