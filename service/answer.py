"""What is asked and what comes back. Every channel renders these and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ingest.article import PUBLIC

# What an asker may name: a conversation, and the language of the answer (BCP 47, the common forms).
CONVERSATION_ID, LONGEST_ID = r"^[A-Za-z0-9_-]+$", 100
LANGUAGE_TAG, LONGEST_TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", 35

Outcome = Literal["answered", "partial", "declined"]
Mode = Literal["generative", "extractive"]
Support = Literal["supported", "partial", "unsupported"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said before, as whoever asks tells it: a question, the text of its answer, and the titles it cites."""

    question: str
    answer: str
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question and who asks: `groups` decide which articles exist for the asker.

    `asked_on` is the day (ISO 8601) that "this year" and "last week" are read against; None for today. `asker` is the
    name of who asks; None where nobody was asked who they are. `history`, oldest first, is what a follow-up is read
    against in place of what was kept of its conversation.
    """

    text: str
    groups: tuple[str, ...] = (PUBLIC,)
    language: str | None = None
    conversation_id: str | None = None
    asked_on: str | None = None
    asker: str | None = None
    history: tuple[Exchange, ...] = ()


def is_conversation_id(text: str) -> bool:
    """Whether a conversation may be named so."""
    return len(text) <= LONGEST_ID and re.fullmatch(CONVERSATION_ID, text) is not None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer, the numbers of its citations, and how well they bear it (0 to 1)."""

    text: str
    citations: tuple[int, ...]
    support: Support
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quote: `quote` is characters `start` to `end` of that version of the article, always."""

    number: int
    id: str
    article_id: str
    version: int
    title: str
    author: str | None
    url: str | None
    published_at: str | None
    section: str | None
    page: int | None
    quote: str
    start: int
    end: int
    link: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article that comes near a question it does not answer."""

    article_id: str
    title: str
    published_at: str | None
    link: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two citations that disagree; `newer` is the number of the later one, where dates tell."""

    citations: tuple[int, int]
    newer: int | None
    about: str


@dataclass(frozen=True, slots=True)
class PromptUsed:
    """Which prompt made an answer."""

    name: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A hit, its scores (None where that search did not find it) and whether it became evidence."""

    chunk_id: str
    article_id: str
    dense: float | None
    keyword: float | None
    rerank: float | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Cached:
    """That an answer was made before: how long ago, and its id then, where it was the same asker's."""

    age_seconds: float
    answer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an answer came about; `chance` is that the evidence can answer, as weighed before anything was written.

    `cached` where it was made before, for who asked the same: the rest tells of then, but for tokens, cost and time.
    """

    generation: int | None = None
    prompt: PromptUsed | None = None
    model: str | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    tokens_estimated: bool = False
    cost: float | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    retrieved: tuple[Retrieved, ...] = ()
    notes: tuple[str, ...] = ()
    chance: float | None = None
    cached: Cached | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer, as it is stored and sent; `missing` says in sentences what a partial one lacks.

    `notices` say in sentences what else to know of it: that no chat model wrote it, although one is configured.
    """

    id: str
    conversation_id: str
    question: str
    standalone_question: str
    language: str
    outcome: Outcome
    mode: Mode
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    follow_ups: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    receipt: Receipt = Receipt()


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A hit of a search: characters `start` to `end` of the article."""

    article_id: str
    chunk_id: str
    title: str
    section: str | None
    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Started:
    """The question was taken."""

    answer_id: str
    conversation_id: str
    question: str
    language: str
    event: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class Source:
    """An article the answer may draw on, numbered as the model sees it."""

    number: int
    article_id: str
    title: str
    published_at: str | None
    link: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found, before anything is answered."""

    sources: tuple[Source, ...]
    event: Literal["sources"] = "sources"


@dataclass(frozen=True, slots=True)
class Delta:
    """Provisional text; only `sentence` and `completed` are final."""

    text: str
    event: Literal["delta"] = "delta"


@dataclass(frozen=True, slots=True)
class Settled:
    """A sentence that is final, with the citations it introduces."""

    sentence: Sentence
    citations: tuple[Citation, ...]
    event: Literal["sentence"] = "sentence"


@dataclass(frozen=True, slots=True)
class Completed:
    """The whole answer; it replaces everything before it."""

    answer: Answer
    event: Literal["completed"] = "completed"


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer: why, and what to do, in a sentence for the asker."""

    title: str
    detail: str
    status: int
    event: Literal["failed"] = "failed"


AnswerEvent = Started | Sources | Delta | Settled | Completed | Failed
