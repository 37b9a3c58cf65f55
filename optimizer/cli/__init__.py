"""The command line: thin commands over the same functions that Python and the screen call.

Nothing heavy is imported before a command runs, so that ``optimizer --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from optimizer.cli.allocate import allocate
from optimizer.cli.approve import approve
from optimizer.cli.arguments import FLAG, Command, Group
from optimizer.cli.backtest import backtest
from optimizer.cli.data import check, sample, settings
from optimizer.cli.imports import import_files
from optimizer.cli.pace import pace
from optimizer.cli.plan import plan
from optimizer.cli.rebalance import network_rules, rebalance
from optimizer.cli.report import report_files
from optimizer.cli.screen import open_app
from optimizer.cli.sponsor import sponsor
from optimizer.cli.statement import statement
from optimizer.cli.track import track
from optimizer.errors import EXIT_INTERNAL, EXIT_OK, OptimizerError

EXIT_PIPE_CLOSED = 1
EXIT_STOPPED = 130  # by Ctrl+C, as shells count it

app = typer.Typer(
    name="optimizer",
    cls=Group,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Plan the budget of sponsored posts: what they brought, where the money goes next, and proof that no "
    "better split was missed.",
    epilog="New here? `optimizer sample data` writes a simulated history; "
    "`optimizer plan data/sample_history.csv --budget 100000 --weeks 4` plans on it; `optimizer app` opens the screen.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from optimizer import __version__

        typer.echo(f"optimizer {__version__}")
        raise typer.Exit(EXIT_OK)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar=FLAG, callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", metavar=FLAG, help="Show the traceback of an internal error.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for _command in (
    plan,
    statement,
    approve,
    track,
    rebalance,
    pace,
    allocate,
    backtest,
    check,
    sample,
    settings,
    network_rules,
):
    app.command(cls=Command)(_command)
app.command(cls=Command)(sponsor)
app.command(name="report", cls=Command)(report_files)
app.command(name="import", cls=Command)(import_files)
app.command(name="app", cls=Command)(open_app)


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
