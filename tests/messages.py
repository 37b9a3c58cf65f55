"""What tests of messages share: whether all of a message can be said in another language."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from optimizer.language.catalogue import NBSP, catalogue_files, speaker
from optimizer.language.message import Message, Written

ENGLISH = re.compile(r"\b(the|of|and|is|are|it|here|with|weeks?|brings?|average|money|spend|plan|split|today)\b")
"""Words that a Vietnamese sentence does not have."""
KEYWORDS = {"say": None, "say_many": (1, 2)}
FOREIGN = frozenset(("error", "reason"))
"""Places of what the operating system or a library says, which has no translation here."""


def words_of(text: str) -> set[str]:
    """Words in lower case, of letters alone."""
    return set(re.findall(r"[a-z]{2,}", text.lower()))


def plain_texts(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Texts inside a message that no translation reaches, each with the place it stands in."""
    if isinstance(value, Message):
        if value.parts:
            yield from (text for part in value.parts[1:] for text in plain_texts(part, place))
        elif value.pattern:
            yield from (text for name, inner in value.values.items() for text in plain_texts(inner, name))
        elif value:
            yield place, str(value)
    elif not isinstance(value, Written) and not isinstance(value, int | float):
        yield place, str(value)


def english(value: object, quoted: set[str]) -> list[str]:
    """Plain texts with a word that is not the user's own; a message that is none is such a text as a whole."""
    return [text for place, text in plain_texts(value) if place not in FOREIGN and words_of(text) - quoted]


def messages_in(value: object) -> Iterator[Message]:
    """A message with all messages inside it."""
    if isinstance(value, Message):
        yield value
        for inner in (*value.values.values(), *value.parts):
            yield from messages_in(inner)


def places(pattern: str) -> set[str]:
    """Names of the places of a pattern."""
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


def patterns_of(path: Path) -> Iterator[tuple[str, ...]]:
    """Patterns written out in a source file: one, or one and many."""
    for _, said, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
        yield said if isinstance(said, tuple) else (said,)


@cache
def catalogue() -> dict[tuple[str, ...], str]:
    """Patterns of the Vietnamese catalogues with their translation; fuzzy ones are none."""
    found: dict[tuple[str, ...], str] = {}
    for _, content in catalogue_files("vi"):
        for entry in read_po(io.BytesIO(content), locale="vi"):
            patterns = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
            said = entry.string if isinstance(entry.string, str) else entry.string[0]
            if patterns != ("",) and said and not entry.fuzzy:
                found[patterns] = said
    return found


def untranslated(value: object) -> list[str]:
    """Patterns inside a message that the Vietnamese catalogues do not hold."""
    known = catalogue()
    said = ((one.many[:2] if one.many else (one.pattern,)) for one in messages_in(value) if one.pattern)
    return [" / ".join(patterns) for patterns in said if patterns not in known]


def check(said: Iterable[str], quoted: set[str]) -> None:
    """All is a message or nothing, its English stands in patterns, and the catalogues know these."""
    said = [one for one in said if one]
    plain = [one for one in said if not isinstance(one, Message)]
    assert not plain, plain
    inside = [found for one in said if (found := english(one, quoted))]
    assert not inside, inside
    unknown = [found for one in said if (found := untranslated(one))]
    assert not unknown, unknown


def check_vietnamese(said: Iterable[str]) -> None:
    """Nothing is left in English: neither words nor figures."""
    texts = [speaker("vi").tell(one) for one in said if one]
    left = [text for text in texts if ENGLISH.search(text) or re.search(rf"EUR[ {NBSP}]?[0-9-]|[{{}}]", text)]
    assert not left, left
