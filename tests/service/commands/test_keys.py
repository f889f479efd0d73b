"""`footnote keys`, as it is typed, and beside a service that runs."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from service.cli import app

FOOTNOTE = Path(sys.executable).with_name("footnote")


def run(data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["keys", *arguments, "--data", str(data)])


def made(data: Path, *arguments: str) -> Any:
    done = run(data, "create", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_key_asks_what_is_public_unless_it_is_told_otherwise(data: Path) -> None:
    key = made(data)
    assert (key["scopes"], key["groups"], key["expires_at"]) == (["ask"], ["public"], None)
    assert re.fullmatch(rf"fn_{key['id']}_[0-9a-f]{{64}}", key["key"])
    key = made(data, "--scope", "ask", "--scope", "ingest", "--group", "hr", "--group", "hr", "--name", "bot")
    assert (key["scopes"], key["groups"], key["name"]) == (["ask", "ingest"], ["hr"], "bot")


def test_the_key_alone_goes_to_standard_output(data: Path) -> None:
    done = run(data, "create", "--group", "hr")
    assert re.fullmatch(r"fn_[0-9a-f]{12}_[0-9a-f]{64}\n", done.stdout)
    assert "shown this once" in done.stderr and "hr" in done.stderr


@pytest.mark.parametrize(("given", "days"), [("90d", 90), ("36h", 1.5), ("2w", 14)])
def test_a_key_ends_after_a_time(data: Path, given: str, days: float) -> None:
    ends = datetime.fromisoformat(made(data, "--expires", given)["expires_at"])
    assert abs(ends - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)


def test_a_key_ends_when_a_day_is_over(data: Path) -> None:
    assert made(data, "--expires", "2101-01-31")["expires_at"] == "2101-02-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--expires", "soon"),
        ("--expires", "2001-01-01"),
        ("--expires", "0d"),
        ("--expires", "9999-12-31"),
        ("--scope", "root"),
        ("--group", " "),
        ("--group", "a\nb"),
        ("--name", "x" * 201),
        ("--origin", "intranet"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage_and_makes_no_key(data: Path, arguments: tuple[str, ...]) -> None:
    assert run(data, "create", *arguments).exit_code == 2
    assert json.loads(run(data, "list", "--json").stdout) == {"keys": []}


def test_keys_are_listed_without_their_secrets(data: Path) -> None:
    keys = [made(data, "--name", f"bot {n}") for n in range(2)]
    assert run(data, "revoke", keys[0]["id"]).exit_code == 0
    shown, listed = run(data, "list").stdout, json.loads(run(data, "list", "--json").stdout)["keys"]
    assert {k["id"]: k["revoked_at"] is not None for k in listed} == {keys[0]["id"]: True, keys[1]["id"]: False}
    assert f"{keys[0]['id']}  revoked" in shown and f"{keys[1]['id']}  good" in shown
    for key in keys:
        assert key["key"].rpartition("_")[2] not in shown + json.dumps(listed)
    assert not {"salt", "hash", "key"} & set(listed[0])


def test_a_key_that_is_not_there_cannot_be_revoked(data: Path) -> None:
    done = run(data, "revoke", "000000000000")
    assert (done.exit_code, "there is no API key 000000000000" in done.stderr) == (1, True)


def test_a_whole_key_may_be_given_to_revoke_and_is_not_repeated(data: Path) -> None:
    key = made(data)
    done = run(data, "revoke", key["key"])
    assert done.exit_code == 0
    assert key["key"] not in done.output


@pytest.mark.slow
def test_keys_are_made_and_revoked_while_the_service_runs(data: Path, tmp_path: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    settings = {"FOOTNOTE_EMBEDDING__PROVIDER": "hashing", "FOOTNOTE_AUTH__REQUIRED": "true"}
    serve = [str(FOOTNOTE), "serve", "--host", "0.0.0.0", "--port", str(port), "--data", str(data)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(serve, env=os.environ | settings, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            ready = time.monotonic() + 60
            while True:
                assert time.monotonic() < ready
                try:
                    assert client.get("/v1/articles").status_code == 401
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            key = made(data)
            asks = {"Authorization": f"Bearer {key['key']}"}
            assert client.get("/v1/articles", headers=asks).status_code == 200
            assert run(data, "revoke", key["id"]).exit_code == 0
            revoked = time.monotonic()
            while client.get("/v1/articles", headers=asks).status_code == 200:
                assert time.monotonic() - revoked < 1
    finally:
        process.terminate()
        process.wait(30)
    assert key["key"].rpartition("_")[2] not in (tmp_path / "log").read_text()
    assert json.loads(run(data, "list", "--json").stdout)["keys"][0]["used_at"]
