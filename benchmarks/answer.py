"""What an answer takes beyond embedding the question and waiting for the model, over many chunks, one asker at a time.

    python -m benchmarks.answer --from DATA … --questions FILE … [--chunks N] [--data DIR] [--each N] [--no-peer]

--from: data folders of articles that are ingested already, with vectors of the default embedder; `--chunks` are made of
them (`benchmarks/large_index.py`), in `--data` if it is given, where the next run finds them. --questions: files as
`benchmarks/questions.py` reads them, `--each` questions of each.

Answers without a chat model and with one that replies at once in cited sentences of its sources, and, beside them,
LlamaIndex's CitationQueryEngine over the same chunks, vectors, embedder and model (the ten nearest chunks). Of each
answer what embedding its question takes by itself is taken off, and the time in the model; whatever else is embedded is
in. Each engine meets the questions with nothing kept of the others' but what the operating system has of the files.
Then searches by readers of all articles, of one in two, of one in a hundred and of three, and how many of the ten
nearest chunks that they may read were found.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import time
from collections.abc import Mapping, Sequence
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
_NEAREST, _WARMING = 10, 5


class CountedEmbedder:
    """The embedder, and how many texts it was given."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.id, self.dimensions = real.id, real.dimensions
        self.questions = self.texts = 0

    def question(self, text: str) -> Vectors:
        """See `Embedder.question`."""
        self.questions += 1
        return self._real.question(text)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.passages`."""
        self.texts += len(texts)
        return self._real.passages(texts)


def alone(embedder: Embedder, questions: Sequence[str]) -> dict[str, float]:
    """Seconds that embedding each question takes by itself, the better of two tries."""
    best: dict[str, float] = {}
    for question in (*questions, *questions):
        began = time.perf_counter()
        embedder.question(question)
        best[question] = min(time.perf_counter() - began, best.get(question, float("inf")))
    return best


def questions_of(files: Sequence[Path], each: int) -> list[str]:
    """So many of each file, mixed."""
    chance = random.Random(5)
    chosen: list[str] = []
    for path in files:
        texts = [q.text for q in read_questions(path)]
        chosen += chance.sample(texts, min(each, len(texts)))
    return chance.sample(chosen, len(chosen))


async def answering(
    name: str, engine: AnswerEngine, model: InstantModel, embedder: CountedEmbedder, embedding: Mapping[str, float]
) -> list[Row]:
    """A row for the whole and for each stage of the receipt; `embedding` has the questions and their seconds."""
    stages: dict[str, list[float]] = {}
    embedder.questions = embedder.texts = 0
    for question, seconds in embedding.items():
        model.seconds = 0.0
        began = time.perf_counter()
        answer = await engine.answer(Question(question))
        whole = (time.perf_counter() - began - seconds - model.seconds) * 1000
        stages.setdefault("all", []).append(whole)
        off = {"search": seconds * 1000, "generate": model.seconds * 1000}
        for stage, took in answer.receipt.timings_ms.items():
            stages.setdefault(stage, []).append(took - off.get(stage, 0.0))
    rows = [_row(name, stage, took) for stage, took in stages.items()]
    rows[0]["clauses embedded"] = round(embedder.questions / len(embedding) - 1, 2)
    rows[0]["sentences embedded"] = round(embedder.texts / len(embedding), 2)
    return rows


def beside(index: Index, embedder: Embedder, warming: Sequence[str], embedding: Mapping[str, float]) -> Row:
    """The row of LlamaIndex's engine."""
    from benchmarks.citation_query_engine import CitationQueryEngine  # not in this process while its memory is measured

    model = InstantModel()
    peer = CitationQueryEngine(index, embedder, model, _NEAREST)
    for question in warming:
        peer.ask(question)
    took = []
    for question, seconds in embedding.items():
        model.seconds = 0.0
        began = time.perf_counter()
        peer.ask(question)
        took.append((time.perf_counter() - began - seconds - model.seconds) * 1000)
    return _row("LlamaIndex CitationQueryEngine", "all", took)


def filtered(index: Index, embedding: Mapping[str, float]) -> list[Row]:
    """A row for each group of readers; they take turns."""
    retriever = Retriever(index)
    readers = (EVERYONE, HALF, HUNDREDTH, THREE)
    truth = {group: _readable_vectors(index.catalogue, group) for group in readers}
    took: dict[str, list[float]] = {group: [] for group in readers}
    found: dict[str, list[float]] = {group: [] for group in readers}
    retriever.search(next(iter(embedding)), [HALF], 1)
    for number, (question, seconds) in enumerate(embedding.items()):
        # The first to ask reads what the others find kept: each is first as often.
        for group in readers[number % len(readers) :] + readers[: number % len(readers)]:
            began = time.perf_counter()
            hits = retriever.search(question, [group], 1000)
            took[group].append((time.perf_counter() - began - seconds) * 1000)
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
        "clauses embedded": "",
        "sentences embedded": "",
    }


def resident() -> int:
    """MB that this process holds in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) // 1000 if found else 0


def measured(data: Path, options: argparse.Namespace) -> None:
    """Print each table as soon as it is there."""
    settings = Settings.load(env_file=None, data=data)
    made = large_index(options.folders, options.chunks, settings)
    assert made.embedder is not None
    embedder = CountedEmbedder(made.embedder)
    (articles, chunks), real = made.catalogue.counts(), made.embedder
    made.catalogue.close()
    questions = questions_of(options.questions, options.each)
    warming, asked = questions[:_WARMING], questions[_WARMING:]
    embedding = alone(real, asked)
    for file in (data / "catalogue.db", *(data / "chroma").rglob("*.bin")):
        file.read_bytes()
    rows: list[Row] = []
    for name, chat in (("without a model", None), ("with a model", InstantModel())):
        began = time.perf_counter()
        index = Index(Catalogue(data), settings, embedder)
        engine = AnswerEngine(Retriever(index), index, [chat] if chat else [], settings)
        engine.warm()
        if chat is None:
            print(f"{chunks} chunks of {articles} articles; ready in {time.perf_counter() - began:.1f} s", flush=True)
        time.sleep(options.settle)
        model = chat or InstantModel()
        asyncio.run(answering(name, engine, model, embedder, dict.fromkeys(warming, 0.0)))
        rows += asyncio.run(answering(name, engine, model, embedder, embedding))
        if chat is None:
            print(f"resident: {resident()} MB", flush=True)
        index.catalogue.close()
    index = Index(Catalogue(data), settings, embedder)
    Retriever(index).warm()
    if options.peer:
        rows.append(beside(index, embedder, warming, embedding))
    print(f"\n{table(rows)}\n", flush=True)
    time.sleep(options.settle)
    print(table(filtered(index, embedding)), flush=True)


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
