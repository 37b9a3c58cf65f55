"""Content-type rules: ordered rules that give rows their content type by what their names hold; the first one wins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.language.message import Message, say, say_many

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[Any]

COLUMNS = ("content_type", "campaign", "landing_page", "network", "audience")
"""Columns that rules look at."""
MOST_RULES = 200
LONGEST = 200
ALIKE = 0.86
"""Likeness of two names, 0 to 1, from which they may be one name mistyped."""


class How(StrEnum):
    """How a rule compares; upper and lower case are the same, and so are one space and many."""

    CONTAINS = "contains"
    STARTS = "starts_with"
    EQUALS = "equals"


@dataclass(frozen=True)
class NamingRule:
    """Where a column holds a text, the content type is this.

    Attributes
    ----------
    column : str
        One of `COLUMNS`.
    how : How
    text : str
        What is looked for; "" is allowed for `equals`, where the column is empty.
    content_type : str
        Kept in lower case, as histories have them.

    Raises
    ------
    InputError
        A column that rules cannot look at, nothing to look for, or no content type.
    """

    column: str
    how: How
    text: str
    content_type: str

    def __post_init__(self) -> None:
        if self.column not in COLUMNS:
            problem = say("content-type rules cannot look at {column}", column=self.column)
            raise InputError.at(problem, fix=say("columns are {columns}", columns=", ".join(COLUMNS)))
        if self.how not in tuple(How):
            problem = say("a content-type rule cannot compare by '{how}'", how=str(self.how))
            raise InputError.at(problem, fix=say("choose contains, starts_with or equals"))
        object.__setattr__(self, "how", How(self.how))
        object.__setattr__(self, "text", plain(self.text))
        object.__setattr__(self, "content_type", plain(self.content_type))
        if not self.text and self.how is not How.EQUALS:
            problem = say("a content-type rule for {column} has no text to look for", column=self.column)
            raise InputError.at(problem, fix=say("write what the column must hold"))
        if not self.content_type:
            problem = say("the rule where {column} holds '{text}' names no content type",
                          column=self.column, text=self.text)  # fmt: skip
            raise InputError.at(problem, fix=say("write the content type"))
        if max(len(self.text), len(self.content_type)) > LONGEST:
            problem = say("a content-type rule for {column} is too long", column=self.column)
            raise InputError.at(problem, fix=say("at most {most} characters are allowed", most=LONGEST))

    def holds(self, value: str) -> bool:
        """Whether the rule is for rows with this value in its column.

        Examples
        --------
        >>> NamingRule("campaign", How.CONTAINS, "Reel", "reel").holds("2026_REEL_spring")
        True
        """
        given = plain(value)
        if self.how is How.EQUALS:
            return given == self.text
        return given.startswith(self.text) if self.how is How.STARTS else self.text in given


Naming = tuple[NamingRule, ...]


def plain(text: str) -> str:
    """A text as rules compare it: lower case, with one space between words.

    Examples
    --------
    >>> plain("  Link  Post ")
    'link post'
    """
    return " ".join(str(text).lower().split())


def to_json(rules: Sequence[NamingRule]) -> dict[str, object]:
    """Plain values that `from_json` takes."""
    return {
        "rules": [
            {"column": rule.column, "how": rule.how.value, "text": rule.text, "content_type": rule.content_type}
            for rule in rules
        ]
    }


def from_json(values: Mapping[str, object]) -> Naming:
    """Check plain values and make rules of them.

    Raises
    ------
    InputError
        They are not rules, too many, or one of them cannot be.
    """
    given = values.get("rules", [])
    if set(values) - {"rules"} or not isinstance(given, list) or len(given) > MOST_RULES:
        raise InputError.at(say("these are not content-type rules"), fix=say("write at most {most}", most=MOST_RULES))
    rules = []
    for one in given:
        whole = isinstance(one, Mapping) and set(one) == {"column", "how", "text", "content_type"}
        if not whole or not all(isinstance(part, str) for part in one.values()):
            raise InputError.at(say("these are not content-type rules"), fix=say("write them again"))
        rules.append(NamingRule(one["column"], one["how"], one["text"], one["content_type"]))
    return tuple(rules)


# Applying ----------------------------------------------------------------------------------------------------------


def first_rule(columns: Mapping[str, Values], rules: Sequence[NamingRule]) -> NDArray[np.int64]:
    """(N,) position of the first rule that holds for each row, -1 where none does.

    Parameters
    ----------
    columns : mapping of str to array, each (N,)
        Texts; a rule about a column that is not there holds nowhere.
    rules : sequence of NamingRule
    """
    import pandas as pd

    found = np.full(len(columns["content_type"]), -1, dtype=np.int64)
    for name in COLUMNS:
        own = [(index, rule) for index, rule in enumerate(rules) if rule.column == name]
        if not own or name not in columns:
            continue
        codes, unique = pd.factorize(np.asarray(columns[name], dtype=object))
        hits = [next((index for index, rule in own if rule.holds(value)), -1) for value in unique]
        here = np.array([*hits, -1], dtype=np.int64)[codes]
        better = (here >= 0) & ((found < 0) | (here < found))
        found[better] = here[better]
    return found


def renamed(columns: Mapping[str, Values], rules: Sequence[NamingRule]) -> Values:
    """(N,) content types after the rules; rows that no rule touches keep theirs.

    Examples
    --------
    >>> texts = {"content_type": np.array(["ig_reel", "image"], dtype=object)}
    >>> renamed(texts, [NamingRule("content_type", How.CONTAINS, "reel", "reel")]).tolist()
    ['reel', 'image']
    """
    names = np.asarray(columns["content_type"], dtype=object)
    if not rules:
        return names
    targets = np.array([rule.content_type for rule in rules] + [""], dtype=object)
    rule = first_rule(columns, rules)
    return np.where(rule >= 0, targets[rule], names)


def told(rows: int) -> Message:
    """What is said of so many rows to which rules gave another content type."""
    return say_many(
        "content-type rules gave {count} row another content type than the file",
        "content-type rules gave {count} rows another content type than the file",
        rows,
    )


# What rules would do -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NamedLine:
    """One content type as it comes out.

    Attributes
    ----------
    content_type : str
    rows : int
    spend : float
        Account currency.
    before : tuple of str
        Content types of the file whose rows are in it, most money first; "" for rows without one.
    """

    content_type: str
    rows: int
    spend: float
    before: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What rules do to a history.

    Attributes
    ----------
    lines : tuple of NamedLine
        Most money first.
    by_rule : tuple of (int, float)
        Rows and spend that each rule decides, in the order of the rules; (0, 0.0) where others come before it or
        nothing fits.
    untouched_rows : int
    untouched_spend : float
        Rows that keep the content type of the file, and their money.
    """

    lines: tuple[NamedLine, ...]
    by_rule: tuple[tuple[int, float], ...]
    untouched_rows: int
    untouched_spend: float


