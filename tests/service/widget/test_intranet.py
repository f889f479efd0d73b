"""The example of a host page: its server, run as its README says, beside a service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from ingest.index import Catalogue
from service.identity.key_store import KeyStore
from tests.fakes.intranet import SERVER, intranet
from tests.fakes.serving import free_port, serving
from tests.service.widget.conftest import SERVED, Visit


@pytest.fixture(scope="session")
def site(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the intranet is, and its key. Nobody is answered who shows no token."""
    data, port = articles.parent / "intranet", free_port()
    shutil.copytree(articles, data, ignore=shutil.ignore_patterns("owner.lock"))
    origin = f"http://127.0.0.1:{port}"
    catalogue = Catalogue(data)
    key = KeyStore(catalogue).create("intranet", ["ask"], ["public", "hr"], [origin])[1]
    catalogue.close()
    settings = {"FOOTNOTE_WIDGET__ORIGINS": origin, "FOOTNOTE_AUTH__REQUIRED": "true"}
    with serving(data, **SERVED, **settings) as service, intranet(service.url, port, key) as url:
        yield url, key


async def test_an_answer_on_its_home_page_and_on_the_next(site: tuple[str, str], visit: Visit) -> None:
    url, _ = site
    chat = await visit(url)
    await chat.open()
    await chat.part("suggestion").nth(1).click()
    await expect(chat.answer).to_contain_text("Passway")
    await chat.page.goto(f"{url}/zh.html")
    await expect(chat.part("actions")).to_have_count(1)
    answer = await chat.ask("直播订单的退货率是多少？")
    await expect(answer).to_contain_text("31.4%")
    await expect(chat.part("turn")).to_have_count(2)


async def test_its_visitors_have_groups_of_their_own(site: tuple[str, str], visit: Visit) -> None:
    url, _ = site
    chat = await visit(url)
    await chat.open()
    await expect(await chat.ask("How high is the yearly bonus of a falconer?")).to_contain_text("7000 ducats")
    await chat.part("close").click()
    await chat.page.get_by_label("Sign in as").select_option("guest")
    await chat.page.get_by_role("button", name="Switch").click()
    await expect(chat.page.get_by_text("Signed in as guest")).to_be_visible()
    await chat.open()
    await expect(await chat.ask("How high is the yearly bonus of a falconer?")).to_contain_text("do not answer")
    await expect(chat.element).not_to_contain_text("ducats")


async def test_inside_of_a_page_it_takes_the_room_there_is(site: tuple[str, str], visit: Visit) -> None:
    url, _ = site
    chat = await visit(f"{url}/ask.html", viewport={"width": 1280, "height": 900})
    box = await chat.panel.bounding_box()
    assert box and box["width"] > 700 and box["height"] > 500
    await expect(await chat.ask("Which VPN client do I install?")).to_contain_text("Passway")
    await expect(chat.input).to_be_in_viewport()


def test_its_key_is_in_nothing_that_it_serves(site: tuple[str, str]) -> None:
    url, key = site
    with httpx.Client(base_url=url, trust_env=False) as client:
        assert client.get("/footnote-token").status_code == 401
        pages = [client.get(path).text for path in ("/", "/ask.html", "/zh.html", "/intranet.css", "/footnote-token")]
        assert "fnw_" in pages[-1]
        assert [page for page in pages if key in page] == []
        for path in ("/serve.py", "/../serve.py", "/%2e%2e/serve.py", "/pages/index.html"):
            assert client.get(path).status_code == 404
        policy = client.get("/").headers["Content-Security-Policy"]
        assert "unsafe" not in policy


def test_without_a_key_it_says_what_to_do() -> None:
    clean = {name: value for name, value in os.environ.items() if name != "INTRANET_API_KEY"}
    command = [sys.executable, SERVER]
    run = subprocess.run(command, env=clean, capture_output=True, text=True)
    assert run.returncode == 1
    assert "footnote keys create" in run.stderr
