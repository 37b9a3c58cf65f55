"""Scenarios of the page What-if as they are added, named and changed; pure functions on plain records.

The first scenario is the base: the question as it stands on the page Plan. When that changes, the others change with
it in all that they did not set themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.language.message import place, say
from optimizer.planning.asked import Asked
from optimizer.planning.change import EVERYWHERE, Change
from optimizer.planning.compare import LONGEST_NAME, Scenario
from optimizer.ui.format import begun, nice_round, percent
from optimizer.ui.language import _
from optimizer.ui.what_if_words import changes

BASE = "As planned"  # as it is kept; on screen it is said in the reader's language
COMMON = ("weeks", "by_audience", "seed")
"""Of a question: what all scenarios share, so that there are common draws."""
IDEA_SHARE = 0.1
IDEA_PROMOTION = 0.2

Scenarios = tuple[Scenario, ...]
Key = TypeVar("Key", str, int)


def follow(scenarios: Sequence[Scenario], asked: Asked) -> Scenarios:
    """The scenarios with a base of this question; the others keep only what differed from the old one.

    Where the weeks change, a budget of one's own keeps its size per week.

    Examples
    --------
    >>> two = (Scenario(BASE, Asked(budget=900, weeks=4)), Scenario("More", Asked(budget=1000, weeks=4)))
    >>> [(one.asked.budget, one.asked.risk) for one in follow(two, Asked(budget=800, weeks=4, risk="careful"))]
    [(800, 'careful'), (1000, 'careful')]
    """
    if not scenarios:
        return (Scenario(BASE, asked),)
    before = scenarios[0].asked
    if before == asked:
        return tuple(scenarios)
    others = (replace(one, asked=_followed(one.asked, before, asked)) for one in scenarios[1:])
    return (Scenario(BASE, asked), *others)


def _followed(own: Asked, before: Asked, after: Asked) -> Asked:
    kept = {
        one.name: getattr(own, one.name)
        for one in fields(Asked)
        if one.name not in COMMON and getattr(own, one.name) != getattr(before, one.name)
    }
    if "budget" in kept and before.weeks != after.weeks:
        kept["budget"] = nice_round(own.budget * after.weeks / before.weeks)
    return replace(after, **kept)


def told(scenarios: Sequence[Scenario]) -> Scenarios:
    """The scenarios as people see them: the base in their language, and no two of one name."""
    names: list[str] = []
    for index, one in enumerate(scenarios):
        names.append(free_name(_("As planned") if index == 0 else one.name, names))
    return tuple(replace(one, name=name) for one, name in zip(scenarios, names, strict=True))


def free_name(name: str, taken: Sequence[str]) -> str:
    """A name that is not taken yet: with a number behind it where need be.

    Examples
    --------
    >>> free_name("TikTok off", ["TikTok off"]), free_name("TikTok off", [])
    ('TikTok off 2', 'TikTok off')
    """
    found, count = name[:LONGEST_NAME], 1
    while found in taken:
        count += 1
        found = f"{name[: LONGEST_NAME - 4]} {count}"
    return found


# Ideas to begin with ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Idea:
    """A scenario that people often ask for: what the button says, and what it adds."""

    key: str
    name: str
    scenario: Scenario


def ideas(asked: Asked, networks: Sequence[str]) -> tuple[Idea, ...]:
    """Scenarios to add with one press.

    Parameters
    ----------
    asked : Asked
        Of the base.
    networks : sequence of str
        That get money, most first.
    """
    found = [
        (f"budget_{key}", _("Budget {share}", share=percent(share, sign=True)), _budget(asked, 1.0 + share), Change())
        for key, share in (("more", IDEA_SHARE), ("less", -IDEA_SHARE))
    ]
    different = [
        ("price", Change(price={EVERYWHERE: IDEA_SHARE})),
        ("rate", Change(rate={EVERYWHERE: -IDEA_SHARE})),
        ("promotion", Change(promotion={1: IDEA_PROMOTION})),
        *((f"off_{name}", Change(off=(name,))) for name in (networks if len(networks) > 1 else ())),
    ]
    found += [(key, begun("; ".join(changes(change, ""))), asked, change) for key, change in different]
    return tuple(Idea(key, name, Scenario(name, question, change)) for key, name, question, change in found)


def _budget(asked: Asked, factor: float) -> Asked:
    return replace(asked, budget=nice_round(asked.budget * factor))


# Adding and taking away ---------------------------------------------------------------------------------------------


def with_added(scenarios: Sequence[Scenario], scenario: Scenario) -> Scenarios:
    """One more, of the base's weeks and draws, under a name that is free."""
    common = {name: getattr(scenarios[0].asked, name) for name in COMMON}
    name = free_name(scenario.name, [one.name for one in scenarios])
    return (*scenarios, Scenario(name, replace(scenario.asked, **common), scenario.change))


