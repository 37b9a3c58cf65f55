"""`optimizer report`: the files that finance is given of a plan of record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.arguments import FLAG, report
from optimizer.errors import InputError
from optimizer.language.message import say

if TYPE_CHECKING:
    from optimizer.finance.actuals import Actuals
    from optimizer.finance.record import Record
    from optimizer.finance.variance import Bridge, Rates
    from optimizer.language.catalogue import Speaker

LANGUAGES = ("en", "vi")


def report_files(  # noqa: PLR0913 - one argument per option
    record: Annotated[
        Path,
        typer.Argument(
            metavar="RECORD", show_default=False, help="Plan of record, as `optimizer approve --record` wrote it."
        ),
    ],
    actuals: Annotated[
        Path | None,
        typer.Option(
            metavar="HISTORY",
            help="History that holds weeks of the plan: what came is then told beside what was planned.",
        ),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Rates of the currency of the books (CSV: period, currency, budget_rate, actual_rate; a rate is what "
            "one unit of the plan's currency is in the books).",
        ),
    ] = None,
    workbook: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the workbook with live formulas here (XLSX).")
    ] = None,
    brief: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the one-page brief here (PDF).")] = None,
    totals: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write plan, actual and forecast by month and fiscal period here (CSV or XLSX)."
        ),
    ] = None,
    bridge: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the bridge from plan to actual here (CSV or XLSX); needs --actuals."),
    ] = None,
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the PDF and XLSX files: en or vi.")] = "en",
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", metavar=FLAG, help="Leave out places that the plan does not know, and say so."),
    ] = False,
) -> None:
    """Write the workbook, the brief, the period totals or the bridge of a plan of record.

    All figures of the plan are read from the record; nothing is computed anew but what actuals add.

    For example:

    `optimizer report record.json --brief brief.pdf --totals totals.csv`

    `optimizer report record.json --actuals history.csv --bridge bridge.csv --brief brief.pdf --language vi`
    """
    from optimizer.planning.export import check_outputs

    outputs = {"--workbook": workbook, "--brief": brief, "--totals": totals, "--bridge": bridge}
    _check(outputs, language, actuals, rates)
    check_outputs(outputs, {"RECORD": record, "--actuals": actuals, "--rates": rates})

    from optimizer.finance.approving import read_records
    from optimizer.language.catalogue import speaker
    from optimizer.planning.export import write_files

    held = read_records([record])[0]
    made = _Made(held, actuals, rates, leave_out)
    files = _files(made, outputs, speaker(language))
    write_files(files)
    made.tell()
    for path in files:
        typer.echo(f"Wrote {path}")


class _Made:
    """A record, and what actuals add to it."""

    def __init__(self, record: Record, actuals: Path | None, rates: Path | None, leave_out: bool) -> None:
        self.record = record
        self.actuals: Actuals | None = None
        self.bridge: Bridge | None = None
        self.rates: Rates | None = None
        if actuals is None:
            return
        from optimizer.finance.actuals import actuals_of, read_actuals
        from optimizer.finance.rates import read_rates
        from optimizer.finance.variance import make_bridge
        from optimizer.history import load_history

        split = any(cell.audience for cell in record.cells)
        source = read_actuals(load_history(actuals), split)
        self.actuals = actuals_of(record, source, leave_out=leave_out)
        self.rates = None if rates is None else read_rates(rates)
        self.bridge = make_bridge(record, self.actuals, self.rates)

    def tell(self) -> None:
        """Print how revenue came out, and what to know of it."""
        from optimizer.finance.variance_text import bridge_notes, bridge_sentence

        if self.actuals is not None and self.bridge is not None:
            report(self.actuals.findings)
            for said in (bridge_sentence(self.bridge), *bridge_notes(self.bridge)):
                typer.echo(said)


def _files(made: _Made, outputs: dict[str, Path | None], speaks: Speaker) -> dict[str | Path, str | bytes]:
    """The content of every file that was asked for."""
    found: dict[str | Path, str | bytes] = {}
    for option, path in outputs.items():
        if path is not None:
            found[path] = _MAKERS[option](made, path, speaks)
    return found


def _workbook(made: _Made, _: Path, speaks: Speaker) -> bytes:
    from optimizer.reports.workbook import record_workbook

    return record_workbook(made.record, made.bridge, language=speaks.language)


def _brief(made: _Made, _: Path, speaks: Speaker) -> bytes:
    from optimizer.reports.brief import brief_pdf

    return brief_pdf(made.record, speaks, made.actuals, made.rates)


def _totals(made: _Made, path: Path, speaks: Speaker) -> str | bytes:
    from optimizer.finance.period_totals import period_totals
    from optimizer.finance.variance_files import totals_csv
    from optimizer.reports.finance_tables import totals_xlsx

    totals = period_totals(made.record, made.actuals)
    return totals_xlsx(totals, speaks) if _is_xlsx(path) else totals_csv(totals)


def _bridge(made: _Made, path: Path, speaks: Speaker) -> str | bytes:
    from optimizer.finance.variance_files import bridge_csv
    from optimizer.reports.finance_tables import bridge_xlsx

    if made.bridge is None:  # refused before
        raise AssertionError
    return bridge_xlsx(made.bridge, speaks) if _is_xlsx(path) else bridge_csv(made.bridge)


_MAKERS: dict[str, Callable[[_Made, Path, Speaker], str | bytes]] = {
    "--workbook": _workbook,
    "--brief": _brief,
    "--totals": _totals,
    "--bridge": _bridge,
}
_ENDINGS = {
    "--workbook": (".xlsx",),
    "--brief": (".pdf",),
    "--totals": (".csv", ".xlsx"),
    "--bridge": (".csv", ".xlsx"),
}


def _is_xlsx(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


def _check(outputs: dict[str, Path | None], language: str, actuals: Path | None, rates: Path | None) -> None:
    """Refuse what cannot be written, before anything is read."""
    if not any(outputs.values()):
        problem = say("there is nothing to write")
        raise InputError.at(problem, fix=say("give --workbook, --brief, --totals or --bridge with a file"))
    if language not in LANGUAGES:
        problem = say("--language is '{code}'", code=language)
        raise InputError.at(problem, fix=say("it must be one of {known}", known=", ".join(LANGUAGES)))
    for option, path in outputs.items():
        if path is not None and path.suffix.lower() not in _ENDINGS[option]:
            problem = say("{option} is {path}", option=option, path=str(path))
            fix = say("its name must end in {endings}", endings=", ".join(_ENDINGS[option]))
            raise InputError.at(problem, fix=fix)
    if actuals is None and outputs["--bridge"] is not None:
        raise InputError.at(say("a bridge needs actuals"), fix=say("give --actuals HISTORY"))
    if actuals is None and rates is not None:
        raise InputError.at(say("rates need actuals"), fix=say("give --actuals HISTORY"))
