"""Every message of every room is translated, with its places, and nothing is translated that nobody says."""

from __future__ import annotations

import string
import sys
from pathlib import Path

import pytest

from optimizer.language.catalogue import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import catalogue as tool  # noqa: E402 - it stands in tools/

ROOMS = tool.rooms()
OTHERS = list(LANGUAGES)[1:]


def places(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}


def strings(message: object) -> list[str]:
    return [message] if isinstance(message, str) else list(message)  # type: ignore[call-overload]


def test_messages_are_found_in_every_room_that_speaks() -> None:
    assert {"errors", "history", "response", "allocation", "planning", "store", "reports", "ui"} <= set(ROOMS)
    assert sum(map(len, ROOMS.values())) > 800


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    held = tool.translations(language)
    said = {tool.singular(one) for room in ROOMS.values() for one in room}
    assert sorted(said - set(held)) == [], "run make words, then fill in what is empty"
    assert sorted(set(held) - said) == [], "run make words: these are said no more"


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_their_places(language: str) -> None:
    lost = []
    for key, message in tool.translations(language).items():
        wanted = places(strings(message.id)[-1])
        lost += [key for text in strings(message.string) if places(text) != wanted]
    assert lost == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_as_it_was(language: str) -> None:
    """A sentence of several words that reads the same in both languages was not translated."""
    same = [
        key
        for key, message in tool.translations(language).items()
        if key in strings(message.string) and len([word for word in key.split() if word.isalpha()]) > 3
    ]
    assert same == []
