"""When is an answer given again: how often is the same question known again, how often another taken for it, how fast.

    python -m benchmarks.cache --questions FILE … [--articles FILE --asked FILE] [--altered N] [--data DIR]

--questions: files as `benchmarks/questions.py` reads them. Pairs of different questions that share an article (and a
script), the same questions with one thing changed by a program (`benchmarks/altered.py`), and hand-written pairs
(`benchmarks/alike.toml`) must not be taken for one another; paraphrases should. Beside the form that the service
compares (`service/answering/caching/likeness.py`): the cosine of the questions' embeddings from a threshold on, alone,
and with equal numbers, names, negation and kind and no opposite; for these, `--altered` of the changed questions.

--articles, --asked: articles, and questions of them to be answered anew, given again, and given again in other words.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import re
import time
import tomllib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.altered import altered
from benchmarks.embedder import table
from benchmarks.questions import index_of, read_questions
from ingest.embedding import Embedder
from ingest.embedding.local import LocalEmbedder
from ingest.language import is_cjk, language_of
from ingest.terms import question_terms
from service.answer import Question
from service.answering.caching.likeness import form_of
from service.answering.deciding.question_kind import asks_how_many, asks_when, asks_why
from service.answering.engine import build_engine
from service.answering.opposites import denies, opposed
from service.answering.quantities import numbers
from service.settings import Settings

Pair = tuple[str, str]
Row = dict[str, object]
_NAME = re.compile(r"(?<=\S )[A-Z]\w+|[A-Za-z]+(?=[\u3400-\u9fff])")


class Cosine:
    """Cosines of questions; each is embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self._known = embedder, dict[str, np.ndarray]()

    def __call__(self, pair: Pair) -> float:
        """Of one pair."""
        for one in pair:
            if one not in self._known:
                self._known[one] = self._embedder.question(one)
        return float(self._known[pair[0]] @ self._known[pair[1]])


def same_form(pair: Pair) -> bool:
    """What the service goes by."""
    one, other = map(form_of, pair)
    return one is not None and one == other


def guarded(pair: Pair) -> bool:
    """Nothing that is easily told apart: numbers, names, negation, kind, opposites."""
    one, other = pair
    told = [
        (numbers(q), frozenset(_NAME.findall(q)), denies(q), asks_why(q), asks_how_many(q), asks_when(q)) for q in pair
    ]
    terms = [frozenset(question_terms(q)) for q in pair]
    return told[0] == told[1] and not opposed(terms[0], terms[1], one, other)


def sharing(files: Sequence[Path]) -> list[Pair]:
    """Pairs of different questions about the same article."""
    found: dict[Pair, None] = {}
    for file in files:
        about: dict[str, set[str]] = {}
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                # One without an answer has no evidence, but may have been written for an article.
                for article in {e["doc_id"] for e in row.get("evidence", ())} | {row.get("written_for")} - {None}:
                    about.setdefault(article, set()).add(row["question"])
        for asked in about.values():
            pairs = itertools.combinations(sorted(asked), 2)
            found |= dict.fromkeys(p for p in pairs if is_cjk(language_of(p[0])) == is_cjk(language_of(p[1])))
    return list(found)


def told_apart(files: Sequence[Path], most: int) -> list[Row]:
    """A row for each way to know a question again."""
    with (Path(__file__).parent / "alike.toml").open("rb") as file:
        written = tomllib.load(file)
    same = {f"{name} {part}": pairs for name, parts in written["same"].items() for part, pairs in parts.items()}
    different = [tuple(pair) for pairs in written["different"].values() for pair in pairs]
    near = sharing(files)
    changed = [(one, other) for _, one, other in altered([q.text for f in files for q in read_questions(f)])]
    few = changed[:: max(1, len(changed) // most)]
    cosine = Cosine(LocalEmbedder())
    rows = [_row("form", same_form, same, near, changed, different)]
    for least in (0.9, 0.95, 0.98):
        rows.append(_row(f"cosine ≥ {least}", lambda p, t=least: cosine(p) >= t, same, near, few, different))
        rows.append(
            _row(
                f"cosine ≥ {least}, guarded",
                lambda p, t=least: guarded(p) and cosine(p) >= t,
                same,
                near,
                few,
                different,
            )
        )
    return rows


def _row(
    name: str,
    alike: Callable[[Pair], bool],
    same: dict[str, list[Pair]],
    near: Sequence[Pair],
    changed: Sequence[Pair],
    different: Sequence[Pair],
) -> Row:
    hits = {part: f"{sum(alike((a, b)) for a, b in pairs)}/{len(pairs)}" for part, pairs in same.items()}
    return {
        "known again by": name,
        **hits,
        "false: of one article": f"{sum(map(alike, near))}/{len(near)}",
        "false: one thing changed": f"{sum(map(alike, changed))}/{len(changed)}",
        "false: hand-written": f"{sum(alike((a, b)) for a, b in different)}/{len(different)}",
    }


def timed(articles: Path, asked: Path, data: Path) -> list[Row]:
    """How long an answer takes that is made, and one that is given again."""
    index = index_of(articles, data)
    engine = build_engine(Settings.load(env_file=None, data=data), index, caching=True)
    assert engine.cache is not None
    questions = list(dict.fromkeys(q.text for q in read_questions(asked)))[:200]
    engine.warm()
    took: dict[str, list[float]] = {"made": [], "again": [], "again, in other words": []}

    async def ask(how: str, question: str) -> None:
        began = time.perf_counter()
        answer = await engine.answer(Question(question))
        took[how].append((time.perf_counter() - began) * 1000)
        if how == "made" or answer.receipt.cached is None:
            assert answer.receipt.cached is None
            if how != "made":
                took[how].pop()  # declined or partial: not given again to other words

    async def run() -> None:
        await ask("made", "Warm?")
        for question in questions:
            await ask("made", question)
            await ask("again", question)
            await ask(
                "again, in other words", f"Could you tell me {question[0].lower()}{question[1:].rstrip('?')}, please?"
            )

    asyncio.run(run())
    marks = []
    for _ in range(2000):
        began = time.perf_counter()
        index.catalogue.fingerprint()
        marks.append((time.perf_counter() - began) * 1000)
    took["telling whether anything has changed"] = marks
    return [
        {
            "answer": how,
            "n": len(each),
            "p50 ms": round(float(np.median(each)), 3),
            "p95 ms": round(float(np.quantile(each, 0.95)), 3),
        }
        for how, each in took.items()
    ]


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs="*", default=[])
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--asked", type=Path)
    parser.add_argument("--altered", type=int, default=2000, help="changed questions that cosines are compared of")
    parser.add_argument("--data", type=Path, help="keep the index here")
    options = parser.parse_args()
    if options.questions:
        print(table(told_apart(options.questions, options.altered)), flush=True)
    if options.articles:
        place: AbstractContextManager[str] = nullcontext(str(options.data)) if options.data else TemporaryDirectory()
        with place as folder:
            print(table(timed(options.articles, options.asked, Path(folder))))


if __name__ == "__main__":
    main()
