"""The server has the same settings however it is started, and they are safe."""

from __future__ import annotations

import tomllib
from pathlib import Path

from optimizer.ui.launch import OPTIONS, SCRIPT, command


def flattened(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in table.items():
        found |= flattened(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def test_the_config_file_says_the_same(root: Path) -> None:
    config = tomllib.loads((root / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert flattened(config) == dict(OPTIONS)


def test_the_settings_keep_details_and_data_here() -> None:
    assert OPTIONS["client.showErrorDetails"] == "none"
    assert OPTIONS["browser.gatherUsageStats"] is False
    assert OPTIONS["server.address"] == "localhost"


def test_the_command_runs_the_packaged_script() -> None:
    assert SCRIPT.is_file()
    assert not (SCRIPT.parent / "pages").exists(), "Streamlit would run the pages by itself, past our error handling"
    assert str(SCRIPT) in command()
    assert "--server.port=8600" in command(8600)
    assert "--server.headless=true" in command(headless=True)
    assert not any(part.startswith("--server.port") for part in command())
