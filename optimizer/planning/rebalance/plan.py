"""The plan of next week: forecast, proof and a reason for every cell, whether it moves or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import Floats
from optimizer.language.message import say
from optimizer.planning.assemble import plan_bands, plan_returns
from optimizer.planning.explain import Split, explain_moves
from optimizer.planning.notes import WEEK, of_calendar, of_figures, of_response, of_todays_split
from optimizer.planning.outlook import by_cell, look_ahead, sum_up
from optimizer.planning.plan import Plan, RunInfo
from optimizer.planning.problem import goal_bands
from optimizer.planning.question import request_settings
from optimizer.planning.rebalance.choice import ODDS
from optimizer.planning.rebalance.text import Told, reason_of
from optimizer.planning.wording import Wording, money, money_unit, named
from optimizer.planning.written import certify_written

if TYPE_CHECKING:
    from optimizer.planning.rebalance.choice import Chosen
    from optimizer.planning.rebalance.explore import Trial
    from optimizer.planning.rebalance.week import Posture


def told(
    posture: Posture, chosen: Chosen, trials: Sequence[Trial], aim: Floats
) -> tuple[Plan, tuple[str, ...], Floats]:
    """The plan, and per cell what became of it and the odds of its move.

    Parameters
    ----------
    posture : Posture
    chosen : Chosen
        In amounts as they are written.
    trials : sequence of Trial
    aim : float array, shape (C,)
        Where the moves lead.
    """
    panel, question, far, first = posture.studio.panel, posture.question, posture.far, posture.responses[0]
    spend, start = chosen.spend[:, None], chosen.reference[:, None]
    outlook = look_ahead(posture.responses, spend, start, question.economics)
    totals = sum_up(outlook)
    unit = money_unit(question.weekly, len(panel.cells))
    wording = Wording(question.goal, panel.currency, unit, 10.0**-question.decimals, first.responsive)
    split = Split(chosen.start, chosen.spend, question.bounds)
    returns = plan_returns(posture.curves, split, far, unit)
    shown = Told.of(posture, chosen, trials, aim, returns)
    told_moves = explain_moves(panel.cells, split, returns, first.evidence, wording)
    moves = tuple(reason_of(shown, c, move, wording) for c, move in enumerate(told_moves))
    unspent = max(question.budget - float(chosen.spend.sum()), 0.0)
    settings = _settings(posture)
    from optimizer import __version__
    from optimizer.planning.rebalance.week import run_id

    plan = Plan(
        cells=panel.cells,
        weeks=np.array([panel.weeks[-1].astype("datetime64[D]") + WEEK]),
        spend=spend,
        baseline=start,
        goal=question.goal,
        currency=panel.currency,
        total=totals.total,
        baseline_total=totals.baseline,
        gain=totals.gain,
        carry_after=totals.after,
        by_cell={name: by_cell(one) for name, one in outlook.plan.items()},
        moves=moves,
        allocation=certify_written(posture.problem, chosen.best, spend, start, wording.step),
        bounds=question.bounds,
        curves=posture.curves,
        bands=plan_bands(first, question, goal_bands(first, question, posture.curves.knots[:, -1])),
        findings=_findings(posture, chosen, totals.total, unspent),
        run=RunInfo(run_id(posture, settings), panel.source_sha256, __version__, posture.request.seed, settings),
        responsive=first.responsive,
        draws=totals.draws,
        unspent=unspent,
    )
    return plan, shown.kinds, chosen.odds


def _settings(posture: Posture) -> dict[str, object]:
    """All that was asked, as plain values."""
    network, labels = posture.network, [cell.label for cell in posture.studio.panel.cells]
    found = {
        **request_settings(posture.studio.panel, posture.request, posture.question),
        **posture.settings,
        "odds": ODDS,
        "earlier": posture.studio.earlier.hashes,
    }
    if posture.problem.rules:
        found["rules"] = [repr(rule) for rule in posture.problem.rules]
    if network.file:
        found["network_rules"] = {
            name: {
                label: round(float(value), 6)
                for label, value in zip(labels, values, strict=True)
                if np.isfinite(value) and value
            }
            for name, values in vars(network).items()
            if name != "file"
        }
    return found


def _findings(posture: Posture, chosen: Chosen, total: object, unspent: float) -> tuple[Finding, ...]:
    """What to know about the plan, worst first."""
    studio, question, panel = posture.studio, posture.question, posture.studio.panel
    found = [*studio.findings, *of_calendar(studio.history, panel, posture.request), *studio.earlier.findings]
    found += [*of_response(posture.responses[0]), *question.findings]
    found += of_figures(panel, question, total)  # type: ignore[arg-type]
    found += of_todays_split(panel, question, posture.problem.bounds)
    found += [*_overruled(posture), *posture.notes]
    if unspent > 0.5 * 10.0**-question.decimals:
        problem = say("{amount} of the budget stay unspent", amount=money(unspent, panel.currency))
        fix = say("less than one step of money is left over; give it to a cell without steps, or leave it")
        found.append(Finding("unspent", Severity.NOTE, problem, fix))
    if posture.network.file and posture.network.practice.any():
        cells = [cell for cell, doubt in zip(panel.cells, posture.network.practice, strict=True) if doubt]
        problem = say("some network rules of {cells} are practice or told by others", cells=named(cells))
        fix = say("they hold as you gave them; no text of the network says so")
        found.append(Finding("network-practice", Severity.NOTE, problem, fix, file=posture.network.file))
    return worst_first(list(dict.fromkeys(found)))


def _overruled(posture: Posture) -> list[Finding]:
    """Bounds that today's spend lies outside of."""
    cells, over = posture.studio.panel.cells, posture.limits.overruled
    found = []
    if (over >= 0).any():
        problem = say(
            "the minimum of {cells} is further from today's spend than the largest change",
            cells=named([cells[c] for c in over[over >= 0].tolist()]),
        )
        found.append(Finding("minimum-first", Severity.NOTE, problem, say("the minimum holds all the same")))
    if (over < 0).any():
        problem = say(
            "{cells} cannot come down to the maximum within the largest change",
            cells=named([cells[-1 - c] for c in over[over < 0].tolist()]),
        )
        found.append(Finding("maximum-later", Severity.NOTE, problem, say("it is approached as fast as allowed")))
    return found
