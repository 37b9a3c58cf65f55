"""Backtest: what the program would have forecast in the past, against what then came.

At every origin the model is fitted to the weeks up to it and asked for the next weeks with the spend that was really
made in them. Nothing that came later reaches the fit. Weeks that one origin forecasts may be learned from at the next
(rolling origin). Source: Tashman (2000), Out-of-sample tests of forecasting accuracy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.response.evidence import LATE, LATE_SURE
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.forecast import OutcomeDraws
from optimizer.response.model import ResponseModel
from optimizer.response.prepare import prepare
from optimizer.response.settings import ModelSettings

FEWEST_KNOWN = 6  # weeks to learn from before the first origin
ORIGINS = (6, 8)  # as many as that where the history allows
STATED = (0.5, 0.8, 0.9)  # intervals whose coverage is counted
SURE = 0.9  # of the intervals around scores
LEVELS = ("total", "cell", "cell and week")
"""What is compared: all cells over the whole horizon, each cell over it, each cell in each week of it."""

Flags = NDArray[np.bool_]
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class BacktestSpec:
    """What to test.

    Attributes
    ----------
    horizon : int
        Weeks ahead.
    origins : tuple of int or None
        Numbers of complete weeks known at each origin, 6 or more; None spreads up to 8 over the last third.
    outcome : str
        The count that is fitted; revenue is tested with conversions where the history has it.
    settings : ModelSettings
    """

    horizon: int = 4
    origins: tuple[int, ...] | None = None
    outcome: str = "conversions"
    settings: ModelSettings = field(default_factory=ModelSettings)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Forecasts of one origin beside what came, N of them; each is a sum over cell-weeks whose outcome is known.

    Attributes
    ----------
    cell, week : int array, shape (N,)
        Index of the cell and of the week ahead; -1 where summed over all.
    actual, forecast, naive : float array, shape (N,)
        What came, the expected outcome, and the naive forecast: the mean of the cell's last `horizon` observed weeks.
    low, high : float array, shape (I, N)
        Ends of the central intervals `STATED`.
    """

    cell: NDArray[np.intp]
    week: NDArray[np.intp]
    actual: Floats
    forecast: Floats
    naive: Floats
    low: Floats
    high: Floats

    @property
    def inside(self) -> Flags:
        """(I, N) whether what came lies inside each interval, ends included."""
        return np.asarray((self.actual >= self.low) & (self.actual <= self.high))


@dataclass(frozen=True, eq=False)
class Origin:
    """One outcome seen from one origin.

    Attributes
    ----------
    known : int
        Complete weeks the fit saw.
    weeks : array of datetime64[D], shape (H,)
        Mondays of the weeks ahead.
    outcome : str
    levels : mapping of str to Comparison
        By name in `LEVELS`.
    """

    known: int
    weeks: NDArray[np.datetime64]
    outcome: str
    levels: dict[str, Comparison] = field(repr=False)


@dataclass(frozen=True)
class Estimate:
    """A score with the ends of its 90 % interval over the origins; NaN ends with fewer than three of them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Coverage:
    """How often an interval held what came.

    Attributes
    ----------
    stated : float
        What the interval promises, such as 0.9.
    inside, count : int
    low, high : float
        90 % Wilson interval of the share inside. It counts comparisons as independent; cells that share a bad week and
        origins whose weeks overlap are not, so the truth is less sure than that.
    """

    stated: float
    inside: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share inside."""
        return self.inside / self.count


@dataclass(frozen=True)
class Score:
    """Error and coverage of one outcome at one level, over all origins.

    Attributes
    ----------
    outcome, level : str
    count : int
        Comparisons.
    wape : Estimate
        Sum of absolute errors over the sum of actuals.
    bias : Estimate
        Sum of forecast minus actual, over the sum of actuals.
    skill : Estimate
        1 - WAPE / WAPE of the naive forecast; above 0 is better than naive.
    naive_wape : float
    coverage : tuple of Coverage
        One per interval of `STATED`.
    """

    outcome: str
    level: str
    count: int
    wape: Estimate
    bias: Estimate
    skill: Estimate
    naive_wape: float
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, eq=False)
class Backtest:
    """What a backtest found.

    Attributes
    ----------
    cells : tuple of Cell
    currency : str
    horizon : int
    origins : tuple of Origin
        By outcome, then time.
    scores : tuple of Score
        By outcome, then level.
    withheld : int
        Newest weeks that were left out because they are not fully reported yet.
    """

    cells: tuple[Cell, ...]
    currency: str
    horizon: int
    origins: tuple[Origin, ...]
    scores: tuple[Score, ...]
    withheld: int


