"""`optimizer app`: open the screen."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from optimizer.cli.arguments import FLAG
from optimizer.errors import EXIT_INTERNAL, EXIT_OK

TAKES_OVER = os.name == "posix"
"""Whether the server takes this process over, so that whoever ends it ends the server."""
STOPPED = (EXIT_OK, 130, -2)
"""Exit codes of a server that was ended as usual, by Ctrl+C among others."""


def open_app(
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=1, max=65535, help="Port on this computer; without it 8501 or the next that is free."
        ),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", metavar=FLAG, help="Do not open a browser.")] = False,
) -> None:
    """Open the screen in a browser; Ctrl+C ends it.

    For example:

    `optimizer app --port 8600`
    """
    from optimizer.ui.launch import command

    words = command(port, headless)
    sys.stdout.flush()
    sys.stderr.flush()
    if TAKES_OVER:
        os.execv(words[0], words)
    import subprocess

    try:
        code = subprocess.call(words)
    except KeyboardInterrupt:  # the usual way to end it
        code = EXIT_OK
    raise typer.Exit(EXIT_OK if code in STOPPED else EXIT_INTERNAL)
