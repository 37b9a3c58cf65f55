"""Recognise: which network wrote an export, by its headers; no guess where two could have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.errors import InputError
from optimizer.history.exports.aliases import Network, key
from optimizer.history.exports.layout import Layout
from optimizer.history.exports.questions import Asks, OpenQuestion
from optimizer.language.message import Message, join, say

HISTORY = frozenset({"date", "network", "content type", "spend"})
"""Headers, as `key` writes them, that make a file a history rather than an export."""
MARGIN = 0.5
FEWEST = 3
_SHARED = 0.1
"""Worth of a header that several networks write; one of the network's own is worth 1, a title 2."""
_QUOTED = 4


@dataclass(frozen=True)
class Match:
    """How well a file fits a network.

    Attributes
    ----------
    network : Network
    score : float
    own : tuple of str
        Headers, as the file spells them, that only this network writes.
    known : int
        How many of its headers the network knows.
    """

    network: Network
    score: float
    own: tuple[str, ...]
    known: int


def known_headers(networks: Sequence[Network]) -> set[str]:
    """Headers that networks write, and those of a history: what the search for a header looks for."""
    return {header for one in networks for header in one.headers()} | HISTORY | {"conversions", "revenue"}


def is_history(names: Sequence[str]) -> bool:
    """Whether a header is that of a history, as this program writes it."""
    return {key(name) for name in names} >= HISTORY


def recognise(layout: Layout, networks: Sequence[Network], named: str = "") -> Network:
    """The network that wrote an export.

    Parameters
    ----------
    layout : Layout
    networks : sequence of Network
    named : str
        Source that the user names, or "".

    Raises
    ------
    InputError
        It is another network's than the one named, or could be that of two.
    """
    matches = sorted((_match(layout, one) for one in networks), key=lambda match: -match.score)
    if named:
        return _as_named(layout, matches, named)
    best, second = matches[0], matches[1] if len(matches) > 1 else None
    sure = best.score >= 1 and best.known >= FEWEST
    if sure and (second is None or best.score - second.score >= MARGIN):
        return best.network
    near = [match for match in matches if match.known >= FEWEST and best.score - match.score < MARGIN]
    problem = say("the headers could be those of {networks}", networks=either([one.network.title for one in near]))
    sources = join(", ", [one.network.source for one in near])
    fix = say("say which one with --network ({networks})", networks=sources)
    place = {"file": layout.file, "row": layout.line}
    raise OpenQuestion.of(Asks.NETWORK, problem, fix, place, [one.network.source for one in near])


def _as_named(layout: Layout, matches: Sequence[Match], named: str) -> Network:
    given = next(match for match in matches if match.network.source == named)
    best = matches[0]
    if best.network.source != named and best.own and best.score - given.score >= MARGIN:
        problem = say(
            "this is an export of {found} (its headers {headers}), and {named} was named",
            found=best.network.title,
            headers=quoted(best.own),
            named=given.network.title,
        )
        fix = say("name {network}, or give another file", network=best.network.source)
        raise InputError.at(problem, file=layout.file, row=layout.line, fix=fix)
    if given.known < FEWEST:
        problem = say("the headers are not those of {named}, which was named", named=given.network.title)
        fix = say("name another network, or say what the headers mean with an alias file")
        raise InputError.at(problem, file=layout.file, row=layout.line, fix=fix)
    return given.network


def _match(layout: Layout, network: Network) -> Match:
    headers = network.headers()
    names = {key(name): name for name in layout.names if name}
    only = set(network.only)
    own = tuple(name for plain, name in names.items() if plain in only)
    known = sum(plain in headers for plain in names)
    text = " ".join(cell for _, cells in layout.above for cell in cells).lower()
    titled = 2.0 * any(title in text for title in network.titles)
    return Match(network, len(own) + _SHARED * known + titled, own, known)


def language_of(network: Network, names: Sequence[str]) -> str:
    """The language most headers are in; English where none is ahead of it."""
    spoken = {name: language for found in network.columns.values() for name, language in found}
    count = Counter(spoken[plain] for name in names if (plain := key(name)) in spoken)
    return max(count, key=lambda code: (count[code], code == "en"), default="en")


def either(names: Sequence[str]) -> Message:
    """Names in one line, with "or" before the last."""
    if len(names) < 2:
        return join(", ", names)
    return say("{names} or {last}", names=join(", ", names[:-1]), last=names[-1])


def quoted(names: Sequence[str], most: int = _QUOTED) -> Message:
    """Names in quotes, the first few of many."""
    listed = join(", ", [f"'{name}'" for name in names[:most]])
    if len(names) <= most:
        return listed
    return say("{names} and {more} more", names=listed, more=len(names) - most)