def backtest(panel: Panel, plan: BacktestSpec | None = None, progress: Progress | None = None) -> Backtest:
    """Forecast from several points of the past and compare with what came.

    A cell is compared from its first observed week on, in weeks whose spend and outcome are known: a missing row says
    nothing about what came. In the forecast, unreported spend counts as in the fit: a gap of up to two weeks is filled
    by a line, a longer one means the campaign was not running. Newest weeks that the model finds not fully reported are
    left out as if the history ended before them.

    Parameters
    ----------
    panel : Panel
    plan : BacktestSpec, optional
    progress : callable (str, float) -> None, optional
        Told what is being done and the share done, 0 to 1.

    Raises
    ------
    InputError
        The history is too short, or an origin does not fit into it.
    """
    spec = plan or BacktestSpec()
    origins = _origins(panel, spec, len(panel.weeks))
    say = progress or (lambda _what, _share: None)
    say("Looking for late data", 0.0)
    withheld = _unreported(panel, spec)
    known = len(panel.weeks) - withheld
    if spec.origins is None:
        origins = _origins(panel, spec, known)
    seen: list[Origin] = []
    for index, origin in enumerate(origins):
        say(f"Forecasting after week {origin} of {known}", (index + 1) / (len(origins) + 1))
        seen += _look_ahead(panel.until(known), origin, spec)
    outcomes = dict.fromkeys(one.outcome for one in seen)
    ordered = tuple(one for name in outcomes for one in seen if one.outcome == name)
    scores = [_score([one for one in ordered if one.outcome == name], level) for name in outcomes for level in LEVELS]
    say("Done", 1.0)
    found = tuple(score for score in scores if score is not None)
    if not found:
        raise InputError.at("no outcome is known in the weeks to forecast", fix="choose earlier origins")
    return Backtest(panel.cells, panel.currency, spec.horizon, ordered, found, withheld)


