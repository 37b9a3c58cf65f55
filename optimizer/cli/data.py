"""`optimizer check`, `sample` and `settings`: the files that go in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.arguments import HistoryFile


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


def sample(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="Folder to write to; made if missing.")
    ],
) -> None:
    """Write a simulated history of two years, a list of posts and settings, to try things on.

    For example:

    `optimizer sample data`
    """
    from optimizer.history.sample import write_sample
    from optimizer.history.sample_posts import write_sample_posts
    from optimizer.planning.settings import write_sample_settings

    for path in (*write_sample(folder), *write_sample_posts(folder), write_sample_settings(folder)):
        typer.echo(f"Written: {path} (simulated)")


def settings() -> None:
    """Print a settings file to fill in, with every key explained.

    For example:

    `optimizer settings > settings.toml`
    """
    from optimizer.planning.settings import settings_template

    typer.echo(settings_template(), nl=False)
