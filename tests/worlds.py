"""Small simulated advertisers whose truth is known; for recovery tests and benchmarks.

Curves, demand, carry-over and noise are drawn from families that the response model does not contain as such (powers,
Weibull and logistic growth, a straight line that ends, organic sales up to a third, common shocks), so that what is
recovered is not just the model's own assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.history.panel import Cell, Floats, Panel

TAIL = 8
SHAPES = ("power", "weibull", "logistic", "line")
PLACES = [
    Cell(network, kind)
    for network, kinds in {
        "facebook": ("image", "link", "video"),
        "instagram": ("image", "reel", "story"),
        "tiktok": ("carousel", "video"),
        "youtube": ("short", "video"),
        "linkedin": ("document", "image"),
    }.items()
    for kind in kinds
]


@dataclass(frozen=True)
class WorldSpec:
    """What kind of world is drawn.

    Attributes
    ----------
    cells, weeks : int
    variation : float
        Standard deviation of a cell's log spend from week to week.
    follow : float
        How far spend follows demand.
    shapes : tuple of str
        Families of curves that occur.
    organic : float
        Largest organic share of a cell's outcome at usual spend.
    """

    cells: int = 8
    weeks: int = 104
    variation: float = 0.5
    follow: float = 0.5
    shapes: tuple[str, ...] = SHAPES
    organic: float = 0.3


@dataclass(frozen=True)
class Truth:
    """A simulated advertiser; C cells, T weeks.

    outcome(carried) of cell c is scale[c] * shape(carried / money[c]); demand has T + 60 weeks.
    """

    cells: tuple[Cell, ...]
    shape: tuple[str, ...]
    scale: Floats
    money: Floats
    bend: Floats
    decay: Floats
    organic: Floats
    value: Floats
    demand: Floats
    dispersion: Floats
    spend: Floats
    conversions: Floats
    revenue: Floats

    @property
    def weeks(self) -> int:
        """Weeks of history."""
        return self.spend.shape[1]

    @property
    def today(self) -> Floats:
        """Mean weekly spend of the last 12 weeks."""
        return np.asarray(self.spend[:, -12:].mean(axis=1))

    def panel(self) -> Panel:
        """The history as the program sees it."""
        monday = np.datetime64("2024-01-01", "D") + 7 * np.arange(self.weeks)
        return Panel(self.cells, monday, self.spend, {"conversions": self.conversions, "revenue": self.revenue}, "EUR")

    def height(self, carried: Floats) -> Floats:
        """Paid outcome per week (C, W) at carried-over spend, in a usual week."""
        return (
            np.stack([_curve(s, carried[c] / self.money[c], self.bend[c]) for c, s in enumerate(self.shape)])
            * self.scale[:, None]
        )

    def expected(self, weekly: Floats, horizon: int = 4) -> Floats:
        """(C, horizon + 8) expected conversions of constant weekly spend (C,), then today's split."""
        future = np.concatenate(
            [np.repeat(weekly[:, None], horizon, 1), np.repeat(self.today[:, None], TAIL, 1)], axis=1
        )
        carried = carry(np.concatenate([self.spend, future], axis=1), self.decay)[:, self.weeks :]
        season = self.demand[self.weeks : self.weeks + horizon + TAIL]
        return np.asarray(season * (self.organic[:, None] + self.height(carried)))

    def worth(self, weekly: Floats, horizon: int = 4) -> float:
        """Incremental revenue of constant weekly spend over spending nothing, carry-over included."""
        return float(self.value @ (self.expected(weekly, horizon) - self.expected(0.0 * weekly, horizon)).sum(axis=1))

    def futures(self, weekly: Floats, horizon: int, count: int, seed: int) -> Floats:
        """(count,) simulated totals of conversions over the horizon."""
        rng = np.random.default_rng([seed, 99])
        mean = self.expected(weekly, horizon)[:, :horizon]
        shape = 1.0 / self.dispersion[:, None]
        return np.asarray(rng.poisson(rng.gamma(shape, mean / shape, (count, *mean.shape))).sum(axis=(1, 2)))

    def until(self, weeks: int) -> Truth:
        """The same world with a history that ends earlier."""
        return replace(
            self, spend=self.spend[:, :weeks], conversions=self.conversions[:, :weeks], revenue=self.revenue[:, :weeks]
        )


