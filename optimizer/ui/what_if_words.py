"""What a scenario asks for and what would be different in it, in words."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.planning.asked import Asked
from optimizer.planning.change import EVERYWHERE, Change
from optimizer.planning.compare import Scenario
from optimizer.planning.request import CAREFUL
from optimizer.ui.format import content_name, money, network_name, percent, place_name
from optimizer.ui.language import _, n_
from optimizer.ui.view import goal_name, weeks_text

SMALL = 1e-9
ROUGH = 0.05  # a budget that differs by more is told in whole per cent


def differences(scenario: Scenario, base: Scenario, currency: str) -> tuple[str, ...]:
    """What differs from the base, one phrase each; empty where nothing does."""
    found = _asked(scenario.asked, base.asked, currency)
    if scenario.change != base.change:
        found += changes(scenario.change, currency)
    return tuple(found)


def question(asked: Asked, currency: str) -> tuple[str, ...]:
    """What a question asks for, one phrase each."""
    found = [
        _("{budget} over {weeks}", budget=money(asked.budget, currency), weeks=weeks_text(asked.weeks)),
        _("goal: {goal}", goal=goal_name(asked.goal) if asked.goal else _("the usual one")),
    ]
    if asked.risk == CAREFUL:
        found.append(_("careful: the most in the worst fifth of cases"))
    found += [*_share(asked), *_step(asked)]
    if asked.locks:
        found.append(n_("{count} place fixed", "{count} places fixed", len(asked.locks)))
    if asked.limits:
        found.append(n_("{count} place with limits", "{count} places with limits", len(asked.limits)))
    if asked.rules.strip():
        found.append(_("rules of the page Data and settings"))
    return tuple(found)


def _asked(own: Asked, base: Asked, currency: str) -> list[str]:
    """What of the question is another than the base's."""
    found = []
    if own.budget != base.budget:
        apart = own.budget / base.budget - 1.0
        more = percent(apart, 0 if abs(apart) >= ROUGH else 1, sign=True)
        found.append(_("budget {budget} ({share})", budget=money(own.budget, currency), share=more))
    if own.goal != base.goal:
        found.append(_("goal: {goal}", goal=goal_name(own.goal) if own.goal else _("the usual one")))
    if own.risk != base.risk:
        careful, mean = _("careful: the most in the worst fifth of cases"), _("the most on average")
        found.append(careful if own.risk == CAREFUL else mean)
    if own.largest_share != base.largest_share:
        found += _share(own) or [_("no largest share of a place")]
    if own.largest_step != base.largest_step:
        found += _step(own) or [_("no largest step")]
    if (own.locks, own.limits) != (base.locks, base.limits):
        found.append(_("other fixed places or limits"))
    if own.rules != base.rules:
        found.append(_("other rules"))
    if own.settings != base.settings:
        found.append(_("another margin, worth or cost in the settings"))
    return found


def _share(asked: Asked) -> list[str]:
    if asked.largest_share is None:
        return []
    return [_("at most {share} of the budget in one place", share=_percent(asked.largest_share))]


def _step(asked: Asked) -> list[str]:
    if asked.largest_step is None:
        return []
    return [_("steps of at most {share} against today", share=_percent(asked.largest_step))]


def changes(change: Change, currency: str) -> list[str]:
    """What a change makes different, one phrase each."""
    found = [_price(name, share) for name, share in _sorted(change.price)]
    found += [_rate(name, share) for name, share in _sorted(change.rate)]
    if change.worth:
        found.append(_("value per conversion {share}", share=_percent(change.worth, sign=True)))
    found += [_("{place} off", place=place_of(name)) for name in change.off]
    found += [_new(pair, change.added_most.get("/".join(pair)), currency) for pair in change.added]
    found += [
        _("promotion in week {week}: demand {share}", week=week, share=_percent(share, sign=True))
        for week, share in sorted(change.promotion.items())
    ]
    if change.team_cost:
        found.append(_("team cost {amount}", amount=money(change.team_cost, currency)))
    found += [
        _("production of {content_type}: {amount}", content_type=content_name(name), amount=money(cost, currency))
        for name, cost in sorted(change.production_cost.items())
    ]
    return found


def place_of(name: str) -> str:
    """Name of a network, or of a cell by its label."""
    parts = name.split("/")
    return network_name(name) if len(parts) == 1 else place_name(parts[0], parts[1], "/".join(parts[2:]))


def _price(network: str, share: float) -> str:
    if not network:
        return _("media prices {share}", share=_percent(share, sign=True))
    return _("media prices on {network} {share}", network=network_name(network), share=_percent(share, sign=True))


def _rate(network: str, share: float) -> str:
    if not network:
        return _("conversion rate {share}", share=_percent(share, sign=True))
    return _("conversion rate on {network} {share}", network=network_name(network), share=_percent(share, sign=True))


def _new(pair: tuple[str, str], most: float | None, currency: str) -> str:
    name = place_name(*pair)
    if most is None:
        return _("new: {place}", place=name)
    return _("new: {place}, up to {amount} a week", place=name, amount=money(most, currency))


def _sorted(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """All networks first, then each."""
    return sorted(shares.items(), key=lambda one: (one[0] != EVERYWHERE, one[0]))


def _percent(share: float, sign: bool = False) -> str:
    return percent(share, _digits(share), sign)


def _digits(share: float) -> int:
    """Digits after the point of a per cent that say all of it, two at most."""
    return next((digits for digits in (0, 1) if abs(round(100 * share, digits) - 100 * share) < SMALL * 100), 2)
