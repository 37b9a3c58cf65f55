"""A statement with its answers as text for terminals, pipes and logs: aligned columns, without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from optimizer.finance.definitions import definition
from optimizer.finance.statement_files import rows_of
from optimizer.finance.words import (
    CONTENT_TYPE,
    NETWORK,
    PERIOD,
    assumed_sentence,
    credited_sentence,
    cuts_of,
    headline,
    hurdle_sentence,
    interval_words,
    lacking_sentences,
    last_day,
    moved_words,
    swing_name,
    value_words,
)
from optimizer.language.message import Message, day, join, number, place, say

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.planning.settings import Settings

RESULT = "marketing_contribution"
GAP = "  "


def statement_text(record: Record, settings: Settings | None, files: Sequence[str] = ()) -> str:
    """The whole result as text.

    Parameters
    ----------
    record : Record
    settings : Settings or None
        That the record was made with.
    files : sequence of str
        Names of files that were written.
    """
    hurdle = 0.0 if settings is None else settings.finance.hurdle_rate
    parts = [
        [headline(record), *_said(hurdle_sentence(record, hurdle))],
        [_title(record), *_aligned(_statement(record))],
        [say("What the plan leaves (marketing contribution), by part"), *_aligned(_parts(record))],
        [say("Answers, with 90 % intervals"), *_aligned(_answers(record), figures=2)],
        [say("What the next unit of media brings (marginal ROAS), by place"), *_aligned(_places(record), figures=2)],
        [say("What moves the result most, the split staying as planned"), *_aligned(_swings(record))],
        [
            *_said(assumed_sentence(record, settings)),
            *_said(credited_sentence(record)),
            *lacking_sentences(record, settings),
            *_written(record, files),
        ],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _said(sentence: str) -> list[str]:
    return [sentence] if sentence else []


def _title(record: Record) -> Message:
    ends = {"first": day(record.weeks[0]), "last": day(last_day(record))}
    if not record.currency:
        return say("Statement of the weeks from {first} to {last}; 8 of 10 results lie between P10 and P90", **ends)
    return say(
        "Statement of the weeks from {first} to {last} in {currency}; 8 of 10 results lie between P10 and P90",
        currency=record.currency,
        **ends,
    )


def _header() -> list[str]:
    return [say("today's split"), say("plan"), say("difference"), "P10", "P90"]


def _statement(record: Record) -> Iterator[Sequence[str]]:
    yield ["", *_header()]
    for line, amounts in record.statement.rows().items():
        yield [definition(line).name, *(number(amount, record.decimals) for amount in amounts)]


def _parts(record: Record) -> Iterator[Sequence[str]]:
    """Marketing contribution by period, network and content type; each of the three adds up to the whole."""
    kinds = {PERIOD: say("by period"), NETWORK: say("by network"), CONTENT_TYPE: say("by content type")}
    yield ["", *_header()]
    for kind, name in kinds.items():
        yield [name]
        for cut in cuts_of(record.statement):
            if cut.kind == kind:
                amounts = rows_of(record, cut)[RESULT]
                yield [f"{GAP}{cut.name}", *(number(amount, record.decimals) for amount in amounts)]


def _answers(record: Record) -> Iterator[Sequence[str]]:
    for one in record.answers:
        if not one.content_type:
            name = definition(one.key).name
            if one.network:
                name = say("{answer}, {network}", answer=name, network=place((one.network,)))
            formula = "" if one.network else definition(one.key).formula
            yield [name, value_words(one, record.currency), interval_words(one, record.currency), formula]


def _places(record: Record) -> Iterator[Sequence[str]]:
    for one in record.answers:
        if one.content_type:
            name = place((one.network, one.content_type))
            yield [name, value_words(one, record.currency), interval_words(one, record.currency)]


def _swings(record: Record) -> Iterator[Sequence[str]]:
    for one in record.swings:
        ends = [(one.low_input, one.low), (one.high_input, one.high)]
        told = [
            say("{input}: {amount}", input=moved_words(share), amount=number(amount, 0, record.currency, sign=True))
            for share, amount in ends
        ]
        yield [swing_name(one), *told]


def _written(record: Record, files: Sequence[str]) -> list[Message]:
    origin = record.origin
    nothing = say("No file was written; --out statement.csv and --summary summary.json do.")
    written = say("Written: {files}.", files=join(", ", files)) if files else nothing
    run = say("Run {id}, version {version}, seed {seed}.", id=origin.run, version=origin.version, seed=str(origin.seed))
    return [written, run]


def _aligned(lines: Iterator[Sequence[str]], figures: int | None = None) -> list[str]:
    """Columns of one width each: the first to the left, figures (all others, or so many) to the right."""
    rows = [[str(text) for text in line] for line in lines]
    width = max((len(row) for row in rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    widths = [max(len(row[k]) for row in rows) for k in range(width)]
    last = width - 1 if figures is None else figures
    return [
        GAP.join(
            text.rjust(widths[k]) if 0 < k <= last else text.ljust(widths[k]) for k, text in enumerate(row)
        ).rstrip()
        for row in rows
    ]
