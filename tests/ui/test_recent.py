"""What is kept for all visits is made once, leaves nothing behind where it fails, and never grows without end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from optimizer.ui.recent import Recent


def failing() -> str:
    raise ValueError("no plan keeps these rules")


def test_what_fails_leaves_nothing_behind() -> None:
    kept: Recent[int, str] = Recent(4)
    for key in range(50):
        with pytest.raises(ValueError, match="no plan"):
            kept.take(key, failing)
    assert kept._turns == {}
    assert kept.take(7, lambda: "made") == "made"


def test_the_one_not_used_for_longest_goes() -> None:
    kept: Recent[str, str] = Recent(2)
    kept.take("a", lambda: "a")
    kept.take("b", lambda: "b")
    kept.get("a")
    kept.take("c", lambda: "c")
    assert [kept.get(key) for key in "abc"] == ["a", None, "c"]
    assert kept._turns == {}


def crowd(kept: Recent[str, int], make: Callable[[], int], visits: int) -> list[int | BaseException]:
    """Many visits that ask for the same at once."""

    def visit(_number: int) -> int | BaseException:
        start.wait()
        try:
            return kept.take("plan", make)
        except ValueError as problem:
            return problem

    start = threading.Barrier(visits)
    with ThreadPoolExecutor(visits) as pool:
        return list(pool.map(visit, range(visits)))


def test_many_who_ask_at_once_wait_for_one() -> None:
    made: list[int] = []

    def make() -> int:
        time.sleep(0.05)
        made.append(len(made))
        return made[-1]

    assert crowd(Recent(4), make, 8) == [0] * 8
    assert made == [0]


def test_where_it_fails_the_next_one_tries_and_never_two_at_a_time() -> None:
    busy, tried, most = [0], [0], [0]
    count = threading.Lock()

    def make() -> int:
        with count:
            busy[0] += 1
            tried[0] += 1
            mine, most[0] = tried[0], max(most[0], busy[0])
        time.sleep(0.01)
        with count:
            busy[0] -= 1
        if mine < 6:
            raise ValueError("not yet")
        return mine

    kept: Recent[str, int] = Recent(4)
    found = crowd(kept, make, 10)
    assert most == [1]
    assert sorted(str(one) for one in found) == sorted(["6"] * 5 + ["not yet"] * 5)
    assert kept._turns == {}
