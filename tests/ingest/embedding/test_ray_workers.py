import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from ingest.embedding import embedder_from
from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.ray_workers import RayWorkers
from ingest.embedding.workers import Workers
from ingest.errors import PermanentError, SettingsError, TransientError
from ingest.index import open_index
from ingest.job import Job, sources_of
from ingest.report import Report
from ingest.settings import ChunkSettings, EmbeddingSettings, IngestSettings
from tests.fakes.embedding_endpoint import DIMENSIONS, Endpoint, Fails, serving

KEY = "a-key-that-nobody-else-may-see"
installed = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("travel", "leave", "parcels"):
        text = " ".join(f"Rule {n} of {name} says that {name} number {n * n} is approved." for n in range(80))
        (folder / f"{name}.md").write_text(text)
    return folder


def settings_for(data: Path, url: str | None = None) -> IngestSettings:
    """The hashing embedder, or an endpoint; small batches, so that there are many."""
    embedding = (
        EmbeddingSettings(base_url=url, api_key=SecretStr(KEY), dimensions=DIMENSIONS, batch=4, timeout=10)
        if url
        else EmbeddingSettings(provider="hashing", batch=4)
    )
    return IngestSettings(data=data, embedding=embedding, chunk=ChunkSettings(size=300))


def ingest(settings: IngestSettings, articles: Path, workers: Workers | None = None) -> Report:
    return Job(open_index(settings, create=True), settings, workers=workers).run(sources_of([articles]))


def kept(settings: IngestSettings) -> tuple[list[tuple[object, ...]], dict[str, bytes]]:
    """Every row of chunks, and the vector that Chroma has of each."""
    with closing(sqlite3.connect(settings.data / "catalogue.db")) as database:
        rows = database.execute("SELECT * FROM chunks ORDER BY row").fetchall()
        ids = [row[0] for row in database.execute("SELECT id FROM chunks ORDER BY row")]
    found = open_index(settings).vectors
    assert found is not None
    return rows, {one: vector.tobytes() for one, vector in found.get(ids).items()}


def working() -> list[int]:
    """The processes that embed a batch now, below this one."""
    psutil = pytest.importorskip("psutil")
    return [p.pid for p in psutil.Process().children(recursive=True) if titled(p).startswith("ray::_passages")]


def titled(process: Any) -> str:
    """What a process calls itself; nothing once it has ended."""
    try:
        return " ".join(process.cmdline())
    except Exception:
        return ""


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@contextmanager
def workers_of(settings: IngestSettings, at_once: int | None = None) -> Iterator[RayWorkers]:
    workers = RayWorkers(settings, at_once=at_once)
    try:
        yield workers
    finally:
        workers.close()


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_it_is_said_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Ray, which is not installed: pip install 'footnote-qa\[ray\]'"):
        RayWorkers(settings_for(tmp_path))


@pytest.mark.parametrize("address", ["", "auto", "ray://", "ray://host", "10.0.0.5:6379", "ray://me:word@host:1"])
def test_an_address_that_is_none_is_refused_before_anything_starts(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="workers are `local`, or at an address like"):
        RayWorkers(settings_for(tmp_path), address)


@installed
def test_without_an_embedder_there_is_nothing_to_share_out() -> None:
    with pytest.raises(SettingsError, match="leave --workers out"):
        RayWorkers(IngestSettings(embedding=EmbeddingSettings(provider="none")))


