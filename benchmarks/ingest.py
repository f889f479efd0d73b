"""Speed and memory of ingest, on articles it makes itself (English and Chinese), each beside what it cannot do without.

    python -m benchmarks.ingest [--chunks N …] [--files N] [--embedded N] [--rounds N] [--out FILE.json]

embedding: a whole run with the local model, against the model alone on the same texts; they take turns.
unchanged: a run over files that have not changed, against reading and hashing the same files; they take turns.
growth: a run with hashed vectors in a process of its own, against Chroma alone taking in as many vectors. Memory is the
most that the process held for itself, in MB, above what it holds once its code is loaded; files that are mapped into
memory, as the catalogue is, are not counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.embedder import table, text_of
from ingest.embedding import Embedder, embedder_from
from ingest.index import Catalogue, Index, VectorIndex, open_index
from ingest.job import Job, sources_of
from ingest.reading import embedded_text
from ingest.settings import EmbeddingSettings, IngestSettings

LANGUAGES = ("en", "zh")
_ENOUGH = {"en": 900, "zh": 360}  # characters: nearly one chunk
_CHUNKS_IN_ARTICLE = 10
Row = dict[str, object]


def settings_for(data: Path, provider: str) -> IngestSettings:
    """Default settings but for the folder and the embedder."""
    return IngestSettings(data=data, embedding=EmbeddingSettings(provider=provider))  # type: ignore[arg-type, call-arg]


def written(path: Path, chunks: int, each: int = _CHUNKS_IN_ARTICLE) -> Path:
    """A file of ready articles that are cut into about so many chunks, `each` an article."""
    chance = random.Random(chunks)
    with path.open("w", encoding="utf-8") as file:
        for number in range(max(1, chunks // each)):
            language = LANGUAGES[number % 2]
            enough = _ENOUGH[language] * each
            text = text_of(language, chance, lambda t, enough=enough: len(t) >= enough)  # type: ignore[misc]
            article = {"id": f"a{number}", "title": f"Report {number}", "text": text, "lang": language}
            file.write(json.dumps(article, ensure_ascii=False) + "\n")
    return path


# The whole run against the embedder alone


def embedding(folder: Path, chunks: int, rounds: int) -> list[Row]:
    """A row a round, and one of the medians."""
    embedder = embedder_from(settings_for(folder, "local"))
    assert embedder is not None
    _ingested(written(folder / "few.jsonl", 10), folder / "few", embedder)  # what is loaded once is not measured
    rows: list[Row] = []
    for turn in range(rounds):
        articles = written(folder / f"{turn}.jsonl", chunks // rounds + turn)
        texts = _texts(articles, folder / f"cut-{turn}")
        measures: list[tuple[str, Callable[[], object]]] = [
            ("ingest", lambda t=turn, a=articles: _ingested(a, folder / f"data-{t}", embedder)),  # type: ignore[misc]
            ("model", lambda t=texts: _embedded(t, embedder)),  # type: ignore[misc]
        ]
        took = {name: _took(call) for name, call in (measures if turn % 2 else measures[::-1])}
        seconds = {name: pair[0] for name, pair in took.items()}
        rows.append(
            {
                "round": turn + 1,
                "chunks": len(texts),
                "ingest chunks/s": round(len(texts) / seconds["ingest"], 2),
                "model chunks/s": round(len(texts) / seconds["model"], 2),
                "ratio": round(seconds["model"] / seconds["ingest"], 3),
                "CPU ratio": round(took["model"][1] / took["ingest"][1], 3),
            }
        )
    names = list(rows[0])[2:]
    medians = {name: round(statistics.median([float(str(r[name])) for r in rows]), 3) for name in names}
    return [*rows, {"round": "median", "chunks": sum(int(str(r["chunks"])) for r in rows), **medians}]


def _ingested(articles: Path, data: Path, embedder: Embedder) -> None:
    settings = settings_for(data, "local")
    open_index(settings, create=True).catalogue.close()
    index = Index(Catalogue(data), settings, embedder)
    report = Job(index, settings).run(sources_of([articles]))
    assert not report.failed, report.failed


def _embedded(texts: Sequence[str], embedder: Embedder) -> None:
    batch = EmbeddingSettings().batch  # type: ignore[call-arg]
    for at in range(0, len(texts), batch):
        embedder.passages(texts[at : at + batch])


def _texts(articles: Path, data: Path) -> list[str]:
    """What is embedded for the articles, in the order in which it is."""
    settings = settings_for(data, "none")
    index = open_index(settings, create=True)
    generation = index.generation
    assert generation is not None
    catalogue = index.catalogue
    Job(index, settings).run(sources_of([articles]))
    found: list[str] = []
    with articles.open(encoding="utf-8") as lines:
        for line in lines:
            article = catalogue.article(json.loads(line)["id"])
            if article is not None:
                from ingest.chunk import chunks_of

                cut = chunks_of(article, 1, settings.chunk.size)
                found += [embedded_text(article.title, c.section, c.text) for c in cut]
    catalogue.close()
    return found


# A run in which nothing has changed against hashing


def unchanged(folder: Path, files: int, rounds: int) -> list[Row]:
    """One row."""
    chance = random.Random(7)
    articles = folder / "files"
    for number in range(files):
        place = articles / f"{number % 100:02d}"
        place.mkdir(parents=True, exist_ok=True)
        language = LANGUAGES[number % 2]
        text = text_of(language, chance, lambda t, enough=4 * _ENOUGH[language]: len(t) >= enough)  # type: ignore[misc]
        (place / f"note-{number}.md").write_text(f"---\nlang: {language}\n---\n# Note {number}\n\n{text}\n", "utf-8")
    settings = settings_for(folder / "unchanged", "none")
    first = Job(open_index(settings, create=True), settings).run(sources_of([articles]))
    assert first.added == files, first
    ratios, runs, hashes = [], [], []
    for _ in range(rounds):
        run = _seconds(lambda: _again(articles, settings, files))
        base = _seconds(lambda: _hashed(articles))
        runs.append(run)
        hashes.append(base)
        ratios.append(run / base)
    return [
        {
            "files": files,
            "run s": round(statistics.median(runs), 2),
            "hashing s": round(statistics.median(hashes), 2),
            "ratio": round(statistics.median(ratios), 2),
        }
    ]


def _again(articles: Path, settings: IngestSettings, files: int) -> None:
    report = Job(open_index(settings), settings).run(sources_of([articles]))
    assert report.unchanged == files, report


def _hashed(articles: Path) -> None:
    for path in sorted(articles.rglob("*.md")):
        hashlib.sha256(path.read_bytes()).hexdigest()


# Growth


def growth(folder: Path, sizes: Sequence[int]) -> list[Row]:
    """A row a size."""
    rows: list[Row] = []
    for size in sizes:
        articles = written(folder / f"growth-{size}.jsonl", size)
        run = _apart(_grown, articles, folder / f"growth-{size}")
        bare = _apart(_bare, int(run["chunks"]), folder / f"bare-{size}")
        rows.append(
            {
                "chunks": int(run["chunks"]),
                "MB": round(run["MB"]),
                "Chroma MB": round(bare["MB"]),
                "chunks/s": round(run["chunks"] / run["seconds"]),
                "reading s": round(run["reading"], 1),
                "embedding s": round(run["seconds"] - run["reading"], 1),
                "last tenth / first": round(run["last"] / run["first"], 2),
                "Chroma chunks/s": round(run["chunks"] / bare["seconds"]),
            }
        )
    return rows


class _Clock:
    """Notes when chunks were done, and when reading ended."""

    def __init__(self) -> None:
        self.times: list[tuple[int, float]] = []

    def reading(self, name: str) -> None:
        """Nothing."""

    def embedding(self, done: int, total: int) -> None:
        """When so many chunks were done."""
        self.times.append((min(done, total), time.perf_counter()))

    def finish(self) -> None:
        """Nothing."""

    def rate(self, first: float, last: float) -> float:
        """Chunks a second between two shares of the way."""
        total = self.times[-1][0]
        begin = next(at for at in self.times if at[0] >= first * total)
        end = next(at for at in self.times if at[0] >= last * total)
        return (end[0] - begin[0]) / max(1e-9, end[1] - begin[1])


def _grown(articles: Path, data: Path) -> dict[str, float]:
    settings, clock = settings_for(data, "hashing"), _Clock()
    index = open_index(settings, create=True)
    assert index.vectors is not None
    index.vectors.connect()
    warm(data.parent / f"{data.name}-warm")
    began = time.perf_counter()
    with Memory() as memory:
        report = Job(index, settings, clock).run(sources_of([articles]))
    seconds = time.perf_counter() - began
    assert not report.failed, report.failed
    return {
        "chunks": report.chunks,
        "seconds": seconds,
        "reading": clock.times[0][1] - began,
        "first": clock.rate(0.0, 0.1),
        "last": clock.rate(0.9, 1.0),
        "MB": memory.peak,
    }


def _bare(chunks: int, data: Path) -> dict[str, float]:
    """Chroma alone, with as many vectors in batches as large."""
    data.mkdir()
    vectors = VectorIndex(settings_for(data, "hashing"), "bare")
    vectors.connect()
    batch = EmbeddingSettings().batch  # type: ignore[call-arg]
    chance = np.random.default_rng(3)
    seconds = 0.0
    with Memory() as memory:
        for at in range(0, chunks, batch):
            ids = [f"a{n // _CHUNKS_IN_ARTICLE}:1:{n % _CHUNKS_IN_ARTICLE}" for n in range(at, min(chunks, at + batch))]
            rows = chance.normal(size=(len(ids), 384)).astype(np.float32)
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            began = time.perf_counter()
            vectors.put(ids, rows, [i.split(":")[0] for i in ids])
            seconds += time.perf_counter() - began
    return {"seconds": seconds, "MB": memory.peak}


def warm(folder: Path) -> None:
    """Load what every run loads: models of languages, a stemmer."""
    folder.mkdir()
    settings = settings_for(folder / "data", "none")
    Job(open_index(settings, create=True), settings).run(sources_of([written(folder / "few.jsonl", 40)]))


class Memory:
    """The most that this process holds for itself while inside, in MB above what it held at the start."""

    def __enter__(self) -> Memory:
        self._begun, self._most, self._over = _held(), 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def peak(self) -> float:
        """MB."""
        return self._most - self._begun

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self._most = max(self._most, _held())


def _held() -> float:
    found = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1000 if found else float("nan")


def _apart(task: Callable[..., dict[str, float]], *arguments: Any) -> dict[str, float]:
    """What the task returns, carried out in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, arguments)


def _seconds(call: Callable[[], object]) -> float:
    return _took(call)[0]


def _took(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and seconds of the processor, which other work on the machine does not lengthen."""
    began, worked = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - began, time.process_time() - worked


def measured(folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, list[Row]]]:
    """Each table, as soon as it is there."""
    if options.embedded:
        yield "embedding", embedding(folder, options.embedded, options.rounds)
    if options.files:
        yield "unchanged", unchanged(folder, options.files, options.rounds)
    if options.chunks:
        yield "growth", growth(folder, options.chunks)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedded", type=int, default=300, help="chunks for the local model; 0 leaves it out")
    parser.add_argument("--files", type=int, default=10_000, help="files that have not changed; 0 leaves them out")
    parser.add_argument("--chunks", type=int, nargs="*", default=[1000, 10_000, 100_000], help="sizes of growth")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, help="where to write the rows as JSON")
    options = parser.parse_args()
    found: dict[str, list[Row]] = {}
    with TemporaryDirectory() as folder:
        for name, rows in measured(Path(folder), options):
            print(f"{name}\n\n{table(rows)}\n", flush=True)
            found[name] = rows
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
