"""Bring the catalogues up to date: ``python tools/catalogue.py`` (make words) collects every message of the package.

Each room has one file per language, ``optimizer/language/locale/LANGUAGE/ROOM.po``. What is translated stays, wherever
it stood; what is new comes in without a translation, and is listed; what no room says any more goes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "optimizer"
LOCALE = PACKAGE / "language" / "locale"
KEYWORDS = {"say": None, "_": None, "say_many": (1, 2), "n_": (1, 2)}
Id = str | tuple[str, str]
WRITTEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # a date that changes at every run would hide what did change


def said(room: Path) -> Iterator[Id]:
    """Every message of a room, in the order of its files; (one, many) where the words depend on a count."""
    for file in sorted(room.rglob("*.py")) if room.is_dir() else [room]:
        found = extract_from_file("python", file, keywords=KEYWORDS)
        yield from (text if isinstance(text, str) else (text[0], text[1]) for _, text, _, _ in found)


def rooms() -> dict[str, list[Id]]:
    """Messages by room; one that several rooms say stands with the first."""
    places = [path for path in sorted(PACKAGE.iterdir()) if path.is_dir() or path.suffix == ".py"]
    seen: set[str] = set()
    found: dict[str, list[Id]] = {}
    for place in places:
        new = [one for one in said(place) if singular(one) not in seen]
        unique = {singular(one): one for one in new}
        seen |= set(unique)
        if unique:
            found[place.stem] = list(unique.values())
    return found


def singular(message: Id) -> str:
    """The key of a message in a catalogue."""
    return message if isinstance(message, str) else message[0]


def translations(language: str) -> dict[str, Message]:
    """All that is translated, by the message's key; one with a plural is preferred."""
    held: dict[str, Message] = {}
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as content:
            for message in read_po(content, locale=language):
                if message.id and message.string and any(message.string):
                    key = singular(message.id)
                    held[key] = message if message.pluralizable or key not in held else held[key]
    return held


def catalogue(language: str, messages: list[Id], held: dict[str, Message]) -> tuple[Catalog, list[Id]]:
    """One room's catalogue, and the messages in it that have no translation yet."""
    made = Catalog(locale=language, project="campaign-optimizer", version="1", fuzzy=False, header_comment="")
    made.creation_date = made.revision_date = WRITTEN
    missing = []
    for message in messages:
        old = held.get(singular(message))
        string: str | tuple[str, ...] = ""
        if old is not None:
            first = old.string if isinstance(old.string, str) else old.string[0]
            string = first if isinstance(message, str) else (first,)
        if not string or not any(string):
            missing.append(message)
        made.add(message, string or ("" if isinstance(message, str) else ("",)))
    return made, missing


def main() -> int:
    """Rewrite every catalogue, and say how many messages lack a translation."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    by_room, lines = rooms(), []
    for folder in sorted(path for path in LOCALE.iterdir() if path.is_dir()):
        held = translations(folder.name)
        for room, messages in by_room.items():
            made, missing = catalogue(folder.name, messages, held)
            lines += [f"{folder.name} {room}: {singular(message)!r}" for message in missing]
            with (folder / f"{room}.po").open("wb") as file:
                write_po(file, made, width=120, no_location=True, omit_header=False, sort_output=False)
        for old in folder.glob("*.po"):
            if old.stem not in by_room:
                old.unlink()
    print("\n".join([*lines, f"{len(lines)} messages without a translation"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
