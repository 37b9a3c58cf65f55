"""Money words: what each figure means, and the one place where it is computed.

Sources disagree on words such as ROI, so every figure that is shown carries its `Definition`. Shares and rates are
plain numbers (0.4 for 40 %), money is account currency without VAT. Ratios to nothing are NaN: there is no figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats
from optimizer.language.message import Message, say

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Definition:
    """What a figure means.

    Attributes
    ----------
    key : str
    name : Message
        As it stands above or beside the figure.
    formula : Message
        How it is computed, in words a controller can check by hand.
    unit : "money", "ratio", "share", "months", "count" or "share of total"
        How it is written: money per money is a ratio, shares are shown in percent.
    """

    key: str
    name: Message
    formula: Message
    unit: str


DEFINITIONS = {
    one.key: one
    for one in (
        Definition(
            "attributed_revenue",
            say("Attributed revenue"),
            say("revenue that the networks credit to their ads, without VAT, as the history books it"),
            "money",
        ),
        Definition(
            "not_incremental",
            say("Would have come anyway"),
            say("attributed revenue less incremental revenue"),
            "money",
        ),
        Definition(
            "incremental_revenue",
            say("Incremental revenue"),
            say(
                "what the model says the spend adds over spending nothing in the plan's weeks, times the network's "
                "incrementality factor"
            ),
            "money",
        ),
        Definition(
            "returns", say("Returns"), say("incremental revenue times the share that customers send back"), "money"
        ),
        Definition("net_revenue", say("Net revenue"), say("incremental revenue less returns"), "money"),
        Definition(
            "cost_of_goods",
            say("Cost of goods"),
            say("incremental revenue times the share that the goods cost"),
            "money",
        ),
        Definition(
            "variable_costs",
            say("Variable costs"),
            say("incremental revenue times the share of fees and fulfilment"),
            "money",
        ),
        Definition(
            "all_variable_costs",
            say("Goods, fees and returns"),
            say("incremental revenue times 1 - margin: cost of goods, fees, fulfilment and returns together"),
            "money",
        ),
        Definition(
            "contribution", say("Contribution"), say("what is left of incremental revenue: times the margin"), "money"
        ),
        Definition("media", say("Media"), say("what is paid to the networks, without VAT"), "money"),
        Definition(
            "production",
            say("Production"),
            say("cost of one asset times the assets a plan needs, once per plan and content type it uses"),
            "money",
        ),
        Definition("team", say("Team"), say("cost a month, for the weeks of the plan"), "money"),
        Definition("tools", say("Tools"), say("cost a month, for the weeks of the plan"), "money"),
        Definition(
            "agency", say("Agency"), say("its share of media, and its cost a month for the weeks of the plan"), "money"
        ),
        Definition("full_cost", say("Full cost"), say("media + production + team + tools + agency"), "money"),
        Definition(
            "marketing_contribution",
            say("Marketing contribution"),
            say("contribution less full cost: what the plan leaves"),
            "money",
        ),
        Definition("roas", say("ROAS"), say("attributed revenue / media"), "ratio"),
        Definition("iroas", say("iROAS"), say("incremental revenue / media"), "ratio"),
        Definition(
            "marginal_roas",
            say("Marginal ROAS"),
            say(
                "incremental revenue that one more unit of media brings at the planned spend, with the carry-over of "
                "the 8 weeks after"
            ),
            "ratio",
        ),
        Definition("roi", say("ROI"), say("marketing contribution / full cost"), "share"),
        Definition(
            "chance_above_hurdle",
            say("Chance of beating the hurdle"),
            say("share of the forecast's draws in which ROI is above the hurdle rate"),
            "share",
        ),
        Definition("break_even_roas", say("Break-even ROAS"), say("1 / margin"), "ratio"),
        Definition(
            "loaded_break_even_roas",
            say("Break-even ROAS, fully loaded"),
            say("(1 + fixed costs / media) / margin, where fixed costs are full cost less media"),
            "ratio",
        ),
        Definition(
            "stop_roas",
            say("Marginal ROAS to stop at"),
            say("(1 + hurdle rate) x (1 + agency's share of media) / margin: below it the next unit does not pay"),
            "ratio",
        ),
        Definition("cpa", say("CPA"), say("media / conversions credited by the networks"), "money"),
        Definition(
            "marginal_cpa",
            say("Marginal CPA"),
            say(
                "media that one more conversion credited by the networks costs at the planned spend, with the "
                "carry-over of the 8 weeks after"
            ),
            "money",
        ),
        Definition("cac", say("CAC"), say("full cost / new customers among incremental conversions"), "money"),
        Definition("payback", say("Payback"), say("CAC / contribution per customer and month"), "months"),
        Definition(
            "ltv",
            say("Customer value (LTV)"),
            say("sum over months of contribution per customer x retention^month / (1 + discount rate)^(month / 12)"),
            "money",
        ),
        Definition(
            "income_effect",
            say("Effect on the income statement"),
            say("marketing contribution of the plan less that of today's split"),
            "money",
        ),
        Definition(
            "loss_at_5",
            say("Result in a bad case"),
            say("in 1 of 20 cases marketing contribution is below this"),
            "money",
        ),
        Definition("booked_revenue", say("Booked revenue"), say("revenue in the books, without VAT"), "money"),
        Definition(
            "booked_difference",
            say("Attributed less booked"),
            say("attributed revenue less booked revenue of the same days"),
            "money",
        ),
        Definition(
            "booked_ratio",
            say("Attributed / booked"),
            say(
                "attributed revenue / booked revenue of the same days; above 1 the networks claim more than was booked"
            ),
            "ratio",
        ),
        Definition(
            "bridge_spend",
            say("Spend"),
            say("more or less was spent in the period than planned, at what the plan's own curves say it brings"),
            "money",
        ),
        Definition(
            "bridge_mix",
            say("Mix"),
            say("the period's money went to other places than planned, along the same curves"),
            "money",
        ),
        Definition(
            "bridge_price",
            say("Price of clicks"),
            say("a click cost more or less than planned, so that money bought fewer or more of them"),
            "money",
        ),
        Definition(
            "bridge_rate",
            say("Conversion rate"),
            say("more or fewer conversions came than the plan's curves say for the clicks that were bought"),
            "money",
        ),
        Definition(
            "bridge_conversion_cost",
            say("Cost per conversion"),
            say(
                "more or fewer conversions came than the plan's curves say for the money; price of clicks and "
                "conversion rate in one, where clicks are not known"
            ),
            "money",
        ),
        Definition(
            "bridge_value",
            say("Value per conversion"),
            say("a conversion brought more or less revenue than planned"),
            "money",
        ),
        Definition(
            "bridge_return",
            say("Revenue per unit of spend"),
            say(
                "more or less revenue came than the plan's curves say for the money; price, conversion rate and value "
                "in one, where conversions are not known"
            ),
            "money",
        ),
        Definition(
            "bridge_late",
            say("Late conversions"),
            say("revenue of these weeks that the networks have not reported yet, by the share that is in"),
            "money",
        ),
        Definition(
            "bridge_without_spend",
            say("Without spend"),
            say("revenue where nothing was spent and the plan's curves know of none, from money of earlier weeks"),
            "money",
        ),
        Definition(
            "bridge_currency",
            say("Currency"),
            say("actual revenue in the account currency times (actual rate - budget rate)"),
            "money",
        ),
        Definition("wape", say("WAPE"), say("sum of absolute errors / sum of absolute actuals"), "share"),
        Definition("bias", say("Bias"), say("sum of (forecast - actual) / sum of actuals"), "share"),
        Definition(
            "coverage",
            say("Coverage"),
            say("share of actuals inside the stated interval; a 90 % interval should hold 90 %"),
            "share",
        ),
        Definition(
            "skill",
            say("Skill"),
            say("1 - WAPE / WAPE of repeating the last comparable weeks of the same place; above 0 is better"),
            "share",
        ),
    )
}
"""By key; the statement's lines first, in their order."""


