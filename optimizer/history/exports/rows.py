"""Rows: one export as rows by day, campaign, network and content type, with its outcomes still apart by kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.content_types import Naming, first_rule
from optimizer.history.exports.aliases import OUTCOMES, Network, says
from optimizer.history.exports.cells import Coded
from optimizer.history.exports.figures import KEPT, Figures, codes_of, engagements, read_figures, summed
from optimizer.history.exports.frame import Frame
from optimizer.history.findings import Finding, Severity
from optimizer.language.message import say, say_many

UNKNOWN = "unknown"
"""Content type of rows of which nothing says what they show."""
MANGLED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.I)
_MIX = np.uint64(0x9E3779B97F4A7C15)
KEYS = ("day", "account", "campaign_id", "campaign", "network", "content_type", "currency", "indicator")


@dataclass(frozen=True)
class Terms:
    """What the user says about reading exports.

    Attributes
    ----------
    naming : tuple of NamingRule
    empty_is_zero : bool
    network : str
        Network of all rows of the file, or "".
    """

    naming: Naming = ()
    empty_is_zero: bool = False
    network: str = ""


@dataclass(frozen=True, eq=False)
class Export:
    """One export, read.

    Attributes
    ----------
    file : str
    network : Network
    table : DataFrame
        Columns `KEYS`, ``line`` (first line of the file that went into the row), ``rows`` (how many did) and figures
        by role; outcomes by kind.
    first, last : datetime64[D]
        First and last day with rows.
    written : datetime64[D]
        When the report was made, by itself; NaT where it does not say.
    with_ids : bool
        Campaigns have numbers.
    attribution : tuple of str
        Attribution settings that its rows name.
    unknown : DataFrame
        Names of rows whose content type is not known: network, campaign, ad_set, ad, placement, rows, spend.
    rows : int
        Observations that were read.
    findings : tuple of Finding
    headers : mapping of str to str
        Role to the header that has it, for messages.
    state : bool
        It is a history made before, not an export.
    """

    file: str
    network: Network
    table: pd.DataFrame = field(repr=False)
    first: np.datetime64
    last: np.datetime64
    written: np.datetime64
    with_ids: bool = False
    attribution: tuple[str, ...] = ()
    unknown: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    rows: int = 0
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    state: bool = False

    def has(self, role: str) -> bool:
        """Whether a figure is there, in some row at the least."""
        return role in self.table and bool(self.table[role].notna().any())


def read_rows(frame: Frame, terms: Terms) -> Export:
    """Read an export of ads into rows by day and campaign.

    Raises
    ------
    InputError
        As `read_figures`; or a row stands in the file twice.
    """
    frame, figures = read_figures(frame, terms.empty_is_zero)
    _refuse_repeats(frame, figures)
    names = {role: frame.text(role) for role in ("account", "account_id", "campaign", "campaign_id", "indicator")}
    account = names["account_id"] if "account_id" in frame.chosen else names["account"]
    campaign_id = _ids(frame, names["campaign_id"])
    network, content = _networks(frame, terms), _content_types(frame)
    if terms.naming:
        content = _renamed(frame, network, content, terms.naming)
    currency = _currencies(frame)
    day_codes, days = pd.factorize(frame.days)
    parts = {
        "day": Coded(day_codes.astype(np.int32), np.asarray(days, dtype="datetime64[s]")),
        "account": account, "campaign_id": campaign_id, "campaign": names["campaign"], "network": network,
        "content_type": content, "currency": currency, "indicator": names["indicator"],
    }  # fmt: skip
    table = _grouped(parts, frame, figures)
    attribution = frame.text("attribution").values
    return Export(
        frame.file,
        frame.network,
        table,
        frame.days.min(),
        frame.days.max(),
        frame.above.written,
        bool(len(campaign_id.values) and all(campaign_id.values)),
        tuple(sorted(name for name in attribution if name)),
        _unknown(frame, figures, network, content),
        len(frame.rows),
        tuple(frame.findings),
        {role: frame.name(role) for role in frame.chosen},
    )


def _grouped(parts: dict[str, Coded], frame: Frame, figures: Figures) -> pd.DataFrame:
    """Rows summed by their names; reach only where there is nothing to sum."""
    group, first = codes_of(*(part.codes for part in parts.values()))
    table = {name: part.values[part.codes[first]] for name, part in parts.items()}
    count = len(first)
    rows = np.bincount(group, minlength=count)
    values = dict(figures.values)
    engaged = engagements(values)
    if engaged is not None:
        values["engagements"] = engaged
    for role in (*KEPT, *OUTCOMES):
        if role not in values:
            continue
        sums = summed(values[role], group, count, figures.apart)
        if figures.apart and role in OUTCOMES:
            sums = np.nan_to_num(sums)
        table[role] = np.where(rows == 1, sums, np.nan) if role == "reach" else sums
    table["line"] = frame.rows[first]
    table["rows"] = rows
    made = pd.DataFrame(table)
    # The body is let go with this function's caller; lines are looked up while it is here.
    made["line"] = _lines(frame, made["line"].to_numpy())
    return made


def _lines(frame: Frame, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if frame.body.regular and not frame.layout.rows:
        return rows + frame.layout.line + 1
    return np.array([frame.body.line(int(row)) for row in rows], dtype=np.int64)


def _ids(frame: Frame, column: Coded) -> Coded:
    """Numbers of campaigns, unless a spreadsheet has rounded them away."""
    broken = next((value for value in column.values if MANGLED.fullmatch(value)), "")
    if not broken:
        return column
    problem = say("the campaign numbers were rounded by a spreadsheet ('{value}')", value=broken)
    fix = say("campaigns are told apart by their names")
    name = frame.name("campaign_id")
    frame.findings.append(Finding("rounded-ids", Severity.WARNING, problem, fix, frame.file, name))
    return Coded(np.zeros(len(frame.rows), dtype=np.int32), np.array([""], dtype=object))


def _refuse_repeats(frame: Frame, figures: Figures) -> None:
    """Refuse rows that are there twice, as joined files have them; equal figures alone are no proof.

    Only rows that agree in every column that was read are looked at whole, and only those with spend.
    """
    spent = np.flatnonzero(figures.values["spend"] > 0)
    # One number per row stands for its cells; where two are equal, the rows themselves are compared.
    mixed = np.zeros(len(spent), dtype=np.uint64)
    for column in frame.body.columns.values():
        mixed = mixed * _MIX + column.codes[frame.rows[spent]].astype(np.uint64)
    order = np.argsort(mixed, kind="stable")
    equal = np.flatnonzero(mixed[order][1:] == mixed[order][:-1])
    if not len(equal):
        return
    rows = spent[np.unique(np.concatenate([order[equal], order[equal + 1]]))]
    cells = frame.body.whole([int(row) for row in frame.rows[rows]])
    seen: dict[tuple[str, ...], int] = {}
    for row, own in zip(rows, cells, strict=True):
        line = frame.line(int(row))
        if own in seen:
            problem = say("this row repeats row {row}, cell by cell", row=str(seen[own]))
            fix = say("give the export as the network wrote it; files that were joined hold rows twice")
            raise InputError.at(problem, file=frame.file, row=line, fix=fix)
        seen[own] = line


# Names --------------------------------------------------------------------------------------------------------------


def _says(column: Coded, patterns: dict[str, str]) -> NDArray[np.object_]:
    """(N,) what each cell stands for, "" where nothing."""
    found = np.array([says(patterns, value) if value else "" for value in column.values], dtype=object)
    return found[column.codes]


def _told_by(frame: Frame, of: dict[str, dict[str, str]], roles: Sequence[str], otherwise: str) -> Coded:
    """What the first of some columns says that says anything."""
    names = np.full(len(frame.rows), "", dtype=object)
    for role in roles:
        if role in frame.chosen and role in of:
            names = np.where(names == "", _says(frame.text(role), of[role]), names)
    codes, values = pd.factorize(np.where(names == "", otherwise, names))
    return Coded(codes.astype(np.int32), np.asarray(values, dtype=object))


def _networks(frame: Frame, terms: Terms) -> Coded:
    """The network of each row."""
    of = {role: dict(patterns) for role, patterns in frame.network.networks.items()}
    column = _told_by(frame, of, ("platform", "placement", "campaign_type"), terms.network or frame.network.network)
    if not of or terms.network:
        return column
    told = frame.network.told_apart_by
    by_default = frame.network.network in column.values
    if by_default and told and not any(role in frame.chosen for role in of if role != "placement"):
        problem = say(
            "the export does not say on which network its rows ran ({networks})",
            networks=", ".join(frame.network.covers),
        )
        fix = say(
            "they were read as {network}; export the column {column}, or name one network with --network",
            network=frame.network.network,
            column=told,
        )
        frame.findings.append(Finding("networks-not-told-apart", Severity.WARNING, problem, fix, frame.file))
    return column


def _content_types(frame: Frame) -> Coded:
    """The content type of each row by format, placement or kind of campaign."""
    of = {role: dict(patterns) for role, patterns in frame.network.content_types.items()}
    return _told_by(frame, of, ("format", "placement", "campaign_type"), frame.network.content_type or UNKNOWN)


def _renamed(frame: Frame, network: Coded, content: Coded, naming: Naming) -> Coded:
    """Content types by the user's rules; those about campaigns look at names of ad sets and ads too."""
    names = [frame.text(role) for role in ("ad", "ad_set", "campaign")]
    group, first = codes_of(network.codes, content.codes, *(column.codes for column in names))
    columns = {"network": network.values[network.codes[first]], "content_type": content.values[content.codes[first]]}
    best = np.full(len(first), len(naming), dtype=np.int64)
    for column in names:
        found = first_rule({**columns, "campaign": column.values[column.codes[first]]}, naming)
        best = np.where(found >= 0, np.minimum(best, found), best)
    targets = np.array([*(rule.content_type for rule in naming), ""], dtype=object)[best]
    codes, values = pd.factorize(np.where(best < len(naming), targets, columns["content_type"])[group])
    return Coded(codes.astype(np.int32), np.asarray(values, dtype=object))


