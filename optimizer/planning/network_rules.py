"""Network rules: what networks allow, read from the user's network_rules.toml and settled against a panel's cells.

`network_rules.toml` beside this file is the template, with who says so and when that was looked up. It acts only where
a user hands a file over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, figure, join, say
from optimizer.planning.network_rules_schema import (
    Change,
    Floor,
    Learning,
    NetworkRule,
    NetworkRulesFile,
    Relearning,
    Steps,
)
from optimizer.planning.plain_values import meant, shown
from optimizer.planning.request import RulesText
from optimizer.planning.rules_errors import table_place

TEMPLATE = "network_rules.toml"
DAYS = 7  # budgets are typed in per day, planned per week
OFFICIAL = ("official", "mirror")  # grades of what is a network's own text


@dataclass(frozen=True, eq=False)
class NetworkRules:
    """What the rules come to for each of C cells; every array (C,).

    Attributes
    ----------
    file : str
        Name for messages.
    floor : float array
        Smallest weekly money of a cell that gets anything, account currency; 0 for none.
    share : float array
        Largest change as a share of today's spend; infinite for none.
    wait_days : float array
        Days that must have passed since an edit.
    wait_edit : float array
        Change of weekly spend, as a share, that counts as such an edit.
    results : float array
        Results a cell needs after an edit before it is touched again; 0 for none.
    weeks : float array
        The longest it is left alone for that.
    edit : float array
        Change of weekly spend, as a share, that begins its learning.
    step : float array
        Weekly money of which a moved budget is a multiple; 0 for none.
    relearning : float array
        What a change costs, as a share of what the cell brings in a week.
    practice : bool array
        Whether any of the cell's rules is practice or told by others, not a network's own text.
    """

    file: str
    floor: Floats
    share: Floats
    wait_days: Floats
    wait_edit: Floats
    results: Floats
    weeks: Floats
    edit: Floats
    step: Floats
    relearning: Floats
    practice: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def none(cls, cells: int) -> NetworkRules:
        """No rule for so many cells."""
        nothing, endless = np.zeros(cells), np.full(cells, np.inf)
        return cls(
            file="",
            floor=nothing,
            share=endless,
            wait_days=nothing,
            wait_edit=endless,
            results=nothing,
            weeks=nothing,
            edit=endless,
            step=nothing,
            relearning=nothing,
            practice=np.zeros(cells, dtype=np.bool_),
        )


def network_rules_template() -> str:
    """The rules as they ship, with sources and dates: a file to edit."""
    return files("optimizer.planning").joinpath(TEMPLATE).read_text(encoding="utf-8")


@cache
def known_networks() -> frozenset[str]:
    """Networks that the template names, whether an account has them or not."""
    parsed = NetworkRulesFile.model_validate(tomllib.loads(network_rules_template()))
    rules: list[NetworkRule] = [*parsed.floor, *parsed.change, *parsed.learning]
    return frozenset(name for rule in rules for name in _listed(rule.network)) | {"pinterest", "x"}


def read_network_rules(rules: str | Path | RulesText, cells: Sequence[Cell], currency: str) -> NetworkRules:
    """Read network_rules.toml for the cells of an account.

    Parameters
    ----------
    rules : path or RulesText
        The file, or its text and the name that messages call it by.
    cells : sequence of Cell
    currency : str
        Of the account, ISO 4217; "" where it is not known.

    Raises
    ------
    InputError
        The file cannot be read; it holds an unknown key, network, content type or cell, a number that cannot be, or an
        amount in another currency without a rate. The message names file and rule.
    """
    return _Reader(rules, tuple(cells), currency).read()


class _Reader:
    """Turns a file into amounts per cell; the stricter of two rules holds."""

    def __init__(self, rules: str | Path | RulesText, cells: tuple[Cell, ...], currency: str) -> None:
        told = rules if isinstance(rules, RulesText) else RulesText(_text(Path(rules)), str(Path(rules)))
        self.path, self.cells, self.currency = told.name, cells, currency
        self.file = _parse(told)
        self.place = Message("")
        for code in self.file.rates:
            if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
                problem = say("[rates] names {currency}", currency=shown(code))
                raise self._wrong(problem, say("write the three letters of a currency, such as USD = 0.92"))
        self.campaigns = self._campaigns()

    def read(self) -> NetworkRules:
        """All rules, settled."""
        held = {
            name: values.copy() for name, values in vars(NetworkRules.none(len(self.cells))).items() if name != "file"
        }
        tables: tuple[tuple[str, Sequence[NetworkRule]], ...] = (
            ("floor", self.file.floor),
            ("change", self.file.change),
            ("learning", self.file.learning),
            ("steps", self.file.steps),
            ("relearning", self.file.relearning),
        )
        for name, rules in tables:
            for number, rule in enumerate(rules, start=1):
                self.place = table_place(name, number)
                own = self._select(rule)
                for key, values in self._amounts(rule).items():
                    tighter = np.minimum if key in ("share", "edit", "wait_edit") else np.maximum
                    held[key][own] = tighter(held[key][own], np.broadcast_to(values, len(self.cells))[own])
                held["practice"][own] |= rule.grade not in OFFICIAL
        return NetworkRules(file=self.path, **held)

    def _amounts(self, rule: NetworkRule) -> dict[str, Floats | float]:
        """What one rule sets, by the name of the array."""
        if isinstance(rule, Floor):
            return {"floor": rule.amount * self._rate(rule.currency, rule.amount) * DAYS * self.campaigns}
        if isinstance(rule, Steps):
            return {"step": rule.amount * self._rate(rule.currency, rule.amount) * DAYS}
        if isinstance(rule, Learning):
            return {"results": rule.results * self.campaigns, "weeks": float(rule.weeks), "edit": rule.edit}
        if isinstance(rule, Relearning):
            return {"relearning": rule.share}
        if isinstance(rule, Change):
            if rule.share is None and not rule.wait_days:
                raise self._wrong(join(": ", [self.place, say("it sets no limit")]), say("give share or wait_days"))
            share = np.inf if rule.share is None else rule.share
            waits = {"wait_days": float(rule.wait_days), "wait_edit": rule.edit} if rule.wait_days else {}
            return {"share": share, **waits}
        raise TypeError(type(rule).__name__)

    def _rate(self, currency: str, amount: float) -> float:
        """What one unit of a rule's currency is worth in the account's."""
        if not currency or currency == self.currency:
            return 1.0
        money = {"amount": figure(amount, "g"), "currency": currency}
        if not self.currency:
            problem = say("the amount is {amount} {currency}, but the history names no currency", **money)
            fix = say("name the account's currency in the settings, or take the rule's out")
            raise self._wrong(join(": ", [self.place, problem]), fix)
        if currency not in self.file.rates:
            problem = say(
                "the amount is {amount} {currency}, but the account is in {ours}", **money, ours=self.currency
            )
            fix = say(
                "write {currency} = ... below [rates]: what one {currency} is worth in {ours}",
                currency=currency,
                ours=self.currency,
            )
            raise self._wrong(join(": ", [self.place, problem]), fix)
        return float(self.file.rates[currency])

    def _campaigns(self) -> Floats:
        """(C,) campaigns per cell."""
        counts = np.ones(len(self.cells))
        labels = [cell.label for cell in self.cells]
        for name, count in self.file.campaigns.items():
            if name not in labels:
                problem = say("[campaigns] names {cell}, which is no cell of the history", cell=shown(name))
                raise self._wrong(problem, meant(name, labels))
            counts[labels.index(name)] = count
        return counts

    def _select(self, rule: NetworkRule) -> list[int]:
        """Cells of a rule; none where the account does not use that network."""
        networks = {cell.network for cell in self.cells}
        wanted = _listed(rule.network)
        for name in wanted:
            if name not in networks | known_networks():
                known = sorted(networks | known_networks())
                raise self._wrong(
                    join(": ", [self.place, say("network {name} is unknown", name=shown(name))]), meant(name, known)
                )
        kinds = None if rule.content_type is None else _listed(rule.content_type)
        known_kinds = sorted({cell.content_type for cell in self.cells})
        for name in kinds or []:
            if name not in known_kinds:
                problem = say("content type {name} is not in the history", name=shown(name))
                raise self._wrong(join(": ", [self.place, problem]), meant(name, known_kinds))
        return [
            c
            for c, cell in enumerate(self.cells)
            if cell.network in wanted and (kinds is None or cell.content_type in kinds)
        ]

    def _wrong(self, problem: Message, fix: Message) -> InputError:
        return InputError.at(problem, file=self.path, fix=fix)


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        problem = say("the network rules cannot be read ({reason})", reason=str(error.strerror or error))
        raise InputError.at(problem, file=path, fix=say("check the path")) from None
    except UnicodeDecodeError:
        problem = say("the network rules are not text in UTF-8")
        raise InputError.at(problem, file=path, fix=say("save the file as UTF-8")) from None


def _parse(rules: RulesText) -> NetworkRulesFile:
    try:
        values = tomllib.loads(rules.text)
    except tomllib.TOMLDecodeError as error:
        problem = say("the network rules are not valid TOML: {reason}", reason=str(error))
        raise InputError.at(problem, file=rules.name, fix=say("correct that line")) from None
    except RecursionError:
        problem = say("the network rules are not valid TOML: brackets inside each other beyond any use")
        raise InputError.at(problem, file=rules.name, fix=say("correct that line")) from None
    except ValueError as error:  # such as a number of more digits than Python takes
        problem = say("the network rules are not valid TOML: {reason}", reason=str(error))
        raise InputError.at(problem, file=rules.name, fix=say("correct that line")) from None
    try:
        return NetworkRulesFile.model_validate(values)
    except ValidationError as error:
        raise _refusal(rules.name, error) from None


_KINDS: dict[str, type[NetworkRule]] = {
    "floor": Floor,
    "change": Change,
    "learning": Learning,
    "steps": Steps,
    "relearning": Relearning,
}


def _refusal(path: str, error: ValidationError) -> InputError:
    """The first thing the schema refuses, as one sentence."""
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    table = Message(keys[0])
    if len(keys) > 1:
        table = table_place(keys[0], int(keys[1]) + 1) if keys[1].isdigit() else say("[{table}]", table=keys[0])
    known = list(_KINDS[keys[0]].model_fields) if keys[0] in _KINDS else list(NetworkRulesFile.model_fields)
    if first["type"] == "extra_forbidden":
        where = table if len(keys) > 1 else say("the network rules")
        problem = say("{table}: key {key} is unknown", table=where, key=shown(keys[-1]))
        return InputError.at(problem, file=path, fix=meant(keys[-1], known))
    if first["type"] == "missing":
        problem = say("{table}: {key} is missing", table=table, key=keys[-1])
        return InputError.at(problem, file=path, fix=say("add {key} = ...", key=keys[-1]))
    key = next((part for part in keys[1:] if not part.isdigit()), keys[0])
    problem = say("{table}: {key} is {given}", table=table, key=key, given=shown(first.get("input")))
    return InputError.at(problem, file=path, fix=_allowed(key))


def _allowed(key: str) -> Message:
    """What may stand under a key."""
    told = {
        "amount": say("write money per day and campaign, a number above 0"),
        "share": say("write a share above 0 and up to 10, such as 0.5 for 50 %"),
        "edit": say("write a share above 0 and up to 10, such as 0.2 for 20 %"),
        "wait_days": say("write whole days, 0 to 365"),
        "results": say("write a number above 0, such as 50"),
        "weeks": say("write whole weeks, 1 to 52"),
        "grade": say("write official, mirror, secondary or practice"),
        "checked": say("write a day such as 2025-06-01, without quotes"),
        "network": say("write the name of a network in quotes, or a list of them"),
        "content_type": say("write the name of a content type in quotes, or a list of them"),
    }
    return told.get(key) or say("write a value as in the template (optimizer network-rules)")