def without(scenarios: Sequence[Scenario], index: int) -> Scenarios:
    """One less; the base stays."""
    return tuple(one for place, one in enumerate(scenarios) if place == 0 or place != index)


def renamed(scenarios: Sequence[Scenario], index: int, name: str) -> Scenarios:
    """The scenarios with another name for one.

    Raises
    ------
    InputError
        The name is empty.
    """
    clean = " ".join(name.split())
    if not clean:
        raise InputError.at(say("a scenario has no name"), fix=say("give it one, so that it can be told from others"))
    free = free_name(clean, [one.name for place, one in enumerate(scenarios) if place != index])
    return with_one(scenarios, index, replace(scenarios[index], name=free))


def with_one(scenarios: Sequence[Scenario], index: int, scenario: Scenario) -> Scenarios:
    """The scenarios with another one in a place."""
    return tuple(scenario if place == index else one for place, one in enumerate(scenarios))


# Changing one -------------------------------------------------------------------------------------------------------


def with_asked(scenario: Scenario, **values: object) -> Scenario:
    """The scenario with fields of its question set, such as ``budget=9000``.

    Raises
    ------
    InputError
        A value is not allowed.
    """
    return replace(scenario, asked=replace(scenario.asked, **values))  # type: ignore[arg-type]  # checked by the record


def with_change(scenario: Scenario, **values: object) -> Scenario:
    """The scenario with fields of its change set, such as ``worth=0.1``.

    Raises
    ------
    InputError
        A value is not allowed.
    """
    return replace(scenario, change=replace(scenario.change, **values))  # type: ignore[arg-type]  # checked there too


def set_in(table: Mapping[Key, float], key: Key, value: float | None) -> dict[Key, float]:
    """A table with one value set, or taken out where it is None.

    Examples
    --------
    >>> set_in({"tiktok": 0.1}, "", 0.2), set_in({"tiktok": 0.1}, "tiktok", None)
    ({'tiktok': 0.1, '': 0.2}, {})
    """
    others = {name: each for name, each in table.items() if name != key}
    return others if value is None else {**others, key: value}


def share_of(percentage: float | None) -> float | None:
    """Per cent as a share of 1, without the dust of binary fractions.

    Examples
    --------
    >>> share_of(7.0), share_of(None)
    (0.07, None)
    """
    return None if percentage is None else round(float(percentage) / 100.0, 10)


def percentage_of(share: float | None) -> float | None:
    """A share of 1 as per cent, without the dust of binary fractions."""
    return None if share is None else round(100.0 * share, 8)


def with_cell(
    scenario: Scenario, known: Sequence[Cell], network: str, content_type: str, most: float | None
) -> Scenario:
    """The scenario with a place to spend that has no history.

    Parameters
    ----------
    scenario : Scenario
    known : sequence of Cell
        Of the history.
    network : str
    content_type : str
        As people write it; one of the history is taken as the history spells it.
    most : float or None
        Largest weekly amount; None for what any place without spend may get.

    Raises
    ------
    InputError
        A name is missing, the place is there already, or the amount is not allowed.
    """
    words = " ".join(content_type.lower().split())
    spelled = {one.content_type.replace("_", " "): one.content_type for one in known}
    cell = Cell(network, spelled.get(words, words))
    if not cell.network or not cell.content_type:
        raise InputError.at(say("a new place needs a network and a content type"), fix=say("give both"))
    if (cell.network, cell.content_type) in {(one.network, one.content_type) for one in known}:
        problem = say("{cell} is to be added, but the history has it already", cell=place(cell))
        raise InputError.at(problem, fix=say("limit it on the page Plan instead"))
    pair = (cell.network, cell.content_type)
    added = (*(one for one in scenario.change.added if one != pair), pair)
    return with_change(scenario, added=added, added_most=set_in(scenario.change.added_most, cell.label, most))


def without_cell(scenario: Scenario, pair: tuple[str, str]) -> Scenario:
    """The scenario without one of its new places, and without what was said of it."""
    label = Cell(*pair).label
    change = scenario.change
    return with_change(
        scenario,
        added=tuple(one for one in change.added if one != pair),
        added_most=set_in(change.added_most, label, None),
        off=tuple(name for name in change.off if name != label),
    )
