"""What a database can fail with, as one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection

from optimizer.errors import InternalError, OptimizerError
from optimizer.store import text

_BUSY = ("locked", "busy", "deadlock", "could not serialize", "lock timeout")
_DAMAGED = ("not a database", "malformed", "encrypted", "no such table", "no such column")
LONGEST_REASON = 200


@contextmanager
def as_sentences(store: str) -> Iterator[None]:
    """Turn what the database raises into the program's own errors.

    Parameters
    ----------
    store : str
        The store's name for people, without a password.

    Raises
    ------
    InputError
        The store is busy, damaged, cannot be reached or cannot be written.
    InternalError
        What was written broke a promise of the tables.
    """
    try:
        yield
    except NoConnection as problem:
        raise text.busy(store) from problem
    except DBAPIError as problem:
        raise _told(problem, store) from problem


def _told(problem: DBAPIError, store: str) -> OptimizerError:
    reason = str(problem.orig).strip().partition("\n")[0][:LONGEST_REASON]
    if isinstance(problem, IntegrityError):
        return InternalError(f"the store refused what was written ({reason})")
    said = reason.lower()
    if any(word in said for word in _BUSY):
        return text.busy(store)
    if any(word in said for word in _DAMAGED):
        return text.damaged(store)
    return text.unusable(store, reason)
