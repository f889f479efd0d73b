"""A question taken apart: its terms and their weight, the names and numbers among them, and what it wants to hear."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ingest.language import is_cjk, language_of
from ingest.terms import ENGLISH_STOP, question_terms, terms
from service.answering.opposites import denies
from service.retrieval.evidence import Passage
from service.retrieval.weights import TermWeights

# Words of a question that are about the asking: no article has to have them.
_ASKING = frozenset(question_terms("many much name kind type call happen example another term use"))
# Words that a reader would not look for in an article: it is no loss where they stand nowhere.
_NOT_LOOKED_FOR = frozenset(
    question_terms(
        "less least more most all any every each both few fewer several besides except without within among along "
        "during despite unlike likely unlikely different same similar certain various other only ever never"
    )
)
# Added to each weight: in a collection of few articles a term that several have would weigh nothing.
_LEAST = 1.0
_WORD = re.compile(r"[\w’'-]+")
_QUOTED = re.compile(r"[《“「\"]([^》”」\"]{2,40})[》”」\"]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9-]+")
_DIGIT = re.compile(r"\d")
_CLAUSE = re.compile(r"[^\s，。？！、；：,?!;:《》“”「」\"()（）]+")
# What parts Chinese words of substance in a question.
_BETWEEN = re.compile(
    r"为什么|为何|什么时候|什么|怎么样|怎么|怎样|如何|是否|哪些|哪个|哪位|哪一|哪里|哪年|哪|多少|多久|几点|几个|几|请问|可以|能否|是不是|"
    r"有没有|分别|谁|吗|呢|吧|啊|了|的|和|与|及|在|是|有|被|把|对|从|到|也|都|就"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: weight by term, its terms in order, and which of them are names and numbers."""

    text: str
    weights: Mapping[str, float]
    order: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    denied: bool
    cjk: bool

    @classmethod
    def of(cls, question: str, weights: TermWeights) -> Asked:
        """Take a question apart."""
        known = {t: w for t, w in weights.weights.items() if t not in _ASKING} or dict(weights.weights)
        known = {t: w + _LEAST for t, w in known.items()}
        cjk = is_cjk(language_of(question))
        numbers = frozenset(t for t in known if _DIGIT.search(t))
        names = frozenset(_names(question, cjk) & set(known)) - numbers
        order = tuple(t for t in terms(question) if t in known)
        return cls(question, known, order, names, numbers, denies(question), cjk)

    def coverage(self, found: Collection[str], only: Collection[str] | None = None) -> float:
        """Share of the weight, of all terms or `only` those, that is among the terms found; 1 where there is none."""
        asked = self.weights if only is None else {t: self.weights[t] for t in only}
        total = sum(asked.values())
        return sum(w for t, w in asked.items() if t in found) / total if total else 1.0


def missing(question: str, evidence: Sequence[Passage], weights: TermWeights) -> tuple[str, ...]:
    """Words of a question, as the asker wrote them, that stand nowhere in the evidence; the telling ones first.

    At most three; nothing where question and evidence are in different languages.
    """
    if not evidence or is_cjk(language_of(question)) != is_cjk(evidence[0].article.language):
        return ()
    asked = Asked.of(question, weights)
    found = {t for p in evidence for t in terms(f"{p.article.title}\n{p.article.section_at(p.start) or ''}\n{p.text}")}
    lacking = {t: w for t, w in asked.weights.items() if t not in found and t not in _NOT_LOOKED_FOR}
    if not lacking:
        return ()
    weighed = [(_lack(words, lacking, asked), words) for words in _phrases(question, asked, lacking)]
    best = sorted((pair for pair in weighed if pair[0] > 0), key=lambda pair: -pair[0])
    return tuple(dict.fromkeys(words for _, words in best))[:3]


def _names(question: str, cjk: bool) -> set[str]:
    if cjk:
        return {
            t for m in (*_QUOTED.finditer(question), *_LATIN.finditer(question)) for t in terms(m[m.lastindex or 0])
        }
    words = [m[0] for m in _WORD.finditer(question)]
    # The first word has a capital anyway: it is part of a name where the second has one too.
    return {
        t
        for i, word in enumerate(words)
        if word[0].isupper() and word.casefold() not in ENGLISH_STOP
        if i or (len(words) > 1 and words[1][0].isupper())
        for t in terms(word)
    }


def _phrases(question: str, asked: Asked, lacking: Mapping[str, float]) -> list[str]:
    """Runs of words that lack: neighbours that both lack are one phrase."""
    if asked.cjk:
        runs = [run for clause in _CLAUSE.findall(question) for run in _BETWEEN.split(clause) if run]
        return [run for run in runs if _mostly_lacking(run, asked, lacking)]
    phrases: list[str] = []
    open_phrase: list[str] = []
    for match in _WORD.finditer(question):
        own = terms(match[0])
        if own and all(t in lacking for t in own):
            open_phrase.append(match[0])
            continue
        if open_phrase:
            phrases.append(" ".join(open_phrase))
        open_phrase = []
    return [*phrases, " ".join(open_phrase)] if open_phrase else phrases


def _mostly_lacking(run: str, asked: Asked, lacking: Mapping[str, float]) -> bool:
    own = [t for t in terms(run) if t in asked.weights]
    return bool(own) and 2 * sum(t in lacking for t in own) > len(own)


def _lack(words: str, lacking: Mapping[str, float], asked: Asked) -> float:
    """How much a phrase that lacks weighs: a name or a number twice."""
    return sum(
        w * (2 if t in asked.names or t in asked.numbers else 1) for t, w in lacking.items() if t in terms(words)
    )
