"""Every test that the page on security points at exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("section", "least"), [("Threats", 30), ("Slack", 15)])
def test_every_threat_names_a_test(section: str, least: int) -> None:
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = [row for row in text.splitlines() if row.startswith("|")]
    assert len(rows) > least
    assert [row for row in rows[2:] if "::test_" not in row] == []
