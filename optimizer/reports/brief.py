"""The brief: one A4 page for the board with the decision, the bridge or the statement, and the risk.

It is set by Typst from `brief.typ` with the fonts that Typst brings, so it looks the same on every machine and needs
neither a network nor installed fonts. Words and figures reach the template as data, never as its text.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from optimizer.errors import InternalError
from optimizer.finance.variance import make_bridge
from optimizer.language.message import say
from optimizer.reports.brief_view import brief_data
from optimizer.reports.brief_words import Brief

if TYPE_CHECKING:
    from optimizer.finance.actuals import Actuals
    from optimizer.finance.record import Record
    from optimizer.finance.variance import Rates
    from optimizer.language.catalogue import Speaker

# How much the page may hold, from airy to dense: size of text in points, and rows of a table at most.
DENSITIES = ((10.8, 7), (10.4, 7), (10.0, 7), (9.4, 6), (8.8, 5), (8.2, 4), (7.6, 3))
STANDARD: Final = "ua-1"  # PDF/UA: headings, tables and reading order for who listens to it


def brief_pdf(record: Record, speaker: Speaker, actuals: Actuals | None = None, rates: Rates | None = None) -> bytes:
    """The brief of a plan of record.

    Parameters
    ----------
    record : Record
    speaker : Speaker
        Of the reader's language.
    actuals : Actuals, optional
        What came of it: the bridge from plan to actual then stands above the statement.
    rates : Rates, optional
        Where the books are kept in another currency.

    Returns
    -------
    bytes
        A PDF of one page; the same record in the same language gives the same bytes.

    Raises
    ------
    InputError
        No week of the plan has come, or a rate is missing.
    InternalError
        It does not fit on one page.
    """
    import typst

    bridge = None if actuals is None else make_bridge(record, actuals, rates)

    template = files("optimizer.reports").joinpath("brief.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False)
    for size, rows in DENSITIES:
        data = json.dumps(brief_data(Brief(record, bridge, actuals, speaker, rows), size), ensure_ascii=False)
        compiler = typst.Compiler(template, font_paths=fonts, sys_inputs={"brief": data})
        if json.loads(compiler.query("<pages>", field="value", one=True)) == 1:
            made = compiler.compile(template, format="pdf", pdf_standards=STANDARD, timestamp=0)
            if isinstance(made, bytes):
                return made
    raise InternalError(say("the brief does not fit on one page"))
