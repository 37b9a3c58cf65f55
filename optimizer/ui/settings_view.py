"""Money and goals as fields: from settings to what a form shows, back again, and as the text of a settings.toml."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale

from optimizer.errors import InputError
from optimizer.history.schema import OUTCOMES
from optimizer.language import say
from optimizer.planning.fiscal import LAST, MONTH, NEAREST
from optimizer.planning.settings import Settings, settings_of, settings_values
from optimizer.planning.wording import PROFIT, VALUE, outcome_name
from optimizer.ui.format import content_name, day, number
from optimizer.ui.language import _, speaker, tell

if TYPE_CHECKING:
    from optimizer.planning.asked import Asked

Plain = Mapping[str, object]
COUNTRIES = (
    "AT", "AU", "BE", "BR", "CA", "CH", "CN", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HU", "ID", "IE", "IN",
    "IT", "JP", "KR", "MX", "MY", "NL", "NO", "NZ", "PH", "PL", "PT", "RO", "SE", "SG", "TH", "TR", "TW", "UA", "US",
    "VN", "ZA",
)  # fmt: skip
"""Countries that are offered; any other one of ISO 3166 may come from a file."""
CURRENCIES = (
    "EUR", "USD", "GBP", "CHF", "VND", "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "HUF", "IDR", "INR", "JPY", "KRW",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "ZAR",
)  # fmt: skip


@dataclass(frozen=True)
class MoneyFields:
    """The form of money and goals as it stands; None is an empty field.

    Attributes
    ----------
    currency, country : str
        Codes, or "".
    margin : float or None
        Percent of revenue.
    team_per_month : float or None
    outcomes : mapping of str to float or None
        Worth per unit.
    production : mapping of str to float or None
        Cost by content type.
    calendar : str
        How the year is cut into periods; see `optimizer.planning.fiscal`.
    year_start : date or None
        First day of a fiscal year; acts where the calendar is not that of months.
    year_rule : str
        Which day begins other fiscal years.
    rest : mapping
        Settings that the form does not show; they stay as they are.
    """

    currency: str = ""
    country: str = ""
    margin: float | None = None
    team_per_month: float | None = None
    outcomes: Mapping[str, float | None] = field(default_factory=dict)
    production: Mapping[str, float | None] = field(default_factory=dict)
    calendar: str = MONTH
    year_start: dt.date | None = None
    year_rule: str = NEAREST
    rest: Plain = field(default_factory=dict)


FORM = ("currency", "country", "margin", "team_per_month", "outcomes", "production", "calendar", "year_start",
        "year_rule")  # fmt: skip
"""Settings that the form shows."""


def rest_of(settings: Plain) -> dict[str, object]:
    """Settings that the form does not show."""
    return {key: value for key, value in settings.items() if key not in FORM}


def fields_of(settings: Plain, outcomes: Sequence[str], content_types: Sequence[str]) -> MoneyFields:
    """Settings as fields: one for each outcome and content type of the history, and for those the settings name.

    Raises
    ------
    InputError
        The settings hold what is not allowed.
    """
    held = settings_of(settings)
    return MoneyFields(
        held.currency,
        held.country,
        None if held.margin is None else round(100 * held.margin, 6),
        held.team_per_month or None,
        {name: held.outcomes.get(name) or None for name in _union(outcomes, held.outcomes)},
        {name: held.production.get(name) or None for name in _union(content_types, held.production)},
        held.calendar,
        held.year_start,
        held.year_rule,
        rest_of(settings),
    )


def settings_from(fields: MoneyFields) -> dict[str, object]:
    """What the fields say, as settings.toml holds it: only what was filled in.

    Raises
    ------
    InputError
        A field holds what is not allowed, or fields that do not go together.

    Examples
    --------
    >>> settings_from(MoneyFields(currency="eur", margin=40, outcomes={"conversions": 12.5, "revenue": None}))
    {'currency': 'EUR', 'margin': 0.4, 'outcomes': {'conversions': 12.5}}
    """
    plain: dict[str, object] = {}
    if fields.currency:
        plain["currency"] = fields.currency.upper()
    if fields.country:
        plain["country"] = fields.country.upper()
    if fields.margin is not None and not _follows(fields.margin, fields.rest):
        plain["margin"] = round(fields.margin / 100, 8)
    if fields.team_per_month:
        plain["team_per_month"] = float(fields.team_per_month)
    for name, given in (("outcomes", fields.outcomes), ("production", fields.production)):
        filled = {key: float(value) for key, value in given.items() if value}
        if filled:
            plain[name] = filled
    plain |= _calendar(fields)
    plain |= fields.rest
    settings_of(plain, _("Money and goals"))
    return plain


def _follows(margin: float, rest: Plain) -> bool:
    """Whether a margin, in percent, is the one that other settings leave: it need not be written then."""
    left = settings_of({"finance": rest["finance"]}).margin if "finance" in rest else None
    return left is not None and abs(100 * left - margin) < 1e-6


def _calendar(fields: MoneyFields) -> dict[str, object]:
    """The fiscal calendar, where it is not that of months."""
    if fields.calendar == MONTH:
        return {}
    start = {} if fields.year_start is None else {"year_start": fields.year_start.isoformat()}
    rule = {} if fields.year_rule == NEAREST else {"year_rule": fields.year_rule}
    return {"calendar": fields.calendar, **start, **rule}


def calendar_name(calendar: str) -> str:
    """A fiscal calendar in words."""
    return _("calendar months") if calendar == MONTH else _("{weeks} weeks a quarter", weeks=calendar)


def year_rule_name(rule: str) -> str:
    """Which day begins other fiscal years, in words."""
    names = {NEAREST: _("nearest to the first of a month"), LAST: _("last with the first in its week")}
    return names[rule]


def read_settings_text(text: str, file: str) -> dict[str, object]:
    """The settings of an uploaded settings.toml, checked.

    Raises
    ------
    InputError
        It is no TOML, or holds what is not allowed.
    """
    values = settings_values(text.removeprefix("\ufeff").replace("\r\n", "\n"), file)
    settings_of(values, file)
    return values


def settings_toml(settings: Plain) -> str:
    r"""The text of a settings.toml.

    Examples
    --------
    >>> print(settings_toml({"currency": "EUR", "margin": 0.4, "production": {"link post": 900.0}}), end="")
    currency = "EUR"
    margin = 0.4
    <BLANKLINE>
    [production]
    "link post" = 900.0
    """
    return "\n\n".join(_tables(settings, ())) + "\n"


def _tables(values: Plain, path: tuple[str, ...]) -> list[str]:
    """The lines of a table, then those of the tables inside of it."""
    single = [f"{_key(key)} = {_value(value)}" for key, value in values.items() if not isinstance(value, Mapping)]
    head = [f"[{'.'.join(map(_key, path))}]"] if path and single else []
    parts = ["\n".join((*head, *single))] if single else []
    for name, value in values.items():
        if isinstance(value, Mapping):
            parts += _tables(value, (*path, name))
    return parts


@dataclass(frozen=True)
class Holds:
    """What of money a history speaks of: its currency, or "", its outcomes and its content types."""

    currency: str
    outcomes: Sequence[str]
    content_types: Sequence[str]


def fitted(settings: Plain, holds: Holds) -> tuple[dict[str, object], str]:
    """The usual settings as far as a history has what they speak of, and what was left out, as a sentence or "".

    Amounts in another currency would be wrong throughout, so then nothing is taken.

    Examples
    --------
    >>> fitted({"margin": 0.4, "production": {"reel": 50}}, Holds("EUR", ["revenue"], ["image"]))
    ({'margin': 0.4}, 'Left out of the usual settings, since this history does not have it: reel.')
    """
    held = settings_of(settings)
    if holds.currency and held.currency and held.currency != holds.currency:
        return {}, _(
            "The usual settings are in {theirs} and this history is in {own}, so they were not taken over.",
            theirs=held.currency,
            own=holds.currency,
        )
    plain = dict(settings)
    gone = []
    named = (("outcomes", holds.outcomes), ("production", holds.content_types), ("assets", holds.content_types))
    for name, own in named:
        table = plain.pop(name, {})
        if isinstance(table, Mapping):
            kept = {key: value for key, value in table.items() if key in own}
            gone += [key for key in table if key not in own]
            if kept and (name != "outcomes" or any(value > 0 for value in kept.values())):
                plain[name] = kept
    if not gone:
        return plain, ""
    return plain, _(
        "Left out of the usual settings, since this history does not have it: {names}.",
        names=", ".join(name.replace("_", " ") for name in gone),
    )


def goal_choices(goals: Sequence[str], settings: Plain) -> tuple[str, ...]:
    """Goals that a question may have: those of the history, and value and profit where the settings allow them.

    Examples
    --------
    >>> goal_choices(("revenue", "conversions"), {"margin": 0.4, "outcomes": {"conversions": 20}})
    ('value', 'revenue', 'conversions', 'profit')
    """
    held = settings_of(settings)
    value = (VALUE,) if held.worths else ()
    profit = (PROFIT,) if held.margin is not None and "revenue" in goals else ()
    return (*value, *goals, *profit)


def with_settings(asked: Asked, settings: Plain, goals: Sequence[str]) -> Asked:
    """The question with other settings: worths that are new make their sum the goal, and a goal that went is replaced.

    Parameters
    ----------
    asked : Asked
    settings : mapping
    goals : sequence of str
        Of the history, the usual one first.
    """
    choices, before = goal_choices(goals, settings), goal_choices(goals, asked.settings)
    goal = asked.goal if asked.goal in ("", *choices) else goals[0]
    if VALUE in choices and VALUE not in before:
        goal = VALUE
    return replace(asked, settings=dict(settings), goal=goal)


def settings_lines(settings: Plain) -> tuple[tuple[str, str], ...]:
    """Settings as name and value, for a list of what was kept."""
    held: Settings = settings_of(settings)
    lines = []
    if held.currency:
        lines.append((_("Currency"), currency_name(held.currency)))
    if held.country:
        lines.append((_("Holidays of"), country_name(held.country)))
    if held.margin is not None:
        lines.append((_("Margin"), _("{percent} % of revenue", percent=number(100 * held.margin))))
    if held.team_per_month:
        lines.append((_("Team and tools per month"), number(held.team_per_month)))
    lines += [
        (_("Worth of one: {outcome}", outcome=tell(outcome_name(name, single=True))), number(worth))
        for name, worth in held.worths.items()
    ]
    lines += [
        (_("Production of {content_type}", content_type=content_name(name)), number(cost))
        for name, cost in held.production.items()
        if cost
    ]
    if held.calendar != MONTH:
        lines.append((_("Fiscal calendar"), calendar_name(held.calendar)))
    if held.year_start is not None:
        lines.append((_("First day of a fiscal year"), day(held.year_start)))
    return tuple(lines)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def country_name(code: str) -> str:
    """A country in the reader's language, with its code.

    Examples
    --------
    >>> country_name("VN")
    'Vietnam (VN)'
    """
    name = _locale(speaker().language).territories.get(code, "")
    return f"{name} ({code})" if name else code


def currency_name(code: str) -> str:
    """A currency in the reader's language, after its code.

    Examples
    --------
    >>> currency_name("EUR")
    'EUR · Euro'
    """
    name = _locale(speaker().language).currencies.get(code, "")
    return f"{code} · {name}" if name else code


def country_codes(now: str) -> list[str]:
    """Countries to offer, by name; the one that is set is among them."""
    return sorted({*COUNTRIES, *([now] if now else [])}, key=country_name)


def currency_codes(now: str) -> list[str]:
    """Currencies to offer; the one that is set is among them."""
    return list(dict.fromkeys([*CURRENCIES, *([now] if now else [])]))


def _union(own: Sequence[str], named: Mapping[str, object]) -> list[str]:
    order = {name: place for place, name in enumerate(OUTCOMES)}
    return sorted(dict.fromkeys([*own, *named]), key=lambda name: (order.get(name, len(order)), name))


def _key(name: str) -> str:
    bare = name and all(sign.isascii() and (sign.isalnum() or sign in "_-") for sign in name)
    return name if bare else _quoted(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError.at(say("a number of the settings is not finite"), fix=say("write it again"))
        return repr(value)
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04X}" for sign in escaped) + '"'
