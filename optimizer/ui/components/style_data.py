"""Rules of style of the page Data and settings and of kept work."""

from __future__ import annotations

import json

from optimizer.ui.language import _
from optimizer.ui.uploads import MAX_MEGABYTES

CSS = """
.co-list { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
.co-list th { font-weight: 600; text-align: left; padding: .45rem .5rem; vertical-align: top; }
.co-list thead th { font-size: .8rem; opacity: .75; border-bottom: 1px solid rgba(128,128,128,.45); }
.co-list td, .co-list tbody th { padding: .45rem .5rem; vertical-align: top; overflow-wrap: anywhere;
    border-bottom: 1px solid rgba(128,128,128,.22); }
.co-list .co-n { text-align: right; white-space: nowrap; }
.co-rules { list-style: none !important; margin: 0 !important; padding: 0 !important; }
.co-rules li { list-style: none; margin: 0 !important; padding: .45rem 0; font-size: .9rem; line-height: 1.45;
    border-bottom: 1px solid rgba(128,128,128,.22); }
.co-rules b { display: block; font-weight: 600; }
[class*="st-key-co_map_"] [data-testid="stHorizontalBlock"] { padding: .35rem 0;
    border-bottom: 1px solid rgba(128,128,128,.22); }
[class*="st-key-co_numbers_"] { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
[class*="st-key-co_rule_"] button { padding-left: .5rem; padding-right: .5rem; }
.co-rules .co-grade { display: block; opacity: .75; font-size: .8rem; overflow-wrap: anywhere; }
.st-key-rules_field textarea, .st-key-networks_field textarea {
    font-family: ui-monospace, monospace; font-size: .85rem; }
.st-key-co_person { max-width: 34rem; }
@media (max-width: 640px) {
  [class*="st-key-co_rule_"] { padding-bottom: .8rem; border-bottom: 1px solid rgba(128,128,128,.45); }
  .co-list, .co-list tbody, .co-list tr { display: block; width: 100%; }
  .co-list thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .co-list tr { padding: .6rem 0; border-bottom: 1px solid rgba(128,128,128,.45); }
  .co-list td, .co-list tbody th { display: block; border: 0; padding: .1rem .2rem; }
  .co-list td:empty { display: none; }
  .co-list td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .6rem; }
  .co-list td::before { content: attr(data-label); opacity: .75; font-size: .8rem; overflow-wrap: anywhere; }
  .co-list .co-n { text-align: left; white-space: normal; }
}
"""


def upload_words() -> str:
    """The words inside the field for files, which the widget itself has in English alone."""
    button, limits = _("Choose a file"), _("CSV, XLSX or Parquet, up to {most} MB", most=MAX_MEGABYTES)
    field = ".stFileUploader section"
    exports = _("CSV, TSV or XLSX, several at once or in a ZIP, up to {most} MB each", most=MAX_MEGABYTES)
    several = "[class*=st-key-exports_upload] .stFileUploader section"
    return (
        f"{field} button p {{ display: none; }} {field} button div:has(> p)::after {{ content: {_quoted(button)}; }}"
        f"{field} [data-testid=stFileUploaderDropzoneInstructions] span {{ font-size: 0; white-space: normal; }}"
        f"{field} [data-testid=stFileUploaderDropzoneInstructions] span::after "
        f"{{ content: {_quoted(limits)}; font-size: .875rem; }}"
        f"{several} [data-testid=stFileUploaderDropzoneInstructions] span::after {{ content: {_quoted(exports)}; }}"
    )


def _quoted(words: str) -> str:
    """Words as CSS takes them, without what could end the element they stand in."""
    return json.dumps(words.replace("<", ""), ensure_ascii=False)
