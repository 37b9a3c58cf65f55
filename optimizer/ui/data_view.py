"""What the page Data and settings shows of histories: their lines, findings, columns and content-type rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from optimizer.history import Finding, History
from optimizer.history.content_types import COLUMNS, How, Naming, NamingRule, Preview
from optimizer.history.findings import Severity, worst_first
from optimizer.history.headers import HeaderFacts
from optimizer.history.mapping import LEAVE_OUT, SHARED, ColumnMapping, currency_in, unit_in
from optimizer.history.schema import BY_NAME, NUMERIC, REQUIRED, fold
from optimizer.ui.format import content_name, day, money, number, percent
from optimizer.ui.language import _, n_, tell
from optimizer.ui.view import FindingLine

if TYPE_CHECKING:
    from optimizer.planning.asked import Asked

NETWORKS = ("facebook", "instagram", "tiktok", "linkedin", "youtube", "pinterest", "snapchat", "twitter")


# Who, when and what ------------------------------------------------------------------------------------------------


def moment(time: dt.datetime) -> str:
    r"""Day and time of something kept.

    Examples
    --------
    >>> moment(dt.datetime(2026, 11, 2, 14, 5, tzinfo=dt.UTC)).replace("\u00a0", " ")
    '2 Nov 2026, 14:05 UTC'
    """
    return _("{day}, {time} UTC", day=day(time.date()), time=f"{time:%H:%M}")


def by_and_when(author: str, time: dt.datetime) -> str:
    """Who did something and when, as a line below a name."""
    return _("{author}, {when}", author=author, when=moment(time)) if author else moment(time)


def finding_rows(findings: Sequence[Finding]) -> tuple[FindingLine, ...]:
    """Findings for people, worst first."""
    names = {
        Severity.SERIOUS: _("Serious"),
        Severity.WARNING: _("Warning"),
        Severity.NOTE: _("Note"),
    }
    return tuple(
        FindingLine(names[one.severity], tell(one.text), one.severity is Severity.SERIOUS)
        for one in worst_first(tuple(findings))
    )


def findings_title(findings: Sequence[Finding]) -> str:
    """How many findings of which level there are."""
    count = {level: sum(one.severity is level for one in findings) for level in Severity}
    parts = [
        n_("{count} serious", "{count} serious", count[Severity.SERIOUS]) if count[Severity.SERIOUS] else "",
        n_("{count} warning", "{count} warnings", count[Severity.WARNING]) if count[Severity.WARNING] else "",
        n_("{count} note", "{count} notes", count[Severity.NOTE]) if count[Severity.NOTE] else "",
    ]
    listed = ", ".join(part for part in parts if part)
    return (
        _("What was found in the file: {listed}", listed=listed) if listed else _("Nothing odd was found in the file")
    )


def counted(history: History, identity: str) -> dict[str, object]:
    """What a list shows of a history; plain values, for the store."""
    return {
        "identity": identity,
        "rows": len(history.table),
        "weeks": len(history.weeks),
        "cells": int(history.table.groupby(["network", "content_type"], observed=True).ngroups),
        "first": str(history.weeks[0]),
        "last": str(history.weeks[-1]),
    }


def size_line(facts: Mapping[str, object]) -> str:
    """Weeks, cells and rows of a history in a line; "" where the values are not what `counted` makes."""
    weeks, cells, rows = (facts.get(name) for name in ("weeks", "cells", "rows"))
    if not (isinstance(weeks, int) and isinstance(cells, int) and isinstance(rows, int)):
        return ""
    return " · ".join(
        (
            n_("{count} week", "{count} weeks", weeks),
            n_("{count} place", "{count} places", cells),
            n_("{count} row", "{count} rows", rows),
        )
    )


# Columns -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ColumnDraft:
    """The columns of a file as somebody is about to say them; nothing is checked yet.

    Attributes
    ----------
    columns : mapping of str to str
        Every header of the file to a column, "" for left out.
    units : mapping of str to str
        Header to the unit its numbers are in, see `optimizer.history.mapping.UNITS`; "" for as they are.
    shared : mapping of str to str
        Column to the value of all rows, "" for none.
    """

    columns: Mapping[str, str]
    units: Mapping[str, str]
    shared: Mapping[str, str]

    def with_column(self, header: str, column: str) -> ColumnDraft:
        """The draft with one header said to be another column."""
        return replace(self, columns={**self.columns, header: column})

    def with_unit(self, header: str, unit: str) -> ColumnDraft:
        """The draft with the numbers of one header in another unit."""
        return replace(self, units={**self.units, header: unit})

    def with_shared(self, column: str, value: str) -> ColumnDraft:
        """The draft with one value for all rows of a column."""
        return replace(self, shared={**self.shared, column: value})


def first_draft(headers: Sequence[HeaderFacts], known: ColumnMapping, file: str = "") -> ColumnDraft:
    """What to propose for a file: what is known of its headers, else what they may stand for.

    Parameters
    ----------
    headers : sequence of HeaderFacts
    known : ColumnMapping
        The mapping that is kept, or that of a file of the same kind.
    file : str
        Its name, which may name the network.
    """
    names = [header.name for header in headers]
    given = {name: known.columns[name] for name in names if name in known.columns}
    taken = {column for column in given.values() if column}
    columns = {}
    for header in headers:
        free = header.suggestion not in taken
        columns[header.name] = given.get(header.name, header.suggestion if free else LEAVE_OUT)
    units = {header: known.units.get(column) or unit_in(header) for header, column in columns.items() if column}
    shared = dict(known.shared)
    if not known:
        shared = {"network": network_in(file), "currency": currency_in(names)}
    absent = {column: shared.get(column, "") for column in SHARED if column not in columns.values()}
    return ColumnDraft(columns, {header: unit for header, unit in units.items() if unit}, absent)


def network_in(file: str) -> str:
    """A network that the name of a file names, or "".

    Examples
    --------
    >>> network_in("TikTok_report_March.csv"), network_in("export.csv")
    ('tiktok', '')
    """
    words = fold(PurePath(file).stem)
    return next((network for network in NETWORKS if network in words), "")


def mapping_of(draft: ColumnDraft) -> ColumnMapping:
    """The mapping a draft says.

    Raises
    ------
    InputError
        Two headers are one column, a currency is none, or the like.
    """
    own = {header: column for header, column in draft.columns.items() if fold(header) not in BY_NAME}
    told = {header: column for header, column in draft.columns.items() if column != fold(header)}
    units = {
        column: unit
        for header, column in draft.columns.items()
        if column in NUMERIC and (unit := draft.units.get(header, ""))
    }
    given = set(draft.columns.values())
    shared = {column: value for column, value in draft.shared.items() if value.strip() and column not in given}
    checked = ColumnMapping(draft.columns)  # headers that keep their own name may clash with others too
    return replace(checked, columns={**own, **told}, units=units, shared=shared)


def still_missing(draft: ColumnDraft) -> tuple[str, ...]:
    """Columns that a history needs and nothing of the file is said to be."""
    given = {column for column in draft.columns.values() if column}
    given |= {column for column, value in draft.shared.items() if value.strip()}
    return tuple(column for column in REQUIRED if column not in given)


def needs_mapping(headers: Sequence[HeaderFacts]) -> bool:
    """Whether a file cannot be read by its own headers."""
    names = [fold(header.name) for header in headers]
    return any(column not in names for column in REQUIRED)


def fits(mapping: ColumnMapping, headers: Sequence[HeaderFacts]) -> bool:
    """Whether a mapping of another file says what the columns of this one are."""
    names = {header.name for header in headers}
    read = {header for header, column in mapping.columns.items() if column}
    given = {mapping.column(name) for name in names} | set(mapping.shared)
    return bool(read) and read <= names and all(column in given for column in REQUIRED)


# Content-type rules ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleDraft:
    """One content-type rule as it is typed; `id` tells it from the others while it moves."""

    id: int
    column: str = COLUMNS[0]
    how: str = How.CONTAINS.value
    text: str = ""
    content_type: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed yet."""
        return not self.text.strip() and not self.content_type.strip()


