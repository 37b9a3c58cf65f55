"""`optimizer approve`: freeze a plan as the plan of record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.arguments import (
    ByAudience,
    Earlier,
    FinanceSettings,
    HistoryFile,
    PlanBounds,
    PlanBudget,
    PlanCurrent,
    PlanGoal,
    PlanRisk,
    PlanRules,
    PlanWeeks,
    Seed,
    parse_amount,
    report,
)


def approve(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    budget: PlanBudget,
    weeks: PlanWeeks,
    settings: FinanceSettings,
    by: Annotated[str, typer.Option(metavar="NAME", show_default=False, help="Who approves it.")],
    record: Annotated[
        Path, typer.Option(metavar="FILE", show_default=False, help="Write the plan of record here (JSON).")
    ],
    name: Annotated[str, typer.Option(metavar="TEXT", help="Its name. Without it the first day it covers.")] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why it was approved.")] = "",
    supersedes: Annotated[
        Path | None, typer.Option(metavar="RECORD", help="The plan of record that it takes the place of.")
    ] = None,
    bounds: PlanBounds = None,
    goal: PlanGoal = None,
    current: PlanCurrent = None,
    rules: PlanRules = None,
    earlier: Earlier = None,
    risk: PlanRisk = "mean",
    seed: Seed = 0,
    by_audience: ByAudience = False,
) -> None:
    """Approve a plan: freeze it with its forecast, statement and inputs, so that it can be held against what comes.

    A plan of record is never changed. A later one supersedes it (--supersedes), and `optimizer track` tells how it came
    true.

    For example:

    `optimizer approve history.csv --budget 28562 --weeks 4 --settings settings.toml --by An --record november.json`
    """
    from optimizer.planning.export import check_outputs, write_files
    from optimizer.planning.request import PlanRequest

    request = PlanRequest(
        budget=parse_amount(budget, "--budget"),
        weeks=weeks,
        goal=goal,
        bounds=bounds,
        current=current,
        seed=seed,
        by_audience=by_audience,
        settings=settings,
        rules=rules,
        earlier=tuple(earlier or ()),
        risk=risk,
    )
    inputs = {"HISTORY": history, "--bounds": bounds, "--current": current, "--settings": settings, "--rules": rules}
    inputs |= {"--supersedes": supersedes}
    inputs |= {f"--earlier {path}": path for path in request.earlier if isinstance(path, Path)}
    check_outputs({"--record": record}, inputs)

    from optimizer.finance.approving import approved, check_free, now, read_records
    from optimizer.finance.freeze import Approval
    from optimizer.finance.record_json import record_text
    from optimizer.finance.track_text import approved_text
    from optimizer.planning.progress import shown_progress

    check_free(record)
    before = read_records([supersedes])[0] if supersedes else None
    approval = Approval(name, by.strip(), note.strip(), now())
    with shown_progress() as progress:
        made, plan = approved(history, request, approval, progress, before)
    write_files({record: record_text(made)})
    report(plan.findings)
    typer.echo(approved_text(made, before, str(record)), nl=False)
