"""Settings: what money means to the advertiser, read from a file settings.toml.

`settings_template.toml` beside this file explains every key to people; `Settings` is what a file is held against. Both
name only keys that act. Imported where a plan is made, since Pydantic takes its time.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from optimizer.errors import InputError
from optimizer.history.schema import OUTCOMES
from optimizer.language.message import Message, number, say

TEMPLATE = "settings_template.toml"
MOST = 1e9
MOST_COST = 1e15
LONGEST_NAME = 200  # characters of a content type
LONGEST_SHOWN = 40  # characters of a wrong value that a message repeats
PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _known_outcome(name: str) -> str:
    if name not in OUTCOMES:
        raise ValueError(name)
    return name


class Settings(BaseModel):
    """What money means; every key may be left out.

    Attributes
    ----------
    currency : str
        ISO 4217 code of all amounts, for a history that names none; "" to take the history's.
    country : str
        ISO 3166 code of two letters whose public holidays may move demand; "" for none.
    outcomes : mapping of str to float
        Account currency that one unit of an outcome is worth; may be negative, but not all of them. They make up the
        goal `value`.
    margin : float or None
        Contribution margin of one unit of revenue, above 0 and up to 1; with it profit is forecast and can be the goal.
    team_per_month : float
        What team and tools cost a month, account currency, 0 or more; comes off profit.
    production : mapping of str to float
        What a content type costs to produce as soon as a plan uses it, account currency per plan, 0 or more.

    Examples
    --------
    >>> Settings(outcomes={"conversions": 42, "negative_feedback": -1}).worths
    {'conversions': 42.0, 'negative_feedback': -1.0}
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    currency: Annotated[str, StringConstraints(pattern="^[A-Za-z]{3}$", to_upper=True)] = ""
    country: Annotated[str, StringConstraints(pattern="^[A-Za-z]{2}$", to_upper=True)] = ""
    margin: float | None = Field(default=None, gt=0.0, le=1.0)
    team_per_month: float = Field(default=0.0, ge=0.0, le=MOST_COST)
    outcomes: Mapping[Annotated[str, AfterValidator(_known_outcome)], Annotated[float, Field(ge=-MOST, le=MOST)]] = (
        Field(default={})
    )
    production: Mapping[
        Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)],
        Annotated[float, Field(ge=0.0, le=MOST_COST)],
    ] = Field(default={})
    _file: str = PrivateAttr("settings")

    @property
    def file(self) -> str:
        """Name for messages: the file that was read."""
        return self._file

    @property
    def worths(self) -> dict[str, float]:
        """Worth per unit of the outcomes that have one."""
        return {name: worth for name, worth in self.outcomes.items() if worth}

    @field_validator("country")
    @classmethod
    def _has_calendar(cls, country: str) -> str:
        import numpy as np

        from optimizer.response.demand import feast_days

        try:
            feast_days(np.array(["2025-01-06"], dtype="datetime64[D]"), country)
        except InputError:
            raise ValueError(country) from None
        return country

    @field_validator("team_per_month")
    @classmethod
    def _acts_on_profit(cls, cost: float, info: ValidationInfo) -> float:
        if cost and info.data.get("margin") is None:
            raise ValueError(cost)
        return cost

    @field_validator("outcomes")
    @classmethod
    def _worth_something(cls, outcomes: Mapping[str, float]) -> Mapping[str, float]:
        if outcomes and not any(worth > 0 for worth in outcomes.values()):
            raise ValueError("all worths are 0 or less")
        return outcomes


def read_settings(path: str | Path) -> Settings:
    """Read settings.toml.

    Raises
    ------
    InputError
        The file cannot be read, is not TOML, names a key that is not known or gives one a value that is not allowed;
        one sentence with file and key, or file, line and column.
    """
    file = str(path)
    return settings_of(settings_values(_text(Path(path), file), file), file)


