"""Money: one currency for the whole history, by rates that the user gives and never by guesswork."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.errors import InputError
from optimizer.history.exports.questions import Asks, OpenQuestion
from optimizer.history.exports.recognise import quoted
from optimizer.history.exports.rows import Export
from optimizer.history.findings import Finding, Severity
from optimizer.language.message import figure, join, say

_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Rates:
    """What other currencies are worth.

    Attributes
    ----------
    currency : str
        ISO 4217 code of the history, or "" for the one that has no rate.
    rates : mapping of str to float
        Code to what one unit of it is worth in the history's currency.

    Raises
    ------
    InputError
        A code is none, or a rate is not above 0.
    """

    currency: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in (*self.rates, *([self.currency] if self.currency else [])):
            if not _CODE.fullmatch(code):
                problem = say("'{value}' is no currency code", value=code)
                raise InputError.at(problem, fix=say("write three large letters and a number, such as USD=0.92"))
        for code, rate in self.rates.items():
            if not (np.isfinite(rate) and rate > 0):
                problem = say("the rate of {code} is {rate}", code=code, rate=figure(rate))
                raise InputError.at(problem, fix=say("a rate must be above 0"))
        if self.currency in self.rates and self.rates[self.currency] != 1:
            problem = say("{code} is the history's currency and has a rate too", code=self.currency)
            raise InputError.at(problem, fix=say("leave out the one or the other"))


def one_currency(exports: Sequence[Export], rates: Rates) -> tuple[list[Export], str, list[Finding]]:
    """The same exports with all money in one currency.

    Returns
    -------
    (exports; the code, "" where none is known; what was converted or assumed)

    Raises
    ------
    InputError
        There are two currencies without a rate.
    """
    target = _target(exports, rates)
    made, findings = [], []
    for one in exports:
        codes = one.table["currency"].to_numpy(dtype=object)
        named = {str(code) for code in codes if code}
        foreign = sorted(named - {target})
        factor = np.array([rates.rates.get(str(code), 1.0) if code != target else 1.0 for code in codes])
        table = one.table.assign(currency=target)
        for name in ("spend", "revenue"):
            if name in table and foreign:
                table[name] = table[name] * factor
        for code in foreign:
            problem = say("amounts in {code} were multiplied by {rate}", code=code, rate=figure(rates.rates[code]))
            fix = say("they are in {currency} now", currency=target)
            findings.append(Finding("converted", Severity.NOTE, problem, fix, one.file))
        if target and not all(codes) and not one.state:
            problem = say("the export does not name its currency")
            fix = say(
                "its amounts were taken as {currency}; name it with --currency if that is not so", currency=target
            )
            severity = Severity.NOTE if rates.currency else Severity.WARNING
            findings.append(Finding("currency-not-named", severity, problem, fix, one.file))
        made.append(replace(one, table=table))
    return made, target, findings


def _target(exports: Sequence[Export], rates: Rates) -> str:
    """The history's currency."""
    seen: dict[str, str] = {}
    for one in exports:
        for code in one.table["currency"].unique():
            if code:
                seen.setdefault(str(code), one.file)
    open_ones = [code for code in seen if code not in rates.rates]
    if rates.currency:
        open_ones = [rates.currency, *(code for code in open_ones if code != rates.currency)]
    if len(open_ones) > 1:
        first, second = open_ones[:2]
        file = seen[second]
        place = next(one for one in exports if one.file == file)
        lines = place.table["line"].to_numpy()[place.table["currency"].to_numpy(dtype=object) == second]
        if first in seen:
            problem = say(
                "amounts are in {code}, and in {other} in {file}; two currencies cannot be added",
                code=second,
                other=first,
                file=seen[first],
            )
        else:
            problem = say("amounts are in {code}, and the history is to be in {other}", code=second, other=first)
        fix = say("say what one {code} is worth, such as --rate {code}=0.92", code=second)
        column = place.headers.get("currency", place.headers.get("spend", "currency"))
        asked = {"file": file, "row": int(lines.min()), "column": column}
        raise OpenQuestion.of(Asks.RATE, problem, fix, asked, (second, first))
    if not open_ones and seen:
        problem = say("every currency has a rate ({codes}), so which one the history is in is not said",
                      codes=join(", ", sorted(seen)))  # fmt: skip
        files = {"file": quoted(list(seen.values()))}
        raise OpenQuestion.of(Asks.CURRENCY, problem, say("name it with --currency"), files, sorted(seen))
    return open_ones[0] if open_ones else ""
