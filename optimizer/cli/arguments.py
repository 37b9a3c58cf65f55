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
