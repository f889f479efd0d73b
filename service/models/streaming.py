"""LlamaIndex's OpenAILike with a stream of its own: what an endpoint sends, without an object around every word.

LlamaIndex builds three objects for each token and openai six more; with hundreds of streams in one process that is most
of what a service does (`python -m benchmarks.load`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai.utils import to_openai_message_dicts
from llama_index.llms.openai_like import OpenAILike
from openai import AsyncStream


@dataclass(frozen=True, slots=True)
class Part:
    """What one event of a stream says."""

    text: str
    thinks: bool
    finish_reason: object
    usage: object


class StreamingOpenAILike(OpenAILike):  # type: ignore[misc]  # LlamaIndex is not typed
    """Messages, parameters and the client are LlamaIndex's."""

    async def parts(self, messages: Sequence[ChatMessage], limits: object) -> AsyncGenerator[Part, None]:
        """Parts of a reply as they come; closing it hangs up.

        Raises:
            openai.OpenAIError, httpx.HTTPError: what went wrong with the endpoint.
            ValueError: it sent something else than a reply.
        """
        stream = await self._get_aclient().post(
            "/chat/completions",
            cast_to=object,
            body={
                "messages": to_openai_message_dicts(messages, model=self.model),
                **self._get_model_kwargs(stream=True),
            },
            options={"timeout": limits},
            stream=True,
            stream_cls=AsyncStream[object],
        )
        async with stream, aclosing(aiter(stream)) as events:
            async for event in events:
                yield _part(event)


def _part(event: object) -> Part:
    """Only the first choice: more than one was not asked for."""
    if not isinstance(event, Mapping):
        raise ValueError("an event is no object")
    choices = event.get("choices")
    if not isinstance(choices, list):
        raise ValueError("an event has no choices")
    choice = choices[0] if choices else {"delta": {}}
    if not isinstance(choice, Mapping):
        raise ValueError("a choice is no object")
    ended = choice.get("finish_reason")
    delta = {} if ended and choice.get("delta") is None else choice.get("delta")
    if not isinstance(delta, Mapping):
        raise ValueError("a delta is no object")
    text = delta.get("content")
    if not isinstance(text, str | None):
        raise ValueError("a text is no text")
    thought = delta.get("reasoning_content") or delta.get("reasoning")
    return Part(text or "", bool(thought), ended, event.get("usage"))
