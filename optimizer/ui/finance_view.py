"""What the page Finance says: the decision, statement, answers and swings, read from a record and put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from optimizer.finance.definitions import definition
from optimizer.finance.figures import Figure as Answer
from optimizer.finance.figures import Swing
from optimizer.finance.record import Record
from optimizer.finance.statement import Amounts
from optimizer.finance.words import (
    ALL,
    CONTENT_TYPE,
    NETWORK,
    PERIOD,
    Cut,
    answer,
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
    written,
)
from optimizer.planning.settings import Settings
from optimizer.ui.format import begun, content_name, day, money, network_name, percent, place_name, signed
from optimizer.ui.language import _, speaker, tell
from optimizer.ui.view import Figure, Headline

RESULT = "marketing_contribution"
SUMS = frozenset(("incremental_revenue", "net_revenue", "contribution", RESULT))
"""Lines that add up others: they are set apart."""
OF_NETWORKS = ("roas", "iroas", "marginal_roas", "cpa", "marginal_cpa")
AGAINST = "against"
SHOWN = (AGAINST, PERIOD, NETWORK, CONTENT_TYPE)
"""Ways to show a statement: plan against today, or the plan by part."""
ABOVE, BELOW, OPEN = "above", "below", "open"


@dataclass(frozen=True)
class Line:
    """One line of a table: its name, its definition, its figures as written, and whether it adds up others."""

    name: str
    definition: str
    values: tuple[str, ...]
    total: bool = False


@dataclass(frozen=True)
class Place:
    """What the next unit of media brings in a place, and how that stands to the return at which money stops paying."""

    name: str
    value: str
    interval: str
    verdict: str
    words: str


# The decision --------------------------------------------------------------------------------------------------------


def decision(record: Record, settings: Settings | None) -> Headline:
    """What the plan leaves and what that is worth, with the line that says what it is of."""
    hurdle = 0.0 if settings is None else settings.finance.hurdle_rate
    weeks = _(
        "Weeks from {first} to {last}; amounts in {currency}, without VAT.",
        first=day(record.weeks[0]),
        last=day(last_day(record)),
        currency=record.currency or _("your currency"),
    )
    detail = " ".join(part for part in (tell(hurdle_sentence(record, hurdle)), weeks) if part)
    return Headline(tell(headline(record)), detail, moves=True)


def key_figures(record: Record, settings: Settings | None) -> tuple[Figure, ...]:
    """The figures that decide."""
    result = record.statement.amounts(RESULT)
    hurdle = 0.0 if settings is None else settings.finance.hurdle_rate
    figures = [
        Figure(
            tell(definition(RESULT).name),
            tell(written(result.plan, "money", record.currency)),
            _(
                "8 of 10 results: {low} to {high}",
                low=tell(written(result.low, "money", "")),
                high=tell(written(result.high, "money", "")),
            ),
            tell(definition(RESULT).formula),
        )
    ]
    notes = {
        "income_effect": "",
        "roi": "",
        "chance_above_hurdle": _("hurdle {rate}", rate=percent(hurdle, 0 if (100 * hurdle).is_integer() else 1)),
        "marginal_roas": _stop_note(record),
    }
    for key, note in notes.items():
        one = answer(record, key)
        if one is not None:
            figures.append(_key_figure(one, record.currency, note))
    return tuple(figures)


def _key_figure(one: Answer, currency: str, note: str) -> Figure:
    ends = tell(interval_words(one, "" if definition(one.key).unit == "money" else currency))
    return Figure(
        tell(definition(one.key).name),
        tell(value_words(one, currency)),
        note or (_("90 %: {interval}", interval=ends) if ends else ""),
        tell(definition(one.key).formula),
    )


def _stop_note(record: Record) -> str:
    stop, marginal = answer(record, "stop_roas"), answer(record, "marginal_roas")
    if stop is None or marginal is None or not math.isfinite(marginal.value):
        return ""
    at = tell(value_words(stop, ""))
    if marginal.value >= stop.value:
        return _("stops paying at {at}: more would pay", at=at)
    return _("stops paying at {at}: less would pay", at=at)


# The statement -------------------------------------------------------------------------------------------------------


def cut_title(cut: Cut) -> str:
    """A cut as people write it."""
    if cut.network is not None:
        return network_name(cut.network) if cut.network else _("Shared costs")
    if cut.content_type is not None:
        return begun(content_name(cut.content_type)) if cut.content_type else _("Shared costs")
    return begun(tell(cut.name))


def cuts_by(record: Record, kind: str) -> tuple[Cut, ...]:
    """The cuts of one kind."""
    return tuple(cut for cut in cuts_of(record.statement) if cut.kind == kind)


def cut_at(record: Record, period: str, network: str | None, content_type: str | None) -> Cut:
    """The cut that a person chose: a period's name or "", a network and a content type or None for all."""
    names = [one.name for one in record.periods]
    return Cut(
        ALL, period, names.index(period) if period in names else None, _known(network, record.statement.networks),
        _known(content_type, record.statement.content_types),
    )  # fmt: skip


def _known(name: str | None, names: Sequence[str]) -> str | None:
    return name if name in names else None


def against_header() -> tuple[str, ...]:
    """Columns of plan against today."""
    return _("Today's split"), _("Plan"), _("Difference"), "P10", "P90"


def against_lines(record: Record, cut: Cut) -> tuple[Line, ...]:
    """The statement of a cut, plan beside today."""
    rows = record.statement.rows(cut.period, cut.network, cut.content_type)
    return tuple(_line(line, _ends(line, amounts, record)) for line, amounts in rows.items())


