"""Which rules and limits bind a plan and what each costs, as records without Streamlit; every figure is the plan's."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.allocation.problem import RuleState
from optimizer.planning.asked import Asked
from optimizer.planning.plan import Plan
from optimizer.planning.why import Price, bound_price
from optimizer.planning.wording import quantity
from optimizer.ui.cells import next_step, table_step
from optimizer.ui.format import money, place_name
from optimizer.ui.language import _, n_, tell


@dataclass(frozen=True)
class LimitRow:
    """A rule or a limit that binds.

    Attributes
    ----------
    what : str
        The rule, or the kind of limit with its amount.
    where : str
        The place it holds; "" for a rule over several.
    cost : str
        What it costs, with its unit.
    reason : str
        The same in words.
    """

    what: str
    where: str
    cost: str
    reason: str


@dataclass(frozen=True)
class Limits:
    """All that binds, dearest first, rules before limits of single places, and a sentence on the rest."""

    rows: tuple[LimitRow, ...]
    rest: str


def limits(plan: Plan, asked: Asked) -> Limits:
    """What binds a plan, and what each of it costs."""
    if not plan.responsive:
        unknown = _("The history shows no response to spend, so what rules and limits cost cannot be told.")
        return Limits((), unknown)
    proven = plan.allocation.certificate
    binding = sorted((rule for rule in proven.rules if rule.binds), key=lambda rule: -(rule.cost or 0.0))
    rows = [_rule_row(rule, plan) for rule in binding]
    at_bound = [c for c in {*proven.at_lower, *proven.at_upper} if proven.bound_prices[c] > 0]
    priced = {c: bound_price(plan, plan.cells[c]) for c in at_bound}
    held = {c: price for c, price in priced.items() if price is not None and price.counts}
    rows += [_place_row(c, held[c], plan, asked) for c in sorted(held, key=lambda c: -held[c].gain)]
    quiet = len(proven.rules) - len(binding) + len(_asked_for(plan, asked) - set(held))
    return Limits(tuple(rows), _rest(bool(rows), quiet))


def _asked_for(plan: Plan, asked: Asked) -> set[int]:
    """Places with a limit or a fixed amount of their own."""
    return {c for c, cell in enumerate(plan.cells) if cell.label in asked.locks or cell.label in asked.limits}


def _rest(costly: bool, quiet: int) -> str:
    """A sentence on what does not bind."""
    if not costly:
        return _("No rule and no limit costs anything at this budget: without them the plan would bring no more.")
    if not quiet:
        return ""
    return n_(
        "{count} other rule or limit is kept and costs nothing at this budget.",
        "{count} other rules and limits are kept and cost nothing at this budget.",
        quiet,
    )


def _rule_row(rule: RuleState, plan: Plan) -> LimitRow:
    """A rule with what the plan would bring more without it."""
    label = tell(rule.label)
    begun = label[:1].upper() + label[1:]
    if rule.cost is None:
        return _rule_at_the_margin(rule, begun, plan)
    cost = tell(quantity(rule.cost, plan.goal, plan.currency))
    short = tell(quantity(rule.cost, plan.goal, plan.currency, short=True))
    said = [_("Without this rule the plan would bring about {cost} more by the end of the 8 weeks after.", cost=cost)]
    if rule.cost_most is not None and rule.cost_most > 1.01 * rule.cost:
        most = tell(quantity(rule.cost_most, plan.goal, plan.currency, short=True))
        said.append(_("It cannot be more than {most}.", most=most))
    return LimitRow(begun, "", _("{cost} in all", cost=short), " ".join(said))


def _rule_at_the_margin(rule: RuleState, label: str, plan: Plan) -> LimitRow:
    """A rule of which only the price at the margin is known, or not even that."""
    if not rule.price:
        unknown = _("It stands in the way; what the plan would bring without it was not worked out.")
        return LimitRow(label, "", _("not known"), unknown)
    unit = next_step(plan)
    cost = tell(quantity(rule.price / len(plan.weeks) * unit, plan.goal, plan.currency, short=True))
    said = _(
        "Each {unit} by which it gave way would bring about {cost} more.", unit=money(unit, plan.currency), cost=cost
    )
    return LimitRow(label, "", _("{cost} for each {unit}", cost=cost, unit=money(unit, "")), said)


def _place_row(c: int, price: Price, plan: Plan, asked: Asked) -> LimitRow:
    """A place held at its maximum, its minimum or a fixed amount, with what that costs, as the answers to "why" say."""
    proven, cell, unit = plan.allocation.certificate, plan.cells[c], next_step(plan)
    up = c in proven.at_upper
    cost, here, away = (
        tell(quantity(per_unit * unit, plan.goal, plan.currency, short=True))
        for per_unit in (price.gain, price.here, price.away)
    )
    words = {"unit": money(unit, plan.currency), "here": here, "away": away}
    if up:
        reason = _("The next {unit} would bring {here} here, and {away} less where they would be taken.", **words)
    else:
        reason = _("The last {unit} bring {here} here and would bring {away} elsewhere.", **words)
    written = _("{cost} for each {unit}", cost=cost, unit=money(unit, ""))
    return LimitRow(_kind(c, plan, asked, up), place_name(*cell), written, reason)


def _kind(c: int, plan: Plan, asked: Asked, up: bool) -> str:
    """What holds a place, with its amount."""
    label = plan.cells[c].label
    bound = float(plan.bounds.upper[c] if up else plan.bounds.lower[c])
    written = money(bound, plan.currency, table_step(plan))
    if label in asked.locks:
        return _("Fixed at {amount} a week", amount=written)
    if not up:
        return _("Minimum of {amount} a week", amount=written)
    if asked.limits.get(label, (None, None))[1] is not None:
        return _("Maximum of {amount} a week", amount=written)
    return _("Usual maximum of {amount} a week", amount=written)
