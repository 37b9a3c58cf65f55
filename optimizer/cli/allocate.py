"""`optimizer allocate`: split one week's budget over curves that the user brings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.arguments import parse_amount, report


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
    report(result.findings)
    typer.echo(week_text(result, [str(path) for path in files]), nl=False)
