"""What the documents say exists, exists."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from ingest.settings import described
from service.cli import app
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FILES = [*PAGES, ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / "Makefile"]

# `FOOTNOTE_*` in prose means all of them.
VARIABLE = re.compile(r"\b(?:FOOTNOTE_[A-Z_]*[A-Z]|OPENAI_API_KEY)\b")
COMMAND = re.compile(r"(?:^|[`/ ])footnote ((?!footnote)(?:[a-z]+ ?)+)", re.MULTILINE)


def test_settings_page_is_current() -> None:
    generator = runpy.run_path(str(ROOT / "docs" / "generate_settings.py"))
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == generator["page"](), "run `make docs`"


@pytest.mark.parametrize(("name", "description"), list(described(Settings)))
def test_every_setting_is_described(name: str, description: str) -> None:
    assert len(description.split()) >= 2
    assert description.endswith(".")
    assert f"| `{name}` |" in (ROOT / "docs" / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("page", FILES, ids=lambda path: path.name)
def test_named_settings_exist(page: Path) -> None:
    known = {name for name, _ in described(Settings)}
    assert set(VARIABLE.findall(page.read_text("utf-8"))) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_named_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_named_paths_exist(page: Path) -> None:
    """Paths in backticks that begin with a folder of the project, and links to files."""
    text = page.read_text("utf-8")
    folders = "service|ingest|prompts|tests|docs|examples|benchmarks"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_named_commands_exist(page: Path) -> None:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for words in COMMAND.findall(page.read_text("utf-8")):
        first, *rest = words.split()
        assert first in root.commands, words
        command = root.commands[first]
        if rest and isinstance(command, TyperGroup):
            assert rest[0] in command.commands, words
