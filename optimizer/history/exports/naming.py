"""Naming files: rules that give content types, as a file that people edit."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from optimizer.errors import InputError
from optimizer.history.content_types import Naming, from_json
from optimizer.language.message import say

_HEAD = """\
# Rules that give content types; the first that fits a row wins. Use them with: optimizer import ... --naming FILE
# column: campaign (looks at names of campaigns, ad sets and ads), content_type or network
# how: contains, starts_with or equals
"""


def read_naming(path: str | Path) -> Naming:
    """Read rules from a file: TOML with a list of ``[[rules]]``, or JSON as the screen keeps them.

    Raises
    ------
    InputError
        The file cannot be read, or holds no rules.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError.at(say("there is no such file"), file=file, fix=say("check the path")) from error
    except (OSError, UnicodeError) as error:
        raise InputError.at(say("the file cannot be read ({error})", error=str(error)), file=file) from error
    try:
        values = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError as error:
        problem = say("these are no naming rules ({error})", error=str(error))
        raise InputError.at(problem, file=file, fix=say("write TOML with [[rules]], as --propose does")) from error
    try:
        return from_json(values)
    except InputError as error:
        raise InputError.at(error.message.removesuffix("."), file=file) from error


def to_toml(rules: Naming) -> str:
    """Rules as text that `read_naming` reads.

    Examples
    --------
    >>> from optimizer.history.content_types import How, NamingRule
    >>> print(to_toml((NamingRule("campaign", How.CONTAINS, "reel", "reel"),)).split("# how")[1])
    : contains, starts_with or equals
    <BLANKLINE>
    [[rules]]
    column = "campaign"
    how = "contains"
    text = "reel"
    content_type = "reel"
    <BLANKLINE>
    """
    parts = [_HEAD]
    for rule in rules:
        values = {
            "column": rule.column,
            "how": rule.how.value,
            "text": rule.text,
            "content_type": rule.content_type,
        }
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
        parts.append("\n".join(["[[rules]]", *lines, ""]))
    return "\n".join(parts)
