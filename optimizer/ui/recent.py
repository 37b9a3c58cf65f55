"""Recent: results kept for all visits, so that what follows from the same question is worked out once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass
class _Turn:
    """Whose turn it is to make a result, and how many visits make it or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    visits: int = 0


class Recent(Generic[Key, Value]):
    """The results used last, for all visits; each follows from its key alone, so it belongs to nobody.

    Unlike Streamlit's own cache it allows progress to be shown while something is made. The same key is made by one
    visit at a time: another that asks for it meanwhile waits, and makes it only where the first one failed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._turns: dict[Key, _Turn] = {}
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """The result, or None if it is not kept."""
        with self._lock:
            value = self._held.get(key)
            if value is not None:
                self._held.move_to_end(key)
            return value

    def take(self, key: Key, make: Callable[[], Value]) -> Value:
        """The result, made now if it is not kept; the one not used for longest goes."""
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.visits += 1
        try:
            with turn.lock:
                value = self.get(key)
                if value is None:
                    value = make()
                    self._keep(key, value)
                return value
        finally:
            with self._lock:
                turn.visits -= 1
                if not turn.visits:
                    del self._turns[key]

    def _keep(self, key: Key, value: Value) -> None:
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._most:
                self._held.popitem(last=False)
