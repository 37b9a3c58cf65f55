"""Backtest: what the program would have forecast in the past, against what then came.

At every origin the model is fitted to the weeks up to it and asked for the next weeks with the spend that was really
made in them. Nothing that came later reaches the fit. Weeks that one origin forecasts may be learned from at the next
(rolling origin). Source: Tashman (2000), Out-of-sample tests of forecasting accuracy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import number, say
from optimizer.response.evidence import late_shares
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.forecast import OutcomeDraws
from optimizer.response.model import ResponseModel
from optimizer.response.prepare import no_outcome, prepare
from optimizer.response.scores import LEVELS, STATED, Comparison, Flags, Origin, Score, score
from optimizer.response.settings import ModelSettings

FEWEST_KNOWN = 6  # weeks to learn from before the first origin
ORIGINS = (6, 8)  # as many as that where the history allows

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
    outcome : str or None
        What is fitted; with conversions revenue is tested too, where the history has it. None takes conversions where
        any came, else revenue.
    settings : ModelSettings
    """

    horizon: int = 4
    origins: tuple[int, ...] | None = None
    outcome: str | None = None
    settings: ModelSettings = field(default_factory=ModelSettings)


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
    outcome = spec.outcome or _usual_outcome(panel)
    origins = _origins(panel, spec, outcome, len(panel.weeks))
    tell = progress or (lambda _what, _share: None)
    tell(say("Looking for late data"), 0.0)
    withheld = late_weeks(fit_joint(prepare(panel, outcome), spec.settings))
    known = len(panel.weeks) - withheld
    if spec.origins is None:
        origins = _origins(panel, spec, outcome, known)
    seen: list[Origin] = []
    for index, origin in enumerate(origins):
        done = (index + 1) / (len(origins) + 1)
        tell(say("Forecasting after week {week} of {weeks}", week=number(origin), weeks=number(known)), done)
        seen += _look_ahead(panel.until(known), origin, outcome, spec)
    outcomes = dict.fromkeys(one.outcome for one in seen)
    ordered = tuple(one for name in outcomes for one in seen if one.outcome == name)
    scores = [score([one for one in ordered if one.outcome == name], level) for name in outcomes for level in LEVELS]
    tell(say("Done"), 1.0)
    found = tuple(one for one in scores if one is not None)
    if not found:
        raise InputError.at(say("no outcome is known in the weeks to forecast"), fix=say("choose earlier origins"))
    return Backtest(panel.cells, panel.currency, spec.horizon, ordered, found, withheld)


def default_origins(weeks: int, horizon: int) -> tuple[int, ...]:
    """Up to 8 origins spread over the last third of the history, reaching further back where that holds fewer than 6.

    Examples
    --------
    >>> default_origins(104, 4)
    (70, 74, 79, 83, 87, 91, 96, 100)
    >>> default_origins(14, 4)
    (6, 7, 8, 9, 10)
    """
    last = weeks - horizon
    first = max(FEWEST_KNOWN, min(weeks - weeks // 3, last - ORIGINS[0] + 1))
    count = min(ORIGINS[1], last - first + 1)
    return tuple(int(origin) for origin in np.unique(np.round(np.linspace(first, last, max(count, 0)))))


def _usual_outcome(panel: Panel) -> str:
    """Conversions where any came, else revenue where the history has it."""
    came = [name for name in ("conversions", "revenue") if np.nansum(panel.outcomes.get(name, 0.0)) > 0]
    return came[0] if came else "conversions"


def _origins(panel: Panel, spec: BacktestSpec, outcome: str, known: int) -> tuple[int, ...]:
    """Check the history's length and the origins asked for."""
    horizon, weeks = spec.horizon, number(len(panel.weeks))
    if horizon < 1:
        raise InputError.at(say("weeks ahead is {weeks}", weeks=number(horizon)), fix=say("it must be 1 or more"))
    if outcome not in panel.outcomes:
        raise no_outcome(panel, outcome)
    if known < FEWEST_KNOWN + horizon:
        raise _too_short(panel, horizon, known)
    if spec.origins is None:
        return default_origins(known, horizon)
    chosen = tuple(sorted(set(spec.origins)))
    choose = say("choose from {first} to {last}", first=number(FEWEST_KNOWN), last=number(known - 1))
    for origin in chosen:
        if not FEWEST_KNOWN <= origin < known:
            problem = say(
                "origin {origin} is not possible with {weeks} complete weeks", origin=number(origin), weeks=weeks
            )
            raise InputError.at(problem, fix=choose)
    if not chosen:
        raise InputError.at(say("no origin is given"), fix=choose)
    return chosen


def _too_short(panel: Panel, horizon: int, known: int) -> InputError:
    """The error for a history of which too few weeks are fully reported."""
    late = len(panel.weeks) - known
    asked = {"weeks": number(len(panel.weeks)), "horizon": number(horizon), "needed": number(FEWEST_KNOWN + horizon)}
    if late:
        problem = say(
            "the history has {weeks} complete weeks, {late} of them not fully reported yet, "
            "and a backtest of {horizon} weeks ahead needs {needed}",
            late=number(late),
            **asked,
        )
    else:
        problem = say(
            "the history has {weeks} complete weeks, and a backtest of {horizon} weeks ahead needs {needed}", **asked
        )
    advice = say(
        "{learn} to learn from and {horizon} to forecast; give a longer history or look fewer weeks ahead (--weeks)",
        learn=number(FEWEST_KNOWN),
        horizon=number(horizon),
    )
    return InputError.at(problem, fix=advice)


def late_weeks(fit: JointFit) -> int:
    """Number of newest weeks up to the oldest whose share reported is surely well below 1."""
    return max(late_shares(fit), default=-1) + 1


def _look_ahead(panel: Panel, origin: int, outcome: str, spec: BacktestSpec) -> list[Origin]:
    """Forecasts of all outcomes from one origin, beside what came."""
    stop = min(origin + spec.horizon, len(panel.weeks))
    if stop == origin:
        return []
    past, now = panel.until(origin), panel.until(stop)
    data = prepare(now, outcome)
    spend = (data.spend * data.reference[:, None])[:, origin:]
    forecast = ResponseModel(spec.settings).fit(past, outcome).forecast(spend)
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
    weeks = scored.shape[1]
    each = np.flatnonzero(scored)
    cell_of, week_of = np.divmod(each, weeks)
    rows = np.flatnonzero(scored.any(axis=1))
    every = np.array([-1])
    groups = (
        (every, every, np.zeros_like(each)),
        (rows, np.full_like(rows, -1), np.searchsorted(rows, cell_of)),
        (cell_of, week_of, np.arange(len(each))),
    )
    parts = actual, draws.expected.mean(axis=0), np.broadcast_to(naive[:, None], actual.shape)
    found = {}
    for level, (cell, week, group) in zip(LEVELS, groups, strict=True):
        came, forecast, simple = (_summed(values.ravel()[each], group) for values in parts)
        may_show = np.stack([_summed(one.ravel()[each], group) for one in draws.observed])
        low, high = (np.quantile(may_show, [0.5 + side * share for share in STATED], axis=0) for side in (-0.5, 0.5))
        found[level] = Comparison(cell, week, came, forecast, simple, low, high)
    return found


def _summed(values: Floats, group: NDArray[np.intp]) -> Floats:
    """Sums of values by group; every group has at least one."""
    return np.asarray(np.bincount(group, values), dtype=np.float64)
