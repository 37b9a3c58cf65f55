"""Actuals: what came of a plan of record's weeks, taken from a history and held against the record.

A week counts once the history holds it whole. A place without a row in such a week spent nothing and brought nothing,
as far as the networks' books say; its row is missing, so that it is no test of its own forecast. Newest weeks that are
surely not fully reported are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import Message, day, join, number, percent, place, say, say_many
from optimizer.planning.studio import panel_of

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.history.history import History

Flags = NDArray[np.bool_]
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class ActualsFile:
    """A history as far as it says what came, read once for many records.

    Attributes
    ----------
    panel : Panel
    file : str
        Name for messages.
    late : mapping of str to float
        Share that is in of each newest week, by its Monday, where it is surely not all.
    """

    panel: Panel
    file: str
    late: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Actuals:
    """What came of the weeks of a record; C cells and H weeks in its order, NaN where nothing has come.

    Attributes
    ----------
    file, data_sha256 : str
        Name of the history, and hash of its bytes.
    currency : str
    spend : float array, shape (C, H)
        Account currency.
    outcomes : mapping of str to float array, shape (C, H)
        Those that the record forecasts, clicks besides, as far as the history has them.
    seen : bool array, shape (C, H)
        Whether the history has a row of it.
    reported : float array, shape (H,)
        Share of conversions and revenue that is in; 1 unless it is surely less, NaN in weeks that have not come.
    closed : bool array, shape (H,), or None
        Weeks of periods that are closed, whose figures count as they stand; None for none.
    findings : tuple of Finding
    """

    file: str
    data_sha256: str
    currency: str
    spend: Floats = field(repr=False)
    outcomes: Mapping[str, Floats] = field(repr=False)
    seen: Flags = field(repr=False)
    reported: Floats = field(repr=False)
    closed: Flags | None = field(default=None, repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def arrived(self) -> Flags:
        """(H,) weeks that the history holds whole."""
        return np.isfinite(self.reported)

    @property
    def late(self) -> Flags:
        """(H,) weeks that have come but are surely not fully reported."""
        return np.asarray(self.arrived & (np.nan_to_num(self.reported, nan=1.0) < 1.0))

    @property
    def final(self) -> Flags:
        """(H,) weeks that have come and may be judged."""
        done = self.arrived & ~self.late
        return np.asarray(done if self.closed is None else done | self.closed)


def read_actuals(history: History, by_audience: bool = False) -> ActualsFile:
    """Read what came from a history, and find out which of its newest weeks are not fully reported yet.

    Parameters
    ----------
    history : History
    by_audience : bool
        Split cells by audience, as the records do.
    """
    from optimizer.response.evidence import late_shares
    from optimizer.response.fitting import Conditions, fit_joint
    from optimizer.response.prepare import prepare
    from optimizer.response.reporting import UNKNOWN, learn_reporting
    from optimizer.response.settings import ModelSettings

    panel = panel_of(history, by_audience)
    outcome = _counted(panel)
    late: dict[str, float] = {}
    if outcome:
        earlier = [panel_of(one, by_audience) for one in history.earlier]
        reporting = learn_reporting(panel, earlier, outcome) if earlier else UNKNOWN
        fit = fit_joint(prepare(panel, outcome), ModelSettings(), Conditions(reporting))
        late = {str(panel.weeks[-1 - age]): share for age, share in late_shares(fit).items()}
    return ActualsFile(panel, history.file, late)


def actuals_of(record: Record, source: ActualsFile, *, leave_out: bool = False) -> Actuals:
    """What came of a record's weeks.

    Parameters
    ----------
    record : Record
    source : ActualsFile
    leave_out : bool
        Leave out places that the record does not know, and say so, instead of refusing them.

    Raises
    ------
    InputError
        The history is in another currency, or has spend or outcomes in places that the record does not know.
    """
    panel = source.panel
    _same_currency(record, source)
    weeks = np.array(record.weeks, dtype="datetime64[D]")
    where = np.searchsorted(panel.weeks, weeks)
    inside = (where < len(panel.weeks)) & np.isin(weeks, panel.weeks)
    others = _other_cells(record, source, where[inside])
    if others and not leave_out:
        raise _refused(record, source, others)
    rows = {cell: index for index, cell in enumerate(panel.cells)}
    own = np.array([rows.get(cell, -1) for cell in record.cells])

    def taken(values: Floats) -> Floats:
        found = np.full((len(own), len(weeks)), np.nan)
        found[np.ix_(own >= 0, inside)] = values[np.ix_(own[own >= 0], where[inside])]
        return found

    spend = taken(panel.spend)
    seen = np.isfinite(spend)
    nothing = inside[None] & ~seen
    outcomes = {name: np.where(nothing, 0.0, taken(values)) for name, values in _told(record, panel).items()}
    reported = np.where(inside, [source.late.get(str(week), 1.0) for week in weeks], np.nan)
    return Actuals(
        file=source.file,
        data_sha256=panel.source_sha256,
        currency=record.currency,
        spend=np.where(nothing, 0.0, spend),
        outcomes=outcomes,
        seen=seen,
        reported=reported,
        findings=(*_left_out(source, others, where[inside]), *_findings(record, source, nothing, reported)),
    )


def _counted(panel: Panel) -> str:
    """The outcome by which late reporting is judged; "" where nothing ever came."""
    came = [name for name in ("conversions", "revenue") if np.nansum(panel.outcomes.get(name, 0.0)) > 0]
    return came[0] if came else ""


def _told(record: Record, panel: Panel) -> dict[str, Floats]:
    """Outcomes of the history that a record speaks of; revenue of conversions where a worth made it in the record."""
    wanted = [*record.forecasts, *(["clicks"] if "clicks" not in record.forecasts else [])]
    told = {name: panel.outcomes[name] for name in wanted if name in panel.outcomes}
    worth = worth_of(record)
    if "revenue" in record.forecasts and worth and "conversions" in panel.outcomes:
        told["revenue"] = worth * panel.outcomes["conversions"]
    return told


def worth_of(record: Record) -> float:
    """What a conversion is worth where that made the record's revenue; 0 where the history had revenue itself."""
    outcomes = record.origin.settings.get("outcomes", {})
    worth = outcomes.get("conversions", 0.0) if isinstance(outcomes, Mapping) else 0.0
    revenue, conversions = record.forecasts.get("revenue"), record.forecasts.get("conversions")
    if not worth or revenue is None or conversions is None:
        return 0.0
    same = np.allclose(revenue.mean, worth * conversions.mean, rtol=1e-9, atol=0.0)
    return float(worth) if same else 0.0


