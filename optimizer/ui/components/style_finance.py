"""Style of the page Finance."""

from __future__ import annotations

import json

from optimizer.ui.language import _

MEGABYTES = 2  # of a file of booked revenue

CSS = """
.co-finance { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
.co-finance th { font-weight: 400; text-align: left; padding: .4rem .5rem; vertical-align: top; }
.co-finance td { padding: .4rem .5rem; vertical-align: top; }
.co-finance tbody th, .co-finance td { border-bottom: 1px solid rgba(128,128,128,.22); }
.co-finance thead th { font-weight: 600; font-size: .8rem; vertical-align: bottom;
    border-bottom: 1px solid rgba(128,128,128,.45); color: color-mix(in srgb, currentColor 75%, transparent); }
.co-finance .co-n { text-align: right; white-space: nowrap; }
.co-finance .co-n small { display: block; opacity: .8; font-size: .78rem; }
.co-finance .co-words { min-width: 7rem; line-height: 1.4; }
.co-finance tbody th { min-width: 11rem; }
.co-finance .co-sum th, .co-finance .co-sum td { font-weight: 600; border-top: 1px solid rgba(128,128,128,.45); }
.co-finance .co-open td { opacity: .8; font-style: italic; }
.co-finance summary { cursor: pointer; list-style: none; text-decoration: underline dotted;
    text-underline-offset: 3px; text-decoration-color: rgba(128,128,128,.8); }
.co-finance summary::-webkit-details-marker { display: none; }
.co-finance summary:focus-visible { outline: 2px solid #2f80d0; outline-offset: 2px; border-radius: .2rem; }
.co-finance details p { margin: .3rem 0 0; max-width: 24rem; font-size: .8rem; font-weight: 400; line-height: 1.4;
    opacity: .9; white-space: normal; text-align: left; }
.co-against td:nth-child(4) { font-weight: 600; }
.co-finance.co-narrow { max-width: 44rem; }
.co-fin-notes { list-style: none !important; margin: .2rem 0 0 !important; padding: 0 !important; font-size: .875rem;
    opacity: .8; line-height: 1.5; }
.co-fin-notes li { list-style: none; margin: 0 0 .2rem !important; max-width: 90ch; }
.st-key-finance_figures > div { flex: 1 1 8.5rem; min-width: min-content; }
.st-key-finance_figures [data-testid="stMetricValue"] { font-size: 1.35rem; line-height: 1.3; }
.st-key-finance_figures [data-testid="stMetricDelta"] { border-radius: .5rem; }
.st-key-finance_figures [data-testid="stMetricLabel"] *, .st-key-finance_figures [data-testid="stMetricDelta"] * {
    white-space: normal; overflow: visible; }
.st-key-co_finance_shares, .st-key-co_finance_fixed, .st-key-co_finance_customers, .st-key-co_finance_production {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem 1rem;
    align-items: end; }
.st-key-co_finance_factors { display: grid; grid-template-columns: repeat(3, minmax(6rem, 1fr)); gap: .6rem 1rem;
    align-items: end; }
.st-key-co_finance_shares > div, .st-key-co_finance_fixed > div, .st-key-co_finance_customers > div,
.st-key-co_finance_production > div, .st-key-co_finance_factors > div { width: 100%; min-width: 0; }
@media (max-width: 640px) {
  .co-finance, .co-finance tbody, .co-finance tr { display: block; width: 100%; }
  .co-finance thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .co-finance tr { display: grid; grid-template-columns: repeat(2, 1fr); gap: .2rem .8rem; padding: .7rem .2rem;
    border-bottom: 1px solid rgba(128,128,128,.45); }
  .co-finance .co-blank { display: none; }
  .co-finance.co-narrow tr { grid-template-columns: 1fr auto; gap: 0 .8rem; align-items: center; }
  .co-finance.co-narrow tbody th { grid-column: 1; grid-row: 1 / 3; font-weight: 400; }
  .co-finance.co-narrow .co-n { grid-column: 2; text-align: right; }
  .co-finance.co-narrow .co-n:last-child { opacity: .8; font-size: .8rem; }
  .co-finance.co-narrow td::before { content: none !important; }
  .co-swings tr { grid-template-columns: repeat(4, auto); justify-content: start; }
  .co-swings td::before { content: none !important; }
  .co-finance.co-inputs tr { grid-template-columns: 1fr auto; }
  .co-finance.co-inputs tbody th { grid-column: 1 !important; font-weight: 400; }
  .co-inputs td:nth-child(2) { text-align: right !important; }
  .co-inputs td:nth-child(2)::before, .co-inputs td:nth-child(3)::before { content: none !important; }
  .co-inputs td:nth-child(3) { grid-column: 1 / -1; opacity: .75; font-size: .8rem; }
  .co-inputs .co-open td:nth-child(n + 4) { display: none; }
  .co-against tr { grid-template-columns: repeat(3, 1fr); }
  .co-finance tbody th, .co-finance td, .co-finance .co-sum th, .co-finance .co-sum td { border: 0; padding: 0; }
  .co-finance:not(.co-narrow) tbody th { grid-column: 1 / -1; }
  .co-finance tbody th { font-size: .95rem; font-weight: 600; min-width: 0; }
  .co-finance td::before { content: attr(data-label); display: block; font-size: .75rem; opacity: .75;
    font-weight: 400; font-style: normal; }
  .co-finance .co-n { text-align: left; white-space: normal; }
  .co-finance td.co-words:last-child { grid-column: 1 / -1; }
  .co-finance .co-sum { background: rgba(128,128,128,.1); border-radius: .3rem; }
  .co-finance details p { max-width: none; }
}
"""


def upload_words() -> str:
    """The words inside the field for booked revenue, which the widget itself has in English alone."""
    limits = _("CSV, up to {most} MB", most=MEGABYTES)
    field = ".st-key-finance_books_upload .stFileUploader section"
    words = json.dumps(limits.replace("<", ""), ensure_ascii=False)
    return f"{field} [data-testid=stFileUploaderDropzoneInstructions] span::after {{ content: {words}; }}"
