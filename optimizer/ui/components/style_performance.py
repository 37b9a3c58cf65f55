"""Style of the page Performance."""

from __future__ import annotations

CSS = """
.co-remarks { list-style: none !important; margin: 0 !important; padding: 0 !important; max-width: 100ch; }
.co-remarks li { list-style: none; display: grid; grid-template-columns: 6.2rem 1fr; gap: .6rem; margin: 0 !important;
    padding: .45rem 0; font-size: .95rem; line-height: 1.45; overflow-wrap: anywhere;
    border-bottom: 1px solid rgba(128,128,128,.22); }
.co-remarks li:last-child { border-bottom: 0; }
.co-remarks b { font-weight: 600; white-space: nowrap; }
.co-remarks .co-bad b { color: light-dark(#9b4a00, #f2a56d); }
.co-remarks .co-good b { color: light-dark(#1a5fa5, #85b8f8); }
.co-shares { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem 2rem;
    margin: .3rem 0 .2rem; font-variant-numeric: tabular-nums; }
.co-shares h4 { font-size: .95rem; font-weight: 600; padding: 0; margin: 0 0 .25rem; letter-spacing: 0;
    overflow-wrap: anywhere; }
.co-shares dl { display: grid; grid-template-columns: auto 1fr 3.6rem; gap: .25rem .7rem; margin: 0; padding: 0;
    align-items: center; font-size: .85rem; }
.co-shares dt { font-weight: 400; opacity: .85; }
.co-shares dd { margin: 0; }
.co-shares dd.co-track { height: .75rem; border-radius: .2rem; background: rgba(128,128,128,.14); position: relative; }
.co-shares dd.co-track i { display: block; height: 100%; border-radius: .2rem; background: #2f80d0; }
.co-shares dd.co-track.co-spend i { background: #8a8a8a; }
.co-shares dd.co-track s { position: absolute; top: -.15rem; bottom: -.15rem; width: 2px; background: #8a8a8a;
    text-decoration: none; }
.co-shares dd.co-value { text-align: right; font-weight: 600; }
@media (max-width: 640px) {
  .co-remarks li { grid-template-columns: 1fr; gap: .1rem; }
}
"""
