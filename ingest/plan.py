"""What a run would do, without doing any of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from ingest.article import embedded_text
from ingest.dedupe import bands_of, original_of
from ingest.index import Catalogue
from ingest.progress import Progress
from ingest.reading import Failure, Prepared, Reader, Unchanged
from ingest.removal import Listing, missing, refusal
from ingest.settings import IngestSettings
from ingest.sources.base import Source

# US dollars a million tokens, as OpenAI lists them; FOOTNOTE_EMBEDDING__PRICE says it for any other model.
_PRICES = {"text-embedding-3-small": 0.02, "text-embedding-3-large": 0.13, "text-embedding-ada-002": 0.10}
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(slots=True)
class Plan:
    """Ids of articles by what would become of them; what of their text is not in the cache, and what that would cost.

    `tokens` is an estimate (four letters, or one character of Chinese, Japanese or Korean, a token); `cost` is in US
    dollars, None where the price is not known. `duplicates` are copies, of those added and changed, that are not
    embedded; near copies among what is all new are not seen.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    duplicates: int = 0
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    chunks: int = 0
    tokens: int = 0
    cost: float | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return {**asdict(self), "failed": [{"source": f.source, "error": f.error} for f in self.failed]}


def plan(
    catalogue: Catalogue,
    settings: IngestSettings,
    model: str | None,
    sources: Iterable[Source],
    progress: Progress,
    allow_removals: bool = False,
) -> Plan:
    """Read the sources as a run would; nothing is written and nothing embedded. `model` names the vector space."""
    made = Plan()
    generation = catalogue.generation()
    size = int(generation.chunker.split(":")[1]) if generation else settings.chunk.size
    reader = Reader(catalogue, size, settings.limits, progress)
    counted: set[str] = set()
    copies: set[str] = set()
    for source in sources:
        listing = Listing()
        for outcome in reader.read(source, source.groups):
            if isinstance(outcome, Failure):
                listing.saw(outcome.source)
                listing.whole &= not outcome.whole
                made.failed.append(outcome)
            elif isinstance(outcome, Unchanged):
                listing.saw(outcome.uri)
                made.unchanged += 1
            else:
                listing.saw(outcome.article.uri)
                (made.added if outcome.added else made.changed).append(outcome.article.id)
                bands = bands_of(outcome.article.text)
                least = settings.duplicates.least
                if (
                    bands[0] + " ".join(outcome.article.groups) in copies
                    or original_of(catalogue, outcome.article, bands, least) is not None
                ):
                    made.duplicates += 1
                elif model is not None:
                    _count(made, catalogue, model, outcome, counted)
                copies.add(bands[0] + " ".join(outcome.article.groups))
        if listing.whole and source.exhaustive:
            gone = [known.article_id for known in missing(catalogue, source, listing)]
            had = sum(1 for _ in catalogue.of_source(source.key)) if gone else 0
            refused = None if allow_removals else refusal(source, len(gone), had, settings.removal)
            if refused is not None:
                made.failed.append(Failure(source.key, refused))
            else:
                made.removed += gone
    price = settings.embedding.price if settings.embedding.price is not None else _PRICES.get(settings.embedding.model)
    local = settings.embedding.provider != "openai" and settings.embedding.base_url is None
    made.cost = 0.0 if local else None if price is None else round(made.tokens * price / 1e6, 4)
    progress.finish()
    return made


def _count(made: Plan, catalogue: Catalogue, model: str, new: Prepared, counted: set[str]) -> None:
    cached = catalogue.embeddings(model, set(new.keys)).keys()
    for one, key in zip(new.cut, new.keys, strict=True):
        if key not in cached and key not in counted:
            counted.add(key)
            made.chunks += 1
            made.tokens += tokens_in(embedded_text(new.article.title, one.section, one.text))


def tokens_in(text: str) -> int:
    """About how many tokens a text has."""
    cjk = len(_CJK.findall(text))
    return cjk + -(-(len(text) - cjk) // 4)
