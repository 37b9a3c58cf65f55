"""One simulated advertiser, fitted once for all tests of this room."""

from __future__ import annotations

import pytest

from optimizer.history.panel import Panel
from optimizer.response import FittedResponse, ModelSettings, ResponseModel
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.posterior import Draws, draw
from optimizer.response.prepare import prepare
from optimizer.response.shapes import ShapeFits, fit_shapes
from tests.worlds import Truth, simulate


@pytest.fixture(scope="session")
def world() -> Truth:
    return simulate(0)


@pytest.fixture(scope="session")
def panel(world: Truth) -> Panel:
    return world.panel()


@pytest.fixture(scope="session")
def joint(panel: Panel) -> JointFit:
    return fit_joint(prepare(panel, "conversions"), ModelSettings())


@pytest.fixture(scope="session")
def shapes(joint: JointFit) -> ShapeFits:
    return fit_shapes(joint)


@pytest.fixture(scope="session")
def draws(joint: JointFit, shapes: ShapeFits) -> Draws:
    return draw(joint, shapes, ModelSettings())


@pytest.fixture(scope="session")
def fitted(panel: Panel) -> FittedResponse:
    return ResponseModel().fit(panel)
