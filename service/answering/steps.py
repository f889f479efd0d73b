"""The steps to something, where a question asks how it is done: they seldom have a word of the question in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.terms import terms
from service.answering.candidates import Candidate
from service.retrieval.weights import TermWeights

_HOW_TO = re.compile(
    r"\bhow (?:do|can|should|would|must|may) (?:i|we|you|one|somebody|someone|customers|employees|staff)\b|\bhow to\b"
    r"|\bsteps? (?:to|for)\b|(?:怎么|如何|怎样|怎麼|怎樣)(?!样|樣|的|会|會|看|说|說|了|回事|办(?!理)|辦(?!理)|\W|$)",
    re.IGNORECASE,
)
# What tells somebody to do something: a verb before everything else.
_TOLD = re.compile(
    r"^(?:please |then |next,? |first,? |finally,? )?(?:add|apply|ask|attach|book|bring|call|check|choose|click|confirm"
    r"|connect|contact|copy|create|download|enter|fill|go|hand|install|log|open|press|pull|put|register|report|request"
    r"|return|scan|select|send|set|sign|start|submit|switch|take|tap|turn|type|use|wait|write)\b"
    r"|^(?:请|先|然后|再|最后|接着|首先|第[一二三四五六七八九十]步|打开|点击|选择|输入|填写|登录|进入|提交)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|\n)[ \t]*\d{1,2}[.)、]\s+\Z")
# A setup guide tells how to set up.
_TOGETHER = re.compile(
    r"\b(back|check|hand|log|opt|pay|pick|print|roll|set|shut|sign|start)(back|down|in|off|out|over|up)\b",
    re.IGNORECASE,
)
_FEWEST = 2
# Its title, heading and steps have at least so much of the question's weight.
_COVERED = 0.4


def asks_how(question: str) -> bool:
    """Whether the steps to something are wanted."""
    return bool(_HOW_TO.search(question))


def steps(candidates: Sequence[Candidate], weights: TermWeights, most: int) -> list[Candidate]:
    """Steps in a row, at most so many, whose title, heading and words have most of the question; none where none do."""
    best: list[Candidate] = []
    covered = _COVERED
    for run in _runs(candidates):
        said = "\n".join((run[0].passage.article.title, run[0].section, *(c.text for c in run)))
        found = weights.coverage_of(frozenset(terms(_TOGETHER.sub(r"\1 \2", said))))
        if found > covered or (best and found == covered and len(run) > len(best)):
            best, covered = run[:most], found
    return best


def _runs(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    run: list[Candidate] = []
    for candidate in candidates:
        follows = run and candidate.passage is run[-1].passage and candidate.index == run[-1].index + 1
        if not follows or not _is_step(candidate) or candidate.section != run[-1].section:
            if len(run) >= _FEWEST:
                yield run
            run = []
        if _is_step(candidate):
            run.append(candidate)
    if len(run) >= _FEWEST:
        yield run


def _is_step(candidate: Candidate) -> bool:
    before = candidate.passage.article.text[max(0, candidate.span.start - 12) : candidate.span.start]
    return bool(_NUMBERED.search(before) or _TOLD.search(candidate.text))
