"""Settings: what money means to the advertiser, read from a file settings.toml.

`settings_template.toml` beside this file explains every key to people; `Settings` is what a file is held against. Both
name only keys that act. Imported where a plan is made, since Pydantic takes its time.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from optimizer.errors import InputError
from optimizer.language.message import say
from optimizer.planning.settings_errors import example, refusal
from optimizer.planning.settings_schema import Settings

__all__ = ["Settings", "read_settings", "settings_of", "settings_template", "settings_values", "write_sample_settings"]

TEMPLATE = "settings_template.toml"
SAMPLE = "sample_settings.toml"
PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


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
        return {key: _plain(value) for key, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as problem:
        raise _not_toml(str(problem), text, file) from None
    except (RecursionError, ValueError) as problem:  # brackets without end, and numbers of thousands of digits
        deep = isinstance(problem, RecursionError)
        reason = say("brackets stand inside each other") if deep else say("a number is too long")
        raise InputError.at(say("this cannot be read ({reason})", reason=reason), file=file, fix=example()) from None


def _plain(value: object) -> object:
    """Days as ISO text, as JSON holds them too."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value


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
        raise refusal(problem, file) from None
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


def write_sample_settings(folder: Path) -> Path:
    """Write the settings of the simulated advertiser beside its history.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    path = folder / SAMPLE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files("optimizer.planning").joinpath(SAMPLE).read_bytes())
    except OSError as problem:
        said = say("the sample cannot be written ({error})", error=problem.strerror)
        raise InputError.at(said, file=folder, fix=say("choose a folder you can write to")) from problem
    return path


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
    return InputError.at(said, file=where, fix=example())
