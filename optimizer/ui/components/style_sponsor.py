"""Style of the page What to sponsor."""

from __future__ import annotations

CSS = """
.co-posts td { vertical-align: top; }
.co-posts td:first-child { min-width: 9.5rem; white-space: normal; overflow-wrap: anywhere; }
.co-posts td:first-child small { display: block; opacity: .8; }
.co-posts .co-mark { display: inline-block; font-size: .72rem; border: 1px solid rgba(128,128,128,.55);
    border-radius: .6rem; padding: 0 .4rem; margin: .15rem .25rem 0 0; font-style: normal; white-space: nowrap; }
.co-posts .co-chance { min-width: 6.2rem; }
.co-posts .co-chance b { font-variant-numeric: tabular-nums; }
.co-posts .co-chance i { display: block; height: .45rem; border-radius: .2rem; background: rgba(128,128,128,.2);
    margin-top: .3rem; position: relative; overflow: hidden; }
.co-posts .co-chance i u { display: block; height: 100%; background: #2f80d0; text-decoration: none; }
.co-posts .co-chance i s { position: absolute; top: 0; bottom: 0; width: 2px; background: currentColor; opacity: .7;
    text-decoration: none; }
.co-posts .co-why { min-width: 16rem; }
.st-key-sponsor_inputs { align-items: end; }
@media (max-width: 640px) {
  .co-posts td:first-child { min-width: 0; }
  .co-posts tr { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .co-posts .co-n { white-space: normal; }
  .co-posts .co-n small { display: block; margin-left: 0; }
  .co-posts .co-chance { grid-column: 1 / -1; }
  .co-posts .co-none { display: none; }
}
"""
