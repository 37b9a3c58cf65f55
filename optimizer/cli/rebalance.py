"""`optimizer rebalance`: next week's budgets; `optimizer network-rules`: what networks ask for, as a file to edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.arguments import FLAG, ByAudience, HistoryFile, Seed, parse_amount, report

if TYPE_CHECKING:
    from optimizer.errors import InputError
    from optimizer.planning.rebalance.decision import WeekDecision
    from optimizer.planning.rebalance.files import Template
    from optimizer.planning.rebalance.rebalance import RebalanceRequest
    from optimizer.planning.rebalance.week_memory import WeekMemory


def rebalance(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    budget: Annotated[
        str,
        typer.Option(metavar="WEEKLY", show_default=False, help="Money for the week, such as 7140 or 7140.50."),
    ],
    current: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What is set now, weekly spend per cell (CSV: network, content_type, spend). Without it the mean of "
            "the last 12 complete weeks.",
        ),
    ] = None,
    max_change: Annotated[
        float,
        typer.Option(metavar="SHARE", help="Largest change of a cell within a week, as a share of what it gets now."),
    ] = 0.3,
    explore: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Share of the budget that may go where knowing more is worth most; 0.05 is 5 %."
        ),
    ] = 0.0,
    bounds: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Smallest and largest weekly spend per cell (CSV: network, content_type, min_spend, max_spend). "
            "Without it 0 to 3 times the recent mean.",
        ),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What must hold of the week: limits, locks, shares, steps and more (TOML; see docs/rules.md).",
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What money means: currency, worth of each outcome and more (TOML)."),
    ] = None,
    network_rules: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What networks ask for: smallest budgets, waiting times, learning, steps of money (TOML; `optimizer "
            "network-rules` prints one to edit). Without it none of that acts.",
        ),
    ] = None,
    touch_learning: Annotated[
        bool,
        typer.Option(
            "--touch-learning", metavar=FLAG, help="Change cells too that learn or wait by the network rules."
        ),
    ] = False,
    goal: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME",
            help="What to maximise: revenue, conversions, another outcome of the history, or value. Without it value "
            "where --settings give worths, else revenue where the history has it, else conversions.",
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
        Path | None,
        typer.Option(metavar="FILE", help="Write next week's plan here, cells that do not change included (CSV)."),
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write moves, reasons, totals, gain, proof and findings here (JSON)."),
    ] = None,
    changes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the budgets to change here, as a list to work down (CSV)."),
    ] = None,
    template: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NETWORK=]FILE",
            help="A network's own upload table with one row of places such as {content_type} and {spend_per_day}; may "
            "be given several times, with an --upload each.",
        ),
    ] = None,
    upload: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Write the filled-in --template here (CSV)."),
    ] = None,
    memory: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What earlier weeks left behind: tests that run and moves that were turned down (JSON, as --remember "
            "writes it). Tests go on until their weeks are over; what was turned down is not proposed for four weeks.",
        ),
    ] = None,
    remember: Annotated[
        bool,
        typer.Option(
            "--remember", metavar=FLAG, help="Write --memory anew, with the tests of this week and what --leave names."
        ),
    ] = False,
    leave: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CELL[=REASON]",
            help="Leave a cell such as tiktok/video as it is and choose the rest around it; may be given several "
            "times.",
        ),
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write when to look again here, as a calendar entry (.ics).")
    ] = None,
    seed: Seed = 0,
    by_audience: ByAudience = False,
) -> None:
    """Plan next week's budgets from today's: as few moves as are worth it, none where none is, and a reason per cell.

    For example:

    `optimizer rebalance history.csv --budget 7140 --current current.csv --out plan.csv`

    `optimizer rebalance history.csv --budget 7140 --explore 0.05 --changes changes.csv --calendar again.ics`

    `optimizer rebalance history.csv --budget 7140 --memory weeks.json --remember --leave tiktok/video=contract`
    """
    from optimizer.planning.export import check_outputs, plan_csv, write_files
    from optimizer.planning.rebalance.rebalance import RebalanceRequest

    request = RebalanceRequest(
        budget=parse_amount(budget, "--budget"),
        current=current,
        max_change=max_change,
        explore=explore,
        bounds=bounds,
        rules=rules,
        settings=settings,
        network_rules=network_rules,
        goal=goal,
        seed=seed,
        by_audience=by_audience,
        earlier=tuple(earlier or ()),
        touch_learning=touch_learning,
        memory=_memory(memory, new=remember),
    )
    inputs: dict[str, str | Path | None] = {"HISTORY": history, "--bounds": bounds, "--current": current}
    inputs |= {"--settings": settings, "--rules": rules, "--network-rules": network_rules}
    inputs |= {f"--earlier {path}": path for path in earlier or ()}
    uploads = _uploads(template or [], upload or [])
    inputs |= {f"--template {one.file}": one.file for one, _ in uploads}
    outputs: dict[str, str | Path | None] = {"--out": out, "--summary": summary, "--changes": changes}
    outputs |= {
        "--calendar": calendar,
        "--memory": memory if remember else None,
    }
    check_outputs(outputs, inputs)
    for _, target in uploads:
        check_outputs({**outputs, "--upload": target}, inputs)
    left = _left(leave or [])

    from optimizer.history import load_history
    from optimizer.planning.progress import shown_progress
    from optimizer.planning.rebalance.console import print_rebalance
    from optimizer.planning.rebalance.decision import leave_as_today
    from optimizer.planning.rebalance.files import calendar_ics, changes_csv, rebalance_json, upload_csv
    from optimizer.planning.studio import open_studio

    with shown_progress() as progress:
        progress(f"Reading {history.name}", 0.0)
        studio = open_studio(load_history(history), request.of_week(), progress)
        decision = leave_as_today(studio, request, left, progress)
    found = decision.found
    files: dict[str | Path, str | bytes] = {}
    files |= {path: plan_csv(found.plan) for path in (out,) if path is not None}
    for path, make in ((summary, rebalance_json), (changes, changes_csv), (calendar, calendar_ics)):
        files |= {} if path is None else {path: make(found)}
    files |= {path: upload_csv(found, one) for one, path in uploads}
    if memory is not None and remember:
        files[memory] = _remembered(request, decision, left)
    write_files(files)
    report(found.plan.findings)
    print_rebalance(found, [str(path) for path in files])


def _memory(path: Path | None, *, new: bool) -> WeekMemory | None:
    """What earlier weeks left behind; nothing where a file is only to be begun."""
    from optimizer.errors import InputError
    from optimizer.language.message import say

    if path is None:
        if new:
            raise InputError.at(say("--remember has no file to write"), fix=say("give one with --memory FILE"))
        return None
    from optimizer.planning.rebalance.week_memory import WeekMemory, read_memory

    return WeekMemory() if new and not path.exists() else read_memory(path)


def _left(cells: list[str]) -> dict[str, str]:
    """Cells to leave as they are, with the reason."""
    left: dict[str, str] = {}
    for text in cells:
        cell, _, reason = text.partition("=")
        name = cell.strip().lower()
        if name in left:
            raise _twice("--leave", name)
        left[name] = " ".join(reason.split())
    return left


def _twice(option: str, name: str) -> InputError:
    """An option that says two things of one."""
    from optimizer.errors import InputError
    from optimizer.language.message import say

    problem = say("{option} is given twice for '{name}'", option=option, name=name)
    return InputError.at(problem, fix=say("keep one of them"))


def _remembered(request: RebalanceRequest, decision: WeekDecision, left: dict[str, str]) -> str:
    """What this week leaves behind."""
    from optimizer.planning.rebalance.week_memory import WeekMemory, memory_json, remember

    free = decision.free or decision.found
    return memory_json(remember(request.memory or WeekMemory(), free, decision.found, left))


def _uploads(templates: list[str], outputs: list[Path]) -> list[tuple[Template, Path]]:
    """Each template, read, with the file that it makes."""
    if not templates and not outputs:
        return []
    from optimizer.errors import InputError
    from optimizer.language.message import number, say
    from optimizer.planning.rebalance.files import read_template

    if len(templates) != len(outputs):
        given = {"templates": number(len(templates)), "uploads": number(len(outputs))}
        problem = say("templates: {templates}, uploads: {uploads}", **given)
        raise InputError.at(problem, fix=say("give an --upload for each --template, in the same order"))
    pairs: list[tuple[Template, Path]] = []
    for text, path in zip(templates, outputs, strict=True):
        if any(path.resolve() == other.resolve() for _, other in pairs):
            raise _twice("--upload", str(path))
        network, equals, file = text.partition("=")
        named = bool(equals) and not Path(text).exists()
        pairs.append((read_template(file if named else text, network.strip().lower() if named else ""), path))
    return pairs


def network_rules() -> None:
    """Print what networks ask for, with sources and dates, as a file to edit.

    For example:

    `optimizer network-rules > network_rules.toml`
    """
    from optimizer.planning.network_rules import network_rules_template

    typer.echo(network_rules_template(), nl=False)
