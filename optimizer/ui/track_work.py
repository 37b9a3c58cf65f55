"""What the page Track record is drawn from: the plans of record that a history can be held against, judged once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import streamlit as st

from optimizer.errors import InputError
from optimizer.finance.actuals import Actuals, ActualsFile, actuals_of, read_actuals
from optimizer.finance.closing import Closed, with_closed
from optimizer.finance.track_record import TrackRecord, track
from optimizer.ui import service
from optimizer.ui.recent import Recent
from optimizer.ui.track_store import Held, closings
from optimizer.ui.uploads import Source

KEPT_FILES, KEPT_JUDGED = 8, 16


@dataclass(frozen=True, eq=False)
class Judged:
    """Plans of record beside what came.

    Attributes
    ----------
    held : tuple of Held
        Those that were judged, newest first.
    track : TrackRecord or None
        None where there is none.
    raw : mapping of record id to Actuals
        As the history says, without what is closed.
    actuals : mapping of record id to Actuals
        With the figures of closed periods.
    closed : tuple of Closed
    problems : tuple of str
        Why others could not be judged.
    """

    held: tuple[Held, ...]
    track: TrackRecord | None
    raw: dict[str, Actuals] = field(repr=False)
    actuals: dict[str, Actuals] = field(repr=False)
    closed: tuple[Closed, ...] = ()
    problems: tuple[str, ...] = ()

    def is_closed(self, record: str, period: str) -> bool:
        """Whether a period of a record is closed."""
        return any((one.record, one.period) == (record, period) for one in self.closed)


@st.cache_resource
def _files() -> Recent[Hashable, ActualsFile]:
    return Recent(KEPT_FILES)


@st.cache_resource
def _judged() -> Recent[Hashable, Judged]:
    return Recent(KEPT_JUDGED)


def judged(held: tuple[Held, ...], source: Source, leave_out: bool) -> Judged:
    """Hold plans of record against a history; worked out once for the same of both."""
    closed = closings(service.store())
    plans = tuple((one.kept.id, one.replaced_by) for one in held)
    done = tuple((one.record, one.period) for one in closed)
    key = (plans, done, source.sha256, source.name, service.today(), leave_out)
    return _judged().take(key, lambda: _judge(held, source, closed, leave_out))


def _judge(held: tuple[Held, ...], source: Source, closed: tuple[Closed, ...], leave_out: bool) -> Judged:
    raw: dict[str, Actuals] = {}
    problems: list[str] = []
    for one in held:
        by_audience = any(cell.audience for cell in one.record.cells)
        try:
            raw[one.record.id] = actuals_of(one.record, _file(source, by_audience), leave_out=leave_out)
        except InputError as problem:
            problems.append(problem.message)
    kept = tuple(one for one in held if one.record.id in raw)
    told = {one.record.id: with_closed(one.record, raw[one.record.id], closed) for one in kept}
    pairs = [(one.record, told[one.record.id]) for one in kept]
    return Judged(kept, track(pairs) if pairs else None, raw, told, closed, tuple(dict.fromkeys(problems)))


def _file(source: Source, by_audience: bool) -> ActualsFile:
    key = (source.sha256, source.name, service.today(), by_audience)
    return _files().take(key, lambda: read_actuals(service.history(source), by_audience))