def _currencies(frame: Frame) -> Coded:
    above = frame.currency_above()
    column = frame.text("currency")
    values = np.array([value.upper() or above for value in column.values], dtype=object)
    if above and "currency" not in frame.chosen:
        values[:] = above
    wrong = next((value for value in values if value and not re.fullmatch(r"[A-Z]{3}", value)), "")
    if wrong:
        row = int(np.flatnonzero(values[column.codes] == wrong)[0])
        problem = say("'{value}' is no currency code", value=wrong)
        fix = say("the three letters of ISO 4217 are expected, such as EUR")
        raise InputError.at(problem, file=frame.file, row=frame.line(row), column=frame.name("currency"), fix=fix)
    again, unique = pd.factorize(values)
    return Coded(again[column.codes].astype(np.int32), np.asarray(unique, dtype=object))


def _unknown(frame: Frame, figures: Figures, network: Coded, content: Coded) -> pd.DataFrame:
    """Names of rows whose content type is not known, with their money; most money first."""
    rows = np.flatnonzero((content.values == UNKNOWN)[content.codes])
    roles = ("campaign", "ad_set", "ad", "placement")
    names = {role: frame.text(role) for role in roles}
    if not len(rows):
        return pd.DataFrame(columns=["network", *roles, "rows", "spend"])
    group, first = codes_of(network.codes[rows], *(names[role].codes[rows] for role in roles))
    table = {"network": network.values[network.codes[rows[first]]]}
    table |= {role: names[role].values[names[role].codes[rows[first]]] for role in roles}
    made = pd.DataFrame(table)
    made["rows"] = np.bincount(group)
    made["spend"] = np.bincount(group, np.nan_to_num(figures.values["spend"][rows]))
    problem = say_many(
        "the content type of {count} row is not known", "the content type of {count} rows is not known", len(rows)
    )
    fix = say("they are called {name}; give naming rules with --naming, or export format or placement", name=UNKNOWN)
    frame.findings.append(Finding("content-type-unknown", Severity.WARNING, problem, fix, frame.file))
    return made.sort_values(["spend", "network", *roles], ascending=[False, *[True] * 5], ignore_index=True)
