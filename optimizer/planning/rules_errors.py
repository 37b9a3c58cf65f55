"""What is wrong with rules.toml, in sentences: unknown keys and names, and values of the wrong kind."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.language.message import Message, say
from optimizer.planning.rules_schema import Group, RulesFile

if TYPE_CHECKING:
    from pydantic import ValidationError

SHOWN = 8  # names that a hint lists

_NEEDED = {  # by kind of error
    "bool_type": say("it should be a valid boolean"),
    "dict_type": say("it should be a valid dictionary"),
    "finite_number": say("it should be a finite number"),
    "float_type": say("it should be a valid number"),
    "int_type": say("it should be a valid integer"),
    "list_type": say("it should be a valid list"),
    "literal_error": say("it should be 'cells' or 'content_types'"),
    "model_type": say("it should be a table"),
    "string_type": say("it should be a valid string"),
}


def table_place(name: str, number: int) -> Message:
    """Which of several tables of one name.

    Examples
    --------
    >>> table_place("limit", 2)
    '[[limit]] number 2'
    """
    return say("[[{table}]] number {number}", table=name, number=str(number))


def hint(name: str, known: Sequence[str]) -> Message:
    """What may be meant by a name that is not known.

    Examples
    --------
    >>> hint("instagrm", ["facebook", "instagram"]), hint("x", [])
    ("did you mean 'instagram'?", 'none is known here')
    """
    near = get_close_matches(name, known, n=1)
    if near:
        return say("did you mean {name}?", name=repr(near[0]))
    shown = ", ".join(list(known)[:SHOWN])
    if len(known) > SHOWN:
        return say("known are: {names} and more", names=shown)
    return say("known are: {names}", names=shown) if known else say("none is known here")


def unreadable(path: Path, error: ValidationError) -> InputError:
    """The first thing the schema refuses, as one sentence."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    nested = len(place) > 1 and place[1].isdigit()
    table = table_place(place[0], int(place[1]) + 1) if nested else Message(place[0])
    if first["type"] == "extra_forbidden":
        where = table if len(place) > 1 else say("the rules")
        problem = say("{table}: key {key} is unknown", table=where, key=repr(place[-1]))
        return InputError.at(problem, file=path, fix=hint(place[-1], _keys(place)))
    if first["type"] == "missing":
        problem = say("{table}: {key} is missing", table=table, key=place[-1])
        return InputError.at(problem, file=path, fix=say("add {key} = ...", key=place[-1]))
    given = repr(first.get("input"))
    key = place[2] if len(place) > 2 else place[-1]
    problem = say("{table}: {key} is {given}", table=table, key=key, given=given)
    if nested and len(place) == 2:
        problem = say("{table} is {given}", table=table, given=given)
    # a kind of error that is not in the table is told in the words of Pydantic
    needed = _NEEDED.get(first["type"]) or Message(first["msg"].replace("Input", "it").rstrip("."))
    return InputError.at(problem, file=path, fix=needed)


def _keys(place: Sequence[str]) -> Sequence[str]:
    """Keys that are known where an unknown one stood."""
    fields = RulesFile.model_fields
    if len(place) == 1:
        return [f.alias or name for name, f in fields.items()]
    if place[0] == "groups":
        return list(Group.model_fields)
    model = next(f.annotation for name, f in fields.items() if (f.alias or name) == place[0])
    return list(model.__args__[0].model_fields)  # type: ignore[union-attr]
