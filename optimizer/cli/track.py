"""`optimizer track`: how plans of record came true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.arguments import FLAG, report

if TYPE_CHECKING:
    from optimizer.finance.actuals import Actuals
    from optimizer.finance.closing import Closed
    from optimizer.finance.record import Record


def track(  # noqa: PLR0913 - one argument per option
    records: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORD...", show_default=False, help="Plans of record, as `optimizer approve --record` wrote them."
        ),
    ],
    actuals: Annotated[
        Path | None,
        typer.Option(metavar="HISTORY", help="A history that holds weeks of the plans: what came of them."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every forecast beside what came here (CSV).")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write scores, misses, advice and findings here (JSON).")
    ] = None,
    bridge: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the bridge from planned to actual revenue here (CSV); of one record."),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", metavar=FLAG, help="Leave out places that a plan does not know, and say so."),
    ] = False,
    closed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Periods closed so far (JSON); their figures count, whatever comes later."),
    ] = None,
    close: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PERIOD",
            help="Close a period such as 2026-11 and keep its figures in --closed; needs --by. May be given several "
            "times.",
        ),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who closes it.")] = "",
    rerun: Annotated[
        Path | None,
        typer.Option(
            metavar="HISTORY",
            help="Make the plans again from the history they were made from, and say whether every figure agrees.",
        ),
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="With --rerun: an earlier export that the plan was made with."),
    ] = None,
) -> None:
    """Hold plans of record against what came: error, bias, skill, what the intervals kept, and misses first.

    Exits with 2 where a re-run does not agree.

    For example:

    `optimizer track october.json november.json --actuals history.csv --out track.csv`

    `optimizer track november.json --rerun history_of_october.csv`
    """
    from optimizer.errors import InputError
    from optimizer.language.message import say
    from optimizer.planning.export import check_outputs

    if actuals is None and rerun is None:
        fix = say("give --actuals HISTORY to see how the plans came true, or --rerun HISTORY to make them again")
        raise InputError.at(say("there is nothing to hold the plans against"), fix=fix)
    if close and closed is None:
        raise InputError.at(say("--close needs a file to keep the figures in"), fix=say("name it with --closed FILE"))
    inputs = {f"RECORD {path}": path for path in records} | {"--actuals": actuals, "--rerun": rerun}
    check_outputs({"--out": out, "--summary": summary, "--bridge": bridge, "--closed": closed}, inputs)

    from optimizer.finance.approving import read_records

    read = read_records(records)
    if rerun is not None:
        _rerun(read, rerun, earlier or [])
    if actuals is None:
        return
    source = _actuals(read, actuals, leave_out)
    kept, new = _closed(read, source, closed, (close or [], by))
    _write(read, source, kept, {"out": out, "summary": summary, "bridge": bridge, "closed": closed if new else None})


def _rerun(records: tuple[Record, ...], path: Path, earlier: list[Path]) -> None:
    """Make the plans again and say how they compare."""
    from optimizer.errors import InputError
    from optimizer.finance.approving import made_again
    from optimizer.finance.rerun import agreement, agreement_sentence
    from optimizer.history import load_history
    from optimizer.language.message import say

    history, others, unlike = load_history(path), [load_history(one) for one in earlier], 0
    for record in records:
        found = agreement(record, made_again(record, history, others))
        typer.echo(agreement_sentence(record, found))
        unlike += not found.agrees
    if unlike:
        problem = say("a plan of record could not be made again as it was")
        raise InputError.at(problem, fix=say("see which figures differ above"))


def _actuals(records: tuple[Record, ...], path: Path, leave_out: bool) -> list[Actuals]:
    """What came of each record's weeks."""
    from optimizer.finance.actuals import actuals_of, read_actuals
    from optimizer.history import load_history

    history = load_history(path)
    split = [any(cell.audience for cell in record.cells) for record in records]
    sources = {by: read_actuals(history, by) for by in set(split)}
    return [actuals_of(record, sources[by], leave_out=leave_out) for record, by in zip(records, split, strict=True)]


def _closed(
    records: tuple[Record, ...], actuals: list[Actuals], path: Path | None, asked: tuple[list[str], str]
) -> tuple[list[Closed], bool]:
    """Closed periods: those of the file and those that are to be closed now, and whether there are any of those."""
    from optimizer.finance.approving import now
    from optimizer.finance.closing import close_period, closed_already, read_closed_text

    names, by = asked
    kept = (
        list(read_closed_text(path.read_text(encoding="utf-8", errors="replace"), str(path)))
        if path and path.exists()
        else []
    )
    before = len(kept)
    for name in names:
        pairs = list(zip(records, actuals, strict=True))
        having = [pair for pair in pairs if name in [one.name for one in pair[0].periods]]
        for record, own in having or pairs[:1]:  # a period that none has is refused in the words of the first
            made = close_period(record, own, name, kept, (by, now()))
            if made in kept:
                report((closed_already(made),))
            else:
                kept.append(made)
    return kept, len(kept) > before


def _write(
    records: tuple[Record, ...], actuals: list[Actuals], closed: list[Closed], paths: dict[str, Path | None]
) -> None:
    """Judge, write the files and print."""
    from optimizer.errors import InputError
    from optimizer.finance.closing import closed_text, with_closed
    from optimizer.finance.track_files import track_csv, track_json
    from optimizer.finance.track_record import track as judge
    from optimizer.finance.track_text import track_text
    from optimizer.finance.variance import make_bridge
    from optimizer.finance.variance_files import bridge_csv
    from optimizer.language.message import say
    from optimizer.planning.export import write_files

    pairs = [(record, with_closed(record, own, closed)) for record, own in zip(records, actuals, strict=True)]
    found = judge(pairs)
    files: dict[str | Path, str | bytes] = {}
    if paths["out"]:
        files[paths["out"]] = track_csv(found)
    if paths["summary"]:
        files[paths["summary"]] = track_json(found)
    if paths["bridge"]:
        if len(pairs) != 1:
            raise InputError.at(say("--bridge is of one plan of record"), fix=say("give one RECORD"))
        files[paths["bridge"]] = bridge_csv(make_bridge(*pairs[0]))
    if paths["closed"]:
        files[paths["closed"]] = closed_text(closed)
    write_files(files)
    report(found.findings)
    typer.echo(track_text(found, [str(path) for path in files]), nl=False)
