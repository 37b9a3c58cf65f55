"""Imports of exports behind the page Data and settings: what was answered, what is kept of it, and its words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer.errors import InputError
from optimizer.history.content_types import MOST_RULES, Naming, NamingRule, from_json, to_json
from optimizer.history.exports import ExportFile, Imported, ImportRequest
from optimizer.history.exports.changes import Changes
from optimizer.history.exports.files import Given
from optimizer.history.exports.money import Rates
from optimizer.history.exports.results import KINDS, Offered
from optimizer.history.findings import Finding
from optimizer.language import say
from optimizer.ui.format import day, money, network_name, number
from optimizer.ui.language import _, n_

MOST_EARLIER = 12
MOST_EARLIER_BYTES = 8_000_000
Earlier = Mapping[str, str]


@dataclass(frozen=True)
class Answers:
    """How exports are read, as far as only a person can say it.

    Attributes
    ----------
    networks : mapping of str to str
        File to the network that wrote it, where somebody said so.
    results : mapping of str to str
        Network to what its conversions are; those that are not there are chosen by the rule.
    currency : str
        Of the history; "" for the one without a rate.
    rates : mapping of str to float
        What one unit of another currency is worth.
    naming : tuple of NamingRule
        Rules that give content types.
    newest_wins, empty_is_zero : bool
    """

    networks: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    naming: Naming = ()
    newest_wins: bool = False
    empty_is_zero: bool = False

    def with_network(self, file: str, network: str) -> Answers:
        """The answers with a file said to be of a network; "" to let its headers tell."""
        return replace(self, networks=_set(self.networks, file, network))

    def with_result(self, source: str, kind: str) -> Answers:
        """The answers with the conversions of a network; "" for the rule."""
        return replace(self, results=_set(self.results, source, kind))

    def with_rate(self, code: str, rate: float | None) -> Answers:
        """The answers with what one unit of a currency is worth; None for nothing said."""
        return replace(self, rates=_set(self.rates, code, rate))

    def with_rules(self, rules: Sequence[NamingRule]) -> Answers:
        """The answers with more rules, the same one once."""
        return replace(self, naming=tuple(dict.fromkeys([*self.naming, *rules]))[:MOST_RULES])

    def request(
        self, files: Sequence[ExportFile], base: ExportFile | None, sources: Collection[str]
    ) -> ImportRequest:  # fmt: skip
        """What to import.

        Parameters
        ----------
        files : sequence of ExportFile
        base : ExportFile or None
            The history that they go into.
        sources : collection of str
            Networks that wrote them: an indicator that was named for another one is not looked for in them.

        Raises
        ------
        InputError
            A rate or a currency cannot be.
        """
        names = {file.name for file in files}
        given: Sequence[Given] = files
        return ImportRequest(
            files=given,
            base=base,
            networks={file: name for file, name in self.networks.items() if file in names},
            results={name: kind for name, kind in self.results.items() if name in sources},
            rates=Rates(self.currency, dict(self.rates)),
            naming=self.naming,
            newest_wins=self.newest_wins,
            empty_is_zero=self.empty_is_zero,
        )

    def to_json(self) -> dict[str, object]:
        """Plain values that `from_json` takes: what the next import into the same history begins with."""
        return {
            "results": dict(self.results),
            "currency": self.currency,
            "rates": dict(self.rates),
            "naming": to_json(self.naming),
            "empty_is_zero": self.empty_is_zero,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Answers:
        """Check plain values and make answers of them.

        Raises
        ------
        InputError
            They are not what `to_json` makes.
        """
        results, rates = values.get("results", {}), values.get("rates", {})
        whole = isinstance(results, Mapping) and isinstance(rates, Mapping)
        if not whole or not all(isinstance(one, str) for one in results.values()):
            raise InputError.at(say("these are not answers to an import"), fix=say("import the exports anew"))
        return cls(
            results={str(name): str(kind) for name, kind in results.items()},
            currency=str(values.get("currency", "")),
            rates={str(code): float(rate) for code, rate in rates.items()},
            naming=from_json(values.get("naming", {})),
            empty_is_zero=values.get("empty_is_zero") is True,
        )


def _set(held: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {name: one for name, one in {**held, key: value}.items() if one}


# What is kept -------------------------------------------------------------------------------------------------------


def record(answers: Answers, imported: Imported, before: Mapping[str, Any]) -> dict[str, object]:
    """What is kept of an import beside the history itself; plain values.

    Parameters
    ----------
    answers : Answers
    imported : Imported
    before : mapping
        What was kept of the import before, empty for none.
    """
    files = [
        {"file": one.file, "title": one.title, "first": str(one.first), "last": str(one.last), "rows": one.rows}
        for one in imported.exports
        if one.title
    ]
    now = answers if answers.currency or not imported.currency else replace(answers, currency=imported.currency)
    held = before.get("earlier", {})
    new = {name: data.decode() for name, data in imported.earlier.items()}
    return {"answers": now.to_json(), "files": files, "earlier": trimmed({**new, **held})}


def trimmed(earlier: Earlier) -> dict[str, str]:
    """The newest of what older exports had, as far as there is room for them.

    Examples
    --------
    >>> list(trimmed({f"until_2026-{month:02}-01.csv": "x" for month in range(1, 13)} | {"until_2025-12-01.csv": "x"}))
    ... # doctest: +ELLIPSIS
    ['until_2026-01-01.csv', ..., 'until_2026-12-01.csv']
    """
    kept: dict[str, str] = {}
    room = MOST_EARLIER_BYTES
    for name in sorted(earlier, reverse=True)[:MOST_EARLIER]:
        room -= len(earlier[name].encode())
        if room < 0:
            break
        kept[name] = earlier[name]
    return dict(sorted(kept.items()))


def earlier_files(content: Mapping[str, Any]) -> tuple[tuple[str, bytes], ...]:
    """Name and bytes of what older exports had, from what was kept, oldest first."""
    held = content.get("earlier", {})
    return tuple((str(name), str(text).encode()) for name, text in sorted(held.items()))


# Words --------------------------------------------------------------------------------------------------------------


def kind_words(kind: str) -> str:
    """What conversions are, in words; an indicator is called as the export calls it."""
    names = {
        "purchases": _("purchases"),
        "leads": _("leads"),
        "conversions": _("conversions as the network counts them"),
        "results": _("results of all kinds"),
    }
    return names.get(kind, kind)


def result_choices(offered: Offered, now: str) -> dict[str, str]:
    """What the conversions of a network can be: value and words with how many there are; "" for the rule."""
    counts = dict(offered.kinds)
    names = dict.fromkeys([*(kind for kind in KINDS if kind in counts), *counts, *([now] if now else [])])
    choices = {"": _("by the rule") if now else _("by the rule: {kind}", kind=kind_words(offered.chosen))}
    for name in names:
        words = kind_words(name)
        if name in counts:
            words = _("{kind} ({count})", kind=words, count=number(counts[name]))
        choices[name] = words
    return choices


def files_table(imported: Imported) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and lines of what was read, file by file."""
    heads = (_("File"), _("Written by"), _("Networks"), _("Days"), _("Rows"), _("Spend"))
    lines: list[tuple[str, ...]] = []
    for one in imported.exports:
        span = _("{first} to {last}", first=day(one.first), last=day(one.last))
        spend = money(one.spend, imported.currency) if one.spend else ""
        lines.append(
            (
                one.file,
                one.title or _("a history"),
                ", ".join(map(network_name, one.networks)),
                span,
                number(one.rows),
                spend,
            )
        )
    return heads, lines


