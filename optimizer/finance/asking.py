"""A request with its files as one question in plain values, so that a record alone can ask it again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import Panel
from optimizer.language.message import say
from optimizer.planning.asked import Asked
from optimizer.planning.request import PlanRequest, RulesText, read_bounds, read_current

if TYPE_CHECKING:
    from optimizer.allocation.problem import Bounds
    from optimizer.history.panel import Floats


def asked_of(request: PlanRequest, panel: Panel) -> Asked:
    """The question that a request asks, with what its files hold in place of the files.

    Parameters
    ----------
    request : PlanRequest
        Its rules are a file or a text, if any.
    panel : Panel
        Whose cells its files name.

    Raises
    ------
    InputError
        A file cannot be used, or what it holds is not allowed.
    """
    return Asked(
        budget=request.budget,
        weeks=request.weeks,
        goal=request.goal or "",
        by_audience=request.by_audience,
        risk=request.risk,
        largest_share=request.largest_share,
        largest_step=request.largest_step,
        limits=_limits(request, panel),
        rules=_rules(request),
        settings=_settings(request),
        seed=request.seed,
        current=_current(request, panel),
    )


def _limits(request: PlanRequest, panel: Panel) -> Mapping[str, tuple[float | None, float | None]]:
    given = request.bounds
    if given is None or isinstance(given, Mapping):
        return dict(given or {})
    bounds: Bounds = read_bounds(given, panel.cells) if isinstance(given, str | Path) else given
    limits: dict[str, tuple[float | None, float | None]] = {}
    # No maximum stands for the weekly budget, the most that a cell can get: plain values have no infinity.
    for cell, low, high in zip(panel.cells, bounds.lower.tolist(), bounds.upper.tolist(), strict=True):
        if np.isfinite(low):
            limits[cell.label] = (low, high if np.isfinite(high) else max(low, request.budget / request.weeks))
    return limits


def _current(request: PlanRequest, panel: Panel) -> Mapping[str, float]:
    given = request.current
    if given is None:
        return {}
    spend: Floats = read_current(given, panel.cells) if isinstance(given, str | Path) else np.asarray(given)
    return {cell.label: float(amount) for cell, amount in zip(panel.cells, spend, strict=True) if np.isfinite(amount)}


def _rules(request: PlanRequest) -> str:
    rules = request.rules
    if rules is None:
        return ""
    if isinstance(rules, RulesText):
        return rules.text
    if not isinstance(rules, str | Path):
        raise InputError.at(say("the rules are records"), fix=say("give them as the text of a rules.toml"))
    file = str(rules)
    try:
        return Path(rules).read_text(encoding="utf-8-sig")
    except OSError as problem:
        unread = say("the file cannot be read ({reason})", reason=problem.strerror)
        raise InputError.at(unread, file=file, fix=say("give a TOML file")) from None
    except UnicodeDecodeError:
        raise InputError.at(say("this is not UTF-8 text"), file=file, fix=say("save the file as UTF-8")) from None


def _settings(request: PlanRequest) -> Mapping[str, object]:
    settings = request.read_settings()
    return {} if settings is None else settings.model_dump(mode="json", exclude_defaults=True)
