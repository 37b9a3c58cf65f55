"""`optimizer plan`: split a budget over the next weeks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.arguments import ByAudience, HistoryFile, PlanBudget, PlanWeeks, Seed, parse_amount, report


def plan(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    budget: PlanBudget,
    weeks: PlanWeeks,
    bounds: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Smallest and largest weekly spend per cell (CSV: network, content_type, min_spend, max_spend). "
            "Without it 0 to 3 times the recent mean.",
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME",
            help="What to maximise: revenue, conversions or another outcome of the history; value, the sum of the "
            "worths in --settings; or profit, at the margin in --settings: the budget is then the most that may be "
            "spent. Without it value where worths are given, else revenue where the history has it, else conversions.",
        ),
    ] = None,
    current: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Today's weekly spend per cell (CSV: network, content_type, spend). Without it the mean of the last "
            "12 complete weeks.",
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What money means: currency, country, margin and costs, worth of each outcome (TOML; `optimizer "
            "settings` prints one to fill in).",
        ),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What must hold of the plan: limits, locks, shares, steps and more (TOML; see docs/rules.md).",
        ),
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="An earlier export of the same history, from which late reporting is learned; may be given several "
            "times.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plan here (CSV, one row per week and cell).")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write totals, gain, proof and findings here (JSON).")
    ] = None,
    risk: Annotated[
        str,
        typer.Option(
            metavar="RISK",
            help="What to be best in: mean, the average over all that may be, or careful, the average over the worst "
            "20 % of it.",
        ),
    ] = "mean",
    seed: Seed = 0,
    by_audience: ByAudience = False,
) -> None:
    """Split a budget over the next weeks, with the expected gain, the proof and a reason per cell.

    For example:

    `optimizer plan history.csv --budget 28562 --weeks 4`

    `optimizer plan history.csv --budget 28562 --weeks 4 --bounds bounds.csv --out plan.csv --summary summary.json`
    """
    from optimizer.planning.export import check_outputs, plan_csv, summary_json, write_files
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

    from optimizer.history import load_history
    from optimizer.planning.build import make_plan
    from optimizer.planning.console import print_plan
    from optimizer.planning.progress import shown_progress

    with shown_progress() as progress:
        progress(f"Reading {history.name}", 0.0)
        result = make_plan(load_history(history), request, progress)
    texts = ((out, plan_csv), (summary, summary_json))
    files: dict[str | Path, str] = {path: make(result) for path, make in texts if path is not None}
    write_files(files)
    report(result.findings)
    print_plan(result, [str(path) for path in files])
