"""Terms: what finance reckons with for one plan, taken from the settings and checked against the plan's history."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import say
from optimizer.planning.fiscal import FiscalCalendar
from optimizer.planning.plain_values import meant

if TYPE_CHECKING:
    from optimizer.planning.settings import Settings
    from optimizer.planning.settings_finance import Factor

Z90 = 1.6448536269514722  # standard normal deviate of the ends of a 90 % interval


@dataclass(frozen=True, eq=False)
class Terms:
    """What finance reckons with.

    Attributes
    ----------
    margin : float
        Share of revenue that is left after goods, fees, fulfilment and returns.
    shares : mapping of str to float
        Shares of revenue by the statement's line: returns, cost_of_goods and variable_costs, or all_variable_costs
        alone where only the margin is known.
    fixed : mapping of str to float
        Team, tools and agency, account currency a month.
    agency_share : float
        Of media, on top of it.
    production : mapping of content type to float
        What a plan pays that uses it, account currency.
    hurdle : float
        Hurdle rate as a share.
    factor : float array, shape (C,)
        Incrementality of each cell's network.
    factor_ends : float array, shape (C, 2)
        Ends of its 90 % interval.
    assumed : tuple of str
        Networks whose factor nobody gave, so that it is 1.
    value_per_conversion : float or None
        What makes revenue of conversions in a history without revenue.
    calendar : FiscalCalendar
    """

    margin: float
    shares: Mapping[str, float]
    fixed: Mapping[str, float]
    agency_share: float
    production: Mapping[str, float]
    hurdle: float
    factor: Floats
    factor_ends: Floats
    assumed: tuple[str, ...]
    value_per_conversion: float | None = None
    calendar: FiscalCalendar = field(default_factory=FiscalCalendar)

    def factor_draws(self, cells: Sequence[Cell], count: int, seed: int) -> Floats:
        """(S, C) draws of the incrementality factors, of mean `factor`; cells of one network share theirs.

        Each side of the factor is lognormal, as wide as its interval says.
        """
        rng = np.random.default_rng([seed, 7])
        networks = sorted({cell.network for cell in cells})
        normal = dict(zip(networks, rng.standard_normal((len(networks), count)), strict=True))
        deviates = np.stack([normal[cell.network] for cell in cells], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            below, above = np.log(self.factor / self.factor_ends[:, 0]), np.log(self.factor_ends[:, 1] / self.factor)
        spread = np.where(deviates < 0.0, below, above) / Z90
        drawn = np.exp(spread * deviates)
        return np.asarray(self.factor * drawn / drawn.mean(axis=0))


def terms_of(settings: Settings | None, cells: Sequence[Cell], with_revenue: bool) -> Terms:
    """The settings as finance needs them.

    Parameters
    ----------
    settings : Settings or None
    cells : sequence of Cell
    with_revenue : bool
        Whether the history has revenue; without it a conversion's worth in the settings makes revenue of conversions.

    Raises
    ------
    InputError
        There is no margin, nothing makes revenue, or a network or content type is named that the history does not have.
    """
    if settings is None or settings.margin is None:
        problem = say("a statement needs the contribution margin of revenue, which is not known")
        fix = say("write margin = 0.4 or so in the settings, or the shares of goods, fees and returns")
        raise InputError.at(problem, fix=fix, file=None if settings is None else settings.file)
    worth = None if with_revenue else settings.outcomes.get("conversions")
    if not with_revenue and not worth:
        problem = say("a statement needs revenue, which the history does not have")
        fix = say("say in the settings what a conversion is worth: conversions = 42 or so below [outcomes]")
        raise InputError.at(problem, fix=fix, file=settings.file)
    _check_names(settings, cells)
    finance = settings.finance
    whole = finance.shares_margin is not None
    shares = {"all_variable_costs": 1.0 - settings.margin}
    if whole:
        names = ("returns", "cost_of_goods", "variable_costs")
        shares = {name: float(getattr(finance, name)) for name in names}
    given = [settings.incrementality.get(cell.network) for cell in cells]
    return Terms(
        margin=1.0 - math.fsum(shares.values()),
        shares=shares,
        fixed={
            "team": settings.team_per_month,
            "tools": finance.tools_per_month,
            "agency": finance.agency_per_month,
        },
        agency_share=finance.agency_share,
        production={name: cost for name, cost in settings.production_costs.items() if cost > 0.0},
        hurdle=finance.hurdle_rate,
        factor=np.array([1.0 if one is None else one.factor for one in given]),
        factor_ends=np.array([_ends(one) for one in given]),
        assumed=tuple(sorted({cell.network for cell, one in zip(cells, given, strict=True) if one is None})),
        value_per_conversion=worth,
        calendar=settings.fiscal,
    )


def _ends(factor: Factor | None) -> tuple[float, float]:
    """Ends of a factor's interval; where it has none, or one, the factor itself."""
    if factor is None:
        return 1.0, 1.0
    if factor.low is None or factor.high is None:
        return factor.factor, factor.factor
    return factor.low, factor.high


def _check_names(settings: Settings, cells: Sequence[Cell]) -> None:
    """Refuse networks and content types that the history does not have."""
    networks, kinds = sorted({cell.network for cell in cells}), sorted({cell.content_type for cell in cells})
    for table, names, known in (
        ("incrementality", settings.incrementality, networks),
        ("assets", settings.assets, kinds),
        ("production", settings.production, kinds),
    ):
        for name in names:
            if name not in known:
                where = say("{file}, key {key}", file=settings.file, key=f"{table}.{name}")
                raise InputError.at(say("the history has no {name}", name=name), file=where, fix=meant(name, known))
