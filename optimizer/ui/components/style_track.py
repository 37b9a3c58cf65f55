"""Style of the page Track record, and of the approval wherever it is asked for."""

from __future__ import annotations

CSS = """
.co-track-approved { border-left: 4px solid #2e8b57; padding: .1rem 0 .1rem 1rem; }
.co-track-approved p { margin: 0; }
.co-track { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
.co-track th { font-weight: 400; text-align: left; padding: .4rem .5rem; vertical-align: top; }
.co-track td { padding: .4rem .5rem; vertical-align: top; }
.co-track tbody th, .co-track td { border-bottom: 1px solid rgba(128,128,128,.22); }
.co-track thead th { font-weight: 600; font-size: .8rem; vertical-align: bottom;
    border-bottom: 1px solid rgba(128,128,128,.45); color: color-mix(in srgb, currentColor 75%, transparent); }
.co-track .co-n { text-align: right; white-space: nowrap; }
.co-track .co-n small { display: block; opacity: .8; font-size: .78rem; }
.co-track b { font-weight: 600; }
.co-track .co-words { white-space: nowrap; }
.co-track summary { cursor: pointer; list-style: none; text-decoration: underline dotted;
    text-underline-offset: 3px; text-decoration-color: rgba(128,128,128,.8); }
.co-track summary::-webkit-details-marker { display: none; }
.co-track summary:focus-visible { outline: 2px solid #2f80d0; outline-offset: 2px; border-radius: .2rem; }
.co-track details p { margin: .3rem 0 0; max-width: 16rem; font-size: .8rem; font-weight: 400; line-height: 1.4;
    opacity: .9; white-space: normal; text-align: left; }
.st-key-track_figures > div { flex: 1 1 9rem; min-width: min-content; }
.st-key-track_figures [data-testid="stMetricDelta"] { border-radius: .5rem; }
.st-key-track_figures [data-testid="stMetricLabel"] *, .st-key-track_figures [data-testid="stMetricDelta"] * {
    white-space: normal; overflow: visible; }
.st-key-track_against [data-testid="stPageLink"] { margin-bottom: .55rem; }
[class*="st-key-track_json_"] { margin-left: auto; width: fit-content; }
@media (max-width: 640px) {
  [class*="st-key-track_json_"] { margin-left: 0; }
  .co-track, .co-track tbody { display: block; width: 100%; }
  .co-track thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .co-track tr { display: grid; grid-template-columns: repeat(2, 1fr); gap: .25rem .8rem; padding: .7rem .2rem;
    border-bottom: 1px solid rgba(128,128,128,.45); }
  .co-track tbody th { grid-column: 1 / -1; font-weight: 600; border: 0; padding: 0; }
  .co-track td, .co-track .co-n { border: 0; padding: 0; text-align: left; white-space: normal; }
  .co-track td::before { content: attr(data-label); display: block; font-size: .75rem; opacity: .75; }
  .st-key-approve button { width: 100%; min-height: 2.75rem; }
}
"""