def _curve(shape: str, x: Floats, bend: float) -> Floats:
    """Relative height; `bend` in (0, 1] is how soon the curve leaves the straight line."""
    if shape == "power":
        return np.asarray(np.maximum(x, 0.0) ** (1.0 - 0.6 * bend))
    if shape == "weibull":
        return np.asarray(-np.expm1(-np.maximum(x, 0.0) * bend) / bend)
    if shape == "logistic":
        steep, middle = 3.0 + 3.0 * bend, 0.8
        low = 1.0 / (1.0 + np.exp(steep * middle))
        return np.asarray(2.0 * (1.0 / (1.0 + np.exp(-steep * (x - middle))) - low))
    if shape == "line":
        return np.asarray(-np.log(np.exp(-8.0 * np.maximum(x, 0.0)) + np.exp(-8.0 * (1.2 + 1.0 / bend))) / 8.0)
    raise ValueError(shape)


def carry(spend: Floats, decay: Floats) -> Floats:
    """Geometric carry-over of spend (C, W), from its steady state in the first week."""
    out = np.empty_like(spend)
    out[:, 0] = spend[:, 0]
    for t in range(1, spend.shape[1]):
        out[:, t] = (1 - decay) * spend[:, t] + decay * out[:, t - 1]
    return out


def simulate(seed: int, spec: WorldSpec | None = None) -> Truth:
    """Draw a world."""
    spec = spec or WorldSpec()
    rng = np.random.default_rng([seed, 5])
    cells = tuple(sorted(PLACES[i] for i in rng.choice(len(PLACES), spec.cells, replace=False)))
    count, weeks = spec.cells, spec.weeks
    usual = np.exp(rng.normal(7.5, 0.7, count))
    t = np.arange(weeks + 60)
    wave = 0.12 * np.sin(2 * np.pi * (t / 52.18 + rng.random())) + 0.08 * np.sin(4 * np.pi * (t / 52.18 + rng.random()))
    demand = np.exp(wave + rng.normal(0, 0.1) * t / 104 + rng.normal(0, 0.02, len(t)))
    walk = np.zeros((count, weeks))
    for week in range(1, weeks):
        walk[:, week] = 0.7 * walk[:, week - 1] + rng.normal(0, spec.variation * 0.714, count)
    spend = usual[:, None] * np.exp(walk) * demand[:weeks] ** spec.follow
    cost = 18.0 * np.exp(rng.normal(0, 0.4, count))
    truth = Truth(
        cells=cells,
        shape=tuple(str(s) for s in rng.choice(spec.shapes, count)),
        scale=np.ones(count),
        money=usual * np.exp(rng.normal(0.1, 0.4, count)),
        bend=rng.uniform(0.2, 1.0, count),
        decay=rng.uniform(0.05, 0.5, count),
        organic=np.zeros(count),
        value=np.exp(rng.normal(4.0, 0.3, count)),
        demand=demand,
        dispersion=rng.uniform(0.015, 0.06, count),
        spend=spend,
        conversions=np.zeros_like(spend),
        revenue=np.zeros_like(spend),
    )
    scale = (usual / cost) / truth.height(usual[:, None])[:, 0]
    truth = replace(truth, scale=scale, organic=rng.uniform(0, spec.organic, count) * usual / cost)
    mean = demand[:weeks] * (truth.organic[:, None] + truth.height(carry(spend, truth.decay)))
    shape = 1.0 / truth.dispersion[:, None]
    conversions = rng.poisson(rng.gamma(shape, mean / shape)).astype(float)
    revenue = conversions * truth.value[:, None] * np.exp(rng.normal(0, 0.08, mean.shape))
    return replace(truth, conversions=conversions, revenue=revenue)
