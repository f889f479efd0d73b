"""What every test may rely on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A run finds what the run before it found; `make test-slow` searches further.
settings.register_profile("steady", derandomize=True)
settings.register_profile("searching", print_blob=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def only_default_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see neither the developer's environment nor the `.env` of the checkout."""
    for name in os.environ:
        if name.upper().startswith("FOOTNOTE_") or name.upper().startswith("OPENAI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
