"""An answer as one text for channels that show nothing else: sentences with markers, remarks, then each quote."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from prompts import phrase
from service.answer import Answer, Citation, Sentence

_UNSPACED = ("zh", "ja")
# `[words](address)`, `[1]: address` (which makes a link of every `[1]`) and `<tag>`, of Markdown.
_MARKUP = re.compile(r"\](?=[(:])|<(?=[A-Za-z/!?])")


@dataclass(frozen=True, slots=True)
class Mark:
    """The marker of a citation: characters `start` to `end` of the text, as `[1]`."""

    number: int
    start: int
    end: int


@dataclass(slots=True)
class Footnoted:
    """Grows sentence by sentence, and is the same text however it grew."""

    language: str
    text: str = ""
    marks: list[Mark] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)

    def add(self, sentence: Sentence) -> str:
        """What a sentence adds to the text."""
        before = len(self.text)
        gap = "" if self.language in _UNSPACED else " "
        self.text += (gap if self.sentences else "") + _literal(sentence.text) + (gap if sentence.citations else "")
        for number in sentence.citations:
            marker = f"[{number}]"
            self.marks.append(Mark(number, len(self.text), len(self.text) + len(marker)))
            self.text += marker
        self.sentences.append(sentence)
        return self.text[before:]

    def finish(self, answer: Answer, base: str = "") -> str:
        """What the whole answer adds to the sentences so far; `base` is the address that its links are relative to.

        Where a chat model broke off and the answer was made anew, the sentences so far are not part of it: a line says
        so, and only the markers after it count.
        """
        before = len(self.text)
        if list(answer.sentences[: len(self.sentences)]) != self.sentences:
            self.text += f"\n\n{phrase('begun_anew', answer.language)}\n\n"
            self.marks, self.sentences = [], []
        for sentence in answer.sentences[len(self.sentences) :]:
            self.add(sentence)
        if not answer.sentences:
            self.text += _literal(answer.text)
        paragraphs = [*remarks(answer), *(_footnote(c, base) for c in answer.citations)]
        if answer.nearest:
            paragraphs.append("\n".join(f"- {_literal(n.title)}, {absolute(n.link, base)}" for n in answer.nearest))
        self.text += "".join(f"\n\n{paragraph}" for paragraph in paragraphs)
        return self.text[before:]


def footnoted(answer: Answer, base: str = "") -> Footnoted:
    """The text of a whole answer. `base` as `Footnoted.finish` has it."""
    made = Footnoted(answer.language)
    made.finish(answer, base)
    return made


def remarks(answer: Answer) -> list[str]:
    """What a reader has to know beside the sentences: what is missing, and that no chat model wrote them."""
    said = [*answer.missing, *answer.notices]
    if answer.outcome != "declined" and answer.mode == "extractive" and not answer.notices:
        said.append(phrase("extractive", answer.language))
    return said


def absolute(link: str, base: str) -> str:
    """A link of an answer as it opens from anywhere; as it is where the service's own address is not known."""
    return urljoin(f"{base.rstrip('/')}/", link.lstrip("/")) if base and link.startswith("/") else link


def _footnote(citation: Citation, base: str) -> str:
    quote = " ".join(citation.quote.split())
    return f"[{citation.number}] “{_literal(quote)}” — {_literal(citation.title)}, {absolute(citation.link, base)}"


def _literal(text: str) -> str:
    """Where clients render Markdown, what articles say may neither load a picture nor lead a marker elsewhere."""
    return _MARKUP.sub(r"\\\g<0>", text)
