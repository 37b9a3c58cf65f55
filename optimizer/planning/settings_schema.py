"""The schema of settings.toml: what money means to the advertiser, with every key, its unit and its range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from optimizer.errors import InputError
from optimizer.history.schema import OUTCOMES
from optimizer.planning.settings_finance import MOST_COST, SAME, SHARES, Day, Factors, FinanceInputs, Source

if TYPE_CHECKING:
    from optimizer.planning.fiscal import FiscalCalendar

MOST = 1e9
LONGEST_NAME = 200  # characters of a content type or network
MOST_ASSETS = 10_000


Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]


def _known_outcome(name: str) -> str:
    if name not in OUTCOMES:
        raise ValueError(name)
    return name


class Settings(BaseModel):
    """What money means; every key may be left out.

    Attributes
    ----------
    currency : str
        ISO 4217 code of all amounts, for a history that names none; "" to take the history's.
    country : str
        ISO 3166 code of two letters whose public holidays may move demand; "" for none.
    outcomes : mapping of str to float
        Account currency that one unit of an outcome is worth; may be negative, but not all of them. They make up the
        goal `value`.
    margin : float or None
        Contribution margin of one unit of revenue, above 0 and up to 1; with it profit is forecast and can be the goal.
    team_per_month : float
        What the team costs a month, with the tools where they have no line of their own, account currency, 0 or more;
        comes off profit.
    production : mapping of str to float
        What one asset of a content type costs to produce, account currency, 0 or more; it arises once per plan, as soon
        as the plan uses the content type.
    assets : mapping of str to int
        How many assets of a content type a plan needs; 1 where nothing is said.
    calendar, year_start, year_rule : str, date or None, str
        See `optimizer.planning.fiscal.FiscalCalendar`.
    finance : FinanceInputs
        Cost shares, fixed costs, hurdle rate and what a customer is worth.
    incrementality : mapping of network to Factor
        What of a network's modelled increment finance counts; 1 where nothing is said.
    source : mapping of key to Source
        Who stands behind an input, and since when; keys are those of the settings, such as margin.

    Examples
    --------
    >>> Settings(outcomes={"conversions": 42, "negative_feedback": -1}).worths
    {'conversions': 42.0, 'negative_feedback': -1.0}
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    currency: Annotated[str, StringConstraints(pattern="^[A-Za-z]{3}$", to_upper=True)] = ""
    country: Annotated[str, StringConstraints(pattern="^[A-Za-z]{2}$", to_upper=True)] = ""
    margin: float | None = Field(default=None, gt=0.0, le=1.0)
    team_per_month: float = Field(default=0.0, ge=0.0, le=MOST_COST)
    outcomes: Mapping[Annotated[str, AfterValidator(_known_outcome)], Annotated[float, Field(ge=-MOST, le=MOST)]] = (
        Field(default={})
    )
    production: Mapping[Name, Annotated[float, Field(ge=0.0, le=MOST_COST)]] = Field(default={})
    assets: Mapping[Name, Annotated[int, Field(ge=0, le=MOST_ASSETS)]] = Field(default={})
    calendar: str = "month"
    year_start: Day | None = None
    year_rule: str = Field(default="nearest", validate_default=True)
    finance: FinanceInputs = Field(default=FinanceInputs())
    incrementality: Factors = Field(default={})
    source: Mapping[str, Source] = Field(default={})
    _file: str = PrivateAttr("settings")

    @property
    def file(self) -> str:
        """Name for messages: the file that was read."""
        return self._file

    @property
    def worths(self) -> dict[str, float]:
        """Worth per unit of the outcomes that have one."""
        return {name: worth for name, worth in self.outcomes.items() if worth}

    @property
    def production_costs(self) -> dict[str, float]:
        """What a plan that uses a content type pays for its assets, account currency."""
        return {name: cost * self.assets.get(name, 1) for name, cost in self.production.items()}

    @property
    def fixed_per_month(self) -> float:
        """Team, tools and agency, account currency a month."""
        return math.fsum((self.team_per_month, self.finance.tools_per_month, self.finance.agency_per_month))

    @property
    def fiscal(self) -> FiscalCalendar:
        """How the year is cut into periods."""
        from optimizer.planning.fiscal import FiscalCalendar

        return FiscalCalendar(self.calendar, self.year_start, self.year_rule)

    @model_validator(mode="before")
    @classmethod
    def _margin_of_shares(cls, values: Any) -> Any:
        """The margin that the cost shares leave, where no margin is given."""
        finance = values.get("finance") if isinstance(values, Mapping) else None
        if not isinstance(finance, Mapping) or values.get("margin") is not None:
            return values
        shares = [finance.get(name) for name in SHARES]
        known = [share for share in shares if isinstance(share, int | float) and not isinstance(share, bool)]
        left = round(1.0 - math.fsum(known), 12)
        fits = len(known) == len(SHARES) and all(0.0 <= share < 1.0 for share in known) and left > 0.0
        return {**values, "margin": left} if fits else values

    @field_validator("finance")
    @classmethod
    def _one_margin(cls, finance: FinanceInputs, info: ValidationInfo) -> FinanceInputs:
        left, margin = finance.shares_margin, info.data.get("margin")
        if left is not None and (left <= SAME or (margin is not None and abs(left - margin) > SAME)):
            raise ValueError(left)
        return finance

    @field_validator("year_rule")
    @classmethod
    def _a_calendar(cls, rule: str, info: ValidationInfo) -> str:
        from optimizer.planning.fiscal import FiscalCalendar

        wrong = FiscalCalendar.checked(info.data.get("calendar", ""), info.data.get("year_start"), rule)
        if wrong is not None:
            raise ValueError(*wrong)
        return rule

    @field_validator("country")
    @classmethod
    def _has_calendar(cls, country: str) -> str:
        import numpy as np

        from optimizer.response.demand import feast_days

        try:
            feast_days(np.array(["2025-01-06"], dtype="datetime64[D]"), country)
        except InputError:
            raise ValueError(country) from None
        return country

    @field_validator("team_per_month")
    @classmethod
    def _acts_on_profit(cls, cost: float, info: ValidationInfo) -> float:
        if cost and info.data.get("margin") is None:
            raise ValueError(cost)
        return cost

    @field_validator("outcomes")
    @classmethod
    def _worth_something(cls, outcomes: Mapping[str, float]) -> Mapping[str, float]:
        if outcomes and not any(worth > 0 for worth in outcomes.values()):
            raise ValueError("all worths are 0 or less")
        return outcomes
