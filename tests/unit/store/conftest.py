"""A store in a folder of its own, and a clock that tests set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.store import Store, open_store


class Clock:
    """A clock that stands still until a test moves it; every look at it takes a second."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 2, 14, 5, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += dt.timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is; its folder does not exist yet."""
    return tmp_path / "kept work" / "store.sqlite"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[Store]:
    with open_store(path, clock=clock) as opened:
        yield opened
