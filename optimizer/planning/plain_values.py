"""Plain values from outside (links, the store, files), checked one by one: each refusal is a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from unicodedata import category

from optimizer.errors import InputError
from optimizer.language.message import Message, figure, number, say

MOST_ENTRIES = 500  # in one list or table
LONGEST_NAME = 200  # characters of a network, a content type or the label of a cell
LONGEST_SHOWN = 40  # characters of a wrong value that a message repeats


def table_of(value: object, what: Message) -> dict[str, object]:
    """A table with text for keys, not too long.

    Raises
    ------
    InputError
    """
    if not isinstance(value, Mapping):
        raise InputError.at(say("{what} is {value}", what=what, value=shown(value)), fix=say("it must be a table"))
    if len(value) > MOST_ENTRIES:
        problem = say("{what} has {count} entries", what=what, count=number(len(value)))
        raise InputError.at(problem, fix=say("{most} are allowed", most=number(MOST_ENTRIES)))
    return {text_of(key, what, empty=True): one for key, one in value.items()}


def list_of(value: object, what: Message) -> list[object]:
    """A list, not too long.

    Raises
    ------
    InputError
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError.at(say("{what} is {value}", what=what, value=shown(value)), fix=say("it must be a list"))
    if len(value) > MOST_ENTRIES:
        problem = say("{what} has {count} entries", what=what, count=number(len(value)))
        raise InputError.at(problem, fix=say("{most} are allowed", most=number(MOST_ENTRIES)))
    return list(value)


def text_of(value: object, what: Message, longest: int = LONGEST_NAME, *, empty: bool = False) -> str:
    """Text of limited length, without characters that nobody sees.

    Raises
    ------
    InputError
    """
    plain = isinstance(value, str) and all(_seen(letter) for letter in value)
    if not isinstance(value, str) or not plain or len(value) > longest or not (value or empty):
        problem = say("{what} is {value}", what=what, value=shown(value))
        raise InputError.at(problem, fix=say("it must be text of up to {most} characters", most=number(longest)))
    return value


def _seen(letter: str) -> bool:
    """Whether a character shows, or is one of the many kinds of space."""
    return letter.isprintable() or letter in "\n\t\r" or category(letter) == "Zs"


def amount_of(value: object, what: Message, least: float = 0.0, most: float = 1e15, *, above: bool = False) -> float:
    """A number from `least` to `most`; with `above` not `least` itself.

    Raises
    ------
    InputError
    """
    # Whole numbers of hundreds of digits are compared as they are: they would not fit a float.
    amount = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not least <= amount <= most or (above and amount == least):
        ends = {"least": figure(least, ",g"), "most": figure(most, ",g")}
        fix = say("it must be a number from {least} to {most}", **ends)
        if above:
            fix = say("it must be a number above {least} and up to {most}", **ends)
        raise InputError.at(say("{what} is {value}", what=what, value=shown(value)), fix=fix)
    return float(amount)


def whole_of(value: object, what: Message, least: int, most: int) -> int:
    """A whole number from `least` to `most`.

    Raises
    ------
    InputError
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        fix = say("it must be a whole number from {least} to {most}", least=number(least), most=number(most))
        raise InputError.at(say("{what} is {value}", what=what, value=shown(value)), fix=fix)
    return value


def truth_of(value: object, what: Message) -> bool:
    """True or false.

    Raises
    ------
    InputError
    """
    if not isinstance(value, bool):
        problem = say("{what} is {value}", what=what, value=shown(value))
        raise InputError.at(problem, fix=say("it must be true or false"))
    return value


def only_known(values: Mapping[str, object], known: Sequence[str], what: Message) -> None:
    """Refuse keys that mean nothing.

    Raises
    ------
    InputError
    """
    for name in values:
        if name not in known:
            problem = say("{what} has a key {key}, which is not known", what=what, key=shown(name))
            raise InputError.at(problem, fix=meant(name, known))


def meant(name: str, known: Sequence[str]) -> Message:
    """What somebody may have meant who wrote a name that is not known."""
    near = get_close_matches(name, known, n=1)
    if near:
        return say("did you mean {name}?", name=near[0])
    if not known:
        return say("there is none")
    return say("known are {names}", names=", ".join(list(known)[:20]))


def shown(value: object) -> str:
    """A wrong value as a message repeats it."""
    if isinstance(value, Mapping):
        return say("a table")
    if isinstance(value, list | tuple):
        return say("a list")
    if value is None:
        return say("missing")
    if isinstance(value, float):
        return figure(value, ",g")
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
