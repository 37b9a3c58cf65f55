"""The schema of network_rules.toml: its tables, their keys and types; anything else is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Grade = Literal["official", "mirror", "secondary", "practice"]
Share = Annotated[float, Field(gt=0.0, le=10.0)]
Money = Annotated[float, Field(gt=0.0, le=1e12)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class NetworkRule(_Strict):
    """Whom a rule is for, and who says so."""

    network: str | list[str]
    content_type: str | list[str] | None = None
    grade: Grade = "practice"
    checked: dt.date | None = None
    source: str = ""


class Floor(NetworkRule):
    """Smallest budget per day and campaign; a cell gets nothing or at least that."""

    amount: Money
    currency: str = ""


class Change(NetworkRule):
    """Largest change of a budget as a share of it, and days to wait after an edit."""

    share: Share | None = None
    wait_days: Annotated[int, Field(ge=0, le=365)] = 0
    edit: Share = 0.2


class Learning(NetworkRule):
    """Results per campaign that a cell needs after an edit before it is touched again, and the longest it waits."""

    results: Annotated[float, Field(gt=0.0, le=1e6)]
    weeks: Annotated[int, Field(ge=1, le=52)] = 1
    edit: Share = 0.2


class Steps(NetworkRule):
    """A budget that moves is a multiple of this per day."""

    amount: Money
    currency: str = ""


class Relearning(NetworkRule):
    """What a change costs, as a share of what the cell brings in a week."""

    share: Share


class NetworkRulesFile(_Strict):
    """The whole file."""

    rates: Mapping[str, Money] = Field(default={})
    campaigns: Mapping[str, Annotated[int, Field(ge=1, le=1000)]] = Field(default={})
    floor: list[Floor] = Field(default_factory=list)
    change: list[Change] = Field(default_factory=list)
    learning: list[Learning] = Field(default_factory=list)
    steps: list[Steps] = Field(default_factory=list)
    relearning: list[Relearning] = Field(default_factory=list)
