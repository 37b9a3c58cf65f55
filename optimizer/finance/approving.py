"""Approving a plan: it is made from a question in plain values, so that its record alone can make it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import InfeasibleError, InputError
from optimizer.finance.asking import asked_of
from optimizer.finance.draft import draft_name
from optimizer.finance.freeze import Approval, freeze
from optimizer.finance.record_json import read_record_text
from optimizer.finance.terms import terms_of
from optimizer.history.history import load_history
from optimizer.language.message import say
from optimizer.planning.asked import Asked
from optimizer.planning.decisions import decide
from optimizer.planning.studio import answer, open_studio, panel_of

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.history.history import History
    from optimizer.planning.assemble import Progress
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

EARLIER = "earlier"
"""Key beside those of the question: hashes of the earlier exports that it was answered with."""


def approved(
    source: str | Path, request: PlanRequest, approval: Approval, progress: Progress, before: Record | None = None
) -> tuple[Record, Plan]:
    """The plan of record that answers a request about a history file, and its plan.

    Parameters
    ----------
    source : path
        Of a history.
    request : PlanRequest
        With settings.
    approval : Approval
        Its name may be "" for the usual one.
    progress : callable (str, float) -> None
        Told what is being done and the share done.
    before : Record, optional
        The one that it supersedes.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan; nobody is named; the settings lack what a statement needs; or the plan that it supersedes is in
        another currency or shares no week with it.
    """
    check_author(approval.author)
    progress(f"Reading {Path(source).name}", 0.0)
    history = load_history(source)
    panel = panel_of(history, request.by_audience)
    terms_of(request.read_settings(), panel.cells, "revenue" in panel.outcomes)
    asked = asked_of(request, panel)
    asking = replace(asked.request(panel), earlier=request.earlier)
    studio = open_studio(history, asking, progress)
    plan = answer(studio, asking, progress=progress)
    named = replace(
        approval, name=approval.name.strip() or draft_name(plan), supersedes="" if before is None else before.id
    )
    record = freeze(studio, asking, plan, named, plain_question(asked, studio))
    if before is not None:
        check_supersedes(before, record)
    return record, plan


def check_author(author: str) -> None:
    """Refuse an approval that nobody puts a name to.

    Raises
    ------
    InputError
    """
    if not author.strip():
        raise InputError.at(say("a plan of record is approved by somebody"), fix=say("give your name"))


def check_free(path: Path) -> None:
    """Refuse to write a plan of record over a file: it may be another plan of record.

    Raises
    ------
    InputError
    """
    if path.exists():
        fix = say("nothing was changed; give the new plan of record a name of its own")
        raise InputError.at(say("this file exists, and plans of record are not overwritten"), file=path, fix=fix)


def check_supersedes(before: Record, record: Record) -> None:
    """Refuse to replace a plan by one that has nothing to do with it.

    Raises
    ------
    InputError
        They are in different currencies or share no week.
    """
    if before.currency and record.currency and before.currency != record.currency:
        problem = say(
            "{name} is in {theirs} and the new plan in {ours}, so that it cannot supersede it",
            name=before.name,
            theirs=before.currency,
            ours=record.currency,
        )
        raise InputError.at(problem, fix=say("approve it without --supersedes"))
    if not set(before.weeks) & set(record.weeks):
        problem = say("{name} has no week in common with the new plan, so that it is not superseded", name=before.name)
        raise InputError.at(problem, fix=say("approve it without --supersedes"))


def plain_question(asked: Asked, studio: Studio) -> Mapping[str, object]:
    """The question, and the hashes of the earlier exports where there are any."""
    hashes = studio.earlier.hashes
    return {**asked.to_json(), **({EARLIER: hashes} if hashes else {})}


def read_records(files: Sequence[str | Path]) -> tuple[Record, ...]:
    """Plans of record from their files.

    Raises
    ------
    InputError
        One cannot be read, is no record, or was changed.
    """
    found = []
    for path in files:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InputError.at(say("there is no such file"), file=path, fix=say("check the path")) from None
        except OSError as problem:
            unread = say("the file cannot be read ({reason})", reason=problem.strerror)
            raise InputError.at(unread, file=path, fix=say("give a plan of record")) from None
        except UnicodeDecodeError:
            problem_text = say("this is not a plan of record")
            fix = say("give the file that `optimizer approve --record` wrote")
            raise InputError.at(problem_text, file=path, fix=fix) from None
        found.append(read_record_text(text, str(path)))
    return tuple(found)


def made_again(
    record: Record, history: History, earlier: Sequence[History] = (), progress: Progress | None = None
) -> Record:
    """The record that the same question about the same history makes now, under the same name and time.

    Parameters
    ----------
    record : Record
    history : History
    earlier : sequence of History
        The earlier exports that it was answered with, if any.
    progress : callable (str, float) -> None, optional

    Raises
    ------
    InputError
        The history, or an earlier export, is not the one that the record was made from.
    """
    _same_data(record, history, earlier)
    asked = Asked.from_json({key: value for key, value in record.origin.asked.items() if key != EARLIER})
    panel = panel_of(history, asked.by_audience)
    request = replace(asked.request(panel), earlier=tuple(earlier))
    studio = open_studio(history, request, progress)
    plan = _planned(studio, request, asked)
    approval = Approval(record.name, record.author, record.note, record.created, record.supersedes)
    again = freeze(studio, request, plan, approval, record.origin.asked)
    return replace(again, origin=replace(again.origin, history=record.origin.history))


def _planned(studio: Studio, request: PlanRequest, asked: Asked) -> Plan:
    """The plan; what a person fixed does not move today's split, as on the screen."""
    plan = answer(studio, request)
    if not asked.locks:
        return plan
    try:
        free = answer(studio, replace(asked, locks={}).request(studio.panel))
    except InfeasibleError:
        return plan
    return decide(studio, request, plan, free).plan


def _same_data(record: Record, history: History, earlier: Sequence[History]) -> None:
    if history.sha256 != record.origin.data_sha256:
        problem = say(
            "this is not the history that the plan of record {name} was made from: its hash is {theirs}, and the "
            "record names {ours}",
            name=record.name,
            theirs=history.sha256[:12],
            ours=record.origin.data_sha256[:12],
        )
        raise InputError.at(problem, file=history.file, fix=say("give {file} as it was", file=record.origin.history))
    named = record.origin.asked.get(EARLIER, ())
    wanted = sorted(named) if isinstance(named, list | tuple) else []
    given = sorted(one.sha256 for one in (*earlier, *history.earlier))
    if wanted != given:
        problem = say("the plan of record {name} was made with other earlier exports", name=record.name)
        raise InputError.at(problem, fix=say("give just those with --earlier"))


def now() -> str:
    """The moment, ISO 8601 in UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
