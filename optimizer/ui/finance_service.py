"""What the page Finance is drawn from: the draft of the plan at hand, frozen as a plan of record would be."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from optimizer.finance.freeze import Approval, freeze
from optimizer.finance.record import Record
from optimizer.ui import service
from optimizer.ui.components.work import Work
from optimizer.ui.format import day
from optimizer.ui.language import _
from optimizer.ui.recent import Recent

KEPT_DRAFTS = 16


@st.cache_resource
def _drafts() -> Recent[Hashable, Record]:
    return Recent(KEPT_DRAFTS)


def draft(work: Work) -> Record:
    """The draft of the plan that answers the question; kept, so that it is worked out once.

    Raises
    ------
    InputError, InfeasibleError
        There is no such plan, or the settings lack what a statement needs.
    """
    source, asked = work.source, work.asked
    plan = work.plan()
    name = _("Plan from {first}", first=day(plan.weeks[0]))

    def make() -> Record:
        studio = work.studio()
        request = asked.request(studio.panel)
        return freeze(studio, request, plan, Approval(name), asked.to_json())

    key = (source.sha256, source.name, service.today(), repr(asked.to_json()), name)
    return _drafts().take(key, make)
