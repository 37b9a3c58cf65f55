"""Names from files and people stay names: no page reads them as Markdown, as HTML or as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message as Proto
from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario
from optimizer.store import Kind
from optimizer.ui import service
from optimizer.ui.state import View
from tests.ui.driver import fresh_store, open_app
from tests.ui.test_every_word import PAGES

PICTURE, TAG, LINK = "![n](evil.example)", "<img src=x onerror=alert(1)>", "[me](javascript:alert(1))"
NAMES = {"tiktok": PICTURE, "facebook": LINK, "video": TAG, "reel": PICTURE, "image": LINK}
#: A picture or a link as Markdown, its brackets not escaped.
MARKDOWN = re.compile(r"(?<!\\)!\[n\]|(?<!\\)\[me\]\(")
#: Fields that Streamlit shows as they are: what stands in inputs, options of lists, charts.
PLAIN = {
    "alt", "alt_text", "default", "element_id", "id", "key", "options", "placeholder", "raw_value", "raw_values",
    "spec", "value",
}  # fmt: skip
TABS = ("history", "types", "money", "rules", "kept", "you")


def history() -> bytes:
    """The sample with names that somebody made up to do harm."""
    rows = list(csv.DictReader(io.StringIO(service.sample_source().data.decode())))
    for row in rows:
        row["network"] = NAMES.get(row["network"], row["network"])
        row["content_type"] = NAMES.get(row["content_type"], row["content_type"])
        row["audience"] = row["audience"] and f"{TAG} {PICTURE}"
    made = io.StringIO()
    writer = csv.DictWriter(made, [*rows[0], PICTURE])
    writer.writeheader()
    writer.writerows({**row, PICTURE: LINK} for row in rows)
    return made.getvalue().encode()


@pytest.fixture(scope="module", autouse=True)
def hostile(tmp_path_factory: pytest.TempPathFactory, own_store: Path) -> Iterator[str]:
    """A store in which every name, note and author is made up to do harm; the id of a history."""
    with fresh_store(tmp_path_factory.mktemp("hostile")):
        store = service.store()
        kept = store.add_history(f"{PICTURE}.csv", history(), author=LINK, note=f"{PICTURE}\n\n{TAG}")
        asked = service.first_question(service.kept_source(kept.id))
        for name in (PICTURE, LINK):
            scenario = Scenario(name, asked, Change(off=(PICTURE,)))
            store.add(Kind.SCENARIO, name, scenario.to_json(), author=TAG, note=LINK, history=kept.id)
            old = store.add_history(f"{name} old", b"date,x\n", author=PICTURE)
            store.archive(old.id, old.version, TAG)
        yield kept.id


def link(history: str, asked: Asked | None, **chosen: object) -> str:
    scenarios: tuple[Scenario, ...] = ()
    if asked is not None:
        others = (Scenario(PICTURE, asked, Change(off=(PICTURE,))), Scenario(LINK, asked, Change(price={LINK: 0.2})))
        scenarios = (Scenario("Base", asked), *others)
    return service.store().keep_state(View(history, asked, scenarios, chosen).to_json())


def shown(app: AppTest) -> Iterator[tuple[str, str, str]]:
    """Kind of element, field and text of everything on the page."""
    for block in (app.main, app.sidebar):
        yield from _block(block)


def _block(block: Any) -> Iterator[tuple[str, str, str]]:
    proto = getattr(block, "proto", None)
    if isinstance(proto, Proto):
        yield from _proto(proto.DESCRIPTOR.name, proto)
    for child in getattr(block, "children", {}).values():
        yield from _block(child)


def _proto(kind: str, proto: Proto) -> Iterator[tuple[str, str, str]]:
    for field, value in proto.ListFields():
        if isinstance(value, Proto):
            yield from _proto(value.DESCRIPTOR.name, value)
        elif isinstance(value, str):
            yield kind, field.name, value
        elif not isinstance(value, bytes | int | float | bool):
            for one in value:
                yield from (
                    _proto(one.DESCRIPTOR.name, one) if isinstance(one, Proto) else ((kind, field.name, str(one)),)
                )


def harm(app: AppTest) -> list[str]:
    """What a browser would read as Markdown or HTML."""
    found = []
    for kind, field, text in shown(app):
        if TAG in text and kind == "Html":
            found.append(f"{kind}.{field}: {text[:200]}")
        if MARKDOWN.search(text) and kind != "Html" and field not in PLAIN:
            found.append(f"{kind}.{field}: {text[:200]}")
    return found


def fine(app: AppTest) -> AppTest:
    assert not app.exception
    assert [one.value for one in app.error] == []
    return app


@pytest.mark.parametrize("page", [page for page in PAGES if page != "data"])
def test_no_page_reads_names_of_a_file_as_anything_else(hostile: str, page: str) -> None:
    asked = service.first_question(service.kept_source(hostile))
    first = service.facts(service.kept_source(hostile)).cells[0].label
    named = link(
        hostile, asked, **{"week.moves.1": {first: ["take", LINK]}, "what_if.changed": 1, "what_if.looked_at": 1}
    )
    app = fine(open_app(page, named))
    assert "evil.example" in " ".join(text for _, _, text in shown(app)), "the names are on the page"
    assert not harm(app), "\n".join(harm(app))


@pytest.mark.parametrize("tab", TABS)
def test_no_tab_reads_names_of_people_and_files_as_anything_else(hostile: str, tab: str) -> None:
    app = fine(open_app("data", link(hostile, None, data_tab=tab)))
    assert not harm(app), "\n".join(harm(app))