def preview(table: pd.DataFrame, rules: Sequence[NamingRule]) -> Preview:
    """Count rows and money per content type, rule by rule.

    Parameters
    ----------
    table : DataFrame
        As in `History.table`, without any rule applied.
    rules : sequence of NamingRule
    """
    columns = {name: table[name].to_numpy(dtype=object) for name in COLUMNS if name in table}
    spend = np.nan_to_num(table["spend"].to_numpy(dtype=np.float64))
    rule, names = first_rule(columns, rules), renamed(columns, rules)
    lines = []
    for name in sorted(set(names.tolist())):
        own = names == name
        before = _by_money(columns["content_type"][own], spend[own])
        lines.append(NamedLine(str(name), int(own.sum()), float(spend[own].sum()), tuple(before)))
    used = tuple((int((rule == index).sum()), float(spend[rule == index].sum())) for index in range(len(rules)))
    free = rule < 0
    lines.sort(key=lambda line: -line.spend)
    return Preview(tuple(lines), used, int(free.sum()), float(spend[free].sum()))


def _by_money(names: Values, spend: NDArray[np.float64]) -> dict[str, float]:
    """Spend by name, most first."""
    found: dict[str, float] = {}
    for name in sorted(set(names.tolist())):
        found[str(name)] = float(spend[names == name].sum())
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


# Names that look alike ---------------------------------------------------------------------------------------------

_NOISE = frozenset((
    "ig", "fb", "li", "tt", "yt", "tw", "pin", "snap", "x", "meta", "instagram", "facebook", "linkedin", "tiktok",
    "youtube", "twitter", "pinterest", "snapchat", "ad", "ads", "post", "posts", "paid", "sponsored", "content",
    "format", "type", "the", "a",
))  # fmt: skip
"""Words that say where a post ran or that it is one, and nothing of what it shows."""
_SAME = {"photo": "image", "picture": "image", "pic": "image", "img": "image", "vid": "video", "clip": "video"}


@dataclass(frozen=True)
class Proposal:
    """Content types that may be one.

    Attributes
    ----------
    target : str
        The one with most money.
    names : tuple of str
        The others.
    rules : tuple of NamingRule
        Rules that bring them together.
    reason : Message
        Why they look alike.
    """

    target: str
    names: tuple[str, ...]
    rules: Naming
    reason: Message


def proposals(spend: Mapping[str, float]) -> tuple[Proposal, ...]:
    """Content types that look alike, as rules that would bring them together.

    Parameters
    ----------
    spend : mapping of str to float
        Money by content type.

    Examples
    --------
    >>> [(one.target, one.names) for one in proposals({"reel": 900.0, "reels": 20.0, "ig_reel": 5.0, "image": 400.0})]
    [('reel', ('ig_reel', 'reels'))]
    """
    names = [name for name in spend if name]
    keys = {name: stem(name) for name in names}
    group = {name: name for name in names}  # each name's group, by one of its members
    for one, other in combinations(sorted(names), 2):
        if keys[one] == keys[other] or _close(keys[one], keys[other]):
            old, new = group[other], group[one]
            group = {name: new if its == old else its for name, its in group.items()}
    found = []
    for shared in dict.fromkeys(group.values()):
        members = sorted((name for name in names if group[name] == shared), key=lambda name: (-spend[name], name))
        if len(members) > 1:
            target, others = members[0], tuple(sorted(members[1:]))
            rules = tuple(NamingRule("content_type", How.EQUALS, name, target) for name in others)
            typed = len({keys[name] for name in members}) > 1
            reason = say("a letter or two apart") if typed else say("one thing, named in several ways")
            found.append(Proposal(target, others, rules, reason))
    return tuple(found)


def stem(name: str) -> str:
    """What a content type is called without the network, number and filler in it.

    Examples
    --------
    >>> stem("IG_Reels"), stem("Sponsored photo post"), stem("stories")
    ('reel', 'image', 'story')
    """
    words = [_single(word) for word in re.split(r"[\W_]+", name.lower()) if word and not word.isdigit()]
    kept = [word for word in words if word not in _NOISE] or words
    return " ".join(_SAME.get(word, word) for word in kept)


def _single(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _close(one: str, other: str) -> bool:
    """Whether two names are long enough, and near enough, to be one mistyped."""
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 2:
        return False
    return SequenceMatcher(None, one, other).ratio() >= ALIKE