@installed
def test_ray_does_not_start_where_nothing_is_embedded(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    settings = settings_for(tmp_path / "data")
    (tmp_path / "empty").mkdir()
    workers = RayWorkers(settings)
    assert ingest(settings, tmp_path / "empty", workers).chunks == 0
    assert workers.at_once == 1
    assert not any("raylet" in titled(p) for p in psutil.Process().children(recursive=True))


@installed
@pytest.mark.slow
def test_the_index_is_the_same_as_one_process_makes_it(tmp_path: Path, articles: Path) -> None:
    alone, shared = settings_for(tmp_path / "alone"), settings_for(tmp_path / "shared")
    ingest(alone, articles)
    handler = signal.getsignal(signal.SIGTERM)
    workers = RayWorkers(shared, at_once=2)
    report = ingest(shared, articles, workers)
    assert not report.failed
    assert not report.waiting
    rows, vectors = kept(shared)
    assert (rows, vectors) == kept(alone)
    assert len(rows) == len(vectors) == report.chunks > 20
    assert signal.getsignal(signal.SIGTERM) == handler
    # Closed by the run, they start again for the next one.
    assert np.array_equal(workers.submit(["a"]).result(60), HashingEmbedder().passages(["a"]))
    workers.close()


@installed
@pytest.mark.slow
def test_a_killed_worker_costs_its_batch_and_nothing_else(tmp_path: Path, articles: Path, endpoint: Endpoint) -> None:
    alone, shared = settings_for(tmp_path / "alone", endpoint.url), settings_for(tmp_path / "shared", endpoint.url)
    ingest(alone, articles)
    endpoint.reset()
    killed: list[int] = []

    def kill() -> None:
        until(lambda: endpoint.answers > 3 and bool(working()), 60)
        killed.append(working()[0])
        os.kill(killed[0], signal.SIGKILL)

    endpoint.seconds = 0.3
    killer = threading.Thread(target=kill)
    killer.start()
    report = ingest(shared, articles, RayWorkers(shared, at_once=2))
    killer.join()
    assert killed
    assert not report.failed
    assert not report.waiting
    assert kept(shared) == kept(alone)
    again = sum(n - 1 for n in endpoint.asked.values())
    assert 0 < again <= 2 * shared.embedding.batch


@installed
@pytest.mark.slow
def test_errors_of_ours_come_back_as_ours(tmp_path: Path, endpoint: Endpoint) -> None:
    settings = settings_for(tmp_path, endpoint.url)
    embedder = embedder_from(settings)
    assert embedder is not None
    with workers_of(settings, 1) as workers:
        for status, kind in ((400, PermanentError), (503, TransientError), (401, SettingsError)):
            endpoint.decide = lambda texts, code=status: Fails(code) if "refused" in texts else None  # type: ignore
            with pytest.raises(kind) as alone:
                embedder.passages(["refused"])
            with pytest.raises(kind) as shared:
                workers.submit(["refused"]).result(60)
            assert type(shared.value) is kind
            assert str(shared.value) == str(alone.value)
        endpoint.reset()
        assert workers.submit(["a"]).result(60).shape == (1, DIMENSIONS)


@installed
@pytest.mark.slow
def test_a_refused_text_is_set_aside_alone(tmp_path: Path, articles: Path, endpoint: Endpoint) -> None:
    settings = settings_for(tmp_path / "data", endpoint.url)
    endpoint.decide = lambda texts: Fails(400) if any("Rule 40 of leave" in text for text in texts) else None
    report = ingest(settings, articles, RayWorkers(settings, at_once=2))
    assert report.set_aside == 1
    assert not report.waiting


@installed
@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_is_a_failure_for_now(tmp_path: Path, endpoint: Endpoint) -> None:
    settings = settings_for(tmp_path, endpoint.url)
    endpoint.seconds = 60
    with workers_of(settings, 1) as workers:
        coming = workers.submit(["a"])
        end = time.monotonic() + 60
        while not coming.done():
            assert time.monotonic() < end
            for pid in working():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        with pytest.raises(TransientError, match=r"Ray \(local\) gave no vectors .* Run the same command again\."):
            coming.result()


@installed
@pytest.mark.slow
def test_keys_are_in_no_log_and_on_no_command_line(tmp_path: Path, endpoint: Endpoint) -> None:
    settings = settings_for(tmp_path, endpoint.url).model_copy(update={"chroma_token": SecretStr("another-key")})
    psutil = pytest.importorskip("psutil")
    folders = set(Path("/tmp").glob("footnote-*"))
    with workers_of(settings, 1) as workers:
        workers.submit(["a"]).result(60)
        endpoint.decide = lambda texts: Fails(400) if "b" in texts else None
        with pytest.raises(PermanentError):
            workers.submit(["b"]).result(60)
        (folder,) = set(Path("/tmp").glob("footnote-*")) - folders
        logs = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        assert len(logs) > 10
        lines = [" ".join(p.cmdline()) for p in psutil.Process().children(recursive=True)]
        assert any("raylet" in line for line in lines)
        assert not any(KEY.encode() in log or b"another-key" in log for log in logs)
        assert not any(KEY in line or "another-key" in line for line in lines)
        assert not any(b"another-key" in environment(p.pid) for p in psutil.Process().children(recursive=True))
    assert not folder.exists()


@installed
@pytest.mark.slow
def test_workers_with_other_weights_are_refused(tmp_path: Path, weight_file: Path, other_weight_file: Path) -> None:
    weights = tmp_path / "weights.bin"
    shutil.copy(weight_file, weights)
    settings = IngestSettings(data=tmp_path, embedding=EmbeddingSettings(path=weights))
    with workers_of(settings, 1) as workers:
        shutil.copy(other_weight_file, weights)
        with pytest.raises(SettingsError, match=r"embeds with multilingual-e5-small-\w+, this machine with multi"):
            workers.submit(["a"]).result(60)


@installed
@pytest.mark.slow
def test_a_cluster_is_joined_and_left_running(tmp_path: Path, articles: Path) -> None:
    alone, shared = settings_for(tmp_path / "alone"), settings_for(tmp_path / "shared")
    ingest(alone, articles)
    with cluster() as address:
        for _ in range(2):
            report = ingest(shared, articles, RayWorkers(shared, address))
            assert not report.failed
        assert kept(shared) == kept(alone)


@installed
@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match=r"Ray at ray://127\.0\.0\.1:9 does not start or does not answer"):
        RayWorkers(settings_for(tmp_path), "ray://127.0.0.1:9").submit(["a"])


def environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


@contextmanager
def cluster() -> Iterator[str]:
    """A Ray cluster of one machine, in processes of its own."""
    ports = free_ports(2)
    # A folder with a short name: Ray's sockets lie below it.
    with TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        options = {"port": ports[0], "ray-client-server-port": ports[1], "num-cpus": 2, "temp-dir": folder}
        head = subprocess.Popen(
            [Path(sys.executable).with_name("ray"), "start", "--head", "--block", "--include-dashboard=false"]
            + [f"--{name}={value}" for name, value in options.items()],
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join(sys.path),
                "RAY_USAGE_STATS_ENABLED": "0",
                "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",
                "RAY_AUTH_MODE": "disabled",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: answers(ports[1]), 60)
            yield f"ray://127.0.0.1:{ports[1]}"
        finally:
            head.terminate()
            head.wait(30)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(closing(socket.socket())) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def answers(port: int) -> bool:
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
