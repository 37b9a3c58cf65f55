"""Start the screen where only the package is installed; `app.py` does the same beside the project's folder."""

from __future__ import annotations

from optimizer.ui.main import run

if __name__ == "__main__":
    run()
