"""What several commands share: arguments, amounts, and how findings are told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from optimizer.errors import InputError
from optimizer.language.message import say

if TYPE_CHECKING:
    from optimizer.history.findings import Finding

FLAG = ""  # what stands for the value of an option that takes none

HistoryFile = Annotated[
    Path,
    typer.Argument(
        metavar="HISTORY",
        show_default=False,
        help="History file: CSV, XLSX or Parquet, one row per day or week and cell.",
    ),
]


class Command(typer.core.TyperCommand):
    """A command whose ``--help`` is shown as a flag too."""

    def get_help_option(self, ctx: Any) -> Any:
        """Take the type away that would be shown for its value."""
        return flag(super().get_help_option(ctx))


class Group(typer.core.TyperGroup):
    """The program, with ``--help`` as for `Command`."""

    def get_help_option(self, ctx: Any) -> Any:
        """Take the type away that would be shown for its value."""
        return flag(super().get_help_option(ctx))


def flag(option: Any) -> Any:
    """The same option without a value to show."""
    if option is not None:
        option.metavar = FLAG
    return option


ByAudience = Annotated[bool, typer.Option("--by-audience", metavar=FLAG, help="Split cells by audience too.")]

# Of commands that make a plan; those that say "as for plan" leave the long explanation to that command.
PlanBudget = Annotated[
    str,
    typer.Option(metavar="AMOUNT", show_default=False, help="Money for all weeks together, such as 28562 or 28562.50."),
]
PlanWeeks = Annotated[
    int, typer.Option(metavar="N", show_default=False, help="Weeks to plan, 1 to 52, after the last complete week.")
]
FinanceSettings = Annotated[
    Path,
    typer.Option(
        metavar="FILE",
        show_default=False,
        help="What money means: margin, costs, hurdle rate, incrementality (TOML; `optimizer settings` prints one "
        "to fill in).",
    ),
]
PlanBounds = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Smallest and largest weekly spend per cell, as for plan.")
]
PlanGoal = Annotated[str | None, typer.Option(metavar="OUTCOME", help="What to maximise, as for plan.")]
PlanCurrent = Annotated[Path | None, typer.Option(metavar="FILE", help="Today's weekly spend per cell, as for plan.")]
PlanRules = Annotated[Path | None, typer.Option(metavar="FILE", help="What must hold of the plan, as for plan.")]
Earlier = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="An earlier export of the same history; may be given several times."),
]
PlanRisk = Annotated[str, typer.Option(metavar="RISK", help="What to be best in, mean or careful, as for plan.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Of the random draws; the same seed gives the same plan.")]


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
        fix = say("write a plain number such as 28562.50, with a point before decimals and nothing else")
        raise InputError.at(say("{option} is '{text}'", option=name, text=text), fix=fix)
    return value


def report(findings: Iterable[Finding]) -> None:
    """Findings go to stderr, one a line, worst first."""
    for finding in findings:
        typer.echo(f"{finding.severity.name.lower()}: {finding.text}", err=True)
