"""A visit across its histories, and the words of the command line on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.language import place, say
from optimizer.planning.asked import Asked
from optimizer.ui import service, state
from optimizer.ui.language import tell
from tests.ui.driver import open_app, words


def test_what_was_asked_of_a_history_is_there_again_when_it_is_chosen_again(short_sample: Path) -> None:
    other = service.store().add_history("mine.csv", short_sample.read_bytes(), author="Lan").id
    app = open_app("plan")
    view = app.session_state["view_now"]
    app.session_state["view_now"] = replace(
        view, asked=replace(view.asked, budget=90_000.0, locks={"instagram/reel": 2_000.0})
    )
    app.run()
    app.selectbox(key="history_picker").set_value(other).run()
    assert app.session_state["view_now"].history == other
    assert app.session_state["view_now"].asked.locks == {}
    app.number_input(key="plan_budget").set_value(20_000.0).run()
    app.selectbox(key="history_picker").set_value(state.SAMPLE).run()
    assert app.session_state["view_now"].asked.locks == {"instagram/reel": 2_000.0}
    assert app.number_input(key="plan_budget").value == 90_000.0
    app.selectbox(key="history_picker").set_value(other).run()
    assert app.number_input(key="plan_budget").value == 20_000.0


@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_option_of_the_command_line_is_named_on_the_screen(language: str) -> None:
    link = service.store().keep_state(state.View(asked=Asked(1e9, 4)).to_json())
    app = open_app("plan", link, language)
    assert len(app.error) == 1
    assert "--" not in app.error[0].value + words(app)


def test_only_messages_lose_their_options() -> None:
    assert tell(say("the maximums (--bounds FILE) add up")) == "the maximums add up"
    assert tell(place(("a (--b)", "c"))) == "A (--b) c"
