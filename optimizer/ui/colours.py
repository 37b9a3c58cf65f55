"""Colours of charts: mid tones that keep at least 3:1 against both the light and the dark page (WCAG 2.2, 1.4.11).

Blue and orange stay apart for the common kinds of colour blindness; words, shapes and dashes say the same.
"""

from __future__ import annotations

CURVE = "#2f80d0"
PLAN = "#d9730d"
QUIET = "#8a8a8a"
