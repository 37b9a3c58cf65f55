"""Finance in words: figures with their units, the decision in one sentence, names of cuts and of what moves it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.finance.answers import lacking
from optimizer.finance.definitions import definition
from optimizer.finance.figures import Figure, Swing
from optimizer.language.message import Message, Written, join, percent, place, say
from optimizer.language.message import number as digits
from optimizer.planning.chance import told_chance
from optimizer.planning.fiscal import DAYS
from optimizer.planning.money import CENTS, WHOLE_CURRENCIES
from optimizer.planning.wording import money, number

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.finance.statement import Statement
    from optimizer.planning.settings import Settings

TOLD_DRAWS = 100  # a chance is told no surer than so many draws allow
THOUSAND, TENTH = 1000.0, 0.1
ALL, PERIOD, NETWORK, CONTENT_TYPE = "total", "period", "network", "content_type"


@dataclass(frozen=True)
class Cut:
    """A part of a statement; the cuts of one kind add up to the whole.

    Attributes
    ----------
    kind : "total", "period", "network" or "content_type"
    name : Message or str
        For people.
    period : int or None
    network, content_type : str or None
        None for all, "" for what none of them bears.
    """

    kind: str
    name: str
    period: int | None = None
    network: str | None = None
    content_type: str | None = None


def cuts_of(statement: Statement) -> tuple[Cut, ...]:
    """The whole, then its periods, its networks and its content types; shared costs where there are any."""
    found = (
        Cut(ALL, say("all")),
        *(Cut(PERIOD, one.name, period=k) for k, one in enumerate(statement.periods)),
        *(Cut(NETWORK, place((name,)) if name else shared(), network=name) for name in statement.networks),
        *(
            Cut(CONTENT_TYPE, place(("", name)) if name else shared(), content_type=name)
            for name in statement.content_types
        ),
    )
    return tuple(cut for cut in found if "" not in (cut.network, cut.content_type) or _costs(statement, cut))


def _costs(statement: Statement, cut: Cut) -> bool:
    """Whether anything stands in a cut, of the plan or of today's split."""
    rows = statement.rows(cut.period, cut.network, cut.content_type)
    return any(one.plan or one.baseline for one in rows.values())


def shared() -> Message:
    """What no network or content type bears alone."""
    return say("shared costs")


def written(value: float, unit: str, currency: str) -> Message | Written:
    """A figure by the unit of its definition, rounded for reading.

    Examples
    --------
    >>> written(2.5, "ratio", "EUR"), written(0.123, "share", "EUR"), written(-1234.5, "money", "EUR")
    ('2.50', '12.3 %', 'EUR -1,234')
    >>> written(float("nan"), "ratio", "")
    'none'
    """
    if not math.isfinite(value):
        return say("none")
    if unit == "money":
        return _amount(value, currency)
    if unit == "share":
        return percent(value, 1 if abs(value) < 1.0 else 0)
    if unit == "months":
        return say("{count} months", count=digits(value, 1))
    return digits(value, 2) if unit == "ratio" else number(value)


def _amount(value: float, currency: str) -> Written:
    """Money: in cents below a thousand, so that costs of one conversion line up; in more digits where it is tiny."""
    if abs(value) >= THOUSAND or currency in WHOLE_CURRENCIES:
        return digits(value, 0, currency)
    return digits(value, CENTS, currency) if value == 0.0 or abs(value) >= TENTH else money(value, currency)


def value_words(figure: Figure, currency: str) -> Message | Written:
    """The value of an answer."""
    if figure.key == "chance_above_hurdle" and math.isfinite(figure.value):
        return told_chance(figure.value, TOLD_DRAWS)
    return written(figure.value, definition(figure.key).unit, currency)


def interval_words(figure: Figure, currency: str) -> Message | str:
    """Its 90 % interval; "" where it is sure, or where there is no figure."""
    low, high, unit = figure.low, figure.high, definition(figure.key).unit
    if not math.isfinite(figure.value) or low == high or not math.isfinite(low):
        return ""
    if not math.isfinite(high):
        return say("{low} or more", low=written(low, unit, currency))
    return say("{low} to {high}", low=written(low, unit, currency), high=written(high, unit, currency))


def answer(record: Record, key: str, network: str = "", content_type: str = "") -> Figure | None:
    """One answer of a record, if it was given."""
    where = (key, network, content_type)
    return next((one for one in record.answers if (one.key, one.network, one.content_type) == where), None)


def headline(record: Record) -> Message:
    """The decision in one line: what the plan leaves, and how much more or less than today's split that is."""
    result = record.statement.amounts("marketing_contribution")
    spent = money(-record.statement.amounts("media").plan, record.currency)
    left = money(abs(result.plan), record.currency)
    if result.plan >= 0.0:
        first = say("Spending {budget} as planned leaves {amount} after all costs.", budget=spent, amount=left)
    else:
        first = say("Spending {budget} as planned loses {amount} after all costs.", budget=spent, amount=left)
    return join(" ", [first, _against_today(record)])


