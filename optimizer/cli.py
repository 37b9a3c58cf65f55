"""The command line: thin commands over the same functions that Python and the screen call.

Nothing heavy is imported before a command runs, so that ``optimizer --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import EXIT_INTERNAL, EXIT_OK, InputError, OptimizerError

if TYPE_CHECKING:
    from optimizer.history.findings import Finding

EXIT_PIPE_CLOSED = 1
EXIT_STOPPED = 130  # by Ctrl+C, as shells count it

app = typer.Typer(
    name="optimizer",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Plan the budget of sponsored posts: what they brought, where the money goes next, and proof that no "
    "better split was missed.",
    epilog="New here? `optimizer sample data` writes a simulated history; "
    "`optimizer plan data/sample_history.csv --budget 100000 --weeks 4` plans on it; `optimizer app` opens the screen.",
)

HistoryFile = Annotated[
    Path,
    typer.Argument(
        metavar="HISTORY",
        show_default=False,
        help="History file: CSV, XLSX or Parquet, one row per day or week and cell.",
    ),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from optimizer import __version__

        typer.echo(f"optimizer {__version__}")
        raise typer.Exit(EXIT_OK)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def plan(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    budget: Annotated[
        str,
        typer.Option(
            metavar="AMOUNT", show_default=False, help="Money for all weeks together, such as 28562 or 28562.50."
        ),
    ],
    weeks: Annotated[
        int, typer.Option(metavar="N", show_default=False, help="Weeks to plan, 1 to 52, after the last complete week.")
    ],
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
            help="What to maximise: revenue, conversions or another outcome of the history, or value, the sum of the "
            "worths in --settings. Without it value where worths are given, else revenue where the history has it, "
            "else conversions.",
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
            help="What money means: currency, country, worth of each outcome (TOML; `optimizer settings` prints one to "
            "fill in).",
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
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random draws; the same seed gives the same plan.")] = 0,
    by_audience: Annotated[bool, typer.Option("--by-audience", help="Split cells by audience too.")] = False,
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
        earlier=tuple(earlier or ()),
    )
    inputs = {"HISTORY": history, "--bounds": bounds, "--current": current, "--settings": settings}
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
    _report(result.findings)
    print_plan(result, [str(path) for path in files])


@app.command()
def allocate(  # noqa: PLR0913 - one argument per option
    curves: Annotated[
        Path,
        typer.Argument(
            metavar="CURVES",
            show_default=False,
            help="Curves of any model (CSV: network, content_type, spend, value): a row per point, two or more per "
            "cell, straight lines between them.",
        ),
    ],
    budget: Annotated[
        str,
        typer.Option(metavar="AMOUNT", show_default=False, help="Money for one week, such as 7140 or 7140.50."),
    ],
    bounds: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Smallest and largest weekly spend per cell (CSV: network, content_type, min_spend, max_spend). "
            "Without it from the first to the last point of each curve.",
        ),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What else must hold (TOML): limits of groups, locks, steps.")
    ] = None,
    current: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Today's weekly spend per cell (CSV: network, content_type, spend). Without it a split in proportion "
            "to the most that each cell may get.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plan here (CSV, one row per cell).")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write totals, gain, proof and findings here (JSON).")
    ] = None,
) -> None:
    """Split one week's budget over curves that you bring, with the proof that no better split was missed.

    For example:

    `optimizer allocate curves.csv --budget 7140 --bounds bounds.csv --out plan.csv --summary summary.json`
    """
    from optimizer.planning.allocate import AllocateRequest
    from optimizer.planning.allocate import allocate as run
    from optimizer.planning.allocate_text import week_csv, week_json, week_text
    from optimizer.planning.curves_file import read_curves
    from optimizer.planning.export import check_outputs, write_files

    request = AllocateRequest(parse_amount(budget, "--budget"), bounds, current, rules)
    inputs = {"CURVES": curves, "--bounds": bounds, "--rules": rules, "--current": current}
    check_outputs({"--out": out, "--summary": summary}, inputs)
    result = run(read_curves(curves), request)
    texts = ((out, week_csv), (summary, week_json))
    files: dict[str | Path, str | bytes] = {path: make(result) for path, make in texts if path is not None}
    write_files(files)
    _report(result.findings)
    typer.echo(week_text(result, [str(path) for path in files]), nl=False)


@app.command()
def backtest(  # noqa: PLR0913 - one argument per option
    history: HistoryFile,
    weeks: Annotated[int, typer.Option(metavar="N", min=1, max=52, help="Weeks ahead that each forecast covers.")] = 4,
    origins: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Numbers of complete weeks after which to forecast, such as 60,70,80. Without it up to 8 over the "
            "last third of the history.",
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(metavar="OUTCOME", help="What to forecast. Without it conversions and revenue."),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Say what moved with the last N weeks; 0 leaves that out. Without it as many as the weeks ahead, "
            "where the history is long enough.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every comparison here (CSV, one row each).")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw forecasts against what came (.svg or .png).")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings (TOML); public holidays of the country in it may move demand."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the random draws.")] = 0,
    by_audience: Annotated[bool, typer.Option("--by-audience", help="Split cells by audience too.")] = False,
) -> None:
    """Test the forecasts on your own past: error, skill over a naive forecast, and whether the intervals hold.

    For example:

    `optimizer backtest history.csv`

    `optimizer backtest history.csv --weeks 3 --origins 60,70,80 --out rows.csv --chart chart.svg`
    """
    from optimizer.planning.backtest_run import BacktestRequest, run_backtest

    request = BacktestRequest(history, weeks, origins, outcome, since, settings, out, chart, seed, by_audience)
    findings, text = run_backtest(request)
    _report(findings)
    typer.echo(text, nl=False)


@app.command()
def check(history: HistoryFile) -> None:
    """Say what is in a history file and what is wrong with it, worst first.

    Exits with 0 when the file can be planned on, with 2 when it cannot.

    For example:

    `optimizer check history.csv`
    """
    from optimizer.history import build_panel, load_history
    from optimizer.planning.describe import describe_history

    read = load_history(history)
    panel = build_panel(read)
    for finding in read.findings:
        typer.echo(f"{finding.severity.name.lower()}: {finding.text}")
    typer.echo(describe_history(read, panel))


@app.command()
def sample(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="Folder to write to; made if missing.")
    ],
) -> None:
    """Write a simulated history of two years with its data dictionary, to try things on.

    For example:

    `optimizer sample data`
    """
    from optimizer.history.sample import write_sample

    for path in write_sample(folder):
        typer.echo(f"Written: {path} (simulated)")


@app.command()
def settings() -> None:
    """Print a settings file to fill in, with every key explained.

    For example:

    `optimizer settings > settings.toml`
    """
    from optimizer.planning.settings import settings_template

    typer.echo(settings_template(), nl=False)


@app.command(name="app")
def open_app(
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=1, max=65535, help="Port on this computer; without it 8501 or the next that is free."
        ),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
) -> None:
    """Open the screen in a browser; Ctrl+C ends it.

    For example:

    `optimizer app --port 8600`
    """
    import subprocess

    from optimizer.ui.launch import command

    try:
        code = subprocess.call(command(port, headless))
    except KeyboardInterrupt:  # the usual way to end it
        code = EXIT_STOPPED
    raise typer.Exit(EXIT_OK if code in (EXIT_OK, EXIT_STOPPED, -2) else EXIT_INTERNAL)


def parse_amount(text: str, name: str) -> float:
    """Read a plain number; thousands separators and currency signs are refused, since 1,234 has two meanings.

    Examples
    --------
    >>> parse_amount("28562.50", "--budget")
    28562.5
    """
    try:
        value = float(text) if "_" not in text else None
    except ValueError:
        value = None
    if value is None:
        fix = "write a plain number such as 28562.50, with a point before decimals and nothing else"
        raise InputError.at(f"{name} is '{text}'", fix=fix)
    return value


def _report(findings: Iterable[Finding]) -> None:
    """Findings go to stderr, one a line, worst first."""
    for finding in findings:
        typer.echo(f"{finding.severity.name.lower()}: {finding.text}", err=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 2 bad input, 3 no plan can satisfy the rules, 4 internal error.

    Every error is one line on stderr; the traceback of an internal one is shown with ``--debug``.
    """
    _calculate_on_one_thread()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    given = [word for word in given if word != "--debug"]
    try:
        result = app(given, prog_name="optimizer", standalone_mode=False)
        sys.stdout.flush()
    except OptimizerError as problem:
        return _fail(str(problem), problem.exit_code, debug)
    except typer.TyperException as problem:
        path = getattr(getattr(problem, "ctx", None), "command_path", "optimizer")
        return _fail(f"{problem.format_message().rstrip('.?')}; see {path} --help.", problem.exit_code, debug)
    except (typer.Abort, KeyboardInterrupt):
        return _fail("Stopped.", EXIT_STOPPED, debug)
    except BrokenPipeError:
        _silence_stdout()
        return EXIT_PIPE_CLOSED
    except MemoryError:
        message = "There is not enough memory for this history; plan on fewer rows or close other programs."
        return _fail(message, EXIT_INTERNAL, debug)
    except Exception as problem:  # noqa: BLE001 - the last line of defence: a sentence, not a traceback
        kind = f"{type(problem).__name__}: {problem}".splitlines()[0].rstrip(".")
        return _fail(f"Internal error ({kind}); run again with --debug for details.", EXIT_INTERNAL, debug)
    if result == EXIT_STOPPED:
        return _fail("Stopped.", EXIT_STOPPED, debug=False)
    return result if isinstance(result, int) else EXIT_OK


def _calculate_on_one_thread() -> None:
    """Keep the linear algebra of NumPy on one thread unless the user says otherwise.

    The matrices are small: waiting for each other costs threads more than they save, many times over on a busy machine.
    It also makes the last bit of a result independent of the number of cores. Has no effect once NumPy is loaded.
    """
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def _fail(message: str, code: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    typer.echo(f"error: {message}", err=True)
    return code


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about a pipe that its reader closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
