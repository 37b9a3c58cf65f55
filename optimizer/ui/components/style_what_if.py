"""Rules of style for the page What-if: cards, the comparison, where the money goes, steps of the budget."""

from __future__ import annotations

CSS = """
.co-scenario h2 { font-size: 1.1rem; line-height: 1.3; font-weight: 600; padding: 0; margin: 0 0 .15rem;
    letter-spacing: 0; overflow-wrap: anywhere; }
.co-scenario .co-differs { font-size: .85rem; line-height: 1.4; opacity: .75; margin: 0 0 .55rem; }
.co-scenario .co-comes { font-size: 1rem; line-height: 1.45; margin: 0; text-wrap: pretty; }
.co-scenario .co-fails { color: light-dark(#9e303b, #f2919a); }
.co-scenario .co-fails::before { content: "⚠ "; }
[class*="st-key-what_if_card_"] { height: 100%; justify-content: space-between; }
.co-compare, .co-money, .co-ladder { border-collapse: collapse; width: 100%; font-size: .875rem;
    font-variant-numeric: tabular-nums; }
.co-compare th, .co-money th, .co-ladder th { font-weight: 600; text-align: left; padding: .5rem .6rem;
    vertical-align: top; }
.co-compare thead th, .co-money thead th, .co-ladder thead th { font-size: .8rem; vertical-align: bottom;
    border-bottom: 1px solid rgba(128,128,128,.45); overflow-wrap: anywhere; }
.co-compare td, .co-money td, .co-ladder td { padding: .5rem .6rem; vertical-align: top; }
.co-compare tbody tr > *, .co-money tbody tr > *, .co-ladder tbody tr > * {
    border-bottom: 1px solid rgba(128,128,128,.22); }
.co-compare tbody tr:last-child > *, .co-money tbody tr:last-child > * { border-bottom: 0; }
.co-compare-wide .co-compare, .co-money { table-layout: fixed; min-width: 40rem; }
.co-compare-wide th:first-child { width: 9.5rem; }
.co-money th:first-child { width: 8rem; }
.co-compare td b, .co-money td b { font-weight: 600; }
.co-compare small { display: block; opacity: .75; font-size: .8rem; }
.co-compare .co-apart { display: block; margin-top: .2rem; font-weight: 600; white-space: nowrap; }
.co-compare .co-up, .co-money .co-up { color: light-dark(#1a5fa5, #85b8f8); }
.co-compare .co-down, .co-money .co-down { color: light-dark(#9b4a00, #f2a56d); }
.co-compare .co-none, .co-money .co-none { opacity: .55; }
.co-compare-cards { display: none; }
.co-compare-cards h4 { font-size: 1rem; margin: 1.1rem 0 .2rem; padding: 0; overflow-wrap: anywhere; }
.co-money .co-bar { display: block; height: .45rem; margin: .25rem 0 0; background: rgba(128,128,128,.16);
    border-radius: .2rem; overflow: hidden; }
.co-money .co-bar i { display: block; height: 100%; background: #2f80d0; border-radius: .2rem; }
.co-money td span { margin-left: .45rem; white-space: nowrap; font-size: .82rem; }
.co-money td .co-none { margin-left: 0; }
.co-money .co-total > * { border-top: 1px solid rgba(128,128,128,.45); }
.co-ladder .co-n, .co-ladder thead .co-n { text-align: right; white-space: nowrap; }
.co-ladder small { display: block; opacity: .8; }
.co-ladder .co-asked th { background: rgba(47,128,208,.12); text-align: left; }
.co-answer { border-left: 4px solid #2f80d0; padding: .1rem 0 .1rem 1rem; margin: .2rem 0 .4rem; }
.co-answer p { margin: 0 0 .25rem; line-height: 1.45; }
.co-answer p:first-child { font-weight: 600; font-size: 1.05rem; }
@media (max-width: 640px) {
  .stColumn:has(.co-being-changed) { order: 9; }
  .co-compare-wide { display: none; }
  .co-compare-cards { display: block; }
  .co-compare-cards .co-compare { table-layout: fixed; }
  .co-compare-cards .co-compare th { width: 28%; font-weight: 400; font-size: .8rem; opacity: .85; padding-left: 0; }
  .co-compare-cards .co-compare td { padding: .5rem .2rem; }
  .co-compare-cards .co-apart { margin: 0; white-space: normal; }
  .co-money { min-width: 0; }
  .co-money, .co-money tbody, .co-money tr, .co-money tbody th, .co-ladder, .co-ladder tbody, .co-ladder tr {
    display: block; width: 100%; }
  .co-money thead, .co-ladder thead { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
  .co-money tbody th { border: 0 !important; padding: .9rem .2rem .1rem; font-size: 1rem; }
  .co-money td { display: grid; grid-template-columns: 1fr auto 4.6rem; column-gap: .6rem; align-items: baseline;
    padding: .3rem .2rem; }
  .co-money td::before { content: attr(data-label); text-align: left; overflow-wrap: anywhere; }
  .co-money td span { text-align: right; margin: 0; }
  .co-money .co-total > * { border-top: 0; }
  .co-money .co-bar { grid-column: 1 / -1; width: 100%; }
  .co-ladder tr { display: grid; grid-template-columns: 1fr auto auto; gap: .15rem .9rem; padding: .6rem .2rem;
    border-bottom: 1px solid rgba(128,128,128,.3); }
  .co-ladder.co-paying tr { grid-template-columns: 1fr auto auto auto; }
  .co-ladder tbody tr > * { border: 0; padding: 0; }
  .co-ladder .co-asked { display: block; padding: 0; }
  .co-ladder .co-asked th { display: block; padding: .4rem .5rem; }
  .co-ladder td::before { content: attr(data-label); display: block; font-size: .75rem; opacity: .75; }
  .co-ladder .co-n { text-align: left; }
  .co-ladder .co-wide { order: 9; grid-column: 1 / -1; }
  .co-ladder .co-wide::before { content: none; }
}
"""
