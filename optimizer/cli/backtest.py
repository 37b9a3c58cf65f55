"""`optimizer backtest`: test the forecasts on the past."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.arguments import ByAudience, HistoryFile, report


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
    by_audience: ByAudience = False,
) -> None:
    """Test the forecasts on your own past: error, skill over a naive forecast, and whether the intervals hold.

    For example:

    `optimizer backtest history.csv`

    `optimizer backtest history.csv --weeks 3 --origins 60,70,80 --out rows.csv --chart chart.svg`
    """
    from optimizer.planning.backtest_run import BacktestRequest, run_backtest

    request = BacktestRequest(history, weeks, origins, outcome, since, settings, out, chart, seed, by_audience)
    findings, text = run_backtest(request)
    report(findings)
    typer.echo(text, nl=False)
