"""What the page What to sponsor shows, as records: the headline, and a line per post under its verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.planning.sponsor.rank import Judged, Range, Ranking, asked_in_vain
from optimizer.planning.sponsor.text import (
    HUNDRED,
    bar_sentence,
    cost_of_tests,
    headline,
    interval,
    link_sentence,
    picked_sentence,
    reason,
    winners,
)
from optimizer.planning.sponsor.tiring import Tiring
from optimizer.planning.sponsor.verdict import AT_LEAST, GO, NOT, STOP, WAIT
from optimizer.planning.wording import outcome_name
from optimizer.ui.format import common_step, money, number, percent, place_name
from optimizer.ui.language import _, n_, tell
from optimizer.ui.view import Headline

SHOWN_FIRST = 12
LONGEST = 60


@dataclass(frozen=True)
class PostLine:
    """One post as a line of a table.

    Attributes
    ----------
    name, place : str
    chance : str
    share : float
        Of the bar beside it, 0 to 1.
    figure, interval, bar : str
        Cost or return with its interval, and that of the bar; times the usual one where nothing tells costs.
    amount, per_day : str
        Money for the test; "" where there is none.
    reason : str
    marks : tuple of str
        Words beside the name, such as "watch".
    """

    name: str
    place: str
    chance: str
    share: float
    figure: str
    interval: str
    bar: str
    amount: str
    per_day: str
    reason: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Posts of one verdict.

    Attributes
    ----------
    verdict : str
    title, note, definition : str
    lines : tuple of PostLine
    """

    verdict: str
    title: str
    note: str
    definition: str
    lines: tuple[PostLine, ...]


@dataclass(frozen=True)
class Heads:
    """Names of the columns that depend on what results are."""

    figure: str
    bar: str


def page_headline(found: Ranking) -> Headline:
    """The decision and how many winners it holds."""
    detail = " ".join(tell(one) for one in (winners(found), cost_of_tests(found), asked_in_vain(found)) if one)
    return Headline(tell(headline(found)), detail, bool(found.of(GO)))


def grounds(found: Ranking) -> tuple[str, ...]:
    """What the judgement rests on, sentence by sentence."""
    return tuple(tell(one) for one in (bar_sentence(found), picked_sentence(found), link_sentence(found)))


def heads(found: Ranking) -> Heads:
    """Names of columns."""
    if not found.outcome:
        return Heads(_("Times usual"), _("Bar"))
    if found.counts:
        single = tell(outcome_name(found.outcome, single=True))
        return Heads(_("{currency} per {outcome}", currency=found.currency, outcome=single).strip(), _("Bar"))
    return Heads(_("{hundred} bring", hundred=money(HUNDRED, found.currency)), _("Bar"))


def sections(found: Ranking, networks: Sequence[str] = ()) -> tuple[Section, ...]:
    """Posts under their verdicts, those that tire first; only of some networks where any are named."""
    texts = {
        STOP: (
            _("Stop or refresh"),
            _("What tires costs more every week: stop it, or make a new one of it."),
            _(
                "Tired: a result costs twice what it cost the post itself before, with a probability of 70 % or more "
                "after noise. Worn: people have seen it 3.5 times or more each, from where practice makes a new one. "
                "From 2.5 times on it is watched."
            ),
        ),
        GO: (
            _("Sponsor"),
            _("Most probable first. Amounts are of the test that can tell; what runs goes on with what it gets."),
            _(
                "A post gets money from a probability of {least} that money behind it beats the bar. The test is as "
                "large as it takes to tell the lead from chance in four cases of five, and takes 30 % of the money of "
                "its place at most.",
                least=percent(AT_LEAST),
            ),
        ),
        WAIT: (
            _("Wait"),
            _("What people do with them in the next days will say more."),
            _("Undecided, and young enough that time costs nothing."),
        ),
        NOT: (
            _("No money for these"),
            _without_money(found, networks),
            _(
                "The probability is below {least} and more reach would hardly raise it, or people take against the "
                "post more than usual.",
                least=percent(AT_LEAST),
            ),
        ),
    }
    made = []
    for verdict, (title, note, definition) in texts.items():
        chosen = [one for one in found.of(verdict) if not networks or one.post.network in networks]
        if chosen:
            made.append(Section(verdict, title, note, definition, tuple(post_line(found, one) for one in chosen)))
    return tuple(made)


def _without_money(found: Ranking, networks: Sequence[str]) -> str:
    """Why they get none, counted."""
    kinds = [one.verdict.kind for one in found.of(NOT) if not networks or one.post.network in networks]
    counts = {kind: kinds.count(kind) for kind in ("below", "even", "negative")}
    parts = [
        n_("{count} falls short of the bar", "{count} fall short of the bar", counts["below"]),
        n_("{count} is about as good as it", "{count} are about as good as it", counts["even"]),
        n_("{count} annoys people", "{count} annoy people", counts["negative"]),
    ]
    told = [part for part, count in zip(parts, counts.values(), strict=True) if count]
    return _("{reasons}.", reasons="; ".join(told))


def post_line(found: Ranking, one: Judged) -> PostLine:
    """One post as a line."""
    figure, around, bar = _figures(found, one)
    test = one.test
    with_money = test is not None and test.amount > 0
    return PostLine(
        one.post.name if len(one.post.name) <= LONGEST else f"{one.post.name[: LONGEST - 1]}…",
        place_name(one.post.network, one.post.content_type),
        percent(one.chance),
        one.chance,
        figure,
        around,
        bar,
        money(test.amount, found.currency) if with_money and test is not None else "",
        _amount_note(found, one),
        tell(reason(found, one)),
        _marks(one, one.tiring),
    )


def _amount_note(found: Ranking, one: Judged) -> str:
    """The daily amount, and how long."""
    test = one.test
    if test is None or not test.amount:
        return ""
    day = money(test.per_day, found.currency, step=common_step(test.per_day))
    return _("{amount} a day, {days} days", amount=day, days=number(test.days))


def _marks(one: Judged, worn: Tiring | None) -> tuple[str, ...]:
    marks = [_("running")] if one.verdict.kind == "on" or one.verdict.name == STOP else []
    if worn is not None and worn.kind in ("limited", "seen"):
        marks.append(_("watch"))
    if not one.known:
        marks.append(_("no history"))
    return tuple(marks)


def _figures(found: Ranking, one: Judged) -> tuple[str, str, str]:
    if not found.outcome:
        return _plain(one.multiple.middle), _ends(one.multiple), _plain(1.0)
    if found.counts:
        return _plain(one.cost.middle), _ends(one.cost), _plain(one.bar_cost)
    return _plain(HUNDRED * one.result.middle), _ends(one.result, HUNDRED), _plain(HUNDRED * one.bar)


def _plain(value: float) -> str:
    return number(value) if math.isfinite(value) else _("unknown")


def _ends(one: Range, times: float = 1.0) -> str:
    return tell(interval(one, times))
