"""Unknown content types: rules that names suggest, most money first, for a person to accept or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from optimizer.history.content_types import How, Naming, NamingRule, plain
from optimizer.history.exports.rows import Export
from optimizer.history.findings import Finding, Severity
from optimizer.history.raw import shown
from optimizer.language.message import Message, join, number, percent, say

WORDS = {
    "reel": "reel", "reels": "reel", "story": "story", "stories": "story", "carousel": "carousel",
    "carrusel": "carousel", "karussell": "carousel", "slideshow": "slideshow", "video": "video", "vid": "video",
    "ugc": "creator", "creator": "creator", "influencer": "creator", "image": "image", "img": "image",
    "static": "image", "photo": "image", "bild": "image", "link": "link", "document": "document", "pdf": "document",
    "poll": "poll", "collection": "collection", "short": "short", "shorts": "short", "bumper": "bumper", "text": "text",
    "event": "event",
}  # fmt: skip
"""Words in names of campaigns and ads that say what is shown."""
_ROLES = ("ad", "ad_set", "campaign", "placement")
_LISTED = 5


@dataclass(frozen=True)
class Unknown:
    """Rows whose content type is not known.

    Attributes
    ----------
    rules : tuple of NamingRule
        What words in names suggest, most money first.
    spend : tuple of float
        Money behind each rule, as the exports have it.
    silent : tuple of (str, float)
        Names that say nothing and their money, most first; "" for rows without any name.
    """

    rules: Naming = ()
    spend: tuple[float, ...] = ()
    silent: tuple[tuple[str, float], ...] = ()


NOTHING_UNKNOWN = Unknown()


def propose(exports: Sequence[Export]) -> tuple[Unknown, list[Finding]]:
    """Rules for rows whose content type is not known, by words in their names.

    Returns
    -------
    (rules, most money first; one finding that names them, or the largest names that say nothing)
    """
    parts = [one.unknown for one in exports if len(one.unknown)]
    if not parts:
        return NOTHING_UNKNOWN, []
    table = pd.concat(parts, ignore_index=True)
    spend: dict[str, float] = {}
    silent: dict[str, float] = {}
    said = 0.0
    for row in table.to_dict("records"):
        word = next((found for role in _ROLES[:3] if (found := _word(str(row[role])))), "")
        money = float(row["spend"])
        if word:
            spend[word] = spend.get(word, 0.0) + money
            said += money
        else:
            name = next((str(row[role]) for role in _ROLES if row[role]), "")
            silent[name] = silent.get(name, 0.0) + money
    # The longest words come first among those of equal money, so that a rule for "story" is not hidden by one for "st".
    ordered = sorted(spend, key=lambda word: (-spend[word], -len(word), word))
    rules = tuple(NamingRule("campaign", How.CONTAINS, word, WORDS[word]) for word in ordered)
    largest = tuple(sorted(silent.items(), key=lambda one: (-one[1], one[0])))
    told = Unknown(rules, tuple(spend[word] for word in ordered), largest)
    return told, [_finding(rules, spend, silent, said)]


def _word(name: str) -> str:
    """The first word of a name that says what is shown."""
    return next((word for word in re.split(r"[\W_]+", plain(name)) if word in WORDS), "")


def _finding(rules: Naming, spend: dict[str, float], silent: dict[str, float], said: float) -> Finding:
    largest = sorted(silent, key=lambda name: (-silent[name], name))[:_LISTED]
    listed: Message = join(", ", [f"'{shown(name)}'" for name in largest if name])
    total = said + sum(silent.values())
    if not rules:
        problem = say("no name says what rows of unknown content type show; most money has {names}", names=listed)
        return Finding("naming-proposed", Severity.NOTE, problem, say("write naming rules for them"))
    told = [
        say("'{word}' is {content_type} ({spend})", word=rule.text, content_type=rule.content_type,
            spend=number(spend[rule.text]))
        for rule in rules[:_LISTED]
    ]  # fmt: skip
    problem = say(
        "words in names would tell the content type of {share} of the unknown spend: {rules}",
        share=percent(said / total if total > 0 else 0.0),
        rules=join(", ", told),
    )
    fix = say("--propose writes these rules to a file; look through it, then give it with --naming")
    if largest and any(largest):
        fix = say(
            "--propose writes these rules to a file; look through it, then give it with --naming; nothing is said by"
            " {names}",
            names=listed,
        )
    return Finding("naming-proposed", Severity.NOTE, problem, fix)
