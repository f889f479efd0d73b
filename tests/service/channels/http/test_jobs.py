"""Sources that are read on demand, and the jobs that do it: listed, followed, and nobody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from ingest.index import Catalogue, open_index
from ingest.index.owner import Owner
from service.app import create_app
from service.channels.http.jobs import changes
from service.identity.key_store import KeyStore
from service.jobs import Jobs
from service.settings import Settings

if TYPE_CHECKING:
    from conftest import Shelf

TEXT = {"text": "The zeppelin leaves at nine."}


def key(shelf: Shelf, *groups: str, scopes: tuple[str, ...] = ("ask", "ingest")) -> dict[str, str]:
    catalogue = Catalogue(shelf.settings.data, create=True)
    _, secret = KeyStore(catalogue).create("press", scopes, groups)
    catalogue.close()
    return {"Authorization": f"Bearer {secret}"}


def events(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(event, id, data) of each."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        found.append((lines["event"], lines["id"], json.loads(lines["data"])))
    return found


@pytest.fixture
def open_shelf(shelf: Shelf) -> Iterator[Shelf]:
    """A shelf whose folder of articles may be named over HTTP."""
    with ExitStack() as running:
        other = type(shelf)(
            shelf.folder / "open", running, http={"ingest_folders": str(shelf.folder / "open/articles")}
        )
        yield other


@pytest.fixture(autouse=True)
def a_folder(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()


def ingested(client: TestClient, address: Path | str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    """The final status of a job that reads one address."""
    response = client.post("/v1/ingest", json={"sources": [{"address": str(address)}], **more}, headers=headers)
    assert response.status_code == 202, response.text
    status: dict[str, Any] = events(client.get(f"/v1/jobs/{response.json()['id']}/events", headers=headers).text)[-1][2]
    return status


def test_a_folder_that_the_service_opens_is_read(open_shelf: Shelf) -> None:
    open_shelf.put("vpn.md", "# VPN\n\nThe VPN client is blue.\n")
    client, press = open_shelf.serve(), key(open_shelf, "public")
    done = ingested(client, open_shelf.folder / "articles", press)
    assert (done["state"], done["result"]["added"], done["error"]) == ("done", 1, None)
    assert client.get("/v1/articles/vpn").status_code == 200


@pytest.mark.parametrize(
    "path", ["{}", "{}/articles/../data", "{}/articles-of-others", "/etc", "/nowhere", "{}/articles/out"]
)
def test_no_other_folder_is_and_none_is_told_to_exist(open_shelf: Shelf, path: str) -> None:
    (open_shelf.folder / "articles" / "out").symlink_to(open_shelf.folder)
    (open_shelf.folder / "articles-of-others").mkdir()
    address = path.format(open_shelf.folder)
    body = {"sources": [{"address": address}]}
    response = open_shelf.serve().post("/v1/ingest", json=body, headers=key(open_shelf, "public"))
    assert response.status_code == 403
    assert response.json()["detail"].startswith(f"{address} does not lie in a folder")


def test_by_default_a_key_names_no_folder_and_the_owner_any(shelf: Shelf) -> None:
    shelf.put("vpn.md", "# VPN\n\nThe VPN client is blue.\n")
    client = shelf.serve()
    body = {"sources": [{"address": str(shelf.folder / "articles")}]}
    assert client.post("/v1/ingest", json=body, headers=key(shelf, "public")).status_code == 403
    token = json.loads((shelf.settings.data / "owner.lock").read_text())["token"]
    assert ingested(client, shelf.folder / "articles", {"Authorization": f"Bearer {token}"})["result"]["added"] == 1


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/sitemap.xml", "http://169.254.169.254/latest", "http://[::1]/"]
)
def test_addresses_inside_the_network_are_refused(shelf: Shelf, address: str) -> None:
    done = ingested(shelf.serve(), address, key(shelf, "public"))
    assert done["result"]["added"] == 0
    assert done["result"]["failed"][0]["source"] == address


@pytest.mark.parametrize(
    "address", ["ftp://a.example/", "articles", "file:///etc/passwd", "javascript:1", "/a\u0000b", ""]
)
def test_what_is_no_address_is_told_so(shelf: Shelf, address: str) -> None:
    response = shelf.serve().post("/v1/ingest", json={"sources": [{"address": address}]}, headers=key(shelf, "public"))
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "sources.0.address"


def test_a_key_makes_nothing_readable_to_others_that_it_may_not_change(open_shelf: Shelf) -> None:
    open_shelf.put("plan.md", "# Plan\n\nThe plan is to sell the zeppelin.\n")
    client, press, board = open_shelf.serve(), key(open_shelf, "press"), key(open_shelf, "board")
    folder = open_shelf.folder / "articles"
    assert ingested(client, folder, board)["result"]["added"] == 1
    done = ingested(client, folder, press)
    assert done["result"]["changed"] == 0
    assert "other groups" in done["result"]["failed"][0]["error"]
    assert client.get("/v1/articles/plan", headers=press).status_code == 404
    (folder / "plan.md").unlink()
    open_shelf.put("other.md", "# Other\n\nThis is something else altogether.\n")
    assert ingested(client, folder, press, allow_removals=True)["result"]["removed"] == 0
    assert client.get("/v1/articles/plan", headers=board).status_code == 200


def test_a_job_is_followed_to_its_end_and_taken_up_where_it_was_lost(open_shelf: Shelf) -> None:
    for n in range(3):
        open_shelf.put(f"memo-{n}.txt", f"Memo {n}\n\nThe printer on floor {n} is out of paper again.\n")
    client, press = open_shelf.serve(), key(open_shelf, "public")
    body = {"sources": [{"address": str(open_shelf.folder / "articles")}]}
    job = client.post("/v1/ingest", json=body, headers=press).json()
    response = client.get(f"/v1/jobs/{job['id']}/events", headers=press)
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    assert told[-1][0] == "finished"
    assert {name for name, _, _ in told} <= {"queued", "reading", "embedding", "finished"}
    numbers = [int(number) for _, number, _ in told]
    assert numbers == sorted(set(numbers))
    assert (told[-1][2]["done"], told[-1][2]["total"]) == (3, 3)
    again = client.get(f"/v1/jobs/{job['id']}/events", headers={**press, "Last-Event-ID": str(numbers[-1] - 1)})
    assert [name for name, _, _ in events(again.text)] == ["finished"]
    assert client.get(f"/v1/jobs/{job['id']}", headers=press).json() == told[-1][2]


def test_jobs_are_listed_newest_first_page_by_page(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    made = [client.put(f"/v1/articles/a{n}", json=TEXT, headers=press).json()["job"] for n in range(5)]
    found: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/jobs", params=query, headers=press).json()
        found += [job["id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["jobs"]) == 2
    assert found == made[::-1]
    assert client.get("/v1/jobs?cursor=xx", headers=press).json()["errors"][0]["field"] == "cursor"


def test_a_job_is_there_for_who_started_it_and_for_whoever_administers(shelf: Shelf) -> None:
    client, press, other = shelf.serve(), key(shelf, "public"), key(shelf, "public")
    job = client.put("/v1/articles/zeppelin", json=TEXT, headers=press).json()["job"]
    admin = key(shelf, "public", scopes=("ingest", "admin"))
    for path in (f"/v1/jobs/{job}", f"/v1/jobs/{job}/events"):
        assert client.get(path, headers=press).status_code == 200
        assert client.get(path, headers=admin).status_code == 200
        assert client.get(path, headers=other).status_code == 404
        assert client.get(path).status_code == 403
    assert client.get("/v1/jobs", headers=other).json()["jobs"] == []
    assert job in [one["id"] for one in client.get("/v1/jobs", headers=admin).json()["jobs"]]


def test_jobs_outlive_the_service(shelf: Shelf) -> None:
    press = key(shelf, "public")
    with TestClient(create_app(shelf.settings)) as client:
        job = client.put("/v1/articles/zeppelin", json=TEXT, headers=press).json()["job"]
    again = shelf.serve().get(f"/v1/jobs/{job}", headers=press).json()
    assert (again["state"], again["result"]["outcome"]) == ("done", "added")


async def test_silence_is_bridged_by_comments(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", embedding={"provider": "hashing"})
    index = open_index(settings, create=True)
    jobs = Jobs(index, settings)
    with Owner(settings.data, "footnote ingest", file="writer.lock"):
        work = jobs.start("catch_up", {})
        while work.state != "queued" or work.revision < 3:  # noqa: ASYNC110 - a thread changes it
            await asyncio.sleep(0.01)
        told = changes(jobs, work.seen(), work.revision, ping=0.3)
        assert await anext(told) == await anext(told) == b": ping\n\n"
    assert b"event: finished\n" in [part async for part in told][-1]
    jobs.close()
    index.catalogue.close()
