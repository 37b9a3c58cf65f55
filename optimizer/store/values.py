"""What may be kept: plain values as canonical JSON, and names that are what they look like."""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping

from optimizer.errors import InputError
from optimizer.language.message import number, say

MOST_CONTENT = 16_000_000  # bytes of JSON: a plan with all its draws' summaries is below 2 MB
MOST_STATE = 1_000_000  # four scenarios with the longest rules there can be
MOST_HISTORY = 200_000_000
DEEPEST = 40
LONGEST_WHOLE = 10**300  # beyond it JSON readers lose the number, and Python will not write it

LONGEST_NAME = 120
LONGEST_NOTE = 2000
LONGEST_AUTHOR = 80
LONGEST_WHAT = 40
LONGEST_DETAIL = 2000

_ITEM = re.compile(r"[0-9a-f]{20}")
_STATE = re.compile(r"[0-9a-f]{16}")
# Signs that turn the reading direction of what follows: with them a name shows as another name.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN = frozenset(("Cc", "Cs", "Zl", "Zp"))


def canonical(values: Mapping[str, object], most: int = MOST_CONTENT) -> str:
    """Write plain values as JSON in the one way they can be: sorted keys, no spaces, no NaN.

    Equal text means equal values. Tuples become lists; numbers read back as they were, to the last bit.

    Parameters
    ----------
    values : mapping of str to plain value
        Texts, finite numbers, true, false, None, and lists and mappings of them.
    most : int
        Bytes of UTF-8 that are kept.

    Raises
    ------
    InputError
        A value is not plain, or all together are too large; the message names the place.

    Examples
    --------
    >>> canonical({"weeks": 4, "budget": 100.0, "cells": ("reel", None)})
    '{"budget":100.0,"cells":["reel",null],"weeks":4}'
    """
    if not isinstance(values, Mapping):
        raise _not_plain("", values)
    text = json.dumps(_plain(values, "", 0), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    size = len(text.encode())
    if size > most:
        raise _too_large(size, most)
    return text


def _plain(value: object, place: str, depth: int) -> object:
    """The value in Python's own types, which JSON writes in one way only."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int) and abs(value) < LONGEST_WHOLE:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if depth < DEEPEST and isinstance(value, Mapping):
        inside = {}
        for key, one in value.items():
            if not isinstance(key, str):
                raise _not_plain(place, key)
            inside[_text(key, place)] = _plain(one, f"{place}.{key}".lstrip("."), depth + 1)
        return inside
    if depth < DEEPEST and isinstance(value, list | tuple):
        return [_plain(one, f"{place}[{index}]", depth + 1) for index, one in enumerate(value)]
    raise _not_plain(place, value)


def _text(value: str, place: str) -> str:
    """Text without halves of a character, which no file can hold."""
    plain = str.__str__(value)
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise _refused(place, ascii(plain)) from None
    return plain


def _not_plain(place: str, value: object) -> InputError:
    shown = ascii(value) if isinstance(value, int | float) else type(value).__name__
    return _refused(place, shown)


def _refused(place: str, shown: str) -> InputError:
    return InputError.at(
        say("{place} cannot be kept: it is {value}", place=place[:200] or say("the content"), value=shown[:60]),
        fix=say("texts, finite numbers, true, false, lists and mappings of them can be kept"),
    )


def _too_large(size: int, most: int) -> InputError:
    problem = say("what should be kept has {size} kB", size=number(math.ceil(size / 1000)))
    return InputError.at(problem, fix=say("at most {most} kB are kept", most=number(most // 1000)))


def checked_bytes(data: bytes) -> bytes:
    """The bytes of a history, if they can be kept.

    Raises
    ------
    InputError
        There are none, or too many.
    """
    if not data:
        raise InputError.at(say("the history has no content"), fix=say("give a file with rows"))
    if len(data) > MOST_HISTORY:
        raise _too_large(len(data), MOST_HISTORY)
    return bytes(data)


def sha256(content: str | bytes) -> str:
    """Hash of a text's UTF-8 or of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def clean_name(name: str) -> str:
    """A name of 1 to 120 characters without spaces around it.

    Raises
    ------
    InputError
        It is empty, too long or holds a control character.

    Examples
    --------
    >>> clean_name("  Kế hoạch tháng 11 ")
    'Kế hoạch tháng 11'
    """
    kept = _clean(name, say("the name"), LONGEST_NAME)
    if not kept:
        raise InputError.at(say("the name is empty"), fix=say("give it 1 to {most} characters", most=LONGEST_NAME))
    return kept


def clean_author(author: str) -> str:
    """Who does something, up to 80 characters; "" where nobody is named.

    Raises
    ------
    InputError
        It is too long or holds a control character.
    """
    return _clean(author, say("the author's name"), LONGEST_AUTHOR)


def clean_note(note: str) -> str:
    """A note of up to 2,000 characters; it may have several lines.

    Raises
    ------
    InputError
        It is too long or holds a control character.
    """
    return _clean(note.replace("\r\n", "\n"), say("the note"), LONGEST_NOTE, allowed="\n\t")


def clean_entry(what: str, detail: str) -> tuple[str, str]:
    """What is written to the log beside author and time.

    Raises
    ------
    InputError
        One of them is too long or holds a control character, or it is not said what was done.
    """
    kept = _clean(what, say("what was done"), LONGEST_WHAT)
    if not kept:
        raise InputError.at(say("what was done is not said"), fix=say("name it in a word"))
    return kept, _clean(detail, say("the detail"), LONGEST_DETAIL, allowed="\n\t")


def _clean(text: str, field: str, most: int, allowed: str = "") -> str:
    kept = unicodedata.normalize("NFC", text).strip()
    for sign in kept:
        if sign not in allowed and (unicodedata.category(sign) in _HIDDEN or sign in _TURNING):
            problem = say("{field} holds a control character ({code})", field=field, code=f"U+{ord(sign):04X}")
            raise InputError.at(problem, fix=say("type it again without"))
    if len(kept) > most:
        problem = say("{field} has {count} characters", field=field, count=number(len(kept)))
        raise InputError.at(problem, fix=say("at most {most} are allowed", most=number(most)))
    return kept


def item_id(given: str) -> str:
    """The id of a kept thing, if it can be one; nothing else reaches the database.

    Raises
    ------
    InputError
        It is no id.
    """
    return _matched(_ITEM, given)


def state_id(given: str) -> str:
    """The id of a kept state of the screen, if it can be one; nothing else reaches the database.

    Raises
    ------
    InputError
        It is no id.
    """
    return _matched(_STATE, given)


def _matched(pattern: re.Pattern[str], given: object) -> str:
    if isinstance(given, str) and pattern.fullmatch(given):
        return given
    problem = say("{id} is not the id of anything kept", id=ascii(given)[:60])
    raise InputError.at(problem, fix=say("open it from its list, or ask for the link again"))
