"""Style of the page Plan."""

from __future__ import annotations

CSS = """
.st-key-plan_inputs [data-testid="stCaptionContainer"] { margin-bottom: -.6rem; }
.st-key-figures [data-testid="stMetricValue"] { font-size: 1.6rem; line-height: 1.25; }
.st-key-figures [data-testid="stMetricValue"] * { white-space: nowrap; overflow: visible; }
.st-key-figures [data-testid="stMetricDelta"] { border-radius: .5rem; }
.st-key-figures [data-testid="stMetricLabel"] *, .st-key-figures [data-testid="stMetricDelta"] * {
    white-space: normal; overflow: visible; }
.st-key-flow svg text { fill: currentColor; }
.co-limits td:nth-child(1) { min-width: 10rem; }
.co-limits td:nth-child(2), .co-limits td:nth-child(3) { white-space: nowrap; }
.co-limits td:nth-child(1) { font-weight: 600; }
.co-limits td:nth-child(4) { min-width: 17rem; line-height: 1.4; }
.co-flow { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem 2.5rem; font-size: .9rem;
    font-variant-numeric: tabular-nums; }
.co-flow ul { list-style: none !important; margin: .3rem 0 0 !important; padding: 0 !important; }
.co-flow li { list-style: none; display: grid; grid-template-columns: 1fr auto; gap: .1rem .8rem;
    margin: 0 !important; padding: .3rem 0; }
.co-flow li b { font-weight: 600; }
.co-flow li i { grid-column: 1 / -1; display: block; height: .45rem; border-radius: .2rem; min-width: 2px; }
.co-flow .co-down li i { background: #d9730d; }
.co-flow .co-up li i { background: #2f80d0; }
.st-key-flow_phone, [data-testid="stLayoutWrapper"]:has(> .st-key-flow_phone) { display: none; }
@media (max-width: 640px) {
  .st-key-flow_chart, [data-testid="stLayoutWrapper"]:has(> .st-key-flow_chart) { display: none; }
  .st-key-flow_phone, [data-testid="stLayoutWrapper"]:has(> .st-key-flow_phone) { display: flex; }
  .st-key-figures [data-testid="stMetricValue"] { font-size: 1.3rem; }
  .co-flow { grid-template-columns: 1fr; }
  .co-limits tr { grid-template-columns: 1fr 1fr; }
  .co-limits td:nth-child(n) { white-space: normal; }
  .co-limits td:nth-child(1), .co-limits td:nth-child(4) { grid-column: 1 / -1; min-width: 0; }
  .co-limits td:nth-child(1)::before, .co-limits td:nth-child(4)::before { content: none; }
  .st-key-plan_budget { flex: 1 1 100%; }
  .st-key-plan_weeks { flex: 1 1 6rem; }
  .st-key-plan_goal { flex: 1 1 8rem; }
  .st-key-plan_more_box, .st-key-plan_more_box button { width: 100%; }
}
"""
