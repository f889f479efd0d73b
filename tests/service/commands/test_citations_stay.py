"""What an answer cites opens whatever is done to the index: nothing takes an old version away."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.index import Catalogue
from service.cli import app
from service.conversations.access import OWNER
from service.conversations.citations import OpenedCitation, open_citation
from service.conversations.store import Conversations

TEXT = "# Canteen\n\nThe canteen opens at noon. Soup costs 2 euros.\n"


def told(data: Path, *arguments: str) -> Any:
    done = CliRunner().invoke(app, [*arguments, "--json", "--data", str(data)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def opened(data: Path, citation: str) -> OpenedCitation:
    with closing(Catalogue(data)) as catalogue, closing(Conversations(catalogue)) as conversations:
        return open_citation(conversations, citation, OWNER)


def test_a_citation_opens_after_all_that_can_be_done_to_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__PROVIDER", "hashing")
    page, data = tmp_path / "canteen.md", tmp_path / "data"
    page.write_text(TEXT)
    told(data, "ingest", str(page))
    (one, *_) = told(data, "ask", "When does the canteen open?")["citations"]
    first = opened(data, one["id"])
    assert (first.status, first.quote) == ("current", one["quote"])
    for price in (3, 4):
        page.write_text(TEXT.replace("2 euros", f"{price} euros").replace("noon", f"noon and {price}"))
        told(data, "ingest", str(page))
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__DIMENSIONS", "64")
    told(data, "generations", "build", "--flip")
    told(data, "generations", "drop", "1")
    told(data, "doctor", "--repair")
    changed = opened(data, one["id"])
    assert (changed.status, changed.version, changed.current_version, changed.quote) == ("changed", 1, 3, one["quote"])
    assert changed.difference is not None
    assert "noon and 4" in changed.difference.after[0]
    told(data, "articles", "remove", "canteen")
    told(data, "doctor", "--repair")
    told(data, "forget", "somebody")
    removed = opened(data, one["id"])
    assert (removed.status, removed.quote, removed.context) == ("removed", one["quote"], first.context)
    page.write_text(TEXT)
    told(data, "ingest", str(page))
    again = opened(data, one["id"])
    assert (again.status, again.removed_at) == ("changed", None)
    assert again.still_there is not None
    assert told(data, "search", "canteen")["hits"] != []
    assert told(data, "doctor")["findings"] == []
    lines = [(line["who"], line["action"], line["outcome"]) for line in told(data, "audit")["lines"]]
    assert lines == [
        ("owner", f"{name}.ended", "done") if name != "person.forgotten" else ("owner", name, "done")
        for name in ("ingest", "person.forgotten", "remove", "drop", "flip", "build", "ingest", "ingest", "ingest")
    ]
