"""The plan of record: a plan, its forecast and everything they rest on, frozen on the day it was approved.

A record is never changed and never computed again: what is shown of it is read from it. `to_json` and `from_json` keep
every bit, and `Record.id` is the hash of all of it, so that a record that was touched is told by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.finance.figures import Figure, Swing
from optimizer.history.panel import Cell, Floats

if TYPE_CHECKING:
    from optimizer.finance.statement import Statement
    from optimizer.planning.fiscal import Period

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Forecast:
    """One outcome per cell and week of the plan, each array (C, H): mean, and the ends of its 90 and 80 % intervals.

    Attributes
    ----------
    mean, low, high, low80, high80 : float array, shape (C, H)
        Of what the weeks will show once fully reported, noise included.
    """

    mean: Floats
    low: Floats
    high: Floats
    low80: Floats
    high80: Floats


@dataclass(frozen=True)
class Expected:
    """One outcome of one cut of the plan, with intervals of the sum itself.

    Attributes
    ----------
    outcome : str
    period : str
        Name of a fiscal period; "" for all of the plan.
    week : str
        Monday; "" for all.
    network, content_type : str
        "" for all.
    mean, low, high, low80, high80 : float
        Mean, and the ends of the 90 and the 80 % interval.
    """

    outcome: str
    period: str
    week: str
    network: str
    content_type: str
    mean: float
    low: float
    high: float
    low80: float
    high80: float


@dataclass(frozen=True, eq=False)
class FrozenCurves:
    """What weekly spend brings in the plan's weeks, the planned spend among the knots.

    Attributes
    ----------
    spend : float array, shape (C, K)
        Weekly spend, the same in every week; rising, beginning with 0.
    revenue : float array, shape (C, K)
        Expected attributed revenue of all weeks of the plan; at 0 what comes without any spend.
    conversions : float array, shape (C, K) or None
    """

    spend: Floats
    revenue: Floats
    conversions: Floats | None


@dataclass(frozen=True)
class Origin:
    """What a record was made from, and by what.

    Attributes
    ----------
    run : str
        Id of the run that made the plan.
    history, data_sha256 : str
        Name of the history and hash of its bytes.
    version, code_sha256 : str
        Of this package: its version, and the hash of its source files.
    seed : int
    asked : mapping
        The question, as `optimizer.planning.asked.Asked` keeps it.
    settings : mapping
        As settings.toml holds them.
    solver : mapping
        Status, value, bound and gap of the certificate.
    """

    run: str
    history: str
    data_sha256: str
    version: str
    code_sha256: str
    seed: int
    asked: Mapping[str, object]
    settings: Mapping[str, object]
    solver: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Record:
    """A plan of record; C cells, H weeks.

    Attributes
    ----------
    name, author, note : str
        Its name, who approved it, and why.
    created : str
        ISO time in UTC; "" for a draft that nobody has approved.
    supersedes : str
        Id of the record that this one replaces; "" for none.
    origin : Origin
    currency : str
    decimals : int
    cells : tuple of Cell
    weeks : tuple of str
        Mondays, ISO.
    periods : tuple of Period
    spend, baseline : float array, shape (C, H)
        Planned spend, and today's split scaled to the same budget.
    forecasts : mapping of outcome to Forecast
        Revenue, and conversions and clicks and the like where the plan forecasts them.
    expected : tuple of Expected
        Per outcome of each week, period, network, content type and cell, and of the whole.
    statement : Statement
        Frozen.
    answers : tuple of Figure
    swings : tuple of Swing
    curves : FrozenCurves
    cost_per_click : float array, shape (C,)
        What a click is reckoned to cost: that of the last 12 complete weeks before the plan; NaN where not known.
    naive : mapping of outcome to float array, shape (C, H)
        The naive forecast: the last complete weeks before the plan again, as many as it has (repeated where fewer).
    factors : mapping of network to (float, float, float)
        Incrementality: factor and the ends of its interval.
    reasons, evidence : tuple of str
        Per cell.
    findings : tuple of str
        Worst first.
    """

    name: str
    author: str
    note: str
    created: str
    supersedes: str
    origin: Origin
    currency: str
    decimals: int
    cells: tuple[Cell, ...]
    weeks: tuple[str, ...]
    periods: tuple[Period, ...]
    spend: Floats
    baseline: Floats
    forecasts: Mapping[str, Forecast] = field(repr=False)
    expected: tuple[Expected, ...] = field(repr=False)
    statement: Statement = field(repr=False)
    answers: tuple[Figure, ...] = field(repr=False)
    swings: tuple[Swing, ...] = field(repr=False)
    curves: FrozenCurves = field(repr=False)
    cost_per_click: Floats = field(repr=False)
    naive: Mapping[str, Floats] = field(repr=False)
    factors: Mapping[str, tuple[float, float, float]]
    reasons: tuple[str, ...] = field(repr=False)
    evidence: tuple[str, ...] = field(repr=False)
    findings: tuple[str, ...] = field(repr=False)

    @cached_property
    def id(self) -> str:
        """20 hexadecimal digits that follow from everything in it."""
        from optimizer.finance.record_json import record_to_json

        text = json.dumps(record_to_json(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def approved(self) -> bool:
        """Whether somebody put a name to it."""
        return bool(self.created)
