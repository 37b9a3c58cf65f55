"""What is said of posts: the headline, the reason of each verdict, and what the judgement rests on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.language.message import Message, join, number, percent, say, say_many
from optimizer.planning.sponsor.bar import HISTORY, LIST
from optimizer.planning.sponsor.tiring import Tiring
from optimizer.planning.sponsor.verdict import AT_LEAST, GO, NOT, STOP, WAIT
from optimizer.planning.wording import money, outcome_name, quantity
from optimizer.planning.wording import number as told

if TYPE_CHECKING:
    from optimizer.planning.sponsor.rank import Judged, Range, Ranking

HUNDRED = 100.0  # "EUR 100 bring": what returns are told for


def verdict_name(name: str) -> Message:
    """A verdict as people read it.

    Examples
    --------
    >>> verdict_name("do not")
    'do not'
    """
    names = {GO: say("sponsor"), WAIT: say("wait"), NOT: say("do not"), STOP: say("stop")}
    return names[name]


def headline(found: Ranking) -> Message:
    """The decision in one sentence."""
    new, on, stop = _new(found), len(found.of(GO)) - len(_new(found)), len(found.of(STOP))
    parts: list[str] = []
    if new:
        parts.append(
            say_many(
                "Sponsor {count} post of {all}",
                "Sponsor {count} posts of {all}",
                len(new),
                all=number(len(found.judged)),
            )
        )
    else:
        parts.append(say("No new post of {all} is worth money now", all=number(len(found.judged))))
    if on:
        parts.append(say_many("go on with {count}", "go on with {count}", on))
    if stop:
        parts.append(say_many("stop {count} that tires", "stop {count} that tire", stop))
    return join("", [join("; ", parts), "."])


def _new(found: Ranking) -> list[Judged]:
    return [one for one in found.of(GO) if one.verdict.kind != "on"]


def winners(found: Ranking) -> Message | str:
    """How many of the new ones can be expected to beat the bar; "" where there are none."""
    new = _new(found)
    if not new:
        return ""
    return say_many(
        "About {winners} of {count} new post to sponsor can be expected to beat its bar: probabilities are shrunk "
        "towards what is usual in a place, so looking at many posts does not make the luckiest look good.",
        "About {winners} of {count} new posts to sponsor can be expected to beat their bar: probabilities are shrunk "
        "towards what is usual in a place, so looking at many posts does not make the luckiest look good.",
        len(new),
        winners=number(sum(one.chance for one in new), 1),
    )


def cost_of_tests(found: Ranking) -> Message | str:
    """What the tests of new posts cost together; "" where there are none."""
    amounts = [one.test.amount for one in _new(found) if one.test is not None]
    if not amounts or not sum(amounts):
        return ""
    total = money(sum(amounts), found.currency)
    if found.budget is None:
        return say("Tests of the new ones cost {amount} together.", amount=total)
    return say(
        "Tests of the new ones cost {amount} of the {budget} that there are.",
        amount=total,
        budget=money(found.budget, found.currency),
    )


def bar_sentence(found: Ranking) -> Message:
    """What a post is held against."""
    if found.given_bar is not None:
        if found.counts:
            return say(
                "The bar is {amount} per {outcome}, as asked.",
                amount=money(found.given_bar, found.currency),
                outcome=outcome_name(found.outcome, single=True),
            )
        return say("The bar is {amount} per {hundred} spent, as asked.", amount=_return(found, found.given_bar),
                   hundred=money(HUNDRED, found.currency))  # fmt: skip
    if found.source == HISTORY:
        return say(
            "The bar of each post is what the next money brings in its network and content type by the fitted history, "
            "at today's spend."
        )
    if found.source == LIST:
        return say(
            "There is no history, so the bar is what the sponsored posts of the list bring in the same network and "
            "content type."
        )
    return say(
        "There is neither a history nor a sponsored post with results, so posts are held against what usually gets "
        "money, and costs are not known."
    )


def link_sentence(found: Ranking) -> Message:
    """What better organic figures are worth once money is behind a post, and how that is known."""
    link = found.link
    middle, low, high = (told(one) for one in link.doubling)
    values = {"middle": middle, "low": low, "high": high}
    if not link.learned:
        return say(
            "A post with twice the usual rates is taken to be {middle} times as efficient with money (90 %: {low} to "
            "{high}): a cautious assumption, since the list has too few sponsored posts to learn it from.",
            **values,
        )
    return say_many(
        "A post with twice the usual rates is {middle} times as efficient with money (90 %: {low} to {high}), learned "
        "from {count} sponsored post of the list with {results}.",
        "A post with twice the usual rates is {middle} times as efficient with money (90 %: {low} to {high}), learned "
        "from {count} sponsored posts of the list with {results}.",
        link.posts,
        **values,
        results=quantity(link.results, link.result, ""),
    )


def picked_sentence(found: Ranking) -> Message:
    """What a post has to be better than."""
    link = found.link
    times = told(link.picked)
    if not link.sponsored:
        return say(
            "Money is taken to go to better posts than the usual one, by {times} times what it brings: a post must be "
            "better than that to beat the bar.",
            times=times,
        )
    return say_many(
        "By their organic figures the {count} post with money promises {times} times what the usual post of its place "
        "would bring: a post must be better than that to beat the bar.",
        "By their organic figures the {count} posts with money promise {times} times what the usual post of their "
        "place would bring: a post must be better than that to beat the bar.",
        link.sponsored,
        times=times,
    )


# Reasons ------------------------------------------------------------------------------------------------------------


def reason(found: Ranking, one: Judged) -> Message:
    """Why a post has its verdict."""
    parts: list[str] = [_why(found, one)]
    if one.verdict.name != STOP and one.tiring is not None and one.tiring.kind:
        parts.append(tiring_sentence(found, one.tiring))
    if not one.known:
        parts.append(say("The history does not have this place, so this is a guess from other places."))
    return join(" ", parts)


def _why(found: Ranking, one: Judged) -> Message:
    verdict = one.verdict
    if verdict.name == STOP and one.tiring is not None:
        return tiring_sentence(found, one.tiring)
    if verdict.kind == "negative":
        return say(
            "Negative reactions are {times} times as frequent as usual in its place; money would spread them.",
            times=told(verdict.annoys),
        )
    if verdict.kind == "on":
        start = say("Go on: it beats the bar.")
        if one.chance < AT_LEAST:
            start = say("Go on: an ordinary sponsored post of its place, so its money has no better use.")
        return join(" ", [start, signs_sentence(one)])
    if verdict.kind == "beats":
        return join(" ", [signs_sentence(one), _test(found, one)])
    if verdict.kind == "below":
        return join(" ", [say("It falls short of what money brings there already."), signs_sentence(one)])
    return join(" ", [signs_sentence(one), _undecided(one)])


def signs_sentence(one: Judged) -> Message | str:
    """How a post did against its place; "" where nothing is told of it."""
    if not one.signs:
        return ""
    listed = join(", ", [say("{sign} {times} times", sign=name, times=number(ratio, 1)) for name, ratio in one.signs])
    return say("Against its place: {signs}.", signs=listed)


def _undecided(one: Judged) -> Message:
    verdict = one.verdict
    if verdict.kind == "even":
        return say(
            "About as good as what money buys there already, short of {least}; more organic reach would hardly settle "
            "it.",
            least=percent(AT_LEAST),
        )
    if math.isfinite(verdict.more) and math.isfinite(verdict.days):
        return say_many(
            "About {people} more people would likely decide; at the pace of this list that takes {count} day.",
            "About {people} more people would likely decide; at the pace of this list that takes {count} days.",
            int(verdict.days),
            people=told(verdict.more),
        )
    if math.isfinite(verdict.more):
        return say(
            "It is too young: many of its people are still to come. About {people} more would likely decide.",
            people=told(verdict.more),
        )
    return say("It is too young: many of its people are still to come.")


def _test(found: Ranking, one: Judged) -> Message | str:
    """How the test is sized."""
    test = one.test
    if test is None:
        return ""
    if test.amount == 0:
        return say("The budget is used up by posts above it.")
    values = {
        "amount": money(test.amount, found.currency),
        "days": number(test.days),
        "day": money(test.per_day, found.currency),
        "lead": percent(test.effect),
        "results": told(math.ceil(test.results)),
    }
    if test.tells:
        return say(
            "Test it with {amount} over {days} days ({day} a day): about {results} conversions tell a lead of {lead} "
            "from chance.",
            **values,
        )
    return say(
        "Test it with {amount} over {days} days ({day} a day), which can only tell a large lead: one of {lead} would "
        "need about {results} conversions.",
        **values,
    )


def compared(found: Ranking, one: Judged) -> Message:
    """Its expected result beside that of the bar."""
    if math.isnan(one.bar):
        low, high = told(one.multiple.low), told(one.multiple.high)
        return say(
            "{times} times the usual sponsored post of its place (90 %: {low} to {high})",
            times=told(one.multiple.middle),
            low=low,
            high=high,
        )
    if found.counts:
        cost = one.cost
        values = {
            "cost": money(cost.middle, found.currency),
            "outcome": outcome_name(found.outcome, single=True),
            "low": told(cost.low),
            "bar": money(one.bar_cost, found.currency),
        }
        if math.isinf(cost.high):
            return say("{cost} per {outcome} (90 %: {low} or more) against {bar}", **values)
        return say("{cost} per {outcome} (90 %: {low} to {high}) against {bar}", **values, high=told(cost.high))
    return say(
        "{hundred} bring {result} (90 %: {low} to {high}) against {bar}",
        hundred=money(HUNDRED, found.currency),
        result=_return(found, one.result.middle),
        low=told(HUNDRED * one.result.low),
        high=told(HUNDRED * one.result.high),
        bar=told(HUNDRED * one.bar),
    )


def _return(found: Ranking, per_unit: float) -> str:
    return quantity(HUNDRED * per_unit, found.outcome, found.currency)


def tiring_sentence(found: Ranking, worn: Tiring) -> Message:
    """How a sponsored post wears, and what to do."""
    if worn.kind == "worn":
        return say(
            "People have seen it {times} times each, more than the {limit} from which practice makes a new one: "
            "refresh it.",
            times=number(worn.frequency, 1),
            limit=number(3.5, 1),
        )
    if worn.kind == "seen":
        return say(
            "People have seen it {times} times each: watch it, from {limit} on practice makes a new one.",
            times=number(worn.frequency, 1),
            limit=number(3.5, 1),
        )
    values = {
        "outcome": outcome_name(worn.result, single=True),
        "now": money(worn.now, found.currency) if math.isfinite(worn.now) else say("more than was spent"),
        "before": money(worn.before, found.currency),
        "sure": percent(worn.risen),
        "double": percent(worn.doubled),
    }
    if worn.kind == "tired":
        return say(
            "It is tired: a {outcome} cost {before} before and {now} in the newest two weeks; the probability "
            "that it has doubled is {double}. Stop it or make a new one.",
            **values,
        )
    return say(
        "It begins to tire: a {outcome} cost {before} before and {now} in the newest two weeks; the probability "
        "that it has risen is {sure}.",
        **values,
    )


def interval(one: Range, times: float = 1.0) -> Message:
    """The ends of an interval."""
    if math.isinf(one.high):
        return say("{low} or more", low=told(times * one.low))
    return say("{low} to {high}", low=told(times * one.low), high=told(times * one.high))
