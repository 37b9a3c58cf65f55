"""Importing: files of several networks in, one history out; all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from optimizer.errors import InputError
from optimizer.history.content_types import Naming
from optimizer.history.exports.aliases import Network, load_networks
from optimizer.history.exports.files import ExportFile, Given, content_of, listed, named_in, refuse_unnamed, there
from optimizer.history.exports.frame import read_frame
from optimizer.history.exports.layout import Layout, find_layout
from optimizer.history.exports.money import Rates, one_currency
from optimizer.history.exports.overlap import Merged, merge
from optimizer.history.exports.recognise import is_history, known_headers, quoted, recognise
from optimizer.history.exports.results import Offered, choose, offered
from optimizer.history.exports.rows import Export, Terms, read_rows
from optimizer.history.exports.table import families, of_history, of_rows, to_csv
from optimizer.history.exports.unknown import NOTHING_UNKNOWN, Unknown, propose
from optimizer.history.exports.visits import join_visits, newest_visits, read_visits
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.history import load_history
from optimizer.history.weeks import monday
from optimizer.language.message import day, join, say


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and how.

    Attributes
    ----------
    files : sequence of path or ExportFile
        Exports, folders of exports, or histories made before.
    base : path or ExportFile, optional
        A history made before that is extended; left alone where it is not there. It counts as older than exports of
        the same days.
    networks : mapping of str to str
        File name, or "" for all files, to the network that wrote it; without it headers tell.
    aliases : path, optional
        A file or folder with more headers; see `load_networks`.
    naming : tuple of NamingRule
        Rules that give content types.
    results : mapping of str to str
        Network, or "" for all, to what its conversions are: purchases, leads, conversions, results or an indicator.
    rates : Rates
        What other currencies are worth.
    empty_is_zero : bool
        Empty cells are 0 in columns that hold something elsewhere.
    newest_wins : bool
        Take the newer of two exports that contradict each other.
    earlier : bool
        Keep what older exports had; see `Imported.earlier`.
    skip : sequence of path
        Files and folders inside of folders that are no exports, such as the history that is written.
    """

    files: Sequence[Given]
    base: Given | None = None
    networks: Mapping[str, str] = field(default_factory=dict)
    aliases: str | Path | None = None
    naming: Naming = ()
    results: Mapping[str, str] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)
    empty_is_zero: bool = False
    newest_wins: bool = False
    earlier: bool = True
    skip: Sequence[str | Path] = ()


@dataclass(frozen=True)
class ExportFacts:
    """One file that went into a history.

    Attributes
    ----------
    file : str
    title : str
        Who wrote it; "" for a history made before.
    networks : tuple of str
        Networks of its rows.
    first, last : datetime64[D]
    rows : int
        Observations in it.
    spend : float
        What it holds of money, in the history's currency; 0 for visits.
    """

    file: str
    title: str
    networks: tuple[str, ...]
    first: np.datetime64
    last: np.datetime64
    rows: int
    spend: float


