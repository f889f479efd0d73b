"""A real index of a few articles, and the real application over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ingest.index import open_index
from ingest.job import Job, sources_of
from service.app import create_app
from service.settings import Settings

LEAVE = """# Parental leave

Every parent may take parental leave, whoever gave birth.

## How long it is

Parental leave is 20 weeks at full pay. It may be taken in up to three parts.

- The first part begins within 8 weeks of the birth.
- The last part ends before the child's second birthday.

## How to ask for it

Tell your manager at least 6 weeks before. The form is in the staff portal.
"""
CHINESE = "出差报销须知\n\n出差报销应当在返回后十个工作日内提交。超过期限的报销单需要部门经理签字。\n"
ARABIC = "سياسة الإجازات\n\nيحق لكل موظف إجازة سنوية مدتها ثلاثون يوما. يجب تقديم الطلب قبل أسبوعين.\n"
HOSTILE = "</title><script>alert(1)</script> & co\n\nThe <script>alert(2)</script> payload costs 40 euros & more.\n"
READY = [
    {"id": "board/minutes 1", "title": "Minutes", "text": "The board secretly bought a zeppelin.", "groups": ["board"]},
    {"id": "teams/lunch?", "title": "Lunch", "text": "Lunch is served at noon.", "url": "https://example.org/lunch"},
]


class Shelf:
    """A folder of articles and the data folder they are ingested into, with settings that need no model."""

    def __init__(self, folder: Path, running: ExitStack, **settings: Any) -> None:
        self.folder = folder
        self.settings = Settings(data=folder / "data", embedding={"provider": "hashing"}, **settings)
        self._articles = folder / "articles"
        self._articles.mkdir()
        self._running = running

    def put(self, name: str, text: str) -> None:
        (self._articles / name).write_text(text, "utf-8")

    def ingest(self) -> None:
        index = open_index(self.settings, create=True)
        report = Job(index, self.settings).run(sources_of([self._articles]))
        index.catalogue.close()
        assert report.failed == [], report.failed

    def remove(self, article_id: str) -> None:
        index = open_index(self.settings)
        assert Job(index, self.settings).remove([article_id]).failed == []
        index.catalogue.close()

    def serve(self) -> TestClient:
        """The real application, its lifespan running until the test ends."""
        return self._running.enter_context(TestClient(create_app(self.settings), raise_server_exceptions=False))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with ExitStack() as running:
        yield Shelf(tmp_path, running)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service over a few articles; tests only read."""
    with ExitStack() as running:
        shelf = Shelf(tmp_path_factory.mktemp("shelf"), running)
        shelf.put("parental-leave.md", LEAVE)
        shelf.put("baoxiao.txt", CHINESE)
        shelf.put("ijaza.txt", ARABIC)
        shelf.put("hostile.txt", HOSTILE)
        shelf.put("ready.jsonl", "\n".join(json.dumps(article) for article in READY))
        for n in range(3):
            shelf.put(f"memo-{n}.txt", f"Memo {n}\n\nThe printer on floor {n} is out of paper again.\n")
        shelf.ingest()
        yield shelf.serve()
