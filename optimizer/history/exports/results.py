"""Results: which of an export's outcomes are the conversions of the history; kinds are never mixed, others are told.

The rule, unless the user names a kind: purchases where the network's exports hold any, else leads, else the network's
own conversions. "Results" count as purchases or leads only in rows whose indicator says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.exports.figures import KEPT, codes_of, summed
from optimizer.history.exports.recognise import quoted
from optimizer.history.exports.rows import KEYS, Export
from optimizer.history.findings import Finding, Severity
from optimizer.language.message import Message, join, number, say

Floats = NDArray[np.float64]

KINDS = ("purchases", "leads", "conversions", "results")
_WORDS = {
    "purchases": ("purchase", "complete_payment", "complete payment", "checkout", "kauf", "käufe", "achat", "compra",
                  "acquist"),
    "leads": ("lead", "form submission", "formular", "prospect", "clientes potenciales"),
}  # fmt: skip
"""Words of an indicator that make its results purchases or leads."""
_LISTED = 5


@dataclass(frozen=True)
class Choice:
    """What the conversions of one network are.

    Attributes
    ----------
    kind : str
        One of `KINDS`, an indicator as the user names it, or "" where there is nothing to choose.
    asked : bool
        The user named it.
    """

    kind: str
    asked: bool = False


def choose(exports: Sequence[Export], wanted: Mapping[str, str]) -> tuple[list[Export], list[Finding]]:
    """The same exports with `conversions` and `revenue` in place of outcomes by kind.

    Parameters
    ----------
    exports : sequence of Export
        Of ads.
    wanted : mapping of str to str
        Source, or "" for all, to the kind or the indicator the user names.

    Raises
    ------
    InputError
        An indicator is named that no export holds.
    """
    made: dict[int, Export] = {}
    findings: list[Finding] = []
    kinds: dict[str, str] = {}
    for source in dict.fromkeys(one.network.source for one in exports):
        own = [one for one in exports if one.network.source == source]
        fresh = [one for one in own if not one.state]
        choice = _choice(fresh, wanted.get(source, wanted.get("", "")))
        if choice.kind:
            kinds[own[0].network.title] = choice.kind
        if fresh:
            findings += _told(fresh, choice)
        made |= {id(one): one if one.state else _with(one, choice) for one in own}
    _refuse_unknown(exports, wanted)
    findings += _mixed(kinds)
    return [made[id(one)] for one in exports], findings


@dataclass(frozen=True)
class Offered:
    """What the conversions of one network are, and what they could be.

    Attributes
    ----------
    source, title : str
        The network.
    chosen : str
        The kind or indicator that counts; "" where there is none.
    kinds : tuple of (str, float)
        Every kind or indicator its exports hold and how many there are, most first.
    """

    source: str
    title: str
    chosen: str
    kinds: tuple[tuple[str, float], ...]


def offered(exports: Sequence[Export], wanted: Mapping[str, str]) -> tuple[Offered, ...]:
    """What could be chosen, network by network, before `choose` is asked; of fresh exports alone."""
    found = []
    for source in dict.fromkeys(one.network.source for one in exports):
        fresh = [one for one in exports if one.network.source == source and not one.state]
        if not fresh:
            continue
        choice = _choice(fresh, wanted.get(source, wanted.get("", "")))
        names = {*KINDS[:3], *(str(name) for one in fresh if one.has("results") for name in one.table["indicator"])}
        held = {
            name: [values for one in fresh if (values := _values(one, name)[0]) is not None] for name in names - {""}
        }
        sums = {name: sum(float(np.nansum(values)) for values in columns) for name, columns in held.items()}
        kinds = sorted(((name, total) for name, total in sums.items() if total > 0), key=lambda one: (-one[1], one[0]))
        found.append(Offered(source, fresh[0].network.title, choice.kind, tuple(kinds)))
    return tuple(found)


def _choice(exports: Sequence[Export], wanted: str) -> Choice:
    if wanted:
        return Choice(wanted.strip(), asked=True)
    found = {kind: [_values(one, kind)[0] for one in exports] for kind in KINDS[:3]}
    held = {kind: [values for values in columns if values is not None] for kind, columns in found.items()}
    brought = [kind for kind, columns in held.items() if any(np.nansum(values) > 0 for values in columns)]
    there = [kind for kind, columns in held.items() if any(np.isfinite(values).any() for values in columns)]
    return Choice(next(iter([*brought, *there]), ""))


def _values(export: Export, kind: str) -> tuple[Floats | None, Floats | None]:
    """Conversions of a kind, and what they were worth; None where the export does not have them."""
    table = export.table
    if kind in ("purchases", "leads", "conversions") and export.has(kind):
        return _column(table, kind), _worth(export, kind)
    if not export.has("results") or kind == "conversions":
        return None, _worth(export, kind) if kind == "purchases" else None
    if kind == "results":
        return _column(table, "results"), None
    fits = np.array([_is(str(name), kind) for name in table["indicator"]], dtype=bool)
    if not fits.any():
        return None, None
    return np.where(fits, _column(table, "results"), np.nan), _worth(export, kind)


def _column(table: pd.DataFrame, role: str) -> Floats:
    return np.asarray(table[role].to_numpy(dtype=np.float64))


def _worth(export: Export, kind: str) -> Floats | None:
    of = {"purchases": ("purchase_value", "conversion_value"), "conversions": ("conversion_value", "purchase_value")}
    role = next((role for role in of.get(kind, ("conversion_value",)) if export.has(role)), "")
    return _column(export.table, role) if role else None


def _is(indicator: str, kind: str) -> bool:
    """Whether results with this indicator are of a kind; other kinds are indicators themselves."""
    plain = indicator.lower()
    if not plain:
        return False
    if kind in _WORDS:
        return any(word in plain for word in _WORDS[kind]) and "cost" not in plain
    return plain == kind.lower() or plain.rpartition(":")[2] == kind.lower()


def _with(export: Export, choice: Choice) -> Export:
    """One export with the chosen outcome, its rows no longer apart by indicator."""
    conversions, revenue = _values(export, choice.kind) if choice.kind else (None, None)
    table = export.table
    keys = [name for name in KEYS if name != "indicator"]
    group, first = codes_of(*(pd.factorize(table[name])[0].astype(np.int64) for name in keys))
    made = {name: table[name].to_numpy()[first] for name in keys}
    rows = np.bincount(group, table["rows"]).astype(np.int64)
    for role in KEPT:
        if role in table:
            sums = summed(_column(table, role), group, len(first))
            made[role] = np.where(rows == 1, sums, np.nan) if role == "reach" else sums
    for name, values in (("conversions", conversions), ("revenue", revenue)):
        if values is not None:
            made[name] = summed(values, group, len(first))
    made |= {"line": table["line"].to_numpy()[first], "rows": rows}
    headers = {**export.headers, **_headers(export, choice)}
    return replace(export, table=pd.DataFrame(made), headers=headers)


def _headers(export: Export, choice: Choice) -> dict[str, str]:
    """The headers that conversions and revenue come from."""
    own = export.headers
    role = choice.kind if choice.kind in own and export.has(choice.kind) else "results"
    worth = next((name for name in ("purchase_value", "conversion_value") if name in own), "")
    return {"conversions": own.get(role, "conversions"), "revenue": own.get(worth, "revenue")}


# What is said -------------------------------------------------------------------------------------------------------


def _refuse_unknown(exports: Sequence[Export], wanted: Mapping[str, str]) -> None:
    """Refuse an indicator that no export has."""
    for source, kind in wanted.items():
        own = [one for one in exports if source in ("", one.network.source) and not one.state]
        if kind in KINDS or any(_values(one, kind)[0] is not None for one in own):
            continue
        held = sorted({str(name) for one in own if one.has("results") for name in one.table["indicator"] if name})
        problem = say("no export holds results called '{name}'", name=kind)
        fix = say("results can be {kinds}", kinds=join(", ", KINDS[:3]))
        if held:
            fix = say("results can be {kinds} or one of the indicators {held}",
                      kinds=join(", ", KINDS[:3]), held=quoted(held))  # fmt: skip
        raise InputError.at(problem, fix=fix)


def _told(exports: Sequence[Export], choice: Choice) -> list[Finding]:
    """What conversions are, and what was left apart."""
    title = exports[0].network.title
    apart = _left_apart(exports, choice)
    if not choice.kind or all(_values(one, choice.kind)[0] is None for one in exports):
        problem = say("the exports of {network} hold no conversions", network=title)
        fix = say("export purchases, leads or conversions; empty is not 0")
        if any(one.has("results") for one in exports):
            problem = say("the exports of {network} hold results, and which kind they are is not chosen", network=title)
            fix = say("name the kind with --results ({kinds})", kinds=join(", ", apart) if apart else "results")
        return [Finding("no-conversions", Severity.WARNING, problem, fix)]
    problem = say("conversions of {network} are its {kind}", network=title, kind=kind_name(choice.kind))
    others = say("left apart: {others}; --results names another kind", others=join(", ", apart)) if apart else ""
    found = [Finding("conversions-are", Severity.NOTE, problem, others)]
    lacking = [one.file for one in exports if _values(one, choice.kind)[0] is None]
    if lacking:
        problem = say("{files} hold no {kind}", files=quoted(lacking), kind=kind_name(choice.kind))
        fix = say("conversions of their rows are not known; they do not count as 0")
        found.append(Finding("no-conversions", Severity.WARNING, problem, fix))
    return found


def _left_apart(exports: Sequence[Export], choice: Choice) -> list[Message]:
    """Outcomes of other kinds with their sums, the largest first."""
    sums: dict[str, float] = {}
    for one in exports:
        for kind in KINDS[:3]:
            if one.has(kind) and kind != choice.kind:
                sums[kind] = sums.get(kind, 0.0) + float(np.nansum(_column(one.table, kind)))
        if one.has("results") and choice.kind != "results":
            for name, value in one.table.groupby("indicator", sort=True)["results"].sum().items():
                if not _is(str(name), choice.kind):
                    sums[str(name)] = sums.get(str(name), 0.0) + float(value)
    largest = sorted(((total, name) for name, total in sums.items() if total > 0), reverse=True)[:_LISTED]
    return [say("{count} {kind}", count=number(total), kind=kind_name(name)) for total, name in largest]


def kind_name(kind: str) -> str:
    """A kind of outcome for people; an indicator is called as the export calls it."""
    names = {
        "purchases": say("purchases"),
        "leads": say("leads"),
        "conversions": say("conversions"),
        "results": say("results"),
        "": say("results without an indicator"),
    }
    return names.get(kind, kind)


def _mixed(kinds: Mapping[str, str]) -> list[Finding]:
    """Say so where one network's conversions are purchases and another's are not."""
    if len(set(kinds.values())) < 2:
        return []
    listed = join(
        ", ", [say("{network}: {kind}", network=title, kind=kind_name(kind)) for title, kind in kinds.items()]
    )
    problem = say("conversions are not the same thing on all networks ({kinds})", kinds=listed)
    fix = say("a plan for conversions weighs them alike; name one kind with --results, or plan for revenue")
    return [Finding("conversions-differ", Severity.WARNING, problem, fix)]
