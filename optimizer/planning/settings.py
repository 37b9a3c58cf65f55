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
    field_validator,
)

from optimizer.errors import InputError
from optimizer.history.schema import OUTCOMES

TEMPLATE = "settings_template.toml"
MOST = 1e9
WORTH = "the worth of one unit in account currency, a number from -1e9 to 1e9 such as 42 or -0.5"
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

    Examples
    --------
    >>> Settings(outcomes={"conversions": 42, "negative_feedback": -1}).worths
    {'conversions': 42.0, 'negative_feedback': -1.0}
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    currency: Annotated[str, StringConstraints(pattern="^[A-Za-z]{3}$", to_upper=True)] = Field(
        default="", description='the three letters of ISO 4217 in quotes, such as "EUR"'
    )
    country: Annotated[str, StringConstraints(pattern="^[A-Za-z]{2}$", to_upper=True)] = Field(
        default="", description='the two letters of ISO 3166 in quotes, such as "DE", "US" or "VN"'
    )
    outcomes: Mapping[Annotated[str, AfterValidator(_known_outcome)], Annotated[float, Field(ge=-MOST, le=MOST)]] = (
        Field(
            default={},
            description="a table [outcomes] with a line such as conversions = 42 for each outcome that counts",
        )
    )
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
    text = _text(Path(path), file)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise _not_toml(str(problem), text, file) from None
    except (RecursionError, ValueError) as problem:  # brackets without end, and numbers of thousands of digits
        reason = "brackets stand inside each other" if isinstance(problem, RecursionError) else "a number is too long"
        raise InputError.at(f"this cannot be read ({reason})", file=file, fix=_example()) from None
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
        raise InputError.at("there is no such file", file=file, fix="check the path") from None
    except OSError as problem:
        fix = "give a TOML file"
        raise InputError.at(f"the file cannot be read ({problem.strerror})", file=file, fix=fix) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        where = f"{file}, line {line}"
        raise InputError.at("this is not UTF-8 text", file=where, fix="save the file as UTF-8") from None


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
    where = f"{file}, line {line}, column {column}"
    return InputError.at(f"this is not TOML ({reason[0].lower()}{reason[1:]})", file=where, fix=_example())


def _example() -> str:
    return 'write lines such as currency = "EUR", text in quotes, and tables such as [outcomes]'


def _refusal(keys: list[str], kind: str, value: object, file: str) -> InputError:
    """One sentence for what Pydantic says about one key: where it stands, the kind of error and the value."""
    if kind == "extra_forbidden" or keys[-1] == "[key]":
        return _unknown([key for key in keys if key != "[key]"], file)
    where = f"{file}, key {'.'.join(keys)}"
    unfit = kind == "value_error"  # by a validator of Settings
    if unfit and keys == ["outcomes"]:
        problem = "no outcome is worth more than 0, so money would best stay unspent"
        return InputError.at(problem, file=where, fix="give at least one outcome a worth above 0")
    allowed = WORTH if len(keys) > 1 else str(Settings.model_fields[keys[0]].description)
    reason = ", and no holidays are known for it" if unfit else ""
    return InputError.at(f"{keys[-1]} is {_shown(value)}{reason}", file=where, fix=f"write {allowed}")


def _unknown(keys: list[str], file: str) -> InputError:
    """Say where a key that is not known may belong."""
    *tables, name = keys
    among = OUTCOMES if tables else tuple(Settings.model_fields)
    near = get_close_matches(name.lower(), among, n=1)
    if tables and name in Settings.model_fields:
        hint = f"{name} stands above the line [{tables[0]}]"
    elif not tables and name in OUTCOMES:
        hint = f"the worth of {name} stands below the line [outcomes]"
    elif near:
        hint = f"did you mean {near[0]}?"
    else:
        hint = ""
    what = "outcome" if tables else "key"
    fix = hint or f"{what}s are {', '.join(among)}"
    return InputError.at(
        f"{name or 'the empty name'} is not a known {what}", file=f"{file}, key {'.'.join(keys)}", fix=fix
    )


def _shown(value: object) -> str:
    """A wrong value as a message repeats it."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
