"""Drives the page This week: its choices, its cards, and accepting, with kept work of one test alone."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.planning.plan import Plan
from optimizer.planning.rebalance.rebalance import Rebalance, RebalanceRequest, rebalance_in
from optimizer.ui import service, state
from tests.ui.driver import open_app, words

CUT, RAISED = "facebook/image", "instagram/carousel"


def shown(app: AppTest) -> str:
    assert not app.exception
    return unescape(re.sub(r"<style>.*?</style>", "", words(app), flags=re.DOTALL))


def link_of(app: AppTest) -> str:
    link = app.query_params["view"]
    return link[0] if isinstance(link, list) else link


def good(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def asked(app: AppTest) -> Asked:
    return app.session_state["view_now"].asked


def week_now(app: AppTest, **changes: object) -> Rebalance:
    """Next week's budgets as the command line finds them, of the question that the page asks."""
    now = asked(app)
    request = RebalanceRequest(budget=now.budget / now.weeks, goal=now.goal, fixed=dict(now.locks))
    request = replace(request, **changes)
    return rebalance_in(service.studio_for(service.sample_source(), request.of_week()), request)


def plan_now(app: AppTest, **changes: object) -> Plan:
    return week_now(app, **changes).plan


def weekly(plan: Plan, label: str) -> tuple[float, float]:
    return next((move.today, move.plan) for move in plan.moves if move.cell.label == label)


def choose(app: AppTest, label: str, mark: str | None) -> AppTest:
    return good(app.segmented_control(key=f"week_choice_{label}").set_value(mark).run())


def card(app: AppTest, name: str) -> str:
    bodies = [html.body for html in app.get("html") if 'class="co-week-card' in html.body]
    found = [body for body in bodies if f"<h4>{name}" in body]
    assert len(found) == 1
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split())


def store_with(app: AppTest, author: str = "An") -> AppTest:
    app.text_input(key="week_accept_author").set_value(author).run()
    return app.button(key="week_accept").click().run()


def of_bytes(data: bytes, name: str = "mine.csv") -> AppTest:
    kept = service.store().add_history(name, data, author="Lan")
    return open_app(link=service.store().keep_state(state.View(history=kept.id).to_json()))
