"""The rules of style that Streamlit's theme does not cover; colours follow the light or dark theme by themselves."""

from __future__ import annotations

from optimizer.ui.components import (
    style_data,
    style_finance,
    style_pacing,
    style_performance,
    style_plan,
    style_sponsor,
    style_track,
    style_week,
    style_what_if,
)

CSS = """
.stMainBlockContainer { max-width: 1240px; padding: 3.2rem 2.5rem 3rem; }
.co-headline { border-left: 4px solid #2f80d0; padding: .1rem 0 .1rem 1rem; margin: .4rem 0 .2rem; }
h1.co-title { font-size: 1rem; font-weight: 600; padding: 0; margin: 0; opacity: .75; letter-spacing: 0; }
.co-headline h2 { font-size: 1.55rem; line-height: 1.35; font-weight: 600; letter-spacing: 0; padding: 0;
    margin: 0 0 .35rem; text-wrap: pretty; max-width: 72ch; }
.co-headline p { font-size: .875rem; opacity: .75; margin: 0; }
.st-key-figures > div { flex: 1 1 10rem; min-width: min-content; }
.co-alert { border: 1px solid rgba(158,48,59,.45); background: rgba(217,74,87,.08); border-radius: .5rem;
    padding: .1rem .9rem; }
.co-alert li:last-child { border-bottom: 0 !important; }
.co-scroll { overflow-x: auto; border-radius: .5rem; }
.co-scroll:focus-visible { outline: 2px solid #2f80d0; outline-offset: 2px; }
.co-grid, .co-moves { border-collapse: collapse; width: 100%; font-size: .875rem;
    font-variant-numeric: tabular-nums; }
.co-grid th, .co-moves th { font-weight: 600; text-align: left; padding: .45rem .5rem; }
.co-grid thead th, .co-moves thead th { font-size: .8rem; opacity: .75;
    border-bottom: 1px solid rgba(128,128,128,.45);
  vertical-align: bottom; }
.co-grid td, .co-moves td { padding: .45rem .5rem; vertical-align: top;
    border-bottom: 1px solid rgba(128,128,128,.22); }
.co-grid thead th:not(:first-child) { text-align: right; }
.co-grid td { text-align: right; white-space: nowrap; border-left: 2px solid transparent;
    background-clip: padding-box; }
.co-grid td b { display: block; font-weight: 600; }
.co-grid td i { font-style: normal; font-weight: 400; opacity: .85; }
.co-grid td span { font-size: .8rem; opacity: .85; }
.co-grid tbody th { vertical-align: top; white-space: nowrap; border-bottom: 1px solid rgba(128,128,128,.22); }
.co-grid .co-total th, .co-grid .co-total td { border-bottom: 0; border-top: 1px solid rgba(128,128,128,.45); }
.co-grid .co-empty span { opacity: .45; }
.co-moves .co-n { text-align: right; white-space: nowrap; }
.co-moves .co-n small { display: block; opacity: .75; }
.co-moves td:first-child { white-space: nowrap; }
.co-moves .co-why { min-width: 17rem; line-height: 1.4; }
.co-moves .co-up span { color: light-dark(#1a5fa5, #85b8f8); font-weight: 600; }
.co-moves .co-down span { color: light-dark(#9b4a00, #f2a56d); font-weight: 600; }
.co-moves .co-warning { display: block; margin-top: .2rem; color: light-dark(#8a4300, #f2a56d); }
.co-moves summary { cursor: pointer; white-space: nowrap; list-style: none; text-decoration: underline dotted;
    text-underline-offset: 3px; }
.co-moves summary::-webkit-details-marker { display: none; }
.co-moves summary span { letter-spacing: .05em; font-size: .75rem; }
.co-moves details p { margin: .3rem 0 0; max-width: 16rem; font-size: .8rem; opacity: .9; }
.st-key-source [data-selected="true"] { color: light-dark(#1f66ad, #85b8f8); }
.co-findings { list-style: none !important; margin: 0 !important; padding: 0 !important; }
.co-findings li { list-style: none; display: grid; grid-template-columns: 4.6rem 1fr; gap: .6rem;
    margin: 0 !important; padding: .4rem 0; font-size: .9rem; line-height: 1.45; overflow-wrap: anywhere;
    border-bottom: 1px solid rgba(128,128,128,.22); }
.co-level { font-weight: 600; opacity: .8; }
.co-level.co-serious { opacity: 1; color: light-dark(#9e303b, #f2919a); }
[data-testid="stHeading"] h3 { font-size: 1.3rem; padding: .9rem 0 .45rem; }
[data-testid="stHeading"] h4 { font-size: 1.05rem; padding: .4rem 0 0; }
[data-testid="stSidebarContent"] { overflow-x: hidden; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 4.2rem 1rem 3rem; }
  .co-headline h2 { font-size: 1.25rem; }
  .st-key-figures > div { flex-basis: 9rem; }
  .st-key-figures [data-testid="stMetricValue"] { font-size: 1.5rem; }
  .co-grid, .co-grid tbody, .co-grid tr, .co-grid tbody th,
  .co-moves, .co-moves tbody, .co-moves tr { display: block; width: 100%; }
  .co-grid thead, .co-moves thead { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
  .co-grid .co-empty, .co-grid .co-total td:not(:last-child) { display: none; }
  .co-grid tbody th { border: 0; padding: .9rem .2rem .3rem; font-size: 1rem; }
  .co-grid td { display: grid; grid-template-columns: 1fr auto 5.2rem; gap: .6rem; border-left: 0;
    padding: .4rem .5rem; }
  .co-grid td::before { content: attr(data-label); text-align: left; }
  .co-moves tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: .35rem .6rem; padding: .8rem .2rem;
    border-bottom: 1px solid rgba(128,128,128,.45); }
  .co-moves td { border: 0; padding: 0; white-space: normal; }
  .co-moves td::before { content: attr(data-label); display: block; font-size: .75rem; opacity: .75; }
  .co-moves .co-n { text-align: left; }
  .co-moves .co-n small { display: inline; margin-left: .3rem; }
  .co-moves td:first-child, .co-moves .co-why, .co-moves td:has(details[open]) { grid-column: 1 / -1; }
  .co-moves td:first-child { font-size: 1rem; }
  .co-moves td:first-child::before, .co-moves .co-why::before { content: none; }
  .co-moves .co-why { min-width: 0; }
  .co-moves details p { max-width: none; }
  .st-key-budget, .st-key-goal { flex: 1 1 9rem; }
  .st-key-weeks { flex: 1 1 7rem; }
  .st-key-budget { flex-basis: 100%; }
  [data-testid="stMetricDelta"] { border-radius: .5rem; }
  .st-key-figures [data-testid="stMetricLabel"] *, .st-key-figures [data-testid="stMetricDelta"] * {
    white-space: normal; overflow: visible; }
}
"""


def stylesheet() -> str:
    """The rules as an HTML element."""
    earlier = (style_data, style_finance, style_pacing, style_performance, style_plan, style_sponsor)
    others = (*earlier, style_track, style_week, style_what_if)
    words = f"{style_data.upload_words()}{style_finance.upload_words()}{style_week.upload_words()}"
    return f"<style>{CSS}{''.join(one.CSS for one in others)}{words}</style>"
