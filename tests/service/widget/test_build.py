"""What is committed of the widget: exactly what its sources give, small, and quickly there."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.fakes.browser import REQUIRED
from tests.service.widget.conftest import ROOT, Visit, World

WIDGET = ROOT / "service/widget"
BUILT = WIDGET / "dist/widget.js"
# What an HTTP service sends of it, on the page and to a browser that asks without compression.
MOST_ZIPPED, MOST_PLAIN = 25_000, 80_000


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the sources beside what npm installed for them."""
    if not (WIDGET / "node_modules/esbuild").exists() or shutil.which("npm") is None:
        missing = "the widget's tools are not installed: `make widget` needs Node and npm"
        pytest.fail(missing) if REQUIRED else pytest.skip(missing)
    copy = tmp_path / "widget"
    shutil.copytree(WIDGET, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (copy / "node_modules").symlink_to(WIDGET / "node_modules")
    return copy


def npm(folder: Path, *words: str) -> None:
    run = subprocess.run(["npm", *words], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_sources_give_the_committed_bytes(sources: Path) -> None:
    npm(sources, "run", "build")
    assert (sources / "dist/widget.js").read_bytes() == BUILT.read_bytes(), "run `make widget`"


def test_what_needs_no_page_is_tested_in_node(sources: Path) -> None:
    npm(sources, "test")


def test_it_is_one_small_file_without_addresses() -> None:
    plain = BUILT.read_bytes()
    assert len(gzip.compress(plain, 9)) < MOST_ZIPPED
    assert len(plain) < MOST_PLAIN
    text = plain.decode()
    for loads in ("importScripts", "@import", "sourceMappingURL", "eval(", "new Function", "innerHTML=e.", "fonts."):
        assert loads not in text, loads
    # What names things of XML and of DOM leads nowhere.
    assert "https://" not in text.replace("http://www.w3.org/", "")


async def test_its_launcher_is_painted_soon(world: World, visit: Visit) -> None:
    chat = await visit("about:blank")
    await chat.page.goto(world.site.page())  # nothing but the launcher is on it, so that is the first contentful paint
    await expect(chat.launcher).to_be_visible()
    painted = await chat.page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") done(startTime);
        }).observe({ type: "paint", buffered: true }))"""
    )
    script = await chat.page.evaluate("performance.getEntriesByType('resource')[0].responseEnd")
    print(f"launcher painted {painted:.0f} ms after the page was asked for, {painted - script:.0f} ms after its script")
    assert painted < 3000
