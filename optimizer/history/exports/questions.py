"""Open questions: what stands in the way of an import and only the person who imports can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from optimizer.errors import InputError, sentence
from optimizer.language.message import Message


class Asks(StrEnum):
    """What is asked for."""

    NETWORK = "network"
    """Which network wrote the file."""
    RATE = "rate"
    """What one unit of a currency is worth in another."""
    CURRENCY = "currency"
    """Which currency the history is in."""
    NEWEST = "newest"
    """Whether the newer of two figures that contradict each other counts."""
    EMPTY = "empty"
    """Whether empty cells are 0."""


class OpenQuestion(InputError):  # noqa: N818 - it waits for an answer, and is no mistake
    """An import cannot go on until something is answered; nothing was imported.

    The message is whole for the command line. A screen, which has fields instead of options, says `said` and asks.

    Attributes
    ----------
    asks : Asks
    said : Message
        What is wrong and where, without naming an option.
    file : str
        The file it is about, or "".
    choices : tuple of str
        Answers that can be: sources for a network, (code, code of the history) for a rate, codes for a currency.
    """

    asks: Asks
    said: Message
    file: str = ""
    choices: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, asks: Asks, problem: str, fix: str, place: Mapping[str, Any], choices: Sequence[str] = ()
    ) -> OpenQuestion:
        """Build the error.

        Parameters
        ----------
        asks : Asks
        problem, fix : str
            As `InputError.at`.
        place : mapping
            ``file``, ``row`` and ``column``, as far as they are known.
        choices : sequence of str

        Examples
        --------
        >>> asked = OpenQuestion.of(Asks.RATE, "two currencies", "give --rate", {"file": "a.csv"}, ("USD", "EUR"))
        >>> str(asked), str(asked.said), asked.choices
        ('a.csv: two currencies; give --rate.', 'a.csv: two currencies.', ('USD', 'EUR'))
        """
        error = cls(sentence(problem, fix=fix, **place))
        error.asks, error.said = asks, sentence(problem, **place)
        error.file, error.choices = str(place.get("file", "")), tuple(choices)
        return error
