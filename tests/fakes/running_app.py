"""The real application over a few articles, on a free port of the loopback interface."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from ingest.index import open_index
from ingest.job import Job, sources_of
from service.app import create_app
from service.settings import Settings


def settings_over(folder: Path, articles: Sequence[Mapping[str, Any]], **settings: Any) -> Settings:
    """Settings of a service over these articles, which are taken in now; no model is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "articles.jsonl"
    ready.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles), "utf-8")
    made = Settings(data=folder / "data", **{"embedding": {"provider": "hashing"}, **settings})
    index = open_index(made, create=True)
    report = Job(index, made).run(sources_of([ready]))
    index.catalogue.close()
    assert report.failed == [], report.failed
    return made


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve until the end of the block; gives the address."""
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="error", lifespan="on")
    config.timeout_graceful_shutdown = 2
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the service did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
