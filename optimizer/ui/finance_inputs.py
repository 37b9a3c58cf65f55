"""What finance reckons with as fields of a form: from settings to fields, back again, and who stands behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from optimizer.errors import InputError
from optimizer.finance.words import input_name
from optimizer.language import Message, place, say
from optimizer.planning.settings import Settings, settings_of
from optimizer.planning.settings_finance import SHARES
from optimizer.ui.format import begun, content_name, day, network_name, number, percent
from optimizer.ui.language import _, tell

Plain = Mapping[str, object]
PERCENT = 100.0
MARGIN, TEAM, MONTHS = "margin", "team_per_month", "months"
SHARE_KEYS = (MARGIN, *SHARES)
FIXED_KEYS = (TEAM, "tools_per_month", "agency_per_month", "agency_share")
CUSTOMER_KEYS = (
    "new_customers", "customer_contribution_per_month", "retention_per_month", "discount_per_year", MONTHS,
)  # fmt: skip
KEYS = (*SHARE_KEYS, *FIXED_KEYS, "hurdle_rate", *CUSTOMER_KEYS)
IN_PERCENT = frozenset(
    (*SHARE_KEYS, "agency_share", "hurdle_rate", "new_customers", "retention_per_month", "discount_per_year")
)
USUALLY_NONE = frozenset((*FIXED_KEYS, "hurdle_rate", "discount_per_year"))
"""Inputs that are 0 where nobody gives them."""


@dataclass(frozen=True)
class FinanceFields:
    """The form as it stands; None is an empty field.

    Attributes
    ----------
    values : mapping of key to float or None
        Shares and rates in percent, money in account currency.
    production : mapping of content type to (float or None, int or None)
        What one asset costs, and how many a plan needs.
    incrementality : mapping of network to three times float or None
        Factor and the ends of its 90 % interval.
    worth : float or None
        Of one conversion, where the history has no revenue.
    """

    values: Mapping[str, float | None] = field(default_factory=dict)
    production: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    incrementality: Mapping[str, tuple[float | None, float | None, float | None]] = field(default_factory=dict)
    worth: float | None = None


@dataclass(frozen=True)
class InputLine:
    """One input as a table shows it.

    Attributes
    ----------
    key : str
        Under which the settings keep who stands behind it.
    name, value, unit, owner, confirmed, note : str
    known : bool
        Whether somebody gave it.
    """

    key: str
    name: str
    value: str
    unit: str
    owner: str
    confirmed: str
    note: str
    known: bool


def fields_of(settings: Plain, networks: Sequence[str], content_types: Sequence[str]) -> FinanceFields:
    """Settings as fields: one for each network and content type of the history, and for those the settings name.

    Raises
    ------
    InputError
        The settings hold what is not allowed.
    """
    held = settings_of(settings)
    values: dict[str, float | None] = {}
    for key in KEYS:
        value = getattr(held, key) if key in (MARGIN, TEAM) else getattr(held.finance, key)
        usual = key == MONTHS and MONTHS not in held.finance.model_fields_set
        empty = usual or value is None or (key in USUALLY_NONE and not value)
        values[key] = None if empty else round(value * (PERCENT if key in IN_PERCENT else 1.0), 6)
    production = {
        name: (held.production.get(name) or None, held.assets.get(name))
        for name in dict.fromkeys([*content_types, *held.production, *held.assets])
    }
    factors = {}
    for name in dict.fromkeys([*networks, *held.incrementality]):
        one = held.incrementality.get(name)
        factors[name] = (None, None, None) if one is None else (one.factor, one.low, one.high)
    return FinanceFields(values, production, factors, held.outcomes.get("conversions"))


def settings_with(settings: Plain, fields: FinanceFields, before: FinanceFields, with_worth: bool) -> dict[str, object]:
    """The settings with what the form says; what it does not show stays as it is.

    Parameters
    ----------
    settings : mapping
    fields, before : FinanceFields
        The form as it stands, and as it was filled: three cost shares make the margin, so a margin that nobody touched
        gives way to them.
    with_worth : bool
        Whether the form asks what a conversion is worth.

    Raises
    ------
    InputError
        A field holds what is not allowed, or fields that do not go together.

    Examples
    --------
    >>> settings_with({"currency": "EUR"}, FinanceFields({"margin": 40.0, "hurdle_rate": 15.0}), FinanceFields(), False)
    {'currency': 'EUR', 'margin': 0.4, 'finance': {'hurdle_rate': 0.15}}
    """
    plain = {key: value for key, value in settings.items() if key not in (MARGIN, TEAM, *_TABLES)}
    given = {key: _scaled(key, value) for key, value in fields.values.items() if not _empty(key, value)}
    margin, team = given.pop(MARGIN, None), given.pop(TEAM, None)
    follows = all(name in given for name in SHARES) and fields.values.get(MARGIN) == before.values.get(MARGIN)
    if margin is not None and not follows:
        plain[MARGIN] = margin
    if team is not None:
        plain[TEAM] = team
    tables = {
        "finance": given,
        "production": {name: float(cost) for name, (cost, _assets) in fields.production.items() if cost},
        "assets": {name: int(count) for name, (_cost, count) in fields.production.items() if count is not None},
        "incrementality": {name: _factor(name, one) for name, one in fields.incrementality.items() if any(one)},
    }
    plain |= {name: table for name, table in tables.items() if table}
    if with_worth:
        outcomes = {**_table(settings, "outcomes"), "conversions": fields.worth}
        plain["outcomes"] = {name: worth for name, worth in outcomes.items() if worth}
    settings_of(plain, _("Finance inputs"))
    return plain


_TABLES = ("finance", "production", "assets", "incrementality")


def _empty(key: str, value: float | None) -> bool:
    return value is None or (key in USUALLY_NONE and not value) or (key == MONTHS and not value)


def _scaled(key: str, value: float | None) -> float:
    number_given = float(value or 0.0)
    if key == MONTHS:
        return int(number_given)
    return round(number_given / PERCENT, 10) if key in IN_PERCENT else number_given


def _factor(network: str, one: tuple[float | None, float | None, float | None]) -> object:
    """A factor as settings.toml holds it.

    Raises
    ------
    InputError
        An end of its interval stands without the other, or without the factor.
    """
    factor, low, high = one
    if factor is not None and low is None and high is None:
        return float(factor)
    if factor is None or low is None or high is None:
        problem = say("incrementality of {network} is not complete", network=place((network,)))
        fix = say("give the factor alone, or with both ends of its 90 % interval")
        raise InputError.at(problem, file=_("Finance inputs"), fix=fix)
    return {"factor": float(factor), "low": float(low), "high": float(high)}


def _table(settings: Plain, name: str) -> dict[str, object]:
    table = settings.get(name)
    return dict(table) if isinstance(table, Mapping) else {}


# Who stands behind them ----------------------------------------------------------------------------------------------


def with_source(settings: Plain, key: str, owner: str, confirmed: dt.date | None, note: str) -> dict[str, object]:
    """The settings with who stands behind an input; where all is empty, nobody does.

    Raises
    ------
    InputError
        A text is too long.
    """
    parts = {"owner": owner.strip(), "date": confirmed.isoformat() if confirmed else "", "note": note.strip()}
    kept = {name: text for name, text in parts.items() if text}
    sources = {name: one for name, one in _table(settings, "source").items() if name != key}
    if kept:
        sources[key] = kept
    plain = {name: value for name, value in settings.items() if name != "source"}
    if sources:
        plain["source"] = sources
    settings_of(plain, _("Finance inputs"))
    return plain


def confirmed_by(settings: Plain, before: Plain, author: str, today: dt.date) -> dict[str, object]:
    """The settings with the author as owner of every input that is new or other than before."""
    plain = dict(settings)
    if not author:
        return plain
    now, then = (_given(one) for one in (settings, before))
    for key, value in now.items():
        if then.get(key) != value:
            note = str(cast(Mapping[str, str], _table(plain, "source").get(key, {})).get("note", ""))
            plain = with_source(plain, key, author, today, note)
    return plain


def _given(settings: Plain) -> dict[str, object]:
    """Inputs by the key of their source."""
    found = {key: settings[key] for key in (MARGIN, TEAM) if key in settings}
    found |= _table(settings, "finance")
    for name in ("production", "assets", "incrementality", "outcomes"):
        found |= {f"{name}.{key}": value for key, value in _table(settings, name).items()}
    return found


def input_lines(settings: Plain, networks: Sequence[str], currency: str) -> tuple[InputLine, ...]:
    """Inputs with unit, owner and date: those that were given, and those a statement would need.

    Raises
    ------
    InputError
        The settings hold what is not allowed.
    """
    held = settings_of(settings)
    rows = [
        *(_plain_row(held, key, currency) for key in KEYS if not _left_out(held, key)),
        *(
            (f"production.{name}", _("Production of {content_type}", content_type=content_name(name)), number(cost),
             _("{currency} for one asset", currency=currency or _("Money")), True)
            for name, cost in held.production.items()
        ),
        *(
            (f"assets.{name}", _("Assets of {content_type}", content_type=content_name(name)), number(count),
             _("for one plan"), True)
            for name, count in held.assets.items()
        ),
        *(_factor_row(held, name) for name in dict.fromkeys([*networks, *held.incrementality])),
    ]  # fmt: skip
    return tuple(_line(held, *row) for row in rows)


Row = tuple[str, str, str, str, bool]


def _plain_row(held: Settings, key: str, currency: str) -> Row:
    """Key, name, value, unit, and whether it was given."""
    value = getattr(held, key) if key in (MARGIN, TEAM) else getattr(held.finance, key)
    known = value is not None and not (key in USUALLY_NONE and not value)
    if value is None:
        return key, field_name(key), _("not given"), unit_of(key, currency), False
    text = percent(value, 0 if float(PERCENT * value).is_integer() else 1) if key in IN_PERCENT else number(value)
    return key, field_name(key), text, unit_of(key, currency), known


def _left_out(held: Settings, key: str) -> bool:
    """Cost shares are shown where any of them is given; months where there is a customer to count them of."""
    if key in SHARES:
        return all(getattr(held.finance, name) is None for name in SHARES)
    if key in ("discount_per_year", MONTHS):
        return held.finance.customer_contribution_per_month is None
    return False


def _factor_row(held: Settings, network: str) -> Row:
    name = _("Incrementality of {network}", network=network_name(network))
    one = held.incrementality.get(network)
    key, unit = f"incrementality.{network}", _("share of the modelled increment")
    if one is None:
        return key, name, _("1: nobody gave one"), unit, False
    if one.low is None or one.high is None:
        return key, name, number(one.factor), unit, True
    ends = _("{factor} ({low} to {high})", factor=number(one.factor), low=number(one.low), high=number(one.high))
    return key, name, ends, unit, True


def _line(held: Settings, key: str, name: str, value: str, unit: str, known: bool) -> InputLine:
    source = held.source.get(key)
    owner, note = (source.owner, source.note) if source else ("", "")
    confirmed = day(source.date) if source and source.date else ""
    return InputLine(key, name, value, unit, owner, confirmed, note, known)


def field_name(key: str) -> str:
    """What people call an input."""
    return begun(tell(input_name(key)))


def unit_of(key: str, currency: str) -> str:
    """The unit that an input is given in."""
    money = currency or _("money")
    units: dict[str, Message] = {
        **{name: say("% of revenue") for name in SHARE_KEYS},
        "agency_share": say("% of media"),
        "hurdle_rate": say("% of full cost"),
        "new_customers": say("% of conversions"),
        "retention_per_month": say("% a month"),
        "discount_per_year": say("% a year"),
        MONTHS: say("months"),
        "customer_contribution_per_month": say("{currency} per customer and month", currency=money),
    }
    return tell(units.get(key) or say("{currency} a month", currency=money))
