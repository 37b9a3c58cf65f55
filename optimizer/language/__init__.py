"""Language: sentences that can be said again in another language, and the catalogues that hold the translations."""

from __future__ import annotations

from optimizer.language.message import Message, Written, day, join, number, place, say, say_many

__all__ = ["Message", "Written", "day", "join", "number", "place", "say", "say_many"]