Drafts = tuple[RuleDraft, ...]


def drafts_of(rules: Naming) -> Drafts:
    """Rules as drafts."""
    return tuple(
        RuleDraft(index, rule.column, rule.how.value, rule.text, rule.content_type) for index, rule in enumerate(rules)
    )


def added(drafts: Drafts, rules: Sequence[NamingRule] = ()) -> Drafts:
    """Drafts with more at the end: rules, or one that is empty."""
    start = 1 + max((draft.id for draft in drafts), default=-1)
    if not rules:
        return (*drafts, RuleDraft(start))
    return (*drafts, *(replace(one, id=start + one.id) for one in drafts_of(tuple(rules))))


def edited(drafts: Drafts, id: int, **changes: str) -> Drafts:
    """Drafts with fields of one changed."""
    return tuple(replace(one, **changes) if one.id == id else one for one in drafts)  # type: ignore[arg-type]


def moved(drafts: Drafts, id: int, by: int) -> Drafts:
    """Drafts with one moved up (-1) or down (+1); at the ends it stays."""
    order = list(drafts)
    place = next(index for index, one in enumerate(order) if one.id == id)
    target = min(max(place + by, 0), len(order) - 1)
    order.insert(target, order.pop(place))
    return tuple(order)


def removed(drafts: Drafts, id: int) -> Drafts:
    """Drafts without one."""
    return tuple(one for one in drafts if one.id != id)