def _against_today(record: Record) -> Message:
    """The effect on the income statement."""
    effect = answer(record, "income_effect")
    if effect is None or abs(effect.value) < 0.5 / 10**record.decimals:
        return say("Today's split would leave as much.")
    ends = {"low": money(effect.low, record.currency), "high": money(effect.high, record.currency)}
    amount = money(abs(effect.value), record.currency)
    if effect.value > 0.0:
        return say(
            "That is {amount} more than today's split would leave (90 % interval {low} to {high}).",
            amount=amount,
            **ends,
        )
    return say(
        "That is {amount} less than today's split would leave (90 % interval of the difference {low} to {high}).",
        amount=amount,
        **ends,
    )


def hurdle_sentence(record: Record, hurdle: float) -> Message | str:
    """Whether money earns its hurdle, and how sure that is; "" where there is no cost to earn on."""
    returns, chance = answer(record, "roi"), answer(record, "chance_above_hurdle")
    if returns is None or chance is None or not math.isfinite(returns.value):
        return ""
    if not interval_words(returns, ""):
        return say("ROI is {roi}.", roi=value_words(returns, ""))
    if hurdle == 0.0:
        return say(
            "ROI is {roi} (90 % interval {interval}); money comes back with a probability of {chance}.",
            roi=value_words(returns, ""),
            interval=interval_words(returns, ""),
            chance=value_words(chance, ""),
        )
    return say(
        "ROI is {roi} (90 % interval {interval}); the hurdle of {hurdle} is beaten with a probability of {chance}.",
        roi=value_words(returns, ""),
        interval=interval_words(returns, ""),
        hurdle=percent(hurdle, 0 if float(100 * hurdle).is_integer() else 1),
        chance=value_words(chance, ""),
    )


def last_day(record: Record) -> dt.date:
    """Sunday of the last week of the plan."""
    return dt.date.fromisoformat(record.weeks[-1]) + dt.timedelta(days=DAYS - 1)


# What was assumed, and what is missing --------------------------------------------------------------------------------


def assumed_sentence(record: Record, settings: Settings | None) -> Message | str:
    """Which networks' incrementality nobody gave, said aloud; "" where all of them have one."""
    given = () if settings is None else tuple(settings.incrementality)
    names = [name for name in dict.fromkeys(cell.network for cell in record.cells) if name not in given]
    if not names:
        return ""
    return say(
        "Incrementality is 1 for {networks}: nobody gave one, so all that the model credits to spend counts.",
        networks=join(", ", [place((name,)) for name in names]),
    )


def credited_sentence(record: Record) -> Message | str:
    """That factors of incrementality did not choose the split, said aloud; "" where all of them are 1."""
    moved = {name: factor for name, (factor, _, _) in record.factors.items() if factor != 1.0}
    if not moved:
        return ""
    named = [
        say("{network} ({factor})", network=place((name,)), factor=digits(factor, 2)) for name, factor in moved.items()
    ]
    return say(
        "The split itself was chosen by the response as credited: the incrementality of {networks} changes what the "
        "plan is told to bring, not where its money goes.",
        networks=join(", ", named),
    )


def lacking_sentences(record: Record, settings: Settings | None) -> tuple[Message, ...]:
    """One sentence per answer that cannot be given, with the inputs that it needs."""
    found = []
    for key, names in lacking(settings, "conversions" in record.forecasts).items():
        inputs = join(", ", [input_name(name) for name in names])
        found.append(say("{answer} is not known: it needs {inputs}.", answer=definition(key).name, inputs=inputs))
    return tuple(found)


_INPUTS: Mapping[str, Message] = {
    "conversions": say("conversions in the history"),
    "margin": say("margin"),
    "cost_of_goods": say("cost of goods"),
    "variable_costs": say("fees and fulfilment"),
    "returns": say("returns"),
    "team_per_month": say("team"),
    "tools_per_month": say("tools"),
    "agency_per_month": say("agency, fixed"),
    "agency_share": say("agency, share of media"),
    "hurdle_rate": say("hurdle rate"),
    "new_customers": say("new customers"),
    "customer_contribution_per_month": say("contribution per customer"),
    "retention_per_month": say("customers who stay"),
    "discount_per_year": say("discount rate"),
    "months": say("months of customer value"),
}


def input_name(key: str) -> Message:
    """What people call an input of the settings."""
    return _INPUTS[key]


# Sensitivity ----------------------------------------------------------------------------------------------------------


def swing_name(swing: Swing) -> Message:
    """What moves."""
    if swing.network:
        return say("incrementality of {network}", network=place((swing.network,)))
    return {
        "margin": say("margin"),
        "price": say("price of media"),
        "rate": say("conversion rate"),
        "worth": say("value per conversion"),
        "incrementality": say("incrementality"),
    }[swing.key]


def moved_words(share: float) -> Message | Written:
    """How far an input is moved, as a change of its value.

    Examples
    --------
    >>> moved_words(0.9), moved_words(1.25)
    ('-10 %', '+25 %')
    """
    return percent(share - 1.0, 0 if abs(share * 100 - round(share * 100)) < 1e-6 else 1, sign=True)
