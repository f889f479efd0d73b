"""What an answer takes beyond embedding the question and waiting for the model, over many chunks, one asker at a time.

    python -m benchmarks.answer --from DATA … --questions FILE … [--chunks N] [--data DIR] [--each N] [--no-peer]

--from: data folders of articles that are ingested already, with vectors of the default embedder; `--chunks` are made of
them (`benchmarks/large_index.py`), in `--data` if it is given, where the next run finds them. --questions: files as
`benchmarks/questions.py` reads them, `--each` questions of each.

Answers without a chat model and with one that replies at once in cited sentences of its sources, and, beside them,
LlamaIndex's CitationQueryEngine over the same chunks, vectors, embedder and model (the ten nearest chunks). Of each
answer the time in the embedder's `question` and in the model is taken off. Then searches by readers of all articles, of
one in two, of one in a hundred and of three, and how many of the ten nearest chunks that they may read were found.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.embedder import table
from benchmarks.instant_model import InstantModel
from benchmarks.large_index import EVERYONE, HALF, HUNDREDTH, THREE, large_index
from benchmarks.questions import read_questions
from ingest.embedding import Embedder, Vectors
from ingest.index import Catalogue, Index
from service.answer import Question
from service.answering.engine import AnswerEngine
from service.retrieval.search import Retriever
from service.settings import Settings

Row = dict[str, object]
_NEAREST = 10


class TimedEmbedder:
    """The embedder, and the seconds that questions took in it."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.id, self.dimensions = real.id, real.dimensions
        self.seconds = 0.0
        self.passages_embedded = 0

    def question(self, text: str) -> Vectors:
        """See `Embedder.question`."""
        began = time.perf_counter()
        vector = self._real.question(text)
        self.seconds += time.perf_counter() - began
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.passages`; this time is not taken off."""
        self.passages_embedded += len(texts)
        return self._real.passages(texts)


def questions_of(files: Sequence[Path], each: int) -> list[str]:
    """So many of each file, mixed."""
    chance = random.Random(5)
    chosen: list[str] = []
    for path in files:
        texts = [q.text for q in read_questions(path)]
        chosen += chance.sample(texts, min(each, len(texts)))
    return chance.sample(chosen, len(chosen))


async def answering(name: str, engine: AnswerEngine, embedder: TimedEmbedder, questions: Sequence[str]) -> list[Row]:
    """A row for the whole and for each stage that the receipt names."""
    model = engine_model(engine)
    stages: dict[str, list[float]] = {}
    embedder.passages_embedded = 0
    for question in questions:
        embedder.seconds = model.seconds = 0.0
        began = time.perf_counter()
        answer = await engine.answer(Question(question))
        whole = (time.perf_counter() - began - embedder.seconds - model.seconds) * 1000
        stages.setdefault("all", []).append(whole)
        off = {"search": embedder.seconds * 1000, "generate": model.seconds * 1000}
        for stage, took in answer.receipt.timings_ms.items():
            stages.setdefault(stage, []).append(took - off.get(stage, 0.0))
    rows = [_row(name, stage, took) for stage, took in stages.items()]
    rows[0]["sentences embedded"] = round(embedder.passages_embedded / len(questions), 2)
    return rows


_MODELS: dict[int, InstantModel] = {}


def engine_model(engine: AnswerEngine) -> InstantModel:
    """The model that an engine was given, or one that is never asked."""
    return _MODELS.setdefault(id(engine), InstantModel())


def beside(index: Index, embedder: TimedEmbedder, questions: Sequence[str]) -> Row:
    """The row of LlamaIndex's engine."""
    from benchmarks.citation_query_engine import CitationQueryEngine  # not in this process while its memory is measured

    model = InstantModel()
    peer = CitationQueryEngine(index, embedder, model, _NEAREST)
    peer.ask(questions[0])
    took = []
    for question in questions:
        embedder.seconds = model.seconds = 0.0
        began = time.perf_counter()
        peer.ask(question)
        took.append((time.perf_counter() - began - embedder.seconds - model.seconds) * 1000)
    return _row("LlamaIndex CitationQueryEngine", "all", took)


def filtered(index: Index, embedder: TimedEmbedder, questions: Sequence[str]) -> list[Row]:
    """A row for each group of readers; they take turns."""
    retriever = Retriever(index)
    readers = (EVERYONE, HALF, HUNDREDTH, THREE)
    truth = {group: _readable_vectors(index.catalogue, group) for group in readers}
    took: dict[str, list[float]] = {group: [] for group in readers}
    found: dict[str, list[float]] = {group: [] for group in readers}
    for question in questions:
        for group in readers:
            embedder.seconds = 0.0
            began = time.perf_counter()
            hits = retriever.search(question, [group], 1000)
            took[group].append((time.perf_counter() - began - embedder.seconds) * 1000)
            assert hits.vector is not None
            dense = sorted((h.dense, h.chunk.id) for h in hits.hits if h.dense is not None)[-_NEAREST:]
            ids, vectors = truth[group]
            near = {ids[i] for i in np.argsort(-(vectors @ hits.vector), kind="stable")[:_NEAREST]}
            found[group].append(len(near & {i for _, i in dense}) / len(near))
    base = float(np.median(took[EVERYONE]))
    return [
        {
            "readers of": f"{len(truth[group][0])} chunks",
            "p50 ms": round(float(np.median(took[group])), 1),
            "p95 ms": round(float(np.quantile(took[group], 0.95)), 1),
            "p50 to that of all": round(float(np.median(took[group])) / base, 2),
            "recall@10": round(float(np.mean(found[group])), 3),
        }
        for group in readers
    ]


def _readable_vectors(catalogue: Catalogue, group: str) -> tuple[list[str], Vectors]:
    vectors = catalogue.vectors_of(catalogue.chunk_ids([group], 10_000_000))
    return list(vectors), np.stack(list(vectors.values()))


def _row(name: str, stage: str, took: Sequence[float]) -> Row:
    return {
        "answers": name,
        "stage": stage,
        "n": len(took),
        "p50 ms": round(float(np.median(took)), 1),
        "p95 ms": round(float(np.quantile(took, 0.95)), 1),
    }


def resident() -> int:
    """MB that this process holds in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) // 1000 if found else 0


def measured(data: Path, options: argparse.Namespace) -> None:
    """Print each table as soon as it is there."""
    settings = Settings.load(env_file=None, data=data)
    made = large_index(options.folders, options.chunks, settings)
    real = made.embedder
    assert real is not None
    embedder = TimedEmbedder(real)
    index = Index(made.catalogue, settings, embedder)
    articles, chunks = index.catalogue.counts()
    questions = questions_of(options.questions, options.each)
    rows: list[Row] = []
    began = time.perf_counter()
    for name, model in (("without a model", None), ("with a model", InstantModel())):
        engine = AnswerEngine(Retriever(index), index, model, settings)
        if model is not None:
            _MODELS[id(engine)] = model
        engine.warm()
        if model is None:
            print(f"{chunks} chunks of {articles} articles; ready in {time.perf_counter() - began:.1f} s", flush=True)
        time.sleep(options.settle)
        asyncio.run(answering(name, engine, embedder, questions[:5]))
        rows += asyncio.run(answering(name, engine, embedder, questions[5:]))
    print(f"resident: {resident()} MB\n", flush=True)
    if options.peer:
        rows.append(beside(index, embedder, questions[5:]))
    print(f"{table(rows)}\n\n{table(filtered(index, embedder, questions[5:]))}", flush=True)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folders", type=Path, nargs="+", default=[], metavar="DATA")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="keep the index here")
    parser.add_argument("--each", type=int, default=40, help="questions of each file")
    parser.add_argument("--settle", type=float, default=8.0, help="seconds after the start, as a service has them")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="leave LlamaIndex out")
    options = parser.parse_args()
    place: AbstractContextManager[str] = nullcontext(str(options.data)) if options.data else TemporaryDirectory()
    with place as folder:
        measured(Path(folder), options)


if __name__ == "__main__":
    main()
