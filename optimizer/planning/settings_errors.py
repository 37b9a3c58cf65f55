"""Refusals of settings: one sentence with file, key, value and what is allowed, for what the schema does not take."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from optimizer.errors import InputError
from optimizer.history.schema import OUTCOMES
from optimizer.language.message import Message, figure, number, percent, say
from optimizer.planning.settings_finance import Factor, FinanceInputs, Source
from optimizer.planning.settings_schema import LONGEST_NAME, Settings

LONGEST_SHOWN = 40  # characters of a wrong value that a message repeats
NAMED = ("production", "assets", "incrementality", "source")  # tables whose keys are names
TABLES: dict[str, type[BaseModel]] = {"finance": FinanceInputs, "incrementality": Factor, "source": Source}


def refusal(problem: ValidationError, file: str) -> InputError:
    """One sentence for the first thing that Pydantic says: where it stands, the kind of error and the value."""
    first = problem.errors()[0]
    keys, kind, value = [str(part) for part in first["loc"]], first["type"], first["input"]
    if kind == "extra_forbidden" or keys[-1] == "[key]":
        named = [key for key in keys if key != "[key]"]
        return _unnamed(named[0], file) if keys[-1] == "[key]" and named[0] in NAMED else _unknown(named, file)
    where = say("{file}, key {key}", file=file, key=".".join(keys))
    if kind == "missing":
        return InputError.at(say("it is missing"), file=where, fix=say("write {what}", what=_allowed(keys)))
    if kind == "value_error":  # by a validator of the schema
        return _unfit(keys, value, where, first.get("ctx", {}))
    told = say("{key} is {value}", key=keys[-1], value=_shown(value))
    return InputError.at(told, file=where, fix=say("write {what}", what=_allowed(keys)))


def example() -> Message:
    """What settings look like."""
    return say('write lines such as currency = "EUR", text in quotes, and tables such as [outcomes]')


def _unfit(keys: list[str], value: object, where: Message, context: Mapping[str, object]) -> InputError:
    """What does not go together with the rest of the settings."""
    if keys == ["outcomes"]:
        problem = say("no outcome is worth more than 0, so money would best stay unspent")
        return InputError.at(problem, file=where, fix=say("give at least one outcome a worth above 0"))
    if keys == ["team_per_month"]:
        problem = say("it comes off profit, which needs a margin")
        return InputError.at(problem, file=where, fix=say("write margin = 0.4 or so too, or take the line out"))
    if keys == ["finance"]:
        left = value.get("cost_of_goods", 0) + value.get("variable_costs", 0) + value.get("returns", 0)  # type: ignore[attr-defined]
        if left >= 1:
            problem = say("the cost shares take {share} of revenue or more, so nothing is left", share=percent(1.0))
            return InputError.at(problem, file=where, fix=say("lower one of them"))
        problem = say("the cost shares leave {left} of revenue, which is not the margin", left=figure(1 - left, ".4g"))
        return InputError.at(problem, file=where, fix=say("correct one of them, or take the margin out"))
    if keys == ["year_rule"]:
        problem, fix = context["error"].args  # type: ignore[attr-defined]  # what the calendar itself says
        return InputError.at(problem, file=where, fix=fix)
    told = say("{key} is {value}", key=keys[-1], value=_shown(value))
    if keys == ["country"]:
        told = say("{key} is {value}, and no holidays are known for it", key=keys[-1], value=_shown(value))
    return InputError.at(told, file=where, fix=say("write {what}", what=_allowed(keys)))


def _allowed(keys: list[str]) -> Message:
    """What may stand under a key."""
    if keys[0] == "finance" and len(keys) > 1:
        return _of_finance(keys[1])
    if len(keys) > 1:
        return {
            "production": say("what one asset of the content type costs, a number of account currency, 0 or more"),
            "assets": say("how many assets of the content type a plan needs, a whole number from 0 to 10,000"),
            "incrementality": say(
                "a number above 0 and up to 3 such as 0.8, or {table} with low and high around it",
                table="{ factor = 0.8, low = 0.6, high = 1.0 }",
            ),
            "source": say('owner and note as text in quotes, and date such as "2026-11-01"'),
        }.get(keys[0]) or say("the worth of one unit in account currency, a number from -1e9 to 1e9 such as 42 or -0.5")
    return {
        "currency": say('the three letters of ISO 4217 in quotes, such as "EUR"'),
        "country": say('the two letters of ISO 3166 in quotes, such as "DE", "US" or "VN"'),
        "margin": say("the share of revenue that is left after all variable costs, above 0 and up to 1, such as 0.4"),
        "team_per_month": say("what the team costs a month, a number of account currency, 0 or more"),
        "outcomes": say("a table [outcomes] with a line such as conversions = 42 for each outcome that counts"),
        "production": say("a table [production] with a line such as video = 900 for each content type that costs"),
        "assets": say("a table [assets] with a line such as video = 3 for each content type"),
        "calendar": say('"month", "4-4-5", "4-5-4" or "5-4-4"'),
        "year_start": say('the first day of a fiscal year, such as "2027-01-04"'),
        "year_rule": say('"nearest" or "last"'),
        "finance": say("a table [finance] with lines such as hurdle_rate = 0.15"),
        "incrementality": say("a table [incrementality] with a line such as facebook = 0.8 for each network"),
        "source": say("a table [source] with a line such as {line} for each input", line='margin = { owner = "Ana" }'),
    }[keys[0]]


def _of_finance(key: str) -> Message:
    """What may stand under a key of [finance]."""
    if key in ("tools_per_month", "agency_per_month"):
        return say("account currency a month, 0 or more")
    if key in ("cost_of_goods", "variable_costs", "returns"):
        return say("a share of revenue, from 0 to below 1, such as 0.35")
    return {
        "agency_share": say("a share of media spend, from 0 to below 1, such as 0.1"),
        "hurdle_rate": say("a rate from 0 to 10, such as 0.15 for 15 %"),
        "new_customers": say("a share of conversions, above 0 and up to 1, such as 0.6"),
        "customer_contribution_per_month": say("account currency per customer and month, above 0"),
        "retention_per_month": say("a share of customers from 0 to 1, such as 0.95"),
        "discount_per_year": say("a rate from 0 to 10, such as 0.08 for 8 %"),
        "months": say("whole months, 1 to 240"),
    }[key]


def _unnamed(table: str, file: str) -> InputError:
    """A content type or network without a name, or with one that is no name."""
    where = say("{file}, key {key}", file=file, key=table)
    fix = say("write the name of a content type of the history, {most} characters at most", most=number(LONGEST_NAME))
    return InputError.at(say("a content type has no name that can be"), file=where, fix=fix)


def _unknown(keys: list[str], file: str) -> InputError:
    """Say where a key that is not known may belong."""
    *tables, name = keys
    where = say("{file}, key {key}", file=file, key=".".join(keys))
    if tables and tables[0] in TABLES:
        among: tuple[str, ...] = tuple(TABLES[tables[0]].model_fields)
        near = get_close_matches(name.lower(), among, n=1)
        fix = say("did you mean {name}?", name=near[0]) if near else say("keys are {known}", known=", ".join(among))
        return InputError.at(_not_known(name, outcome=False), file=where, fix=fix)
    among = OUTCOMES if tables else tuple(Settings.model_fields)
    near = get_close_matches(name.lower(), among, n=1)
    if tables and name in Settings.model_fields:
        fix = say("{key} stands above the line [{table}]", key=name, table=tables[0])
    elif not tables and name in OUTCOMES:
        fix = say("the worth of {outcome} stands below the line [outcomes]", outcome=name)
    elif not tables and name in FinanceInputs.model_fields:
        fix = say("{key} stands below the line [{table}]", key=name, table="finance")
    elif near:
        fix = say("did you mean {name}?", name=near[0])
    else:
        known = ", ".join(among)
        fix = say("outcomes are {known}", known=known) if tables else say("keys are {known}", known=known)
    return InputError.at(_not_known(name, bool(tables)), file=where, fix=fix)


def _not_known(name: str, outcome: bool) -> Message:
    """Say that a key is not known; `outcome` where it should be one."""
    if outcome:
        return say("{name} is not a known outcome", name=name) if name else say("the empty name is not a known outcome")
    return say("{name} is not a known key", name=name) if name else say("the empty name is not a known key")


def _shown(value: object) -> str:
    """A wrong value as a message repeats it."""
    if isinstance(value, dict):
        return say("a table")
    if isinstance(value, list):
        return say("a list")
    if isinstance(value, bool):
        return str(value).lower()
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
