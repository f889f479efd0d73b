"""The examples of docs/channels.md run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.index import open_index
from ingest.job import Job, sources_of
from service.settings import Settings
from tests.fakes.running_app import serving

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "channels.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```(bash|python|json)\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
NAMES = [f"{kind} {n}" for n, (kind, _) in enumerate(EXAMPLES)]
QUOTED = re.compile(r"618|直播|VPN")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(data=tmp_path_factory.mktemp("documented") / "data", embedding={"provider": "hashing"})
    index = open_index(settings, create=True)
    assert Job(index, settings).run(sources_of([ROOT / "examples" / "articles"])).failed == []
    index.catalogue.close()
    with serving(settings) as address:
        yield address


@pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=NAMES)
def test_an_example_runs_as_it_stands(url: str, kind: str, example: str) -> None:
    assert "http://127.0.0.1:8000" in example or kind == "json"
    if kind == "json":
        (server,) = json.loads(example)["mcpServers"].values()
        assert server.get("url", "http://127.0.0.1:8000/mcp") == "http://127.0.0.1:8000/mcp"
        if "command" in server:
            said = subprocess.run(
                [Path(sys.executable).with_name(server["command"]), server["args"][0], "--help"],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "COLUMNS": "200"},
            ).stdout
            assert all(option in said for option in server["args"] if option.startswith("--"))
        return
    here = example.replace("http://127.0.0.1:8000", url)
    command = ["bash", "-c", here] if kind == "bash" else [sys.executable, "-c", here]
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "")
    environment = {**os.environ, **proxies, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    assert QUOTED.search(done.stdout)
    assert "/articles/" in done.stdout
