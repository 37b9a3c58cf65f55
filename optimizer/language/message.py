"""Messages: English sentences that remember their pattern and values, so that they can be said in another language.

Whoever finds something out says it once, in English, with `say`. What comes back is a `str` like any other, which is
what the command line prints and what files keep. A screen or a report in another language hands it to a `Speaker`
(`optimizer.language.catalogue`), which looks the pattern up and writes its figures as that language writes them.

A message that is joined, cut or formatted into another string becomes plain text and can no longer be translated: put
messages together with `join`, or pass them as values of another message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import Enum


class Message(str):
    """A sentence, or a part of one, in English.

    Attributes
    ----------
    pattern : str
        English text with its places in braces: the key of the catalogue. "" for a joined message.
    many : tuple (str, str, int) or None
        Patterns for one and for many, and the count, where the words depend on it.
    values : mapping of str to object
        What stands in the places: messages, figures, or plain data such as a file name.
    parts : tuple of object
        What a joined message is made of; its separator comes first.
    begins : bool
        Whether it begins a sentence, with a large letter in any language; see `capital`.
    """

    pattern: str
    many: tuple[str, str, int] | None
    values: Mapping[str, object]
    parts: tuple[object, ...]
    begins: bool

    def __new__(
        cls,
        text: str,
        pattern: str = "",
        values: Mapping[str, object] | None = None,
        many: tuple[str, str, int] | None = None,
        parts: tuple[object, ...] = (),
    ) -> Message:
        """Hold the English text with what it was made of."""
        made = super().__new__(cls, text)
        made.pattern, made.values, made.many, made.parts = pattern, dict(values or {}), many, parts
        made.begins = False
        return made


class Kind(Enum):
    """What a figure is."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DAY = "day"
    PLACE = "place"


class Written(str):
    """A figure, a day or the name of a place as English writes it, with what it says.

    Attributes
    ----------
    kind : Kind
    value : float, date or tuple of str
    decimals : int
        Digits after the point that are written.
    currency : str
        ISO 4217 code of money, or "".
    sign : bool
        Whether a plus is written too.
    """

    kind: Kind
    value: float | dt.date | tuple[str, ...]
    decimals: int
    currency: str
    sign: bool

    def __new__(
        cls,
        text: str,
        kind: Kind = Kind.NUMBER,
        value: float | dt.date | tuple[str, ...] = 0.0,
        form: tuple[int, str, bool] = (0, "", False),
    ) -> Written:
        """Hold the English text with what it says; `form` is decimals, currency and sign."""
        made = super().__new__(cls, text)
        made.kind, made.value = kind, value
        made.decimals, made.currency, made.sign = form
        return made


def say(pattern: str, /, **values: object) -> Message:
    """A message from a pattern with named places.

    The pattern must be written out where `say` is called: catalogues are collected from there.

    Examples
    --------
    >>> said = say("budget is {budget}", budget=number(-5))
    >>> said, said.pattern
    ('budget is -5', 'budget is {budget}')
    """
    return Message(pattern.format(**values), pattern, values)


def say_many(one: str, many: str, count: int, /, **values: object) -> Message:
    """A message whose words depend on a count, which stands in the place `count`.

    Examples
    --------
    >>> say_many("{count} row has no spend", "{count} rows have no spend", 2)
    '2 rows have no spend'
    """
    filled = {"count": number(count), **values}
    return Message((one if count == 1 else many).format(**filled), one, filled, (one, many, count))


def join(separator: str, parts: Iterable[object]) -> Message:
    """Messages and figures one after the other, empty ones left out.

    Examples
    --------
    >>> join("; ", [say("spend is {spend}", spend=number(3)), "", say("it must be above 5")])
    'spend is 3; it must be above 5'
    """
    kept = tuple(part for part in parts if part != "")
    return Message(separator.join(str(part) for part in kept), parts=(separator, *kept))


def capital(said: Message) -> Message:
    """The same message with a large first letter, to begin a sentence with.

    Examples
    --------
    >>> capital(say("the last {unit} bring {here}", unit=number(100), here=number(140)))
    'The last 100 bring 140'
    """
    made = Message(said[:1].upper() + said[1:], said.pattern, said.values, said.many, said.parts)
    made.begins = True
    return made


def number(value: float, decimals: int = 0, currency: str = "", sign: bool = False) -> Written:
    """A number, or money where a currency is named.

    Examples
    --------
    >>> number(28562.4), number(3.25, 1, "EUR"), number(12, sign=True)
    ('28,562', 'EUR 3.2', '+12')
    """
    digits = f"{abs(value):,.{decimals}f}"
    minus = "-" if value < 0 else "+" if sign and value > 0 else ""
    kind = Kind.MONEY if currency else Kind.NUMBER
    text = f"{minus}{currency} {digits}" if sign and currency else f"{currency} {minus}{digits}".lstrip()
    return Written(text, kind, float(value), (decimals, currency, sign))


def figure(value: float, form: str = "") -> str:
    """A number with the digits that a format spec gives it; a missing one is plain text.

    Parameters
    ----------
    value : float
    form : str
        Such as ",.6g" for six significant digits; "" writes the number as it was given.

    Examples
    --------
    >>> figure(2500.5, ",.6g"), figure(0.00123, ".3g"), figure(0.25), figure(float("nan"))
    ('2,500.5', '0.00123', '0.25', 'nan')
    """
    text = format(value, form)
    if value != value:  # missing
        return text
    digits, _, exponent = text.partition("e")
    decimals = max(len(digits.partition(".")[2]) - int(exponent or 0), 0)
    return Written(text, Kind.NUMBER, float(value), (decimals, "", form.startswith("+")))


def percent(share: float, decimals: int = 0, sign: bool = False) -> Written:
    """A share of 1 in per cent.

    Examples
    --------
    >>> percent(0.583), percent(0.0123, 1)
    ('58 %', '1.2 %')
    """
    plus = "+" if sign and share > 0 else ""
    return Written(f"{plus}{share * 100:,.{decimals}f} %", Kind.PERCENT, float(share), (decimals, "", sign))


def day(value: object) -> Written:
    """A day, as ISO 8601 writes it.

    Parameters
    ----------
    value : date or datetime64

    Examples
    --------
    >>> day(dt.date(2026, 11, 2)), day(dt.date(999, 1, 1))
    ('2026-11-02', '0999-01-01')
    """
    date = dt.date.fromisoformat(str(value)[:10])
    return Written(date.isoformat(), Kind.DAY, date)


def place(cell: Iterable[str]) -> Written:
    """The name of a cell: network, content type and audience.

    Examples
    --------
    >>> place(("instagram", "reel", ""))
    'instagram/reel'
    """
    parts = tuple(cell)
    return Written("/".join(part for part in parts if part), Kind.PLACE, parts)