@dataclass(frozen=True, eq=False)
class Imported:
    """One history of several exports.

    Attributes
    ----------
    table : DataFrame
        Columns of `optimizer.history.schema`, in its order.
    currency : str
        ISO 4217 code, or "".
    exports : tuple of ExportFacts
        In the order they were read.
    earlier : mapping of str to bytes
        File name to the history as older exports had it, for days that newer ones have too: what late conversions are
        learned from.
    proposed : tuple of NamingRule
        Rules that names suggest for rows of unknown content type.
    unknown : Unknown
        The money behind each of them, and the names that say nothing.
    offered : tuple of Offered
        What the conversions of each network are, and what they could be.
    findings : tuple of Finding
        Worst first.
    """

    table: pd.DataFrame = field(repr=False)
    currency: str
    exports: tuple[ExportFacts, ...]
    earlier: Mapping[str, bytes] = field(repr=False)
    proposed: Naming = ()
    unknown: Unknown = NOTHING_UNKNOWN
    offered: tuple[Offered, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def csv(self) -> bytes:
        """The bytes of the history file; the same exports give the same bytes."""
        return to_csv(self.table)


def import_exports(request: ImportRequest) -> Imported:
    """Make one history of exports.

    Raises
    ------
    InputError
        A file cannot be used, or two cannot be put together; nothing is imported then.
    """
    networks = load_networks(request.aliases)
    findings: list[Finding] = []
    read = _base(request, networks)
    base = [] if request.base is None or isinstance(request.base, ExportFile) else [request.base]
    given = [one for one in listed(request.files, [*request.skip, *base], findings) if not _is(one, base)]
    if not given:
        raise InputError.at(say("no file was given"), fix=say("give exports, or a folder of exports"))
    terms = {name: _named(value, networks) for name, value in request.networks.items()}
    refuse_unnamed(terms, given)
    for one in given:
        read += _read(one, networks, named_in(terms, one), request)
    ads, site = [one for one in read if not one.network.visits], [one for one in read if one.network.visits]
    if not ads:
        problem = say("these are visits of a site alone, and no export says what was spent")
        fix = say("give the exports of the networks too; visits are joined to their rows")
        raise InputError.at(problem, file=site[0].file, fix=fix)
    could = offered(ads, request.results)
    ads, chosen = choose(ads, request.results)
    ads, currency, converted = one_currency(ads, request.rates)
    findings += [*(one for export in read for one in export.findings), *chosen, *converted, *_attributions(read)]
    merged = {source: merge(own, request.newest_wins) for source, own in _by_source(ads).items()}
    findings += [one for part in merged.values() for one in part.findings]
    table, told = _whole([part.table for part in merged.values()], site, networks)
    unknown, suggested = propose(read)
    earlier, kept = _earlier(ads, merged, site, networks, table) if request.earlier else ({}, [])
    facts = tuple(map(_facts, [*ads, *site]))
    every = worst_first([*findings, *told, *suggested, *kept])
    return Imported(table, currency, facts, earlier, unknown.rules, unknown, could, every)


# Files --------------------------------------------------------------------------------------------------------------


def _base(request: ImportRequest, networks: Sequence[Network]) -> list[Export]:
    """The history that is extended, as exports."""
    if request.base is None or not there(request.base):
        return []
    try:
        return of_history(*content_of(request.base), networks)
    except InputError as error:
        problem = say("this is no history that can be extended ({reason})", reason=error.message)
        fix = say("choose another file, or start anew with --fresh")
        raise InputError.at(problem, file=str(request.base), fix=fix) from error


def _is(given: Given, base: Sequence[str | Path]) -> bool:
    """Whether a file is the history that is extended."""
    return not isinstance(given, ExportFile) and any(os.path.realpath(given) == os.path.realpath(one) for one in base)


def _named(value: str, networks: Sequence[Network]) -> tuple[str, str]:
    """(source, network of all rows or "") of a name that the user gives."""
    name = value.strip().lower()
    for one in networks:
        if name == one.source:
            return one.source, ""
        if name in one.covers:
            return one.source, name
    problem = say("'{name}' is no network that exports are known of", name=value)
    known = sorted({name for one in networks for name in (one.source, *one.covers) if name})
    raise InputError.at(problem, fix=say("name one of {networks}", networks=join(", ", known)))


def _read(given: Given, networks: Sequence[Network], named: tuple[str, str], request: ImportRequest) -> list[Export]:
    data, file = content_of(given)
    known = known_headers(networks)
    layout: Layout = find_layout(data, file, known)
    if is_history(layout.names):
        return of_history(data, file, networks)
    del data  # of a large export the text and the columns need not be held together
    source, fixed = named
    network = recognise(layout, networks, source)
    frame = read_frame(layout, network)
    if network.visits:
        return [read_visits(frame, request.empty_is_zero)]
    return [read_rows(frame, Terms(request.naming, request.empty_is_zero, fixed))]


# Together -----------------------------------------------------------------------------------------------------------


def _by_source(exports: Sequence[Export]) -> dict[str, list[Export]]:
    found: dict[str, list[Export]] = {}
    for one in sorted(exports, key=lambda one: one.network.source):
        found.setdefault(one.network.source, []).append(one)
    return found


def _whole(
    parts: Sequence[pd.DataFrame], site: Sequence[Export], networks: Sequence[Network]
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """The history of the rows that count, with the visits of a site."""
    rows = pd.concat(parts, ignore_index=True)
    rows[["network", "content_type"]] = rows[["network", "content_type"]].apply(lambda column: column.str.lower())
    table = of_rows(rows)
    if not site:
        return table, ()
    joined = join_visits(
        table.rename(columns={"date": "day"}), newest_visits(site), site[0].network, families(networks)
    )
    return of_rows(joined.table), joined.findings


def _attributions(exports: Sequence[Export]) -> list[Finding]:
    """Under which attribution settings conversions were counted."""
    settings = sorted({name for one in exports for name in one.attribution})
    if not settings:
        return []
    if len(settings) == 1:
        problem = say("conversions are attributed by '{setting}'", setting=settings[0])
        return [Finding("attribution", Severity.NOTE, problem)]
    problem = say("conversions are attributed in several ways ({settings})", settings=quoted(settings))
    fix = say("they were added as they are; export all with one attribution setting to compare like with like")
    return [Finding("attribution", Severity.WARNING, problem, fix)]


def _facts(export: Export) -> ExportFacts:
    networks = () if export.network.visits else tuple(sorted(set(export.table["network"])))
    spend = float(export.table["spend"].sum()) if "spend" in export.table else 0.0
    title = "" if export.state else export.network.title
    return ExportFacts(export.file, title, networks, export.first, export.last, export.rows, spend)


# Earlier ------------------------------------------------------------------------------------------------------------


def _earlier(
    ads: Sequence[Export],
    merged: Mapping[str, Merged],
    site: Sequence[Export],
    networks: Sequence[Network],
    newest: pd.DataFrame,
) -> tuple[dict[str, bytes], list[Finding]]:
    """Histories as older exports had them, of the days that a newer export has too.

    Days that no newer export has are left out: nothing can be seen of them but that they are as they were.
    """
    by_source = _by_source(ads)
    weeks = sorted({_week(one) for one in ads})
    found: dict[str, bytes] = {}
    findings: list[Finding] = []
    for week in weeks[:-1]:
        parts = [
            part
            for source, own in by_source.items()
            if (part := _as_of(own, merged[source].replaced, week)) is not None
        ]
        if not parts:
            continue
        until = max(part["day"].max() for part in parts)
        table, _ = _whole(parts, site, networks)
        if table.equals(newest):
            continue
        name = f"until_{str(until)[:10]}.csv"
        content = to_csv(table)
        try:
            load_history(content, name=name)
        except InputError as error:
            problem = say("what older exports had until {day} is too little to learn late conversions from",
                          day=day(until))  # fmt: skip
            findings.append(Finding("earlier-too-short", Severity.NOTE, problem, error.message))
            continue
        found[name] = content
    return found, findings


def _week(export: Export) -> np.datetime64:
    """The Monday of the week in which an export ends."""
    return np.datetime64(monday(np.array([export.last]))[0], "D")


def _as_of(own: Sequence[Export], replaced: pd.DataFrame, week: np.datetime64) -> pd.DataFrame | None:
    """Rows as the exports up to a week had them, of days that a later export replaced; None where there are none."""
    old = [place for place, one in enumerate(own) if _week(one) <= week]
    later = {place for place in range(len(own)) if place not in old}
    days = replaced.loc[replaced["older"].isin(old) & replaced["newer"].isin(later), "day"].unique()
    if not old or not len(days):
        return None
    rows = merge([replace(own[place], findings=()) for place in old], newest_wins=True).table
    return rows[rows["day"].isin(days)]
