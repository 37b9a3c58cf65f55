"""A backtest from the file to the files: read, test, compare with the fit before, write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.errors import InputError
from optimizer.history.findings import Finding
from optimizer.language.message import say
from optimizer.planning.backtest_chart import chart_bytes, chart_format
from optimizer.planning.backtest_text import backtest_csv, backtest_text
from optimizer.planning.export import check_outputs, write_files
from optimizer.planning.progress import shown_progress


@dataclass(frozen=True)
class BacktestRequest:
    """What is asked of a backtest.

    Attributes
    ----------
    history : Path
    weeks : int
        Ahead.
    origins : str or None
        Numbers of complete weeks with commas between them; None spreads them over the last third.
    outcome : str or None
    since : int or None
        Newest weeks that the fit before did not see; 0 leaves the comparison out, None takes as many as the weeks ahead
        where the history is long enough.
    settings, out, chart : Path or None
    seed : int
    by_audience : bool
    """

    history: Path
    weeks: int = 4
    origins: str | None = None
    outcome: str | None = None
    since: int | None = None
    settings: Path | None = None
    out: Path | None = None
    chart: Path | None = None
    seed: int = 0
    by_audience: bool = False


def run_backtest(request: BacktestRequest) -> tuple[Sequence[Finding], str]:
    """Test, write the files asked for, and return the history's findings and the result as text.

    Raises
    ------
    InputError
        The history is too short, an option does not fit it, or a file cannot be written; nothing is written then.
    """
    out, chart = request.out, request.chart
    form = chart_format(chart) if chart is not None else ""
    origins = parse_origins(request.origins)
    check_outputs({"--out": out, "--chart": chart}, {"HISTORY": request.history, "--settings": request.settings})

    from optimizer.history import build_panel, load_history
    from optimizer.planning.moved import back_far_enough, what_moved
    from optimizer.planning.question import in_currency, of_history
    from optimizer.planning.settings import read_settings
    from optimizer.response.backtest import BacktestSpec, backtest
    from optimizer.response.settings import ModelSettings

    settings = read_settings(request.settings) if request.settings is not None else None
    model = ModelSettings(seed=request.seed, country=settings.country if settings is not None else "")
    with shown_progress() as progress:
        progress(say("Reading {file}", file=request.history.name), 0.0)
        history = load_history(request.history)
        panel = in_currency(build_panel(history, request.by_audience), settings)
        result = backtest(panel, BacktestSpec(request.weeks, origins, request.outcome, model), progress)
        back = back_far_enough(panel, request.weeks) if request.since is None else request.since
        moved = what_moved(panel, back, request.outcome, request.weeks, model) if back else None
    files: dict[str | Path, str | bytes] = {}
    if out is not None:
        files[out] = backtest_csv(result)
    if chart is not None:
        files[chart] = chart_bytes(result, form)
    write_files(files)
    return of_history(history, panel, request.by_audience), backtest_text(result, moved, [str(path) for path in files])


def parse_origins(text: str | None) -> tuple[int, ...] | None:
    """Read whole numbers with commas between them.

    Examples
    --------
    >>> parse_origins("60, 70,80")
    (60, 70, 80)
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        fix = say("write whole numbers with commas, such as 60,70,80")
        raise InputError.at(say("--origins is '{given}'", given=text), fix=fix) from None
