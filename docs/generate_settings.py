"""Writes settings.md beside it from the settings themselves; `make docs` runs it and a test checks the result."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

from ingest.settings import DELIMITER, PREFIX, described
from service.settings import Settings

PAGE = Path(__file__).with_name("settings.md")
HEAD = """# Settings

Footnote reads environment variables and a file `.env` in the folder it is started from; the environment wins, and an
option of a command wins over both. An empty value counts as unset. A name that starts with `FOOTNOTE_` and is not in
this list is refused, with the name that was probably meant.

*Written by `make docs` from the descriptions in `service/settings/` and `ingest/settings.py`.*

| variable | default | what it does |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    defaults = Settings.model_construct()
    return HEAD + "".join(
        f"| `{name}` | {_default(defaults, name)} | {description.replace('|', chr(92) + '|')} |\n"
        for name, description in described(Settings)
    )


def _default(settings: Settings, name: str) -> str:
    path = name.removeprefix(PREFIX).lower().split(DELIMITER)
    value = reduce(getattr, path, settings)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "" if value in (None, ()) else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
