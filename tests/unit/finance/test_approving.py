"""Approving and making again: a record alone and its history give the same figures; what was touched is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.approving import approved, check_supersedes, made_again, read_records
from optimizer.finance.asking import asked_of
from optimizer.finance.freeze import Approval
from optimizer.finance.record import Record
from optimizer.finance.record_json import read_record_text, record_text
from optimizer.finance.rerun import agreement, agreement_sentence
from optimizer.history import load_history
from optimizer.history.history import History
from optimizer.planning.asked import Asked
from optimizer.planning.request import PlanRequest
from optimizer.planning.studio import answer, open_studio, panel_of
from tests.unit.finance.records import make_record

SETTINGS = "margin = 0.4\n[finance]\nhurdle_rate = 0.1\n[source.margin]\nowner = 'An'\ndate = 2026-11-01\n"
BOUNDS = "network,content_type,min_spend,max_spend\nfacebook,image,100,900\ntiktok,video,,\n"
CURRENT = "network,content_type,spend\nfacebook,image,700\ninstagram,reel,900\ninstagram,story,500\ntiktok,video,900\n"
RULES = '[[limit]]\nnetwork = "instagram"\nmaximum_share = 0.6\n'


def quiet(_what: str, _share: float) -> None:
    pass


@pytest.fixture(scope="module")
def history(history_file: str) -> History:
    return load_history(history_file)


@pytest.fixture(scope="module")
def request_(tmp_path_factory: pytest.TempPathFactory) -> PlanRequest:
    """A request with every file there is."""
    folder = tmp_path_factory.mktemp("files")
    files = {"settings": SETTINGS, "bounds": BOUNDS, "current": CURRENT, "rules": RULES}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return PlanRequest(12_000.0, 4, **{name: folder / name for name in files})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def record(history_file: str, request_: PlanRequest) -> Record:
    approval = Approval("", "An", "for the board", "2026-11-20T08:00:00Z")
    return approved(history_file, request_, approval, quiet)[0]


def test_a_request_with_files_is_asked_the_same_in_plain_values(history: History, request_: PlanRequest) -> None:
    panel = panel_of(history)
    asked = Asked.from_json(json.loads(json.dumps(asked_of(request_, panel).to_json())))
    assert asked.limits == {"facebook/image": (100.0, 900.0), "tiktok/video": (0.0, 3000.0)}
    assert asked.current["tiktok/video"] == 900.0
    assert (asked.rules, asked.settings["margin"]) == (RULES, 0.4)
    ours, theirs = (answer(open_studio(history, one), one) for one in (request_, asked.request(panel)))
    assert ours.spend.tolist() == theirs.spend.tolist()
    assert ours.total == theirs.total
    assert (ours.run.settings["bounds"], ours.run.settings["current"]) == (
        theirs.run.settings["bounds"], theirs.run.settings["current"],
    )  # fmt: skip


def test_a_record_is_made_again_from_itself_and_its_history(record: Record, history: History) -> None:
    back = read_record_text(record_text(record))
    again = made_again(back, history)
    found = agreement(back, again)
    assert found.identical
    assert again.id == record.id
    assert str(agreement_sentence(back, found)).endswith("it is the same to the last bit.")


def test_a_figure_that_differs_is_named(record: Record) -> None:
    spend = record.spend.copy()
    spend[1, 2] += 0.01
    found = agreement(record, replace(record, spend=spend))
    assert not found.agrees
    (difference,) = found.differences
    assert (str(difference.what), difference.after - difference.before) == ("planned spend", pytest.approx(0.01))
    less = record.spend.copy()
    less[1, 2] += 0.001
    assert agreement(record, replace(record, spend=less)).agrees
    wider = replace(record.forecasts["revenue"], high=record.forecasts["revenue"].high * 1.001)
    found = agreement(record, replace(record, forecasts={**record.forecasts, "revenue": wider}))
    assert [str(one.what) for one in found.differences] == ["forecast of revenue"]
    statement = replace(record.statement, plan={**record.statement.plan, "media": record.statement.plan["media"] - 1})
    assert not agreement(record, replace(record, statement=statement)).agrees
    other_code = replace(record, origin=replace(record.origin, code_sha256="0" * 64))
    found = agreement(record, other_code)
    assert (found.identical, found.agrees, found.same_code) == (False, True, False)
    assert "another version of the program" in agreement_sentence(record, found)


def test_only_the_history_it_was_made_from_will_do(record: Record, history: History) -> None:
    with pytest.raises(InputError, match="this is not the history that the plan of record"):
        made_again(record, replace(history, sha256="0" * 64))
    with pytest.raises(InputError, match="was made with other earlier exports; give just those with --earlier"):
        made_again(record, history, [replace(history, sha256="1" * 64)])


def test_earlier_exports_are_part_of_the_question(
    history_file: str, history: History, record: Record, request_: PlanRequest, tmp_path: Path
) -> None:
    early = tmp_path / "early.csv"
    lines = Path(history_file).read_text(encoding="utf-8").splitlines()
    early.write_text("\n".join(lines[:-24]) + "\n", encoding="utf-8")
    asking = replace(request_, earlier=(early,))
    made = approved(history_file, asking, Approval("", "An", created=record.created), quiet)[0]
    assert made.origin.asked["earlier"] == [load_history(early).sha256]
    assert agreement(made, made_again(made, history, [load_history(early)])).identical
    with pytest.raises(InputError, match="other earlier exports"):
        made_again(made, history)


def test_locks_of_the_screen_are_made_again_as_the_screen_makes_them(history: History, record: Record) -> None:
    from optimizer.finance.freeze import freeze
    from optimizer.planning.decisions import decide

    asked = Asked(12_000, 4, locks={"facebook/image": 300.0}, settings={"margin": 0.4})
    studio = open_studio(history, asked.request(panel_of(history)))
    request = asked.request(studio.panel)
    free = answer(studio, replace(asked, locks={}).request(studio.panel))
    plan = decide(studio, request, answer(studio, request), free).plan
    made = freeze(studio, request, plan, Approval("Locked", "An", created=record.created), asked.to_json())
    assert made.spend[0].tolist() == [300.0] * 4
    assert agreement(made, made_again(made, history)).agrees


def test_a_plan_that_nobody_approves_is_refused(history_file: str, request_: PlanRequest) -> None:
    with pytest.raises(InputError, match="a plan of record is approved by somebody; give your name"):
        approved(history_file, request_, Approval("", "  "), quiet)
    with pytest.raises(InputError, match="contribution margin"):
        approved(history_file, replace(request_, settings=None), Approval("", "An"), quiet)


def test_what_a_plan_cannot_supersede(record: Record) -> None:
    with pytest.raises(InputError, match="is in USD and the new plan in EUR"):
        check_supersedes(make_record(currency="USD"), make_record())
    with pytest.raises(InputError, match="has no week in common"):
        check_supersedes(record, make_record())
    check_supersedes(make_record(), make_record())


def test_a_record_that_was_touched_is_refused(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    for change in ({"author": "Somebody else"}, {"spend": (record.spend + 0.01).tolist()}, {"created": "2020-01-01"}):
        plain = json.loads(record_text(record)) | change
        path.write_text(json.dumps(plain), encoding="utf-8")
        with pytest.raises(InputError, match="was changed after it was approved: its content does not match its id"):
            read_records([path])
    for text in ("", "[]", '{"id": "x"}', '{"id": 3}', "network,spend\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=str(path)):
            read_records([path])
    with pytest.raises(InputError, match="there is no such file"):
        read_records([tmp_path / "none.json"])
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="this is not a plan of record"):
        read_records([path])


def test_the_record_holds_what_it_rests_on(record: Record, history: History) -> None:
    assert record.origin.data_sha256 == history.sha256
    assert record.origin.solver["status"] == "optimal"
    assert record.origin.settings["source"] == {"margin": {"owner": "An", "date": "2026-11-01"}}
    assert np.isclose(record.spend.sum(), 12_000.0)
    assert (record.author, record.note, record.approved) == ("An", "for the board", True)
