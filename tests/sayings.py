"""What a refusal says and what keeps it from being said in Vietnamese; on top of `tests.messages`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from optimizer.errors import OptimizerError
from optimizer.language.catalogue import speaker
from optimizer.language.message import Message
from tests.messages import catalogue, english, messages_in, patterns_of, places, untranslated, words_of


def said_by(ask: Callable[[], object]) -> Message:
    """The sentence with which a question is refused."""
    with pytest.raises(OptimizerError) as caught:
        ask()
    assert isinstance(caught.value.message, Message)
    assert str(caught.value) == caught.value.message
    return caught.value.message


def patterns_in(value: object) -> set[str]:
    """Patterns a message is made of."""
    return {one.pattern for one in messages_in(value) if one.pattern}


def patterns_of_room(folder: Path) -> set[str]:
    """Every pattern the code of a room can say."""
    return {pattern for file in sorted(folder.rglob("*.py")) for said in patterns_of(file) for pattern in said}


def faults(said: str, data: Iterable[str] = ()) -> list[str]:
    """What keeps a message from being said in Vietnamese; empty if nothing does. `data` is what the user wrote."""
    found = [f"not a message: {said}"] if not isinstance(said, Message) else []
    found += [f"plain words: {one}" for one in english(said, words_of(" ".join(data)))]
    found += [f"no translation: {one}" for one in untranslated(said)]
    known = {patterns[0]: text for patterns, text in catalogue().items()}
    found += [
        f"other places: {known[one]}"
        for one in sorted(patterns_in(said) & set(known))
        if places(one) != places(known[one])
    ]
    if not found and speaker("vi").tell(said) == said:
        found.append(f"said as in English: {said}")
    return found
