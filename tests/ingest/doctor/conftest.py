"""An index of sixty articles, embedded once by an endpoint that counts, and copied for each test to damage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingest.index import VectorIndex, open_index
from ingest.job import Job, sources_of
from ingest.settings import ChunkSettings, DuplicateSettings, EmbeddingSettings, IngestSettings
from tests.fakes.embedding_endpoint import DIMENSIONS, Endpoint, serving
from tests.fakes.patient import Found, Patient, looked, word


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def healthy(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> IngestSettings:
    return _made(tmp_path_factory.mktemp("healthy"), endpoint, paragraphs=3)


@pytest.fixture(scope="session")
def large(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> IngestSettings:
    """So many chunks that Chroma writes its graph to disk."""
    settings = _made(tmp_path_factory.mktemp("large"), endpoint, paragraphs=20)
    assert len(list(settings.data.glob("chroma/*/link_lists.bin"))) == 1
    return settings


@pytest.fixture(scope="session")
def before(healthy: IngestSettings) -> Found:
    return looked(healthy)


@pytest.fixture(scope="session")
def before_large(large: IngestSettings) -> Found:
    return looked(large)


@pytest.fixture
def patient(healthy: IngestSettings, before: Found, endpoint: Endpoint, tmp_path: Path) -> Iterator[Patient]:
    yield from _copied(healthy, before, endpoint, tmp_path)


@pytest.fixture
def large_patient(large: IngestSettings, before_large: Found, endpoint: Endpoint, tmp_path: Path) -> Iterator[Patient]:
    yield from _copied(large, before_large, endpoint, tmp_path)


def _copied(settings: IngestSettings, before: Found, endpoint: Endpoint, folder: Path) -> Iterator[Patient]:
    shutil.copytree(settings.data, folder / "data")
    endpoint.reset()
    one = Patient(settings.model_copy(update={"data": folder / "data"}), endpoint, before)
    yield one
    VectorIndex(one.settings, "any").close()


def _made(folder: Path, endpoint: Endpoint, paragraphs: int) -> IngestSettings:
    (folder / "articles").mkdir()
    for i in range(60):
        said = [
            f"The {word(i)} report of {word(k)}tide names berth{i * 20 + k} beside the audit of {word(k)}dock. "
            f"Under quay{(i * 7 + k) % 97} the {word(i)} orchard had bloom{k}, and crane{(i * 3 + k) % 31} lifted it."
            for k in range(paragraphs)
        ]
        (folder / "articles" / f"a{i}.md").write_text(f"# Article {word(i)}\n\n" + "\n\n".join(said))
    settings = IngestSettings(
        data=folder / "data",
        embedding=EmbeddingSettings(
            base_url=endpoint.url, api_key=SecretStr("key"), model="first", dimensions=DIMENSIONS, batch=512
        ),  # type: ignore[call-arg]
        chunk=ChunkSettings(size=200),
        duplicates=DuplicateSettings(least=1),
    )
    index = open_index(settings, create=True)
    report = Job(index, settings).run(sources_of([folder / "articles"]))
    assert not report.failed, report.failed
    assert index.vectors is not None
    index.vectors.close()
    index.catalogue.close()
    return settings
