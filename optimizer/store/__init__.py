"""Kept work: histories, scenarios, plans and settings in a database, with who changed what and when.

Names are loaded when they are first used, so that who keeps nothing does not pay for a database library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.store.fixed import Fixed
    from optimizer.store.opening import open_store
    from optimizer.store.records import Conflict, Entry, Kept, Kind, Revision
    from optimizer.store.store import Store
    from optimizer.store.text import told

__all__ = ["Conflict", "Entry", "Fixed", "Kept", "Kind", "Revision", "Store", "open_store", "told"]

_HOMES = {
    "Conflict": "optimizer.store.records",
    "Entry": "optimizer.store.records",
    "Fixed": "optimizer.store.fixed",
    "Kept": "optimizer.store.records",
    "Kind": "optimizer.store.records",
    "Revision": "optimizer.store.records",
    "Store": "optimizer.store.store",
    "open_store": "optimizer.store.opening",
    "told": "optimizer.store.text",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home the first time it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
