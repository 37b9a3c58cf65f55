"""Starting the screen's server, with the same settings wherever it is started from."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from optimizer.ui.uploads import MAX_MEGABYTES

SCRIPT = Path(__file__).resolve().parent / "entry" / "screen.py"

#: Settings of the server. `.streamlit/config.toml` says the same for ``streamlit run app.py``; a test compares them.
OPTIONS: Mapping[str, str | bool | int] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.address": "localhost",
    "server.maxUploadSize": MAX_MEGABYTES,
    "server.showEmailPrompt": False,
    "theme.light.primaryColor": "#1f66ad",
    "theme.light.blueColor": "#2f80d0",
    "theme.dark.primaryColor": "#3378c9",
    "theme.dark.blueColor": "#85b8f8",
}


def command(port: int | None = None, headless: bool = False) -> list[str]:
    """Command that starts the screen, for `subprocess` or `os.execv`.

    Parameters
    ----------
    port : int, optional
        Port to listen on; Streamlit takes 8501 or the next free one.
    headless : bool
        Do not open a browser.

    Examples
    --------
    >>> command(port=8600, headless=True)[1:4]
    ['-m', 'streamlit', 'run']
    """
    options: dict[str, str | bool | int] = {**OPTIONS, "server.headless": headless}
    if port is not None:
        options["server.port"] = port
    flags = [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(SCRIPT), *flags]
