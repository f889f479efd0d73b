"""What is kept of a question that was asked: enough to make every figure again, and to compare two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.answer import Mode, Outcome


@dataclass(frozen=True, slots=True)
class Ranking:
    """Where the evidence was found; ranks count from 1, None is not found.

    `articles` and `quotes` have the first rank of each group of evidence (quotes: of each group that has a quote, by
    chunk); `relevant` has the ranks of the evidence's articles, of which there are `of`.
    """

    articles: tuple[int | None, ...]
    relevant: tuple[int, ...]
    of: int
    quotes: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer and what became of it.

    `says` is whether it contains the reference, `says_world` whether it says what only the world knows (None: nothing
    to compare with). Of the citations that could be compared with a gold quote, `right` overlap one; of `groups`
    groups of gold quotes, `covered` are overlapped by a citation. `broken` has a sentence for each citation that is
    not, to the letter, its article's text.
    """

    outcome: Outcome
    mode: Mode
    text: str
    chance: float | None
    says: bool | None
    says_world: bool | None
    sentences: int
    uncited: int
    supported: int
    partial: int
    unsupported: int
    citations: int
    compared: int
    right: int
    groups: int
    covered: int
    broken: tuple[str, ...]
    conflicts: int
    tokens: Mapping[str, int] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def declined(self) -> bool:
        """Whether there is no answer."""
        return self.outcome == "declined"


@dataclass(frozen=True, slots=True)
class Result:
    """One question: what it is, where its evidence was found, and the answer.

    Without `ranking` it has no evidence to find; without `answer` it was only searched, or `error` says what failed.
    """

    id: str
    set: str
    language: str
    corpus_language: str
    kind: str
    question: str
    answerable: bool
    seconds: float
    ranking: Ranking | None = None
    answer: Judged | None = None
    error: str | None = None
