"""`optimizer import`: the networks' own export files into one history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.arguments import FLAG, parse_amount, report
from optimizer.errors import InputError
from optimizer.language.message import say

if TYPE_CHECKING:
    from optimizer.history.content_types import Naming
    from optimizer.history.exports import Imported


def import_files(  # noqa: PLR0913 - one argument per option
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES...",
            show_default=False,
            help="Export files (CSV or XLSX) of Meta, TikTok, LinkedIn, X, Google Ads, Pinterest, Snapchat and GA4, or "
            "folders of them.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="The history to write (CSV). What it holds already is kept; days and campaigns of newer exports are "
            "replaced in it.",
        ),
    ],
    fresh: Annotated[
        bool, typer.Option("--fresh", metavar=FLAG, help="Start anew: what --out holds already is not kept.")
    ] = False,
    network: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NETWORK",
            help="Network that wrote the files, such as meta, or FILE=NETWORK for one of them; without it their "
            "headers tell.",
        ),
    ] = None,
    results: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="What conversions are: purchases, leads, conversions, results or an indicator of the export, or "
            "NETWORK=KIND for one network. Without it purchases where there are any, else leads, else conversions.",
        ),
    ] = None,
    naming: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rules that give content types by names (TOML or JSON).")
    ] = None,
    propose: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write rules for content types that are not known here (TOML), to look at."),
    ] = None,
    aliases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="More headers (TOML), or a folder of such files; see docs/importing.md."),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Currency of the history, and of exports that do not name theirs."),
    ] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=RATE", help="What one unit of another currency is worth, such as USD=0.92."),
    ] = None,
    keep_earlier: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write here what older exports had of days that newer ones have too, for --earlier of `optimizer "
            "plan`.",
        ),
    ] = None,
    empty_is_zero: Annotated[
        bool,
        typer.Option(
            "--empty-is-zero",
            metavar=FLAG,
            help="Empty cells are 0 in columns that hold something elsewhere. Without it they are not known.",
        ),
    ] = False,
    newest_wins: Annotated[
        bool,
        typer.Option(
            "--newest-wins", metavar=FLAG, help="Take the newer of two exports whose figures contradict each other."
        ),
    ] = False,
) -> None:
    """Make one history of the networks' own export files; exports of the same days replace each other.

    For example:

    `optimizer import exports --out history.csv`

    `optimizer import meta.csv tiktok.csv ga4.csv --out history.csv --rate USD=0.92 --keep-earlier earlier`
    """
    from optimizer.history.exports.importing import ImportRequest, import_exports
    from optimizer.history.exports.money import Rates
    from optimizer.planning.export import check_outputs, write_files

    # The history that is extended may be named among the files too; anything else is never written over.
    inputs = {f"FILES {path}": path for path in files if fresh or not _same(path, out)}
    check_outputs({"--out": out, "--propose": propose}, {**inputs, "--naming": naming, "--aliases": aliases})
    rates = {code: parse_amount(value, "--rate") for code, value in _pairs(rate, "--rate", "USD=0.92").items()}
    request = ImportRequest(
        files=files,
        base=None if fresh or not out.exists() else out,
        networks=_pairs(network, "--network"),
        aliases=aliases,
        naming=_naming(naming),
        results=_pairs(results, "--results"),
        rates=Rates(currency or "", rates),
        empty_is_zero=empty_is_zero,
        newest_wins=newest_wins,
        earlier=keep_earlier is not None,
        skip=tuple(path for path in (out, propose, keep_earlier) if path is not None),
    )
    imported = import_exports(request)
    written: dict[str | Path, str | bytes] = {out: imported.csv()}
    if propose is not None:
        from optimizer.history.exports.naming import to_toml

        written[propose] = to_toml(imported.proposed)
    if keep_earlier is not None:
        _folder(keep_earlier)
        written |= {keep_earlier / name: content for name, content in imported.earlier.items()}
    write_files(written)
    report(imported.findings)
    typer.echo(_told(imported, [str(path) for path in written]), nl=False)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _naming(path: Path | None) -> Naming:
    if path is None:
        return ()
    from optimizer.history.exports.naming import read_naming

    return read_naming(path)


def _pairs(given: Sequence[str] | None, option: str, example: str = "") -> dict[str, str]:
    """NAME=VALUE by name; a value alone goes by ""."""
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.rpartition("=")
        name, value = name.strip(), value.strip()
        if not value or (example and not equals):
            problem = say("{option} is '{text}'", option=option, text=text)
            fix = say("write it as {example}", example=example or "NAME=VALUE")
            raise InputError.at(problem, fix=fix)
        if name in found:
            problem = say("{option} is given twice for '{name}'", option=option, name=name)
            raise InputError.at(problem, fix=say("keep one of them"))
        found[name] = value
    return found


def _folder(path: Path) -> None:
    """Make the folder for earlier histories."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = say("the folder cannot be made ({error})", error=error.strerror)
        raise InputError.at(problem, file=path, fix=say("choose another folder")) from error


def _told(imported: Imported, written: Sequence[str]) -> str:
    """What was read and written, a line each."""
    lines = []
    for one in imported.exports:
        title = one.title or say("a history made before")
        networks = f" ({', '.join(one.networks)})" if one.networks else ""
        spend = f", {_amount(one.spend, imported.currency)}" if one.spend else ""
        lines.append(f"{one.file}: {title}{networks}, {one.first} to {one.last}, {one.rows:,} rows{spend}")
    table = imported.table
    first, last = str(table["date"].min())[:10], str(table["date"].max())[:10]
    cells = len(table[["network", "content_type"]].drop_duplicates())
    total = _amount(float(table["spend"].sum()), imported.currency)
    lines.append(f"Together {first} to {last}, {len(table):,} rows, {cells} cells, spend {total}")
    lines += [f"Written: {path}" for path in written]
    return "\n".join(lines) + "\n"


def _amount(value: float, currency: str) -> str:
    return f"{currency} {value:,.2f}".strip()
