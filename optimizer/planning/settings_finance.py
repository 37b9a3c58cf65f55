"""The part of the settings that finance asks for: cost shares, fixed costs, hurdle, customers, incrementality, sources.

Shares are of revenue without VAT, before returns. `optimizer.finance.definitions` says what each figure made of them
means.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

MOST_COST = 1e15
LONGEST_NOTE = 200  # characters
SHARES = ("cost_of_goods", "variable_costs", "returns")
SAME = 1e-9

Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Money = Annotated[float, Field(ge=0.0, le=MOST_COST)]


def day_of(value: object) -> object:
    """A day from text such as "2026-11-01", as JSON holds it; anything else as it is, for the schema to judge."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


Day = Annotated[dt.date, BeforeValidator(day_of)]


class Part(BaseModel):
    """A table of the settings: keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class FinanceInputs(Part):
    """What finance reckons with; every key may be left out.

    Attributes
    ----------
    cost_of_goods, variable_costs, returns : float or None
        Shares of revenue, 0 to below 1: cost of goods sold; fees and fulfilment; what customers send back. Given
        together they are 1 - margin.
    tools_per_month, agency_per_month : float
        Account currency a month, 0 or more.
    agency_share : float
        What an agency takes of media spend on top, as a share of it, 0 to below 1.
    hurdle_rate : float
        Return that money must earn beyond coming back, as a share, 0 or more.
    new_customers : float or None
        Share of conversions that are new customers, above 0 and up to 1.
    customer_contribution_per_month : float or None
        Contribution that a customer leaves a month, account currency, above 0.
    retention_per_month : float or None
        Share of customers who are still there a month later, 0 to 1.
    discount_per_year : float
        0 or more.
    months : int
        Months that a customer's value is added up over, 1 to 240.
    """

    cost_of_goods: Share | None = None
    variable_costs: Share | None = None
    returns: Share | None = None
    tools_per_month: Money = 0.0
    agency_per_month: Money = 0.0
    agency_share: Share = 0.0
    hurdle_rate: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    new_customers: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    customer_contribution_per_month: Annotated[float, Field(gt=0.0, le=MOST_COST)] | None = None
    retention_per_month: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    discount_per_year: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    months: Annotated[int, Field(ge=1, le=240)] = 24

    @property
    def shares_margin(self) -> float | None:
        """Margin that the three shares leave; None unless all are given."""
        shares = [share for share in (self.cost_of_goods, self.variable_costs, self.returns) if share is not None]
        return 1.0 - math.fsum(shares) if len(shares) == len(SHARES) else None


class Factor(Part):
    """Share of the revenue credited to a network's ads that would not have come without them, with its 90 % interval.

    Attributes
    ----------
    factor : float
        Above 0 and up to 3; 1 takes the model's increment as it is.
    low, high : float or None
        Ends of the 90 % interval around it, such as an experiment gives; None for no doubt at all.
    """

    factor: Annotated[float, Field(gt=0.0, le=3.0)]
    low: Annotated[float, Field(gt=0.0, le=3.0)] | None = None
    high: Annotated[float, Field(gt=0.0, le=3.0)] | None = None

    @field_validator("high")
    @classmethod
    def _around(cls, high: float | None, info: ValidationInfo) -> float | None:
        factor, low = info.data.get("factor"), info.data.get("low")
        if factor is None or (low is None and high is None):
            return high
        if low is None or high is None or not low <= factor <= high:
            raise ValueError(high)
        return high


def factor_of(value: Any) -> Any:
    """A bare number as a factor without doubt."""
    return {"factor": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class Source(Part):
    """Who stands behind an input.

    Attributes
    ----------
    owner : str
    date : date or None
        When it was last confirmed.
    note : str
        Where it comes from.
    """

    owner: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    date: Day | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


Factors = Mapping[str, Annotated[Factor, BeforeValidator(factor_of)]]