def _same_currency(record: Record, source: ActualsFile) -> None:
    theirs = source.panel.currency
    if theirs and record.currency and theirs != record.currency:
        problem = say(
            "the actuals are in {theirs}, but the plan of record {name} is in {ours}",
            theirs=theirs,
            name=record.name,
            ours=record.currency,
        )
        fix = say("give the history in the plan's currency; amounts are not converted")
        raise InputError.at(problem, file=source.file, fix=fix)


def _other_cells(record: Record, source: ActualsFile, where: NDArray[np.intp]) -> list[Cell]:
    """Places with spend or outcomes in a record's weeks that the record does not know."""
    panel = source.panel
    found = []
    for c, cell in enumerate(panel.cells):
        values = [panel.spend[c, where], *(outcome[c, where] for outcome in panel.outcomes.values())]
        if cell not in record.cells and any(np.nansum(one) > 0 for one in values):
            found.append(cell)
    return found


def _refused(record: Record, source: ActualsFile, others: Sequence[Cell]) -> InputError:
    """The error of actuals in places that a record does not know: they would be left out of every figure."""
    problem = say_many(
        "the actuals have {cells}, a place that the plan of record {name} does not know",
        "the actuals have {cells}, places that the plan of record {name} does not know",
        len(others),
        cells=_named(others),
        name=record.name,
    )
    fix = say("approve a plan that has them, or have them left out (--leave-out)")
    return InputError.at(problem, file=source.file, fix=fix)


def _left_out(source: ActualsFile, others: Sequence[Cell], where: NDArray[np.intp]) -> list[Finding]:
    """Say what is left out."""
    if not others:
        return []
    rows = np.array([cell in others for cell in source.panel.cells])
    spent = float(np.nansum(source.panel.spend[rows][:, where]))
    problem = say(
        "{cells} spent {amount} in the plan's weeks and stand in no plan of record",
        cells=_named(others),
        amount=number(spent, 2, source.panel.currency),
    )
    return [Finding("actuals-left-out", Severity.WARNING, problem, say("they are left out"), file=source.file)]


def _named(cells: Sequence[Cell]) -> Message:
    """The first few of some cells."""
    told = [place(cell) for cell in cells[:MOST_NAMED]]
    if len(cells) > MOST_NAMED:
        return say("{first} and {count} more", first=join(", ", told), count=number(len(cells) - MOST_NAMED))
    return join(", ", told)


def _findings(record: Record, source: ActualsFile, nothing: Flags, reported: Floats) -> tuple[Finding, ...]:
    """What is odd about the actuals: rows that are missing where money was planned, and late weeks."""
    found = []
    missing = nothing & (record.spend > 0.0)
    if missing.any():
        cells = [cell for cell, row in zip(record.cells, missing, strict=True) if row.any()]
        problem = say_many(
            "{count} week of {cells} has no row although money was planned",
            "{count} weeks of {cells} have no row although money was planned",
            int(missing.sum()),
            cells=_named(cells),
        )
        fix = say("they count as nothing spent and nothing brought; if the export is not whole, give the whole one")
        found.append(Finding("actuals-missing", Severity.WARNING, problem, fix, file=source.file))
    late = [
        say("{share} of the week of {week}", share=percent(float(share)), week=day(week))
        for week, share in zip(record.weeks, reported, strict=True)
        if np.isfinite(share) and share < 1.0
    ]
    if late:
        problem = say("the newest weeks are not fully reported: about {shares} is in", shares=join(", ", late))
        fix = say("they are shown, but not judged yet")
        found.append(Finding("actuals-late", Severity.NOTE, problem, fix, file=source.file))
    return tuple(found)
