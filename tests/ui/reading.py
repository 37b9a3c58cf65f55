"""Every text that a page shows, wherever Streamlit keeps it: labels, help, options, tables, charts, HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from google.protobuf.message import Message as Proto
from streamlit.testing.v1 import AppTest

#: Fields of Streamlit's elements that people read.
READ = {
    "alert_text", "alt", "body", "caption", "captions", "content", "delta", "description", "help", "label", "name",
    "options", "placeholder", "text", "title", "true_label", "value", "header",
}  # fmt: skip
#: Keys of charts' specifications that people read.
TITLES = {"title", "text", "name", "formatter"}


def texts(app: AppTest) -> Iterator[str]:
    """All of them, in the order of the page; the sidebar last."""
    for block in (app.main, app.sidebar):
        yield from _block(block)


def _block(block: Any) -> Iterator[str]:
    yield from _proto(getattr(block, "proto", None))
    for child in getattr(block, "children", {}).values():
        yield from _block(child)


def _proto(proto: Any) -> Iterator[str]:
    if isinstance(proto, Proto):
        for field, value in proto.ListFields():
            yield from _field(field.name, value)


def _field(name: str, value: Any) -> Iterator[str]:
    """What people read of one field; of lists, of each of its members."""
    if name in ("spec", "echarts_spec"):
        yield from _spec(json.loads(value))
    elif name == "columns" and isinstance(value, str):
        yield from _columns(json.loads(value))
    elif isinstance(value, Proto):
        yield from _proto(value)
    elif isinstance(value, str):
        yield from _plain(value) if name in READ else ()
    elif not isinstance(value, bytes | int | float | bool):
        for one in value:
            yield from _field(name, one)


def _columns(columns: dict[str, Any]) -> Iterator[str]:
    """Headers and help of the columns of a table."""
    for column in columns.values():
        if isinstance(column, dict):
            yield from (str(column[key]) for key in ("label", "help") if column.get(key))


def _spec(part: Any) -> Iterator[str]:
    """Titles of a chart, its names and words drawn in it."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in TITLES and isinstance(value, str):
                yield value
            else:
                yield from _spec(value)
    elif isinstance(part, list):
        for one in part:
            yield from _spec(one)


def _plain(text: str) -> Iterator[str]:
    """The words of HTML or Markdown: what is shown, and what is read aloud."""
    if "<style" in text or text.lstrip().startswith("<svg"):
        return
    for kind in ("aria-label", "title", "alt", "data-label", "placeholder"):
        yield from (unescape(found) for found in re.findall(rf'\s{kind}="([^"]*)"', text))
    yield unescape(re.sub(r"<[^>]*>", " ", text))
