"""What a person chose for each move of the page This week: take it, leave the place as today, or another amount.

Amounts that were fixed are locks of the question, so every page plans around them. What the locks cannot hold, that a
move was taken, that a place is to follow today's split, and why, is a selection of the page and travels in its link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

TAKE, LEAVE, AMOUNT = "take", "leave", "amount"
MARKS = (TAKE, LEAVE, AMOUNT)
NAME = "week.moves"  # of the selections that hold the marks, each followed by its number
LONGEST_REASON = 160
ROOM = 1500  # characters of one selection as JSON; a link refuses longer ones
MOST_PARTS = 30
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Choices:
    """Marks and reasons by the label of a cell, beside the locks of the question.

    Attributes
    ----------
    locks : mapping of str to float
        Weekly amounts that are fixed.
    marks : mapping of str to str
        TAKE or LEAVE, as they were chosen here. A mark that the locks no longer bear out does not count; see `of`.
    reasons : mapping of str to str
        Why a place was left or got another amount.

    Examples
    --------
    >>> made = Choices().leave("tiktok/video", 300.0).because("tiktok/video", "contract")
    >>> made.of("tiktok/video"), made.of("facebook/image"), made.to_chosen()
    ('leave', '', {'week.moves.1': {'tiktok/video': ['leave', 'contract']}})
    """

    locks: Mapping[str, float] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, locks: Mapping[str, float], chosen: Mapping[str, object]) -> Choices:
        """From the locks of a question and the selections of a view, which may come from a link and hold anything."""
        marks: dict[str, str] = {}
        reasons: dict[str, str] = {}
        for part in range(1, MOST_PARTS + 1):
            held = chosen.get(f"{NAME}.{part}")
            for label, pair in held.items() if isinstance(held, Mapping) else ():
                if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(x, str) for x in pair)):
                    continue
                mark, reason = pair
                if mark in (TAKE, LEAVE):
                    marks[str(label)] = mark
                if reason:
                    reasons[str(label)] = reason[:LONGEST_REASON]
        return cls(dict(locks), marks, reasons)

    def of(self, label: str) -> str:
        """What was chosen for a cell: TAKE, LEAVE, AMOUNT or "" for nothing yet."""
        mark = self.marks.get(label, "")
        if label in self.locks:
            return LEAVE if mark == LEAVE else AMOUNT
        return mark if mark == TAKE else ""

    @property
    def fixed(self) -> tuple[str, ...]:
        """Labels of the cells whose amount is fixed."""
        return tuple(self.locks)

    def take(self, *labels: str) -> Choices:
        """Take the moves of cells, whatever they are; a lock on one of them goes."""
        freed = self.free(*labels)
        return replace(freed, marks={**freed.marks, **dict.fromkeys(labels, TAKE)})

    def leave(self, label: str, today: float) -> Choices:
        """Fix a cell at today's amount, which follows the budget."""
        return replace(self, locks={**self.locks, label: today}, marks={**self.marks, label: LEAVE})

    def fix(self, label: str, amount: float) -> Choices:
        """Fix a cell at an amount."""
        return replace(self, locks={**self.locks, label: amount}, marks=_without(self.marks, label))

    def free(self, *labels: str) -> Choices:
        """Nothing chosen for these cells."""
        return Choices(_without(self.locks, *labels), _without(self.marks, *labels), _without(self.reasons, *labels))

    def because(self, label: str, reason: str) -> Choices:
        """Why a cell was left or got another amount; "" for no reason."""
        kept = _without(self.reasons, label)
        text = " ".join(reason.split())[:LONGEST_REASON]
        return replace(self, reasons={**kept, label: text} if text else kept)

    def following(self, today: Mapping[str, float], tolerance: float) -> Choices:
        """Cells left as today at what today's split is now; the same record where nothing changed.

        Parameters
        ----------
        today : mapping of label to float
            Weekly spend of today's split scaled to the budget.
        tolerance : float
            Differences up to this are none.
        """
        stale = {
            label: today[label]
            for label in self.locks
            if self.of(label) == LEAVE and label in today and abs(today[label] - self.locks[label]) > tolerance
        }
        return replace(self, locks={**self.locks, **stale}) if stale else self

    def to_chosen(self) -> dict[str, object]:
        """Marks and reasons as selections of a view, none longer than a link may hold."""
        parts: list[dict[str, list[str]]] = []
        size = ROOM
        for label in dict.fromkeys((*self.marks, *self.reasons)):
            pair = [self.marks.get(label, ""), self.reasons.get(label, "")]
            length = len(json.dumps({label: pair}))
            if size + length > ROOM:
                parts.append({})
                size = 0
            parts[-1][label] = pair
            size += length
        return {f"{NAME}.{number}": part for number, part in enumerate(parts[:MOST_PARTS], start=1)}

    def merged(self, chosen: Mapping[str, object]) -> dict[str, object]:
        """The selections of a view with these instead of earlier ones."""
        others = {name: value for name, value in chosen.items() if not name.startswith(f"{NAME}.")}
        return others | self.to_chosen()


def _without(values: Mapping[str, Kept], *labels: str) -> dict[str, Kept]:
    return {label: value for label, value in values.items() if label not in labels}
