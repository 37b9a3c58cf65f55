"""`optimizer statement`: what a plan does to the income statement."""

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


def statement(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    budget: PlanBudget,
    weeks: PlanWeeks,
    settings: FinanceSettings,
    bounds: PlanBounds = None,
    goal: PlanGoal = None,
    current: PlanCurrent = None,
    rules: PlanRules = None,
    earlier: Earlier = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the statement here (CSV, one row per line of the whole, of each period, network and content "
            "type).",
        ),
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write statement, answers, sensitivity and definitions here (JSON)."),
    ] = None,
    risk: PlanRisk = "mean",
    seed: Seed = 0,
    by_audience: ByAudience = False,
) -> None:
    """Say what a plan does to the income statement: from revenue to marketing contribution, with ROI and what moves it.

    For example:

    `optimizer statement history.csv --budget 28562 --weeks 4 --settings settings.toml --out statement.csv`
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
    inputs |= {f"--earlier {path}": path for path in request.earlier if isinstance(path, Path)}
    check_outputs({"--out": out, "--summary": summary}, inputs)

    from optimizer.finance.draft import draft_of
    from optimizer.finance.statement_files import statement_csv, statement_json
    from optimizer.finance.statement_text import statement_text
    from optimizer.planning.progress import shown_progress

    with shown_progress() as progress:
        record, plan = draft_of(history, request, progress)
    texts = ((out, statement_csv), (summary, statement_json))
    files: dict[str | Path, str] = {path: make(record) for path, make in texts if path is not None}
    write_files(files)
    report(plan.findings)
    typer.echo(statement_text(record, request.read_settings(), [str(path) for path in files]))
