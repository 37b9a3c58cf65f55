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
from optimizer.history.exports.frame import read_frame
from optimizer.history.exports.layout import Layout, find_layout
from optimizer.history.exports.money import Rates, one_currency
from optimizer.history.exports.overlap import Merged, merge
from optimizer.history.exports.recognise import is_history, quoted, recognise
from optimizer.history.exports.results import choose
from optimizer.history.exports.rows import Export, Terms, read_rows
from optimizer.history.exports.table import families, of_history, of_rows, to_csv
from optimizer.history.exports.unknown import propose
from optimizer.history.exports.visits import join_visits, newest_visits, read_visits
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.history import load_history
from optimizer.history.read import read_bytes
from optimizer.history.weeks import monday
from optimizer.language.message import day, join, say, say_many

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
"""Files of a folder that are read; others are told."""
_HISTORY = frozenset({"date", "network", "content type", "spend", "conversions", "revenue"})


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and how.

    Attributes
    ----------
    files : sequence of path
        Exports, folders of exports, or histories made before.
    base : path, optional
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

    files: Sequence[str | Path]
    base: str | Path | None = None
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
    findings : tuple of Finding
        Worst first.
    """

    table: pd.DataFrame = field(repr=False)
    currency: str
    exports: tuple[ExportFacts, ...]
    earlier: Mapping[str, bytes] = field(repr=False)
    proposed: Naming = ()
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
    paths = list(_paths(request, findings))
    terms = {name: _named(value, networks) for name, value in request.networks.items()}
    _refuse_unnamed(terms, paths)
    for path in paths:
        read += _read(path, networks, terms, request)
    ads, site = [one for one in read if not one.network.visits], [one for one in read if one.network.visits]
    if not ads:
        problem = say("these are visits of a site alone, and no export says what was spent")
        fix = say("give the exports of the networks too; visits are joined to their rows")
        raise InputError.at(problem, file=site[0].file, fix=fix)
    ads, chosen = choose(ads, request.results)
    ads, currency, converted = one_currency(ads, request.rates)
    findings += [*(one for export in read for one in export.findings), *chosen, *converted, *_attributions(read)]
    merged = {source: merge(own, request.newest_wins) for source, own in _by_source(ads).items()}
    findings += [one for part in merged.values() for one in part.findings]
    table, told = _whole([part.table for part in merged.values()], site, networks)
    proposed, suggested = propose(read)
    earlier, kept = _earlier(ads, merged, site, networks, table) if request.earlier else ({}, [])
    facts = tuple(map(_facts, [*ads, *site]))
    return Imported(table, currency, facts, earlier, proposed, worst_first([*findings, *told, *suggested, *kept]))


# Files --------------------------------------------------------------------------------------------------------------


def _base(request: ImportRequest, networks: Sequence[Network]) -> list[Export]:
    """The history that is extended, as exports."""
    if request.base is None or not Path(request.base).exists():
        return []
    try:
        return of_history(*read_bytes(request.base), networks)
    except InputError as error:
        problem = say("this is no history that can be extended ({reason})", reason=error.message)
        fix = say("choose another file, or start anew with --fresh")
        raise InputError.at(problem, file=request.base, fix=fix) from error


def _paths(request: ImportRequest, findings: list[Finding]) -> Sequence[Path]:
    """Files in the order given, those of folders in the order of their names, each once."""
    found: dict[str, Path] = {}
    skip = [Path(os.path.realpath(path)) for path in (*request.skip, *([request.base] if request.base else []))]
    for given in map(Path, request.files):
        inside = [given]
        if given.is_dir():
            every = sorted(path for path in given.rglob("*") if path.is_file() and not _hidden(path, given))
            every = [path for path in every if not _inside(path, skip)]
            inside = [path for path in every if path.suffix.lower() in SUFFIXES]
            others = [path.name for path in every if path.suffix.lower() not in SUFFIXES]
            if not inside:
                fix = say("give a folder with exports as CSV or XLSX")
                raise InputError.at(say("the folder holds no export"), file=given, fix=fix)
            if others:
                problem = say_many("{count} file is no export ({names})", "{count} files are no exports ({names})",
                                   len(others), names=quoted(others))  # fmt: skip
                findings.append(Finding("no-export", Severity.NOTE, problem, say("not read"), str(given)))
        for path in inside:
            if request.base is None or os.path.realpath(path) != os.path.realpath(request.base):
                found.setdefault(os.path.realpath(path), path)
    if not found:
        raise InputError.at(say("no file was given"), fix=say("give exports, or a folder of exports"))
    return list(found.values())


def _inside(path: Path, skip: Sequence[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real == one or one in real.parents for one in skip)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)


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


def _refuse_unnamed(terms: Mapping[str, object], paths: Sequence[Path]) -> None:
    names = {part for path in paths for part in (path.name, str(path))}
    lost = [name for name in terms if name and name not in names]
    if lost:
        problem = say("no file is called '{name}'", name=lost[0])
        fix = say("write --network FILE=NETWORK with the name of a file that is imported")
        raise InputError.at(problem, fix=fix)


def _read(
    path: Path, networks: Sequence[Network], terms: Mapping[str, tuple[str, str]], request: ImportRequest
) -> list[Export]:
    data, file = read_bytes(path)
    known = {header for one in networks for header in one.headers()} | _HISTORY
    layout: Layout = find_layout(data, file, known)
    if is_history(layout.names):
        return of_history(data, file, networks)
    del data  # of a large export the text and the columns need not be held together
    source, fixed = terms.get(str(path)) or terms.get(path.name) or terms.get("") or ("", "")
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
