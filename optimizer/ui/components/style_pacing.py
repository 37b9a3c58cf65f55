"""Style of the page Pacing."""

from __future__ import annotations

CSS = """
.co-light { font-weight: 600; white-space: nowrap; }
.co-light-green { color: light-dark(#1a5fa5, #85b8f8); }
.co-light-amber { color: light-dark(#8a5a00, #f0c05a); }
.co-light-red { color: light-dark(#9e303b, #f2919a); }
.co-headline > .co-light { display: inline-block; border: 1px solid currentColor; border-radius: 1rem;
    padding: .05rem .7rem; font-size: .9rem; margin-bottom: .35rem; }
.co-headline.co-pace-amber { border-left-color: #b57700; }
.co-headline.co-pace-red { border-left-color: #c0404c; }
dl.co-pace-figures { display: grid; grid-template-columns: repeat(4, auto); justify-content: start; gap: .5rem 2.6rem;
    margin: .4rem 0 .2rem; padding: 0 0 0 1.25rem; font-variant-numeric: tabular-nums; }
.co-pace-figures dt { font-size: .75rem; font-weight: 400; opacity: .75; }
.co-pace-figures dd { margin: 0; font-size: 1.05rem; }
.co-pace-figures dd b { font-weight: 600; display: block; }
.co-pace-figures dd small { display: block; font-size: .8rem; opacity: .8; }
.co-pace-more { font-size: .8rem; padding-left: 1.25rem; }
.co-pace-more summary { cursor: pointer; opacity: .8; width: fit-content; text-decoration: underline dotted;
    text-underline-offset: 3px; padding: .3rem 0; }
.co-pace-more p { max-width: 80ch; margin: .3rem 0; font-size: .8rem; }
.co-pace th.co-n { text-align: right; }
.co-pace .co-level-0 td, .co-pace .co-level-1 td { font-weight: 600; }
.co-pace .co-level-2 td:first-child { padding-left: 1.6rem; }
.co-pace.co-narrow { max-width: 40rem; }
.co-pace .co-why { min-width: 15rem; }
.st-key-pacing_question [data-testid="stCaptionContainer"] p { margin: 0 0 .55rem; }
.co-pace-next { margin: 0; font-size: 1rem; line-height: 1.45; max-width: 80ch; }
@media (max-width: 640px) {
  dl.co-pace-figures { grid-template-columns: repeat(2, 1fr); gap: .6rem 1rem; padding-left: 0; }
  .co-pace-more { padding-left: 0; }
  .co-pace tr { grid-template-columns: repeat(2, 1fr); }
  .co-pace .co-level-2 td:first-child { padding-left: 0; font-size: .95rem; }
  .co-pace .co-why:has(div:empty) { display: none; }
}
"""
