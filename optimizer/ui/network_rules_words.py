"""Network rules in words: each rule of a network_rules.toml as a sentence, and what they come to place by place."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history import Cell
from optimizer.language import place
from optimizer.planning.network_rules import DAYS, NetworkRules, read_network_rules
from optimizer.planning.network_rules_schema import (
    Change,
    Floor,
    Learning,
    NetworkRule,
    NetworkRulesFile,
    Relearning,
    Steps,
)
from optimizer.planning.request import RulesText
from optimizer.ui.format import content_name, day, money, network_name, number, percent
from optimizer.ui.language import _, n_, tell

FILE = "network_rules.toml"
LONGEST = 100_000  # characters


@dataclass(frozen=True)
class NetworkLine:
    """One rule.

    Attributes
    ----------
    name : str
        Whom it is for.
    says : str
    grade : str
        Who says so, and when that was looked up.
    source : str
        As the file writes it.
    """

    name: str
    says: str
    grade: str
    source: str


@dataclass(frozen=True)
class NetworkWords:
    """The rules of a text in words.

    Attributes
    ----------
    lines : tuple of NetworkLine
    settled : NetworkRules
        What they come to for each cell.
    """

    lines: tuple[NetworkLine, ...]
    settled: NetworkRules


def read_for_words(text: str, cells: Sequence[Cell], currency: str) -> NetworkWords:
    """Read network rules, check them against the cells of a history and say them.

    Raises
    ------
    InputError
        The text cannot be read, or names what is not there; the message names the rule.
    """
    settled = read_network_rules(RulesText(text, FILE), cells, currency)
    held = NetworkRulesFile.model_validate(tomllib.loads(text.removeprefix("\ufeff")))
    rules: list[NetworkRule] = [*held.floor, *held.change, *held.learning, *held.steps, *held.relearning]
    return NetworkWords(tuple(_line(rule, cells, currency) for rule in rules), settled)


def open_rates(text: str, currency: str) -> tuple[str, ...]:
    r"""Currencies of amounts that the text gives no rate for; none where it cannot be read at all.

    Examples
    --------
    >>> open_rates('[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"', "EUR")
    ('USD',)
    """
    if not currency:
        return ()
    try:
        held = NetworkRulesFile.model_validate(tomllib.loads(text.removeprefix("\ufeff")))
    except (ValueError, RecursionError):  # a wrong text is told of where it is read for good
        return ()
    named = {rule.currency for rule in held.floor} | {rule.currency for rule in held.steps}
    return tuple(sorted(named - {"", currency} - set(held.rates)))


def with_rate(text: str, code: str, rate: float) -> str:
    r"""The text with what one unit of a currency is worth.

    Examples
    --------
    >>> print(with_rate("# mine\n[rates]\n# USD = 0.92", "USD", 0.95))
    # mine
    [rates]
    USD = 0.95
    # USD = 0.92
    """
    line = f"{code} = {rate:.10g}"
    lines = text.split("\n")
    place = next((at for at, one in enumerate(lines) if one.split("#")[0].strip() == "[rates]"), None)
    if place is None:
        return "\n".join(["[rates]", line, "", text])
    return "\n".join([*lines[: place + 1], line, *lines[place + 1 :]])


def settled_rows(settled: NetworkRules, cells: Sequence[Cell], currency: str) -> list[tuple[str, ...]]:
    """Places that any rule binds: name, least a day, largest step, days to wait, results to learn, step of money.

    Everything is per day and place, as networks ask for budgets.
    """
    rows: list[tuple[str, ...]] = []
    for at, cell in enumerate(cells):
        floor, step = settled.floor[at] / DAYS, settled.step[at] / DAYS
        share = settled.share[at]
        parts = (
            money(floor, currency, 0.01) if floor else "",
            _("± {share}", share=percent(share)) if np.isfinite(share) else "",
            n_("{count} day", "{count} days", int(settled.wait_days[at])) if settled.wait_days[at] else "",
            _results(settled, at),
            money(step, currency, 0.01) if step else "",
        )
        if any(parts):
            rows.append((tell(place(cell)), *parts))
    return rows


def _results(settled: NetworkRules, at: int) -> str:
    if not settled.results[at]:
        return ""
    return n_(
        "{results} results, {count} week at most",
        "{results} results, {count} weeks at most",
        int(settled.weeks[at]),
        results=number(settled.results[at]),
    )


def _line(rule: NetworkRule, cells: Sequence[Cell], currency: str) -> NetworkLine:
    networks = [rule.network] if isinstance(rule.network, str) else rule.network
    types = rule.content_type
    kinds = None if types is None else [types] if isinstance(types, str) else types
    name = ", ".join(network_name(one) for one in networks)
    if kinds is not None:
        name = _("{networks}: {content_types}", networks=name, content_types=", ".join(map(content_name, kinds)))
    own = sum(cell.network in networks and (kinds is None or cell.content_type in kinds) for cell in cells)
    if not own:
        name = _("{name} (not in this history)", name=name)
    return NetworkLine(name, _says(rule, currency), _grade(rule), rule.source)


def _says(rule: NetworkRule, currency: str) -> str:
    if isinstance(rule, Floor):
        amount = money(rule.amount, rule.currency or currency, 0.01)
        return _("Nothing, or at least {amount} a day for each campaign.", amount=amount)
    if isinstance(rule, Change):
        return _change(rule)
    if isinstance(rule, Learning):
        return n_(
            "After a change of more than {edit}, left alone until {results} results a campaign, {count} week at most.",
            "After a change of more than {edit}, left alone until {results} results a campaign, {count} weeks at most.",
            rule.weeks,
            edit=percent(rule.edit),
            results=number(rule.results),
        )
    if isinstance(rule, Steps):
        amount = money(rule.amount, rule.currency or currency, 0.01)
        return _("A budget that moves is a multiple of {amount} a day.", amount=amount)
    if isinstance(rule, Relearning):
        share = percent(rule.share)
        return _("A change costs {share} of what the place brings in a week; a move must be worth more.", share=share)
    raise TypeError(type(rule).__name__)


def _change(rule: Change) -> str:
    wait = n_(
        "{count} day must pass after a change of more than {edit}.",
        "{count} days must pass after a change of more than {edit}.",
        rule.wait_days,
        edit=percent(rule.edit),
    )
    if rule.share is None:
        return wait
    step = _("Moves by at most {share} from one week to the next.", share=percent(rule.share))
    return f"{step} {wait}" if rule.wait_days else step


def _grade(rule: NetworkRule) -> str:
    said = {
        "official": _("the network's own text"),
        "mirror": _("the network's text, seen on a copy"),
        "secondary": _("told by others"),
        "practice": _("practice, not a rule of the network"),
    }[rule.grade]
    return _("{who}, looked up on {day}", who=said, day=day(rule.checked)) if rule.checked else said
