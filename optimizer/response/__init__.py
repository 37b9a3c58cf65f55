"""What spend does: the joint response model, its draws, and the curves that allocation sees."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.response.curves import Curves
    from optimizer.response.model import FittedResponse, ResponseModel
    from optimizer.response.settings import ModelSettings

__all__ = ["Curves", "FittedResponse", "ModelSettings", "ResponseModel"]

_HOMES = {
    "Curves": "optimizer.response.curves",
    "FittedResponse": "optimizer.response.model",
    "ModelSettings": "optimizer.response.settings",
    "ResponseModel": "optimizer.response.model",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used; the fit should not be paid for by who only reads a file."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