def rules_of(drafts: Drafts) -> Naming:
    """The rules that drafts say; those in which nothing was typed are left out.

    Raises
    ------
    InputError
        One cannot be.
    """
    return tuple(NamingRule(one.column, one.how, one.text, one.content_type) for one in drafts if not one.empty)  # type: ignore[arg-type]


def how_names() -> dict[str, str]:
    """Ways to compare, in words."""
    return {How.CONTAINS.value: _("contains"), How.STARTS.value: _("starts with"), How.EQUALS.value: _("is exactly")}


def column_name(column: str) -> str:
    """A column that rules look at, in words."""
    return {
        "content_type": _("content type"),
        "campaign": _("campaign"),
        "landing_page": _("landing page"),
        "network": _("network"),
        "audience": _("audience"),
    }[column]


@dataclass(frozen=True)
class PreviewRow:
    """One content type after the rules, for a table."""

    name: str
    rows: str
    spend: str
    share: str
    before: str


def preview_rows(found: Preview, currency: str) -> tuple[PreviewRow, ...]:
    """What the rules make of the history, most money first; `before` names only what came from other names."""
    total = sum(line.spend for line in found.lines) or 1.0
    return tuple(
        PreviewRow(
            content_name(line.content_type) or _("(none)"),
            number(line.rows),
            money(line.spend, currency),
            percent(line.spend / total, 0 if line.spend >= 0.01 * total or not line.spend else 1),
            ", ".join(name or _("(empty)") for name in line.before) if line.before != (line.content_type,) else "",
        )
        for line in found.lines
    )


def fit_question(asked: Asked, labels: Sequence[str]) -> tuple[Asked, tuple[str, ...]]:
    """The question without limits and locks of cells that are no longer there, and the labels that went."""
    known = set(labels)
    gone = tuple(sorted(({*asked.limits} | {*asked.locks}) - known))
    limits = {label: limit for label, limit in asked.limits.items() if label in known}
    locks = {label: amount for label, amount in asked.locks.items() if label in known}
    return (replace(asked, limits=limits, locks=locks) if gone else asked), gone
