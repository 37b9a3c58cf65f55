"""Re-runs: whether the same question about the same history still gives the figures of a plan of record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.definitions import definition
from optimizer.language.message import Message, figure, join, say
from optimizer.planning.wording import outcome_name

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.history.panel import Floats

FIGURES = 5e-6  # relative: half of the last of the six figures that outcomes and ratios are written with
MOST_TOLD = 5


@dataclass(frozen=True)
class Difference:
    """One kind of figure that came out otherwise: what it is, and the record's and the new one, the furthest apart."""

    what: Message
    before: float
    after: float


@dataclass(frozen=True)
class Agreement:
    """How a re-run compares with its record.

    Attributes
    ----------
    identical : bool
        Every bit is the same, findings and reasons included.
    same_code : bool
        The program is the one that made the record, to the letter.
    differences : tuple of Difference
        Figures that differ in the digits that are printed; empty where the re-run agrees.
    """

    identical: bool
    same_code: bool
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether all figures agree to the printed digits."""
        return not self.differences


def agreement(record: Record, again: Record) -> Agreement:
    """Hold a re-run against its record."""
    same_code = record.origin.code_sha256 == again.origin.code_sha256
    return Agreement(record.id == again.id, same_code, tuple(_differences(record, again)))


def agreement_sentence(record: Record, found: Agreement) -> Message:
    """What the re-run showed, in words."""
    name = record.name
    if found.identical:
        return say("{name}: made again from the same inputs, it is the same to the last bit.", name=name)
    if found.agrees and found.same_code:
        return say("{name}: made again from the same inputs, every figure agrees to the printed digits.", name=name)
    if found.agrees:
        return say(
            "{name}: made again by another version of the program, every figure agrees to the printed digits.",
            name=name,
        )
    told = join(
        "; ",
        [
            say("{what} {before}, now {after}", what=one.what, before=_told(one.before), after=_told(one.after))
            for one in found.differences[:MOST_TOLD]
        ],
    )
    if found.same_code:
        return say("{name}: made again from the same inputs, it differs: {differences}.", name=name, differences=told)
    return say(
        "{name}: made again by another version of the program, it differs: {differences}.",
        name=name,
        differences=told,
    )


def _told(value: float) -> str:
    return figure(value, ",.6g") if np.isfinite(value) else say("unknown")


def _differences(record: Record, again: Record) -> Iterator[Difference]:
    cent = 0.5 * 10.0**-record.decimals
    unlike = [
        say("number of {what}", what=what)
        for what, before, after in (
            (say("places"), record.cells, again.cells),
            (say("weeks"), record.weeks, again.weeks),
            (say("periods"), record.periods, again.periods),
        )
        if before != after
    ]
    for what in unlike:
        yield Difference(what, float("nan"), float("nan"))
    if unlike:
        return
    yield from _apart(say("planned spend"), record.spend, again.spend, cent)
    yield from _apart(say("today's split"), record.baseline, again.baseline, cent)
    for name, one in record.forecasts.items():
        other = again.forecasts.get(name)
        for key, values in vars(one).items():
            after = np.full_like(values, np.nan) if other is None else getattr(other, key)
            yield from _apart(say("forecast of {outcome}", outcome=outcome_name(name)), values, after)
    for line, amounts in record.statement.plan.items():
        after = again.statement.plan.get(line, np.full_like(amounts, -1))
        yield from _apart(say("statement, {line}", line=definition(line).name), amounts / 1.0, after / 1.0, 0.5)
    yield from _rows(say("answers"), [astuple(one) for one in record.answers], [astuple(one) for one in again.answers])
    yield from _rows(say("swings"), [astuple(one) for one in record.swings], [astuple(one) for one in again.swings])
    ours = [astuple(one) for one in record.expected]
    yield from _rows(say("expected totals"), ours, [astuple(one) for one in again.expected])


def _rows(what: Message, before: list[tuple[object, ...]], after: list[tuple[object, ...]]) -> Iterator[Difference]:
    """Rows of text and numbers."""
    if [_texts(row) for row in before] != [_texts(row) for row in after]:
        yield Difference(say("number of {what}", what=what), float(len(before)), float(len(after)))
    elif before:
        yield from _apart(what, _numbers(before), _numbers(after))


def _texts(row: tuple[object, ...]) -> list[object]:
    return [one for one in row if isinstance(one, str)]


def _numbers(rows: list[tuple[object, ...]]) -> Floats:
    return np.array([[one for one in row if isinstance(one, int | float)] for row in rows], dtype=np.float64)


def _apart(what: Message, before: Floats, after: Floats, least: float = 0.0) -> Iterator[Difference]:
    """The two that are furthest apart, if they differ in a printed digit."""
    close = (
        np.isclose(after, before, rtol=FIGURES, atol=least, equal_nan=True)
        if least == 0.0
        else np.isclose(after, before, rtol=0.0, atol=least, equal_nan=True)
    )
    if close.all():
        return
    off = np.where(close, -1.0, np.nan_to_num(np.abs(after - before), nan=np.inf))
    place = np.unravel_index(int(np.argmax(off)), off.shape)
    yield Difference(what, float(before[place]), float(after[place]))
