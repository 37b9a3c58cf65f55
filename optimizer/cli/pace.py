"""`optimizer pace`: how a period's budget stands, where it ends, and the next daily budgets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.arguments import FLAG, ByAudience, HistoryFile, parse_amount, report


def pace(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="MONEY", help="Money for the whole period, such as 30000. May be left out with --targets."
        ),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD", help="Fiscal period, such as 2026-11 or FY2027 P02. Without it that of --as-of."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="The first day that is not spent yet (YYYY-MM-DD). Without it the day after the data."
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What money means, and the fiscal calendar: month, 4-4-5 and more (TOML)."),
    ] = None,
    current: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What is set now, weekly spend per cell (CSV: network, content_type, spend). Without it the mean of "
            "the last 7 days.",
        ),
    ] = None,
    bounds: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Smallest and largest weekly spend per cell (CSV: network, content_type, min_spend, max_spend).",
        ),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What must hold of a week (TOML; see docs/rules.md)."),
    ] = None,
    network_rules: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What networks ask for: smallest budgets, waiting times, learning, steps of money (TOML; `optimizer "
            "network-rules` prints one to edit).",
        ),
    ] = None,
    max_change: Annotated[
        float,
        typer.Option(metavar="SHARE", help="Largest change of a cell within a week, as a share of what it gets now."),
    ] = 0.3,
    targets: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Budgets of networks and cells for the period (CSV: network, content_type, budget; content_type may "
            "be empty, and a column period lets one file hold many periods).",
        ),
    ] = None,
    plan: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A plan that was accepted for weeks of the period, as --out of plan or rebalance wrote it: what it "
            "gives a cell is the cell's budget. May be given several times, newest last.",
        ),
    ] = None,
    resolve: Annotated[
        bool,
        typer.Option(
            "--resolve", metavar=FLAG, help="Split what is left anew by what it brings, rather than as it is split now."
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the next daily budgets here, a row per cell (CSV).")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write figures, lights, budgets and findings here (JSON).")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random draws behind --resolve.")] = 0,
    by_audience: ByAudience = False,
) -> None:
    """Show how a period's budget stands, where it ends at this pace, and the daily budgets that land it.

    For example:

    `optimizer pace history.csv --budget 30000`

    `optimizer pace history.csv --budget 30000 --resolve --network-rules network_rules.toml --out pace.csv`
    """
    from optimizer.planning.export import check_outputs, write_files
    from optimizer.planning.pacing.pace import PaceRequest

    request = PaceRequest(
        budget=None if budget is None else parse_amount(budget, "--budget"),
        period=period,
        as_of=None if as_of is None else _day(as_of),
        settings=settings,
        current=current,
        bounds=bounds,
        rules=rules,
        network_rules=network_rules,
        max_change=max_change,
        targets=targets,
        planned=tuple(plan or ()),
        resolve=resolve,
        by_audience=by_audience,
        seed=seed,
    )
    inputs: dict[str, str | Path | None] = {"HISTORY": history, "--bounds": bounds, "--current": current}
    inputs |= {"--settings": settings, "--rules": rules, "--network-rules": network_rules, "--targets": targets}
    inputs |= {f"--plan {path}": path for path in plan or ()}
    check_outputs({"--out": out, "--summary": summary}, inputs)

    from optimizer.history import load_history
    from optimizer.planning.pacing.console import print_pace
    from optimizer.planning.pacing.files import pace_csv, pace_json
    from optimizer.planning.pacing.next import next_budgets
    from optimizer.planning.pacing.pace import pace as judge
    from optimizer.planning.progress import shown_progress

    with shown_progress() as progress:
        progress(f"Reading {history.name}", 0.0)
        read = load_history(history)
        pacing = judge(read, request)
        found = next_budgets(read, request, pacing, progress=progress)
    files: dict[str | Path, str | bytes] = {}
    files |= {} if out is None else {out: pace_csv(pacing, found)}
    files |= {} if summary is None else {summary: pace_json(pacing, found)}
    write_files(files)
    report(dict.fromkeys((*pacing.findings, *found.findings)))
    print_pace(pacing, found, [str(path) for path in files])


def _day(text: str) -> dt.date:
    """A day as ISO 8601 writes it."""
    from optimizer.errors import InputError
    from optimizer.language.message import say

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fix = say("write a day such as 2026-11-10")
        raise InputError.at(say("{option} is '{text}'", option="--as-of", text=text), fix=fix) from None
