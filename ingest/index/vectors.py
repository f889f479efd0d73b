"""Dense search in Chroma, embedded in the data folder or on a server. The only room that knows Chroma."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from ingest.embedding.base import Vectors
from ingest.errors import IndexUnavailable, SettingsError, TransientError
from ingest.settings import IngestSettings

# Chroma's own default is L2 and a shallow search; recall on plain vectors was .7 with it.
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 100, "max_neighbors": 32}

# Seconds that a write to a server may take.
_WRITING = 120.0
_SQLITE = b"SQLite format 3\0"
_DAMAGED = ("malformed", "not a database", "File exists", "Not a directory")


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A chunk's cosine with the question."""

    chunk_id: str
    cosine: float


class VectorIndex:
    """One Chroma collection; connects at first use and is safe to share between threads."""

    def __init__(self, settings: IngestSettings, collection: str) -> None:
        self._settings, self._data, self._name = settings, settings.data, collection
        self._url = settings.chroma_url
        # Absolute: Chroma keeps clients by path, also when the working folder has changed.
        self._folder = (settings.data / "chroma").absolute()
        self._collection: Any = None
        self._batch = 5000
        self._connecting = threading.Lock()

    def connect(self) -> None:
        """Open or create the collection now, so that the first question does not wait for it."""
        with self._connecting, self._translated():
            if self._collection is not None:
                return
            client = self._client()
            self._collection = client.get_or_create_collection(
                self._name, embedding_function=None, configuration={"hnsw": _HNSW}
            )
            self._batch = min(self._batch, client.get_max_batch_size())

    def put(self, ids: Sequence[str], vectors: Vectors, article_ids: Sequence[str]) -> None:
        """Write vectors; those of the same ids are replaced."""
        for at in range(0, len(ids), self._batch):
            part = slice(at, at + self._batch)
            with self._translated():
                self._connected().upsert(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    metadatas=[{"article_id": a} for a in article_ids[part]],
                )

    def drop(self, ids: Sequence[str]) -> None:
        """Take vectors out; unknown ids are fine."""
        for at in range(0, len(ids), self._batch):
            with self._translated():
                self._connected().delete(ids=list(ids[at : at + self._batch]))

    def nearest(self, question: Vectors, limit: int) -> list[VectorHit]:
        """The chunks nearest to a question vector, best first."""
        with self._translated():
            found = self._connected().query(query_embeddings=[question], n_results=limit, include=["distances"])
        return [VectorHit(i, 1 - d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def get(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Stored vectors by chunk id."""
        if not ids:
            return {}  # Chroma would take no ids for all of them
        with self._translated():
            found = self._connected().get(ids=list(ids), include=["embeddings"])
        return dict(zip(found["ids"], found["embeddings"], strict=True))

    def ids(self) -> Iterator[list[str]]:
        """The ids of all vectors, in pieces."""
        at = 0
        while True:
            with self._translated():
                found: list[str] = self._connected().get(limit=1000, offset=at, include=[])["ids"]
            if not found:
                return
            yield found
            at += len(found)

    def delete(self) -> None:
        """Throw the collection away; the next use makes it anew, empty."""
        with self._connecting, self._translated():
            client = self._client()
            if self._name in [c.name for c in client.list_collections()]:
                client.delete_collection(self._name)
            self._collection = None

    def is_there(self) -> bool:
        """Whether there is such a collection; does not make it.

        Raises:
            TransientError: Chroma is damaged, or its server does not answer.
        """
        if self._url is None:
            try:
                with (self._folder / "chroma.sqlite3").open("rb") as file:
                    begins = file.read(len(_SQLITE))
            except (FileNotFoundError, NotADirectoryError):
                return False
            except OSError:
                raise self._damaged() from None
            if begins != _SQLITE:  # Chroma would take an empty file for a new one
                raise self._damaged()
        with self._translated():
            return self._name in [c.name for c in self._client().list_collections()]

    def is_open(self) -> bool:
        """Whether this process has Chroma's folder open already, by this object or another."""
        from chromadb.api.shared_system_client import SharedSystemClient

        return self._url is None and str(self._folder) in SharedSystemClient._identifier_to_system

    def close(self) -> None:
        """Let go of Chroma's folder for the whole process; the next use opens it anew."""
        from chromadb.api.shared_system_client import SharedSystemClient

        with self._connecting:
            self._collection = None
            if self._url is None:
                # Chroma keeps one client a path and would go on with files that have gone.
                SharedSystemClient._identifier_to_refcount.pop(str(self._folder), None)
                system = SharedSystemClient._identifier_to_system.pop(str(self._folder), None)
                if system is not None:
                    system.stop()

    def set_aside(self) -> Path | None:
        """Move a damaged folder out of the way, with all of its collections; where it is now, None if there is none.

        Raises:
            TransientError: it cannot be moved.
        """
        self.close()
        if self._url is not None or not os.path.lexists(self._folder):
            return None
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        place = self._folder.with_name(f"chroma.damaged-{at}Z")
        try:
            return self._folder.rename(place)
        except OSError as error:
            raise TransientError(
                f"The damaged folder {self._folder} cannot be moved aside: {error.strerror}. Check the owner and "
                f"permissions of {self._data}."
            ) from None

    def count(self) -> int:
        """Vectors in the collection."""
        with self._translated():
            return int(self._connected().count())

    def _connected(self) -> Any:
        if self._collection is None:
            self.connect()
        return self._collection

    def _client(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._url is None:
            return chromadb.PersistentClient(str(self._folder), settings=settings)
        try:
            parts = urlsplit(self._url)
            scheme, host, port = parts.scheme, parts.hostname, parts.port
        except ValueError:  # a port past 65535, half an IPv6 address
            scheme, host, port = "", None, None
        if scheme not in ("http", "https") or not host:
            raise SettingsError(f"FOOTNOTE_CHROMA_URL: {self._url} is not an address like http://127.0.0.1:8001.")
        self._answers()
        secure = scheme == "https"
        token = self._settings.chroma_token
        client = chromadb.HttpClient(
            host,
            port or (443 if secure else 8000),
            ssl=secure,
            headers={"x-chroma-token": token.get_secret_value()} if token else None,
            settings=settings,
            tenant=self._settings.chroma_tenant,
            database=self._settings.chroma_database,
        )
        # Chroma's client would wait for ever, in a thread that somebody else needs.
        session = getattr(getattr(client, "_server", None), "_session", None)
        if isinstance(session, httpx.Client):
            session.event_hooks = {"request": [self._impatient]}
        return client

    def _answers(self) -> None:
        """See that the server is there before its client asks it without an end."""
        httpx.get(f"{str(self._url).rstrip('/')}/api/v2/heartbeat", timeout=self._settings.chroma_timeout)

    def _impatient(self, request: httpx.Request) -> None:
        """Whoever searches or looks has little time; whoever writes has more, and tries again."""
        seconds = self._settings.chroma_timeout
        if not request.url.path.endswith(("/query", "/count")):
            seconds = max(seconds, _WRITING)
        request.extensions["timeout"] = httpx.Timeout(seconds, connect=self._settings.chroma_timeout).as_dict()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        except (SettingsError, IndexUnavailable):
            raise
        except ChromaError as error:
            message = str(error)
            if "disk is full" in message or "No space left" in message:
                raise TransientError(
                    f"The disk that holds {self._data} is full. Free some space and run the same command again; "
                    "what was already indexed is unharmed."
                ) from None
            if "dimension" in message:
                raise IndexUnavailable(
                    "The vectors in Chroma have other dimensions than the configured embedding model: "
                    "set FOOTNOTE_EMBEDDING__MODEL back, or ingest into a new --data folder."
                ) from None
            if self._url is None and any(words in message for words in _DAMAGED):
                raise self._damaged() from None
            raise TransientError(
                f"Chroma {self._place()} failed. Nothing was lost: run the same command again."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise TransientError(f"Chroma {self._place()} cannot be reached: is it running?") from None
        except (OSError, ValueError) as error:
            # Chroma's HTTP client raises ValueError for a server that does not answer.
            if isinstance(error, ValueError) and "connect" not in str(error).lower():
                raise
            if self._url is None:
                raise self._damaged() from None
            raise TransientError(f"Chroma {self._place()} cannot be reached: is it running?") from None
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # Chroma's own code gave up; it is no Exception
                raise self._damaged() from None
            raise

    def _damaged(self) -> TransientError:
        """Not IndexUnavailable: the catalogue is whole, and keywords go on answering."""
        return TransientError(
            f"Chroma {self._place()} is damaged. Run `footnote doctor --repair`: it is made anew, and nothing is "
            "embedded again."
        )

    def _place(self) -> str:
        return f"at {self._url}" if self._url else f"in {self._data}"