def summary_line(imported: Imported) -> str:
    """The whole history in a line."""
    table = imported.table
    cells = len(table[["network", "content_type"]].drop_duplicates())
    first, last = table["date"].min(), table["date"].max()
    return _(
        "Together {first} to {last}: {rows}, {cells}, {spend} spent.",
        first=day(first.date()),
        last=day(last.date()),
        rows=n_("{count} row", "{count} rows", len(table)),
        cells=n_("{count} place", "{count} places", cells),
        spend=money(float(table["spend"].sum()), imported.currency),
    )


def changes_line(found: Changes) -> str:
    """What the import does to the history it goes into."""
    if found.nothing:
        return _("Nothing changes: all {count} rows are in the history as they are.", count=number(found.same))
    said = _(
        "{new} new, {replaced} replaced by newer figures, {same} as they were.",
        new=n_("{count} row", "{count} rows", found.new),
        replaced=number(found.replaced),
        same=number(found.same),
    )
    if not found.gone:
        return said
    gone = n_(
        "{count} row of the same days is gone: newer exports have it under another name.",
        "{count} rows of the same days are gone: newer exports have them under other names.",
        found.gone,
    )
    return f"{said} {gone}"


def on_screen(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings that tell what to do here, where the command line would name an option."""
    here = {
        "naming-proposed": say("choose rules below"),
        "content-type-unknown": say("they are called unknown; choose or write rules below"),
        "conversions-differ": say("a plan for conversions weighs them alike; choose one kind below"),
        "conversions-are": say("choose another kind below if that is wrong"),
        "late-conversions": say("the newer figures count; plans learn from what the older exports had"),
        "currency-not-named": say("choose the currency below if that is wrong"),
        "networks-not-told-apart": say("export a column that tells them apart, or name one network for the file below"),
    }
    told = []
    for one in findings:
        if one.rule == "no-conversions" and "--" in one.fix:
            one = replace(one, fix=say("choose their kind below"))
        told.append(replace(one, fix=here[one.rule]) if one.rule in here and one.fix else one)
    return tuple(told)
