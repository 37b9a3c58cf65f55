"""Style of the page This week."""

from __future__ import annotations

from optimizer.ui.language import _

CSS = """
.st-key-week_question [data-testid="stCaptionContainer"] p { margin: 0 0 .55rem; }
.co-week-cost { margin: 0; padding: 0 0 0 1.25rem; font-size: 1rem; line-height: 1.45; max-width: 80ch; }
dl.co-week-figures { display: grid; grid-template-columns: repeat(4, auto); justify-content: start; gap: .5rem 2.2rem;
    margin: .4rem 0 .2rem; padding: 0 0 0 1.25rem; font-variant-numeric: tabular-nums; }
.co-week-figures dt, .co-week-card dt { font-size: .75rem; font-weight: 400; opacity: .75; }
.co-week-figures dd, .co-week-card dd { margin: 0; font-size: .95rem; }
.co-week-figures dd b { font-weight: 600; display: block; }
.co-week-figures dd small, .co-week-card dd small { display: block; font-size: .8rem; opacity: .8; }
.co-week-more { font-size: .8rem; padding-left: 1.25rem; }
.co-week-more summary { cursor: pointer; opacity: .8; width: fit-content; text-decoration: underline dotted;
    text-underline-offset: 3px; padding: .3rem 0; }
.co-week-more p { max-width: 80ch; margin: .3rem 0; font-size: .8rem; }
.co-week-more .co-week-alerts { margin-left: -1.25rem !important; }
.co-week-alerts { list-style: none !important; margin: 0 !important; padding: 0 !important; }
.co-week-alerts li { list-style: none; display: grid; grid-template-columns: 6rem 1fr; gap: .6rem;
    margin: 0 0 .4rem !important; padding: .5rem .8rem; font-size: .9rem; line-height: 1.45; overflow-wrap: anywhere;
    border: 1px solid rgba(128,128,128,.3); border-radius: .5rem; }
.co-week-alerts li.co-week-serious { border-color: rgba(158,48,59,.55); background: rgba(217,74,87,.08); }
.co-week-alerts small { display: block; font-size: .85rem; opacity: .8; margin-top: .1rem; }
.co-week-alerts .co-level i { font-style: normal; display: inline-block; min-width: 1.25rem; padding: 0 .2rem;
    margin-right: .2rem; text-align: center; border: 1px solid currentColor; border-radius: .25rem; font-size: .7rem; }
[class*="st-key-co_week_card_"] { gap: .6rem; position: relative; }
.co-week-card h4 { font-size: 1.05rem; font-weight: 600; padding: 0; margin: 0 0 .35rem; letter-spacing: 0; }
.co-week-state { font-size: .8rem; font-weight: 400; margin-left: .6rem; padding: .1rem .5rem;
    display: inline-block; border: 1px solid rgba(128,128,128,.5); border-radius: .8rem; white-space: normal; }
.co-week-card dl { display: grid; grid-template-columns: 1.5fr 1.1fr .9fr 1.3fr .7fr; gap: .4rem 1.2rem;
    margin: 0 0 .35rem; padding: 0; font-variant-numeric: tabular-nums; }
.co-week-card dd b { font-weight: 600; }
.co-week-card dd i { font-style: normal; opacity: .85; }
.co-week-card.co-up dd small span { color: light-dark(#1a5fa5, #85b8f8); }
.co-week-card.co-down dd small span { color: light-dark(#9b4a00, #f2a56d); }
.co-week-card p { margin: 0; font-size: .875rem; line-height: 1.45; opacity: .9; max-width: 90ch; }
.co-week-card .co-week-warning { color: light-dark(#8a4300, #f2a56d); opacity: 1; margin-top: .15rem; }
.co-week-card summary { cursor: pointer; list-style: none; text-decoration: underline dotted; width: fit-content;
    text-underline-offset: 3px; }
.co-week-card summary::-webkit-details-marker { display: none; }
.co-week-card summary span { letter-spacing: .05em; font-size: .75rem; }
.co-week-card details p { font-size: .8rem; margin-top: .2rem; }
[class*="st-key-week_choice_"] button[data-selected="true"] { color: light-dark(#1f66ad, #85b8f8) !important; }
.co-week-learned { margin: 0 0 .4rem; padding: .5rem .8rem; font-size: .9rem; line-height: 1.45; max-width: 95ch;
    border-left: 4px solid #2e8b57; }
.co-week-table .co-n { text-align: right; white-space: nowrap; }
.co-week-table thead th.co-n { text-align: right; }
.st-key-week_suggestion { border-left: 4px solid #2f80d0; padding-left: 1rem; }
.st-key-week_suggestion p { font-size: .9rem; max-width: 75ch; }
.co-week-accepted { border-left: 4px solid #2e8b57; padding: .1rem 0 .1rem 1rem; }
.co-week-accepted p { margin: 0; }
.co-week-networks { display: grid; grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); gap: 1rem 2rem;
    align-items: start; }
.co-week-amounts { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
.co-week-changed { max-width: 46rem; }
.co-week-amounts caption { text-align: left; font-weight: 600; font-size: 1rem; padding: .2rem 0; }
.co-week-amounts th { text-align: left; font-weight: 400; padding: .35rem .4rem .35rem 0; }
.co-week-amounts thead th { font-size: .75rem; opacity: .75; border-bottom: 1px solid rgba(128,128,128,.45); }
.co-week-amounts td { padding: .35rem 0 .35rem .6rem; }
.co-week-amounts tbody tr { border-bottom: 1px solid rgba(128,128,128,.22); }
.co-week-amounts .co-n { text-align: right; white-space: nowrap; padding-right: 0; }
.co-week-amounts td b { font-weight: 600; }
@media (min-width: 1000px) {
  [class*="st-key-co_week_card_"] [class*="st-key-week_choice_"] { position: absolute; top: .8rem; right: 1rem;
      width: auto; }
  .co-week-card h4 { min-height: 2.2rem; padding: .3rem 24rem 0 0; margin-bottom: .4rem; }
}
@media (max-width: 640px) {
  .st-key-week_question [data-testid="stCaptionContainer"] p { margin: 0; }
  dl.co-week-figures { grid-template-columns: 1fr 1fr; gap: .6rem 1rem; padding-left: 0; }
  .co-week-cost, .co-week-more { padding-left: 0; }
  .co-week-more .co-week-alerts { margin-left: 0 !important; }
  .co-week-alerts li { grid-template-columns: 1fr; gap: .2rem; }
  .co-week-card dl { grid-template-columns: 1fr 1fr; }
  .co-week-state { display: block; width: fit-content; margin: .25rem 0 0; border-radius: .5rem; }
  .co-week-networks { grid-template-columns: 1fr; }
  .co-week-table .co-n { text-align: left; }
  .co-week-more summary { padding: .55rem 0; }
  .co-week-card summary { padding: .1rem 0 .6rem; }
  [class*="st-key-week_choice_"] button { min-height: 2.75rem; }
  .st-key-week_buttons button, .st-key-week_accept, .st-key-week_accept button { width: 100%; min-height: 2.75rem; }
}
"""


def upload_words() -> str:
    """The words inside the page's fields for files, which take less than those for histories."""
    words = _("CSV, a small table").replace("\\", "\\\\").replace('"', '\\"')
    after = ".stFileUploader section [data-testid=stFileUploaderDropzoneInstructions] span::after"
    fields = ", ".join(f"[class*=st-key-{key}] {after}" for key in ("week_current_file", "week_template_file"))
    return f'{fields} {{ content: "{words}"; }}'
