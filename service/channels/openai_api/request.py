"""What OpenAI's clients send, and the question in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.answer import Exchange
from service.channels.openai_api.errors import Unsuitable

MODEL = "footnote"
_MARKER = re.compile(r"[ \t]?\[\d{1,3}\]")
_NOTE = re.compile(r"^\[\d{1,3}\] “.*” — (?P<title>.+), \S+$", re.MULTILINE)


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(strict=True)

    type: str
    text: str | None = None


class Message(BaseModel):
    """A message of the conversation so far."""

    model_config = ConfigDict(strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = Field(None, description="Text, or parts of the type `text`.")

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """Options of a stream."""

    model_config = ConfigDict(strict=True)

    include_usage: bool | None = Field(None, description="Send the tokens used in a chunk of their own.")


class ResponseFormat(BaseModel):
    """The form of the answer; only `text` can be had."""

    model_config = ConfigDict(strict=True)

    type: str


class ChatRequest(BaseModel):
    """A question in the form of OpenAI's chat completions. What is not listed here is taken and ignored."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "examples": [
                {"model": MODEL, "messages": [{"role": "user", "content": "Why is live streaming invisible this 618?"}]}
            ]
        },
    )

    model: str = Field(description="`footnote`.")
    messages: list[Message] = Field(
        min_length=1,
        description="The last message of the user is the question; those before it say what a follow-up means.",
    )
    stream: bool | None = Field(None, description="Send each sentence as soon as it is final.")
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, description="1: a question has one answer.")
    response_format: ResponseFormat | None = None
    tool_choice: str | dict[str, Any] | None = None
    modalities: list[str] | None = None

    def check(self) -> None:
        """Refuse what would be answered in another way than it was asked.

        Raises:
            Unsuitable: it says which field.
        """
        if self.model != MODEL:
            told = f"There is no model {self.model[:80]!r} here: this service has {MODEL!r}."
            raise Unsuitable(told, "model", 404, "model_not_found")
        if self.n not in (None, 1):
            raise Unsuitable("A question has one answer here: leave out n, or set it to 1.", "n")
        if self.response_format is not None and self.response_format.type != "text":
            told = "Answers are text with footnotes: leave out response_format. `footnote` in the response is JSON."
            raise Unsuitable(told, "response_format")
        if self.tool_choice not in (None, "none", "auto"):
            raise Unsuitable("No tools are called here: leave out tool_choice, or set it to 'auto'.", "tool_choice")
        if self.modalities is not None and "text" not in self.modalities:
            raise Unsuitable("Answers are text: leave out modalities.", "modalities")

    def question(self) -> tuple[str, tuple[Exchange, ...]]:
        """The question and what was said before it.

        Raises:
            Unsuitable: nobody asks anything, or something else than text.
        """
        last = max((n for n, message in enumerate(self.messages) if message.role == "user"), default=None)
        if last is None:
            raise Unsuitable("There is no message with the role user: the last of them is the question.", "messages")
        asked = self.messages[last].content
        for part in asked if isinstance(asked, list) else ():
            if part.type != "text":
                told = f"Only text can be asked: take out the part of the type {part.type[:80]!r}."
                raise Unsuitable(told, f"messages[{last}].content")
        return self.messages[last].text, exchanges(self.messages[:last])


def exchanges(messages: Sequence[Message]) -> tuple[Exchange, ...]:
    """Questions with what was answered; of an answer only what has markers, without them and the notes."""
    told: list[Exchange] = []
    for message in messages:
        if message.role == "user":
            told.append(Exchange(message.text, ""))
        elif message.role == "assistant" and told and not told[-1].answer:
            told[-1] = Exchange(told[-1].question, *_read(message.text))
    return tuple(told)


def _read(text: str) -> tuple[str, tuple[str, ...]]:
    titles = tuple(dict.fromkeys(found["title"] for found in _NOTE.finditer(text)))
    paragraphs = [p for p in _NOTE.sub("", text).split("\n\n") if _MARKER.search(p)]
    return _MARKER.sub("", "\n\n".join(paragraphs)), titles
