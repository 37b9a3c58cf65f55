"""`optimizer sponsor`: which posts deserve money, and which do not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.arguments import parse_amount, report

if TYPE_CHECKING:
    import datetime as dt


def sponsor(  # noqa: PLR0913 - one argument per option
    posts: Annotated[
        Path,
        typer.Argument(
            metavar="POSTS",
            show_default=False,
            help="List of organic posts (CSV or XLSX): post, network, content_type, published or age_days, reach, "
            "engagements, link_clicks, negative_reactions; rows with a date are sponsored weeks.",
        ),
    ],
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="History file, which tells what money brings in each place; without it the list does."
        ),
    ] = None,
    weeks: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="More sponsored weeks of these posts: post, network, date, spend, conversions, clicks, frequency.",
        ),
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="MONEY", help="Money for tests of new posts; without it what they need.")
    ] = None,
    bar: Annotated[
        str | None,
        typer.Option(
            metavar="MONEY",
            help="The most that a result may cost or, with a goal in money, the least that a unit of money must "
            "bring. Without it what the next money brings in each place.",
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME", help="What results are. Without it conversions where the history has them, else revenue."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Day on which the list was exported; without it the day after the newest it names."
        ),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What money means: currency, worth of each outcome (TOML).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the ranking with verdicts and reasons here (CSV).")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write ranking, verdicts and what they rest on here (JSON).")
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of the random draws; the same seed gives the same ranking.")
    ] = 0,
) -> None:
    """Rank posts by the probability that money behind them beats what it brings already, and say which tire.

    For example:

    `optimizer sponsor posts.csv --history history.csv --budget 600 --out ranking.csv`
    """
    from optimizer.planning.export import check_outputs, write_files
    from optimizer.planning.sponsor.rank import SponsorRequest, rank_posts

    request = SponsorRequest(
        budget=None if budget is None else parse_amount(budget, "--budget"),
        bar=None if bar is None else parse_amount(bar, "--bar"),
        goal=goal,
        settings=settings,
        seed=seed,
    )
    inputs: dict[str, str | Path | None] = {"POSTS": posts, "--history": history, "--weeks": weeks}
    check_outputs({"--out": out, "--summary": summary}, {**inputs, "--settings": settings})

    from optimizer.history import load_history
    from optimizer.history.posts import read_posts
    from optimizer.planning.sponsor.console import print_sponsor
    from optimizer.planning.sponsor.files import ranking_csv, sponsor_json

    listed = read_posts(posts, weeks=weeks, as_of=_day(as_of))
    found = rank_posts(listed, request, None if history is None else load_history(history))
    files: dict[str | Path, str | bytes] = {}
    for path, make in ((out, ranking_csv), (summary, sponsor_json)):
        files |= {} if path is None else {path: make(found)}
    write_files(files)
    report(found.findings)
    print_sponsor(found, [str(path) for path in files])


def _day(text: str | None) -> dt.date | None:
    """The day of an option.

    Raises
    ------
    InputError
        It is none.
    """
    import datetime as dt

    from optimizer.errors import InputError
    from optimizer.language.message import say

    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise InputError.at(say("--as-of is '{text}'", text=text), fix=say("write a day such as 2026-11-02")) from None