def _ends(line: str, amounts: Amounts, record: Record) -> tuple[str, ...]:
    """Figures to the smallest unit of the currency; the difference with its sign."""
    digits = record.decimals
    plain = [speaker().number(one + 0.0, digits) for one in amounts]
    plain[2] = speaker().number(amounts.difference + 0.0, digits, sign=True)
    if amounts.low == amounts.high == amounts.plan:
        plain[3:] = ["=", "="]
    return tuple(plain)


def part_header(record: Record, kind: str) -> tuple[str, ...]:
    """Columns of the plan by part; the last one is the whole."""
    return (*(cut_title(cut) for cut in cuts_by(record, kind)), _("All"))


def part_lines(record: Record, kind: str) -> tuple[Line, ...]:
    """The plan by part: each line adds up to the whole."""
    cuts = (*cuts_by(record, kind), *cuts_by(record, ALL))
    rows = [record.statement.rows(cut.period, cut.network, cut.content_type) for cut in cuts]
    return tuple(
        _line(line, tuple(speaker().number(row[line].plan + 0.0, record.decimals) for row in rows))
        for line in record.statement.lines
    )


def _line(line: str, values: tuple[str, ...]) -> Line:
    told = definition(line)
    return Line(tell(told.name), tell(told.formula), values, line in SUMS)


# Answers -------------------------------------------------------------------------------------------------------------


def answer_lines(record: Record) -> tuple[Line, ...]:
    """Answers of the whole plan."""
    return tuple(
        Line(
            tell(definition(one.key).name),
            tell(definition(one.key).formula),
            (tell(value_words(one, record.currency)), tell(interval_words(one, record.currency))),
        )
        for one in record.answers
        if not one.network and not one.content_type
    )


def network_header(record: Record) -> tuple[tuple[str, str], ...]:
    """Columns of the answers by network, each with its definition."""
    given = {one.key for one in record.answers if one.network}
    return tuple((tell(definition(key).name), tell(definition(key).formula)) for key in OF_NETWORKS if key in given)


def network_lines(record: Record) -> tuple[Line, ...]:
    """Answers by network: each value with its interval below."""
    found = []
    for network in dict.fromkeys(one.network for one in record.answers if one.network and not one.content_type):
        own = {one.key: one for one in record.answers if (one.network, one.content_type) == (network, "")}
        values = [
            f"{tell(value_words(own[key], record.currency))}|{tell(interval_words(own[key], ''))}"
            for key in OF_NETWORKS
            if key in own
        ]
        found.append(Line(network_name(network), "", tuple(values)))
    return tuple(found)


def place_lines(record: Record) -> tuple[Place, ...]:
    """Places by what the next unit of media brings there, the most first."""
    stop = answer(record, "stop_roas")
    own = [one for one in record.answers if one.content_type and one.key == "marginal_roas"]
    own = sorted((one for one in own if math.isfinite(one.value)), key=lambda one: (-one.value, one.network))
    return tuple(_place(one, math.nan if stop is None else stop.value) for one in own)


def _place(one: Answer, stop: float) -> Place:
    name, value = place_name(one.network, one.content_type), tell(value_words(one, ""))
    at = speaker().number(stop, 2)
    if one.low > stop:
        said, words = ABOVE, _("above {stop}, surely: the next unit pays", stop=at)
    elif one.high < stop:
        said, words = BELOW, _("below {stop}, surely: the next unit does not pay", stop=at)
    elif one.value >= stop:
        said, words = OPEN, _("likely above {stop}: the next unit pays on average", stop=at)
    else:
        said, words = OPEN, _("likely below {stop}: the next unit does not pay on average", stop=at)
    return Place(name, value, tell(interval_words(one, "")), said, words)


def remarks(record: Record, settings: Settings | None) -> tuple[str, ...]:
    """What was assumed, and which answers lack an input."""
    said = [assumed_sentence(record, settings), credited_sentence(record), *lacking_sentences(record, settings)]
    return tuple(tell(one) for one in said if one)


# Sensitivity ---------------------------------------------------------------------------------------------------------


def swing_title(swing: Swing) -> str:
    """What moves, at the head of a row."""
    return begun(tell(swing_name(swing)))


def swing_lines(record: Record) -> tuple[Line, ...]:
    """Each input with both of its ends, and what they do to marketing contribution."""
    return tuple(
        Line(
            swing_title(one),
            "",
            (
                tell(moved_words(one.low_input)),
                money(one.low, record.currency, 1.0, sign=True),
                tell(moved_words(one.high_input)),
                money(one.high, record.currency, 1.0, sign=True),
            ),
        )
        for one in record.swings
    )


def swing_frame(record: Record) -> pd.DataFrame:
    """Two rows per input, the longest first: which way it moves, and what that does."""
    rows = [
        (
            swing_title(one),
            tell(moved_words(share)),
            amount,
            _("{input}: {amount}", input=tell(moved_words(share)), amount=signed(amount, 1.0)),
        )
        for one in record.swings
        for share, amount in ((one.low_input, one.low), (one.high_input, one.high))
    ]
    return pd.DataFrame(rows, columns=["input", "moved", "amount", "label"])


def swing_words(record: Record) -> str:
    """The chart in one sentence, for who cannot see it."""
    if not record.swings:
        return ""
    first = record.swings[0]
    return _(
        "{input} moves the result most: {low_input} by {low}, {high_input} by {high}.",
        input=swing_title(first),
        low_input=tell(moved_words(first.low_input)),
        low=money(first.low, record.currency, 1.0, sign=True),
        high_input=tell(moved_words(first.high_input)),
        high=money(first.high, record.currency, 1.0, sign=True),
    )
