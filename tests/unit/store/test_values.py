"""What may be kept: plain values as canonical JSON, and names without tricks."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.language.message import say
from optimizer.store import Kind, Store, open_store
from optimizer.store import values as rules
from optimizer.store.values import canonical, clean_author, clean_name, clean_note

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)
CONTENTS = st.dictionaries(TEXTS, PLAIN, max_size=5)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with open_store(tmp_path_factory.mktemp("values") / "store.sqlite") as store:
        yield store


def same(one: object, other: object) -> bool:
    """Equal in value and type, signs of zero included."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return type(one) is type(other) and one == other


@given(content=CONTENTS)
def test_plain_values_read_back_to_the_last_bit(shared: Store, content: dict[str, object]) -> None:
    kept = shared.add(Kind.SETTINGS, "any", content, author="")
    assert same(shared.get(kept.id).content, content)
    assert same(shared.state(shared.keep_state(content)), content)


@given(content=CONTENTS)
def test_the_text_depends_on_the_values_alone(content: dict[str, object]) -> None:
    turned = dict(reversed(content.items()))
    assert canonical(turned) == canonical(content) == canonical(MappingProxyType(content))
    assert canonical(json.loads(canonical(content))) == canonical(content)


def test_relatives_of_plain_types_become_plain() -> None:
    message = say("a sentence with {word}", word="words")
    assert canonical({"a": (1, 2), "b": Kind.PLAN, "c": message, "d": np.float64(0.1), Kind.PLAN: True}) == (
        '{"a":[1,2],"b":"plan","c":"a sentence with words","d":0.1,"plan":true}'
    )


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ({"a": {"b": [0, float("nan")]}}, r"a\.b\[1\]", "nan"),
        ({"a": float("-inf")}, "a", "-inf"),
        ({"a": np.int64(3)}, "a", "int64"),
        ({"a": b"bytes"}, "a", "bytes"),
        ({"a": {1, 2}}, "a", "set"),
        ({"a": Path("x")}, "a", "Posix|WindowsPath"),
        ({"a": object()}, "a", "object"),
        ({1: "a"}, "the content", "1"),
        ({"a": {None: 1}}, "a", "NoneType"),
        ({"a": "\ud800"}, "a", "ud800"),
        ({"\udfff": 1}, "the content", "udfff"),
        ({"a": 10**300}, "a", "1000"),
        ([1, 2], "the content", "list"),
        ("text", "the content", "str"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_place(content: object, place: str, what: str) -> None:
    with pytest.raises(InputError, match=f"^{place} cannot be kept: it is .*({what}).*; texts, finite numbers"):
        canonical(content)


def test_content_without_end_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["again"] = endless
    with pytest.raises(InputError, match="cannot be kept"):
        canonical(endless)
    deep: object = 1
    for _ in range(rules.DEEPEST):
        deep = [deep]
    with pytest.raises(InputError, match="cannot be kept"):
        canonical({"deep": deep})


def test_content_that_is_too_large_is_refused(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    room = rules.MOST_STATE - len('{"a":""}')
    assert len(shared.keep_state({"a": "x" * room})) == 16
    with pytest.raises(InputError, match="what should be kept has 1,001 kB; at most 1,000 kB are kept"):
        shared.keep_state({"a": "x" * (room + 1)})
    with pytest.raises(InputError, match="at most 1,000 kB"):
        shared.keep_state({"a": "ế" * (room // 3 + 1)})  # bytes count, not signs
    monkeypatch.setattr(rules, "MOST_HISTORY", 10)
    with pytest.raises(InputError, match="what should be kept has 1 kB"):
        shared.add_history("h", b"12345678901", author="")
    with pytest.raises(InputError, match="the history has no content"):
        shared.add_history("h", b"", author="")


@pytest.mark.parametrize("clean", [clean_name, clean_note, clean_author])
def test_texts_are_stripped_and_composed(clean: object) -> None:
    assert clean("  Bi\u0300nh 🧭  ") == "Bình 🧭"


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ud800"])
@pytest.mark.parametrize(
    ("clean", "field"), [(clean_name, "the name"), (clean_note, "the note"), (clean_author, "the author's name")]
)
def test_control_characters_are_refused(clean: object, field: str, sign: str) -> None:
    with pytest.raises(InputError) as error:
        clean(f"a{sign}b")
    assert str(error.value) == f"{field} holds a control character (U+{ord(sign):04X}); type it again without."


def test_a_note_may_have_lines_and_a_name_may_not() -> None:
    assert clean_note("one\r\ntwo\tthree\n") == "one\ntwo\tthree"
    with pytest.raises(InputError, match=r"U\+000A"):
        clean_name("one\ntwo")


@pytest.mark.parametrize(
    ("clean", "most", "field"), [(clean_name, 120, "name"), (clean_note, 2000, "note"), (clean_author, 80, "author")]
)
def test_texts_have_a_length(clean: object, most: int, field: str) -> None:
    assert clean("ế" * most) == "ế" * most
    with pytest.raises(InputError, match=rf"{field}.* has [\d,]+ characters; at most [\d,]+ are allowed"):
        clean("ế" * (most + 1))


@pytest.mark.parametrize("name", ["", "   ", "\n\t "])
def test_a_name_cannot_be_empty_and_an_author_can(name: str) -> None:
    with pytest.raises(InputError, match="the name is empty; give it 1 to 120 characters"):
        clean_name(name)
    assert clean_author(name) == clean_note(name) == ""


@pytest.mark.parametrize("what", ["", " ", "x" * 41, "a\x00"])
def test_a_word_of_the_log_is_a_word(shared: Store, what: str) -> None:
    with pytest.raises(InputError, match="what was done"):
        shared.log("Anna", what)