def settings_values(text: str, file: str = "settings") -> dict[str, object]:
    """Plain values of the text of a settings.toml, not held against the schema yet.

    Raises
    ------
    InputError
        It is not TOML; one sentence with file, line and column.

    Examples
    --------
    >>> settings_values("margin = 0.4")
    {'margin': 0.4}
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise _not_toml(str(problem), text, file) from None
    except (RecursionError, ValueError) as problem:  # brackets without end, and numbers of thousands of digits
        deep = isinstance(problem, RecursionError)
        reason = say("brackets stand inside each other") if deep else say("a number is too long")
        raise InputError.at(say("this cannot be read ({reason})", reason=reason), file=file, fix=_example()) from None


def settings_of(values: Mapping[str, object], file: str = "settings") -> Settings:
    """Settings from plain values, as settings.toml holds them.

    Parameters
    ----------
    values : mapping
    file : str
        Name for messages.

    Raises
    ------
    InputError
        A key is not known or its value is not allowed; one sentence with file and key.

    Examples
    --------
    >>> settings_of({"margin": 0.4, "production": {"video": 900}}).margin
    0.4
    """
    try:
        settings = Settings.model_validate(values)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise _refusal([str(part) for part in first["loc"]], first["type"], first["input"], file) from None
    settings._file = file
    return settings


def _text(path: Path, file: str) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError.at(say("there is no such file"), file=file, fix=say("check the path")) from None
    except OSError as problem:
        unread = say("the file cannot be read ({reason})", reason=problem.strerror)
        raise InputError.at(unread, file=file, fix=say("give a TOML file")) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        where = say("{file}, line {line}", file=file, line=str(line))
        raise InputError.at(say("this is not UTF-8 text"), file=where, fix=say("save the file as UTF-8")) from None


def settings_template() -> str:
    """A settings file with every key explained and commented out."""
    return files("optimizer.planning").joinpath(TEMPLATE).read_text(encoding="utf-8")


def _not_toml(message: str, text: str, file: str) -> InputError:
    """One sentence for what tomllib says, with line and column."""
    found = PLACE.search(message)
    reason = message[: found.start()] if found else message
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    else:
        lines = text.rstrip("\n").split("\n")
        line, column = len(lines), len(lines[-1]) + 1
    where = say("{file}, line {line}, column {column}", file=file, line=str(line), column=str(column))
    said = say("this is not TOML ({reason})", reason=f"{reason[0].lower()}{reason[1:]}")
    return InputError.at(said, file=where, fix=_example())


def _example() -> Message:
    return say('write lines such as currency = "EUR", text in quotes, and tables such as [outcomes]')


def _refusal(keys: list[str], kind: str, value: object, file: str) -> InputError:
    """One sentence for what Pydantic says about one key: where it stands, the kind of error and the value."""
    if kind == "extra_forbidden" or keys[-1] == "[key]":
        named = [key for key in keys if key != "[key]"]
        return _unknown(named, file) if named[0] != "production" else _unnamed(file)
    where = say("{file}, key {key}", file=file, key=".".join(keys))
    unfit = kind == "value_error"  # by a validator of Settings
    if unfit and keys == ["outcomes"]:
        problem = say("no outcome is worth more than 0, so money would best stay unspent")
        return InputError.at(problem, file=where, fix=say("give at least one outcome a worth above 0"))
    if unfit and keys == ["team_per_month"]:
        problem = say("it comes off profit, which needs a margin")
        return InputError.at(problem, file=where, fix=say("write margin = 0.4 or so too, or take the line out"))
    is_value = {"key": keys[-1], "value": _shown(value)}
    problem = say("{key} is {value}", **is_value)
    if unfit:
        problem = say("{key} is {value}, and no holidays are known for it", **is_value)
    return InputError.at(problem, file=where, fix=say("write {what}", what=_allowed(keys)))


def _allowed(keys: list[str]) -> Message:
    """What may stand under a key."""
    if len(keys) > 1 and keys[0] == "production":
        return say("what the content type costs a plan that uses it, a number of account currency, 0 or more")
    if len(keys) > 1:
        return say("the worth of one unit in account currency, a number from -1e9 to 1e9 such as 42 or -0.5")
    return {
        "currency": say('the three letters of ISO 4217 in quotes, such as "EUR"'),
        "country": say('the two letters of ISO 3166 in quotes, such as "DE", "US" or "VN"'),
        "margin": say("the share of revenue that is left after all variable costs, above 0 and up to 1, such as 0.4"),
        "team_per_month": say("what team and tools cost a month, a number of account currency, 0 or more"),
        "outcomes": say("a table [outcomes] with a line such as conversions = 42 for each outcome that counts"),
        "production": say("a table [production] with a line such as video = 900 for each content type that costs"),
    }[keys[0]]


def _unnamed(file: str) -> InputError:
    """A content type without a name, or with one that is no name."""
    fix = say("write the name of a content type of the history, {most} characters at most", most=number(LONGEST_NAME))
    where = say("{file}, key {key}", file=file, key="production")
    return InputError.at(say("a content type has no name that can be"), file=where, fix=fix)


def _unknown(keys: list[str], file: str) -> InputError:
    """Say where a key that is not known may belong."""
    *tables, name = keys
    among = OUTCOMES if tables else tuple(Settings.model_fields)
    near = get_close_matches(name.lower(), among, n=1)
    if tables and name in Settings.model_fields:
        fix = say("{key} stands above the line [{table}]", key=name, table=tables[0])
    elif not tables and name in OUTCOMES:
        fix = say("the worth of {outcome} stands below the line [outcomes]", outcome=name)
    elif near:
        fix = say("did you mean {name}?", name=near[0])
    else:
        known = ", ".join(among)
        fix = say("outcomes are {known}", known=known) if tables else say("keys are {known}", known=known)
    problem = _not_known(name, bool(tables))
    return InputError.at(problem, file=say("{file}, key {key}", file=file, key=".".join(keys)), fix=fix)


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