def definition(key: str) -> Definition:
    """The definition of a figure."""
    return DEFINITIONS[key]


def ratio(part: float, whole: float) -> float:
    """A part over a whole above 0, else NaN: ROAS, iROAS, CPA, CAC, payback and ROI are all of this kind.

    Examples
    --------
    >>> ratio(300.0, 100.0), ratio(1.0, 0.0)
    (3.0, nan)
    """
    return part / whole if whole > 0 else math.nan


def roi(marketing_contribution: float, full_cost: float) -> float:
    """Marketing contribution over full cost.

    Examples
    --------
    >>> roi(30.0, 120.0)
    0.25
    """
    return ratio(marketing_contribution, full_cost)


def break_even_roas(margin: float, fixed: float = 0.0, media: float = 1.0) -> float:
    """Revenue per unit of media at which nothing is left over; `fixed` costs load it fully.

    Examples
    --------
    >>> break_even_roas(0.4), break_even_roas(0.4, fixed=60.0, media=100.0)
    (2.5, 4.0)
    """
    return ratio(1.0 + ratio(fixed, media), margin)


def stop_roas(margin: float, hurdle: float = 0.0, agency_share: float = 0.0) -> float:
    """Marginal ROAS below which the next unit of media does not earn the hurdle.

    Examples
    --------
    >>> round(stop_roas(0.4, hurdle=0.2), 10)
    3.0
    """
    return ratio((1.0 + hurdle) * (1.0 + agency_share), margin)


def customer_value(monthly: float, retention: float, discount_per_year: float, months: int) -> float:
    """Contribution of a customer over so many months, the first undiscounted and certain.

    Parameters
    ----------
    monthly : float
        Contribution per customer and month, account currency.
    retention : float
        Share of customers who are still there a month later.
    discount_per_year : float
    months : int

    Examples
    --------
    >>> customer_value(10.0, 0.5, 0.0, 3)
    17.5
    """
    kept = retention / (1.0 + discount_per_year) ** (1.0 / MONTHS_PER_YEAR)
    return math.fsum(monthly * kept**month for month in range(months))


def wape(forecast: Floats | Sequence[float], actual: Floats | Sequence[float]) -> float:
    """Sum of absolute errors over the sum of absolute actuals.

    Examples
    --------
    >>> wape([90.0, 120.0], [100.0, 100.0])
    0.15
    """
    told, came = np.asarray(forecast, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    return ratio(float(np.abs(told - came).sum()), float(np.abs(came).sum()))


def bias(forecast: Floats | Sequence[float], actual: Floats | Sequence[float]) -> float:
    """Sum of errors over the sum of actuals; above 0 where too much was forecast.

    Examples
    --------
    >>> bias([90.0, 120.0], [100.0, 100.0])
    0.05
    """
    told, came = np.asarray(forecast, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    return ratio(float((told - came).sum()), float(came.sum()))


def coverage(inside: int, count: int) -> float:
    """Share of so many actuals that lie inside their interval; NaN where there is none.

    Examples
    --------
    >>> coverage(9, 10), coverage(0, 0)
    (0.9, nan)
    """
    return ratio(float(inside), float(count))


def skill(wape_of_forecast: float, wape_of_naive: float) -> float:
    """1 - WAPE over the WAPE of a naive forecast.

    Examples
    --------
    >>> skill(0.1, 0.4)
    0.75
    """
    return 1.0 - ratio(wape_of_forecast, wape_of_naive)
