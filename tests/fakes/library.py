"""A real index over a few articles that a test writes, and the real engine over it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingest.index import Index, open_index
from ingest.job import Job, sources_of
from ingest.settings import EmbeddingSettings
from service.answer import Answer
from service.answering.engine import AnswerEngine, build_engine
from service.settings import AnswerSettings, ChatSettings, Settings

LIVE = """Live streaming was everywhere at the festival in earlier years.

Live streaming is invisible this 618 because traffic has peaked. Shoppers found chaos in live rooms. \
The return rate of live orders reached 31.4% in the first quarter. Live rooms are not a cure for weak brands.

Reported by Mara Lindqvist for the retail desk."""

LEAVE = """Employees have 15 days of annual leave after six years. Leave that is not taken by 31 March expires.

Managers approve a leave request within two working days."""

ZH = """直播电商的退货率在第一季度达到 31.4%。服装品类的退货率最高。仓库单日最多发出 38.6 万件包裹。

员工工作满六年后有 15 天年假。"""

ARTICLES: list[dict[str, Any]] = [
    {"id": "live", "title": "Why live streaming faded", "text": LIVE, "lang": "en", "author": "Mara Lindqvist",
     "published_at": "2024-06-20", "url": "https://intranet.example/live"},
    {"id": "leave", "title": "Annual leave", "text": LEAVE, "lang": "en"},
]  # fmt: skip


class Library:
    """A data folder of its own."""

    def __init__(self, data: Path, provider: str = "hashing", chat: str | None = None, **settings: Any) -> None:
        chatting = {"base_url": chat, "timeout": 10, **settings.pop("chat_settings", {})} if chat else {}
        self.settings = Settings(
            data=data,
            embedding=EmbeddingSettings(provider=provider),  # type: ignore[arg-type, call-arg]
            chat=ChatSettings(**chatting),
            answer=AnswerSettings(**settings.pop("answer_settings", {})),
            **settings,
        )
        self.data = data

    def ingest(self, articles: Iterable[dict[str, Any]], name: str = "articles") -> Library:
        """Take articles in, through the job."""
        file = self.data / f"{name}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles), "utf-8")
        report = Job(open_index(self.settings, create=True), self.settings).run(sources_of([file]))
        assert not report.failed, report.failed
        return self

    @property
    def index(self) -> Index:
        """The index, freshly opened."""
        return open_index(self.settings)

    @property
    def engine(self) -> AnswerEngine:
        """The engine that the service runs."""
        return build_engine(self.settings, self.index)

    def hold(self, answer: Answer) -> Answer:
        """The promises every answer keeps, whatever made it."""
        catalogue = self.index.catalogue
        for citation in answer.citations:
            article = catalogue.article(citation.article_id, citation.version)
            assert article is not None
            assert article.text[citation.start : citation.end] == citation.quote
            assert citation.title == article.title
        assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
        read = [n for s in answer.sentences for n in s.citations]
        assert list(dict.fromkeys(read)) == [c.number for c in answer.citations]
        for sentence in answer.sentences:
            assert sentence.citations
            assert sentence.support != "unsupported"
            assert sentence.text in answer.text
            assert all(f"[{n}]" in answer.text for n in sentence.citations)
        assert (answer.outcome == "declined") == (not answer.sentences)
        return answer
