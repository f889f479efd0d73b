"""Answers in the form of OpenAI's chat completions, whole and in chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from service.answer import Answer, Sentence
from service.channels.openai_api.request import MODEL
from service.conversations.courtesy import courtesy
from service.footnotes import Footnoted, absolute, footnoted
from service.proof import Proof, proof_of

_PROOF = TypeAdapter(Proof)


class UrlCitation(BaseModel):
    """Characters `start_index` up to, not including, `end_index` of the content are the marker of a citation."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """A citation, as OpenAI annotates those of its web search."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class AnswerMessage(BaseModel):
    """The answer; `refusal` holds the same text where the articles do not answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one choice."""

    index: int = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """Tokens of the chat model that were used; 0 where the answer is quoted without one."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """An answer as a chat completion; `footnote` is its proof."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage
    footnote: Proof


def completion(answer: Answer, base: str) -> Completion:
    """The whole answer; `base` is the address that its links are relative to."""
    made = footnoted(answer, base)
    message = AnswerMessage(
        content=made.text, refusal=_refusal(answer, made.text), annotations=_annotations(made, answer, base)
    )
    return Completion(
        id=f"chatcmpl-{answer.id}",
        created=int(time.time()),
        choices=[Choice(message=message)],
        usage=_usage(answer),
        footnote=proof_of(answer, base),
    )


@dataclass(slots=True)
class Chunks:
    """The chunks of one answer: nothing in them is ever taken back."""

    id: str
    language: str
    base: str
    include_usage: bool
    created: int = field(default_factory=lambda: int(time.time()))
    _made: Footnoted = field(init=False)

    def __post_init__(self) -> None:
        self._made = Footnoted(self.language)

    def first(self) -> dict[str, Any]:
        """Says who speaks."""
        return self._chunk({"role": "assistant", "content": ""})

    def sentence(self, sentence: Sentence) -> dict[str, Any]:
        """A sentence that is final."""
        return self._chunk({"content": self._made.add(sentence)})

    def rest(self, answer: Answer) -> Iterator[dict[str, Any]]:
        """What is left to say, then the annotations of all of it, the end, and the tokens where they are wanted."""
        yield self._chunk({"content": self._made.finish(answer, self.base)})
        annotations = [a.model_dump() for a in _annotations(self._made, answer, self.base)]
        refusal = _refusal(answer, self._made.text)
        proof = _PROOF.dump_python(proof_of(answer, self.base), mode="json")
        said: dict[str, Any] = {"annotations": annotations} | ({"refusal": refusal} if refusal else {})
        yield {**self._chunk(said), "footnote": proof}
        yield self._chunk({}, "stop")
        if self.include_usage:
            yield {**self._chunk({}), "choices": [], "usage": _usage(answer).model_dump()}

    def _chunk(self, delta: dict[str, Any], ends: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": ends}
        chunk = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": MODEL,
            "choices": [choice],
        }
        return {**chunk, "usage": None} if self.include_usage else chunk


def _annotations(made: Footnoted, answer: Answer, base: str) -> list[Annotation]:
    cited = {c.number: c for c in answer.citations}
    return [
        Annotation(
            url_citation=UrlCitation(
                start_index=mark.start,
                end_index=mark.end,
                title=cited[mark.number].title,
                url=absolute(cited[mark.number].link, base),
            )
        )
        for mark in made.marks
    ]


def _refusal(answer: Answer, text: str) -> str | None:
    return text if answer.outcome == "declined" and courtesy(answer.question) is None else None


def _usage(answer: Answer) -> Usage:
    prompt, written = (answer.receipt.tokens.get(name, 0) for name in ("prompt", "completion"))
    return Usage(prompt_tokens=prompt, completion_tokens=written, total_tokens=prompt + written)
