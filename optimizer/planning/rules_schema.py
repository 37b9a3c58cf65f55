"""The schema of rules.toml: its tables, their keys and types; anything else is refused."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Selection(_Strict):
    """Which cells: all that fit every key given."""

    network: str | list[str] | None = None
    content_type: str | list[str] | None = None
    audience: str | list[str] | None = None
    cell: str | None = None
    cells: list[str] | None = None
    group: str | None = None
    label: str | None = None


class Group(_Strict):
    """A named group of cells; `without` takes some out again."""

    network: str | list[str] | None = None
    content_type: str | list[str] | None = None
    audience: str | list[str] | None = None
    cells: list[str] | None = None
    without: list[str] = Field(default_factory=list)


class Limit(Selection):
    """Together at least, or at most: money, or a share of what is spent."""

    minimum: float | None = None
    maximum: float | None = None
    minimum_share: float | None = None
    maximum_share: float | None = None


class LockRule(Selection):
    """Each cell gets exactly the amount; without one what it gets today."""

    amount: float | None = None


class NothingOr(Selection):
    """Each cell gets nothing or at least the amount; what it gets today may stay if the rule says so."""

    amount: float
    today_may_stay: bool = False


class InUse(Selection):
    """So many of the cells, or of the content types of each network, are in use."""

    of: Literal["cells", "content_types"] = "cells"
    at_least: int = 0
    at_most: int | None = None
    smallest: float = 0.0


class Spread(Selection):
    """No cell gets more than this share of what is spent."""

    share: float


class Change(Selection):
    """Each cell changes by at most this share and this money against today."""

    share: float | None = None
    money: float | None = None
    always: float = 0.0


class Step(Selection):
    """Each cell gets a multiple of the step."""

    step: float


class ProductionCost(Selection):
    """A cost, in units of the goal, as soon as any of the cells is used."""

    cost: float


class Return(Selection):
    """Together at least this ROAS or ROI, or at most this CPA."""

    roas_at_least: float | None = None
    roi_at_least: float | None = None
    cpa_at_most: float | None = None
    outcome: str | None = None
    margin: float | None = None


class Exploration(Selection):
    """Cells of weak evidence (or those named) together get at least this share of the budget."""

    share: float


class TiedRule(_Strict):
    """The cells keep the proportion of the weights."""

    cells: list[str]
    weights: list[float] | None = None
    label: str | None = None


class RulesFile(_Strict):
    """The whole file."""

    groups: dict[str, Group] = Field(default_factory=dict)
    limit: list[Limit] = Field(default_factory=list)
    lock: list[LockRule] = Field(default_factory=list)
    nothing_or_at_least: list[NothingOr] = Field(default_factory=list)
    in_use: list[InUse] = Field(default_factory=list)
    diversification: list[Spread] = Field(default_factory=list)
    change: list[Change] = Field(default_factory=list)
    steps: list[Step] = Field(default_factory=list)
    production_cost: list[ProductionCost] = Field(default_factory=list)
    returns: list[Return] = Field(default_factory=list, alias="return")
    exploration: list[Exploration] = Field(default_factory=list)
    tied: list[TiedRule] = Field(default_factory=list)