def default_origins(weeks: int, horizon: int) -> tuple[int, ...]:
    """Up to 8 origins spread over the last third of the history, reaching further back where that holds fewer than 6.

    Examples
    --------
    >>> default_origins(104, 4)
    (69, 73, 78, 82, 87, 91, 96, 100)
    >>> default_origins(14, 4)
    (6, 7, 8, 9, 10)
    """
    last = weeks - horizon
    first = max(FEWEST_KNOWN, min(weeks - weeks // 3, last - ORIGINS[0] + 1))
    count = min(ORIGINS[1], last - first + 1)
    return tuple(int(origin) for origin in np.unique(np.round(np.linspace(first, last, max(count, 0)))))


def _origins(panel: Panel, spec: BacktestSpec, known: int) -> tuple[int, ...]:
    """Check the history's length and the origins asked for."""
    horizon, names = spec.horizon, f"{len(panel.weeks)} complete weeks"
    if horizon < 1:
        raise InputError.at(f"weeks ahead is {horizon}", fix="it must be 1 or more")
    if spec.outcome not in panel.outcomes:
        listed = ", ".join(sorted(panel.outcomes)) or "none"
        raise InputError.at(f"the history has no outcome {spec.outcome!r}", fix=f"outcomes in it: {listed}")
    if known < FEWEST_KNOWN + horizon:
        late = f", {len(panel.weeks) - known} of them not fully reported yet" if known < len(panel.weeks) else ""
        raise InputError.at(
            f"the history has {names}{late}, and a backtest of {horizon} weeks ahead needs {FEWEST_KNOWN + horizon}",
            fix=f"{FEWEST_KNOWN} to learn from and {horizon} to forecast; give a longer history or look fewer weeks "
            "ahead (--weeks)",
        )
    if spec.origins is None:
        return default_origins(known, horizon)
    chosen = tuple(sorted(set(spec.origins)))
    for origin in chosen:
        if not FEWEST_KNOWN <= origin < known:
            raise InputError.at(
                f"origin {origin} is not possible with {names}", fix=f"choose from {FEWEST_KNOWN} to {known - 1}"
            )
    if not chosen:
        raise InputError.at("no origin is given", fix=f"choose from {FEWEST_KNOWN} to {known - 1}")
    return chosen


def _unreported(panel: Panel, spec: BacktestSpec) -> int:
    """Newest weeks that a fit of the whole history finds not fully reported."""
    return late_weeks(fit_joint(prepare(panel, spec.outcome), spec.settings))


def late_weeks(fit: JointFit) -> int:
    """Number of newest weeks up to the oldest whose share reported is surely well below 1."""
    weeks, lags = fit.model.layout.weeks, fit.model.layout.lags
    share = fit.state.shared[weeks : weeks + lags]
    sd = np.sqrt(np.diagonal(fit.factor.covariance)[weeks : weeks + lags])
    late = np.flatnonzero((share < LATE) & (share < -LATE_SURE * sd))
    return int(late[-1]) + 1 if len(late) else 0


def _look_ahead(panel: Panel, origin: int, spec: BacktestSpec) -> list[Origin]:
    """Forecasts of all outcomes from one origin, beside what came."""
    stop = min(origin + spec.horizon, len(panel.weeks))
    if stop == origin:
        return []
    past, now = panel.until(origin), panel.until(stop)
    data = prepare(now, spec.outcome)
    spend = (data.spend * data.reference[:, None])[:, origin:]
    forecast = ResponseModel(spec.settings).fit(past, spec.outcome).forecast(spend)
    found = []
    for name, draws in forecast.items():
        actual = now.outcomes[name]
        observed = np.isfinite(actual) & np.isfinite(now.spend)
        naive = naive_forecast(np.where(observed, actual, np.nan)[:, :origin], spec.horizon)
        scored = observed[:, origin:] & np.isfinite(naive)[:, None]
        if scored.any():
            levels = _compare(actual[:, origin:], naive, draws, scored)
            found.append(Origin(origin, now.weeks[origin:], name, levels))
    return found


def naive_forecast(outcome: Floats, weeks: int) -> Floats:
    """(C,) mean of each cell's last `weeks` observed weeks, NaN where none is; outcome (C, T) is NaN where unobserved.

    Examples
    --------
    >>> naive_forecast(np.array([[9.0, 2.0, np.nan, 4.0], [np.nan] * 4]), 2)
    array([ 3., nan])
    """
    recent = [row[np.isfinite(row)][-weeks:] for row in outcome]
    return np.array([row.mean() if len(row) else np.nan for row in recent])


def _compare(actual: Floats, naive: Floats, draws: OutcomeDraws, scored: Flags) -> dict[str, Comparison]:
    """Comparisons at every level; actual, scored (C, H), naive (C,)."""
    cells, weeks = scored.shape
    each = np.flatnonzero(scored)
    rows = np.flatnonzero(scored.any(axis=1))
    parts = [
        (np.array([-1]), np.array([-1]), np.zeros(1, dtype=np.intp), np.zeros(len(each), dtype=np.intp)),
        (rows, np.full(len(rows), -1), rows, np.searchsorted(rows, each // weeks)),
        (each // weeks, each % weeks, each, np.arange(len(each))),
    ]
    repeated = np.repeat(naive[:, None], weeks, axis=1)
    found = {}
    for level, (cell, week, _, group) in zip(LEVELS, parts, strict=True):
        size = len(cell)

        def summed(values: Floats, group: NDArray[np.intp] = group, size: int = size) -> Floats:
            return np.bincount(group, values.ravel()[each], size)

        observed = np.stack([summed(one) for one in draws.observed])
        ends = np.array([[0.5 - 0.5 * share, 0.5 + 0.5 * share] for share in STATED])
        low, high = (np.quantile(observed, ends[:, side], axis=0) for side in (0, 1))
        forecast = summed(draws.expected.mean(axis=0))
        found[level] = Comparison(cell, week, summed(actual), forecast, summed(repeated), low, high)
    return found


def _score(origins: Sequence[Origin], level: str) -> Score | None:
    """Scores of one outcome at one level; None where nothing came at all, so that shares of it have no meaning."""
    parts = [one.levels[level] for one in origins]
    sums = np.array([_sums(part) for part in parts])
    if not sums[:, 0].sum() > 0:
        return None
    inside = np.concatenate([part.inside for part in parts], axis=1)
    count = inside.shape[1]
    coverage = []
    for stated, hits in zip(STATED, inside.sum(axis=1).tolist(), strict=True):
        coverage.append(Coverage(stated, hits, count, *wilson(hits, count)))
    return Score(
        outcome=origins[0].outcome,
        level=level,
        count=count,
        wape=_jackknife(sums, lambda total: total[1] / total[0]),
        bias=_jackknife(sums, lambda total: total[2] / total[0]),
        skill=_jackknife(sums, lambda total: 1.0 - total[1] / total[3] if total[3] > 0 else np.nan),
        naive_wape=float(sums[:, 3].sum() / sums[:, 0].sum()),
        coverage=tuple(coverage),
    )


def _sums(part: Comparison) -> tuple[float, float, float, float]:
    """Sums of actuals, of absolute errors, of errors, and of the naive forecast's absolute errors."""
    error = part.forecast - part.actual
    return (
        float(np.abs(part.actual).sum()),
        float(np.abs(error).sum()),
        float(error.sum()),
        float(np.abs(part.naive - part.actual).sum()),
    )


def _jackknife(sums: Floats, ratio: Callable[[Floats], float]) -> Estimate:
    """A ratio of sums over origins (K, ...), with its interval from leaving out one origin at a time."""
    total = sums.sum(axis=0)
    value, count = float(ratio(total)), len(sums)
    rest = total - sums
    if count < 3 or not (rest[:, 0] > 0).all():
        return Estimate(value, np.nan, np.nan)
    without = np.array([ratio(one) for one in rest])
    error = np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum())
    reach = NormalDist().inv_cdf(0.5 + 0.5 * SURE) * float(error)
    return Estimate(value, value - reach, value + reach)


def wilson(inside: int, count: int) -> tuple[float, float]:
    """90 % interval of a share, good for small counts and shares near 1. Source: Wilson (1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.656, 0.977]
    """
    z = NormalDist().inv_cdf(0.5 + 0.5 * SURE)
    share, more = inside / count, z**2 / count
    middle = (share + 0.5 * more) / (1.0 + more)
    reach = z / (1.0 + more) * float(np.sqrt(share * (1.0 - share) / count + more / (4.0 * count)))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def pick(scores: Iterable[Score], outcome: str, level: str) -> Score:
    """The score of one outcome at one level."""
    return next(score for score in scores if (score.outcome, score.level) == (outcome, level))
