"""Makes an index as large as is wanted, out of real articles and others put together from their sentences.

The vectors of real chunks are those that the given data folders have kept; those of a made chunk are the mean of the
chunks its sentences came from, a little astray. Everything goes through the real run: nothing is written by hand.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.embedding import Embedder, Vectors, embedder_from
from ingest.index import Catalogue, Index, open_index
from ingest.job import Job, sources_of
from ingest.language import is_cjk
from ingest.progress import Lines, Progress
from ingest.sentences import sentences
from service.settings import Settings

# Groups of readers: everyone reads all, and some read one article in two, one in a hundred, three in all.
EVERYONE, HALF, HUNDREDTH, THREE = "public", "half", "hundredth", "three"
_CHUNKS_IN_ARTICLE = 8
_MIXED = 3  # chunks whose sentences make one
_ASTRAY = 0.1  # length of the noise beside a vector of length 1


@dataclass(frozen=True, slots=True)
class Written:
    """A real article: its title, language and date, and the chunks it was cut into by their row in `Seeds.vectors`."""

    title: str
    text: str
    language: str
    published_at: str | None
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Real articles, the vectors of their chunks, and the sentences of each."""

    articles: tuple[Written, ...]
    vectors: Vectors
    sentences: tuple[tuple[str, ...], ...]

    @property
    def scripts(self) -> dict[bool, tuple[list[int], list[Written]]]:
        """(rows, articles) by whether they are written without spaces."""
        found: dict[bool, tuple[list[int], list[Written]]] = {False: ([], []), True: ([], [])}
        for article in self.articles:
            rows, those = found[is_cjk(article.language)]
            rows.extend(r for r in article.rows if self.sentences[r])
            those.append(article)
        return found


def seeds_of(folders: Sequence[Path]) -> Seeds:
    """The articles of some data folders whose every chunk has its vector."""
    articles: list[Written] = []
    vectors: list[Vectors] = []
    said: list[tuple[str, ...]] = []
    for folder in folders:
        database = sqlite3.connect(f"file:{folder / 'catalogue.db'}?mode=ro", uri=True)
        chunks: dict[str, list[tuple[int, int, bytes]]] = {}
        for article, start, end, vector in database.execute(
            "SELECT c.article_id, c.start, c.end, e.vector FROM chunks c JOIN articles a ON a.id = c.article_id AND "
            "a.version = c.version JOIN generations g ON g.id = c.generation AND g.state = 'serving' "
            "JOIN embeddings e ON e.model = g.embedder AND e.key = c.embedding_key WHERE c.state = 'ready'"
        ):
            chunks.setdefault(article, []).append((start, end, vector))
        for name, title, text, language, published in database.execute(
            "SELECT a.id, v.title, v.text, v.language, v.published_at FROM articles a JOIN versions v "
            "ON v.article_id = a.id AND v.number = a.version ORDER BY a.id"
        ):
            rows = tuple(range(len(vectors), len(vectors) + len(chunks.get(name, ()))))
            for start, end, vector in chunks.get(name, ()):
                vectors.append(np.frombuffer(vector, np.float32))
                said.append(tuple(text[s.start : s.end] for s in sentences(text, start, end)))
            if rows:
                articles.append(Written(title, text, language, published, rows))
        database.close()
    return Seeds(tuple(articles), np.stack(vectors), tuple(said))


class MixedEmbedder:
    """Gives a passage the mean of the vectors of the chunks its sentences came from; questions it embeds truly."""

    def __init__(self, seeds: Seeds, real: Embedder) -> None:
        self._vectors, self._real = seeds.vectors, real
        self._row = {one: row for row, some in enumerate(seeds.sentences) for one in some}
        self._chance = np.random.default_rng(11)
        self.id, self.dimensions = real.id, real.dimensions

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.passages`."""
        return np.stack([self._mixed(text) for text in texts]).astype(np.float32)

    def question(self, text: str) -> Vectors:
        """See `Embedder.question`."""
        return self._real.question(text)

    def _mixed(self, text: str) -> Vectors:
        said = [text[s.start : s.end] for s in sentences(text)]
        rows = [self._row[one] for one in said if one in self._row]
        noise = self._chance.normal(size=self.dimensions)
        noise *= (_ASTRAY if rows else 1.0) / np.linalg.norm(noise)
        mixed = noise + (self._vectors[rows].mean(0) if rows else 0.0)
        return np.asarray(mixed / np.linalg.norm(mixed), np.float32)


def written(seeds: Seeds, chunks: int, path: Path) -> Path:
    """A file of all real articles, and of made ones until there are about `chunks` chunks."""
    with path.open("w", encoding="utf-8") as file:
        for number, article in enumerate(_articles(seeds, chunks)):
            groups = [EVERYONE]
            groups += [HALF] * (number % 2 == 0) + [HUNDREDTH] * (number % 100 == 7)
            groups += [THREE] * (number in (0, 500, 1000))
            file.write(json.dumps({"id": f"a{number}", "groups": groups, **article}, ensure_ascii=False) + "\n")
    return path


def _articles(seeds: Seeds, chunks: int) -> Iterator[dict[str, str]]:
    chance = random.Random(7)
    left = chunks
    for real in chance.sample(seeds.articles, len(seeds.articles)):
        if left > 0:
            yield _fields(real.title, real.text, real)
        left -= len(real.rows)
    scripts = seeds.scripts
    shares = {cjk: len(rows) / max(1, len(seeds.vectors)) for cjk, (rows, _) in scripts.items()}
    for _ in range(max(0, left) // _CHUNKS_IN_ARTICLE):
        cjk = chance.random() < shares[True]
        rows, those = scripts[cjk]
        like = chance.choice(those)
        paragraphs = [_paragraph(seeds, rows, chance, "" if cjk else " ") for _ in range(_CHUNKS_IN_ARTICLE)]
        yield _fields(_halves(like.title, chance.choice(those).title), "\n\n".join(paragraphs), like)


def _fields(title: str, text: str, like: Written) -> dict[str, str]:
    fields = {"title": title or text[:40].split("\n")[0], "text": text, "lang": like.language}
    return fields | ({"published_at": like.published_at} if like.published_at else {})


def _paragraph(seeds: Seeds, rows: Sequence[int], chance: random.Random, gap: str) -> str:
    """About a chunk: some sentences of a few chunks."""
    some = [one for row in chance.choices(rows, k=_MIXED) for one in seeds.sentences[row] if chance.random() < 0.4]
    return gap.join(some or seeds.sentences[chance.choice(rows)])


def _halves(one: str, other: str) -> str:
    return one[: len(one) // 2] + other[len(other) // 2 :]


def large_index(folders: Sequence[Path], chunks: int, settings: Settings, progress: Progress | None = None) -> Index:
    """The index of `settings.data`, made if it is not there.

    Raises:
        SystemExit: an article could not be read, or no embedding model is configured.
    """
    if (settings.data / "catalogue.db").exists():
        return open_index(settings)
    embedder = embedder_from(settings)
    if embedder is None:
        raise SystemExit("Configure an embedding model: without one there is nothing to measure.")
    seeds = seeds_of(folders)
    settings.data.mkdir(parents=True, exist_ok=True)
    articles = written(seeds, chunks, settings.data / "articles.jsonl")
    open_index(settings, create=True).catalogue.close()
    index = Index(Catalogue(settings.data), settings, MixedEmbedder(seeds, embedder))
    report = Job(index, settings, progress or Lines()).run(sources_of([articles]))
    if report.failed:
        raise SystemExit(report.failed[0].error)
    index.catalogue.close()
    return open_index(settings)
