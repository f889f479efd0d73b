"""Chat models behind any OpenAI-compatible endpoint, through LlamaIndex's OpenAILike: one try, watched all the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from service.errors import ModelUnavailable
from service.models.base import Reply, Usage
from service.models.faults import Endpoint, check_end
from service.models.loops import Loops
from service.models.thoughts import Thoughts
from service.models.tokens import estimated_tokens
from service.settings import ChatSettings

if TYPE_CHECKING:
    from service.models.streaming import Part

_log = logging.getLogger(__name__)
# No tokenizer makes longer tokens of prose: whoever writes more than this a token has passed its longest length.
_LETTERS_A_TOKEN = 12


class OpenAILikeModel:
    """Loads LlamaIndex at the first question, because that takes seconds."""

    def __init__(self, settings: ChatSettings, api_key: str | None, section: str = "FOOTNOTE_CHAT") -> None:
        """`section` is what the names of its settings begin with."""
        self._settings, self._key = settings, api_key
        self._endpoint = Endpoint(section, settings.model, settings.timeout)
        self._model: Any = None

    @property
    def name(self) -> str:
        """The configured model."""
        return self._settings.model

    def warm(self) -> None:
        """Load the adapter now. Blocking."""
        from openai import DefaultAsyncHttpxClient

        from service.models.bounded import bound
        from service.models.streaming import StreamingOpenAILike

        s = self._settings
        self._model = self._model or StreamingOpenAILike(
            model=s.model,
            api_base=s.base_url or "https://api.openai.com/v1",
            api_key=self._key or "none",
            is_chat_model=True,
            temperature=s.temperature,
            max_tokens=s.max_tokens,
            context_window=s.context_window,
            timeout=s.timeout,
            max_retries=0,
            async_http_client=DefaultAsyncHttpxClient(event_hooks={"response": [bound]}),
            additional_kwargs={"stream_options": {"include_usage": True}},
        )

    def reply(self, system: str, user: str, within: float | None = None) -> Reply:
        """See `ChatModel.reply`."""
        usage = Usage()
        seconds = self._settings.timeout if within is None else min(within, self._settings.timeout)
        return Reply(self._pieces(system, user, seconds, usage), usage)

    async def _pieces(self, system: str, user: str, seconds: float, usage: Usage) -> AsyncGenerator[str, None]:
        ends = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(ends):
                if self._model is None:
                    await asyncio.to_thread(self.warm)
        except TimeoutError:
            raise self._endpoint.late() from None
        written, loops, thoughts = 0, Loops(), Thoughts()
        ended: object = None
        answered = False
        try:
            async with aclosing(self._parts(system, user, ends)) as parts:
                async for part in parts:
                    answered = True
                    _count(part.usage, usage)
                    ended = part.finish_reason or ended
                    if not part.text:
                        continue
                    written += len(part.text)
                    if said := thoughts.without(part.text):
                        yield said
                    usage.looped = loops.after(part.text)
                    if usage.looped or written > self._settings.max_tokens * _LETTERS_A_TOKEN:
                        ended = "length"
                        break
        except ModelUnavailable as error:
            _log.warning("the chat endpoint failed: %s", error)
            raise
        except Exception as error:  # openai and httpx each raise their own, and ValueErrors on garbage
            _log.warning("the chat endpoint failed: %s", type(error).__name__)
            raise self._endpoint.of(error) from None
        finally:
            self._settle(usage, system + user if answered else "", written)
        if not answered:
            raise self._endpoint.unusable()
        check_end(ended)
        if left := thoughts.end():
            yield left
        usage.cut = ended == "length"

    async def _parts(self, system: str, user: str, ends: float) -> AsyncGenerator[Part, None]:
        """What the endpoint sends, each step timed by itself: a limit around a `yield` would cancel the reader."""
        import httpx
        from llama_index.core.llms import ChatMessage, MessageRole

        s, loop = self._settings, asyncio.get_running_loop()
        messages = [
            ChatMessage(content=system, role=MessageRole.SYSTEM),
            ChatMessage(content=user, role=MessageRole.USER),
        ]
        limits = httpx.Timeout(s.timeout, connect=min(s.connect_timeout, s.timeout))
        until, silent = loop.time() + s.first_token_timeout, f"begin to write within {s.first_token_timeout:g} s"
        try:
            async with aclosing(self._model.parts(messages, limits)) as stream:
                while True:
                    async with asyncio.timeout_at(min(ends, until)):
                        part = await anext(stream, None)
                    if part is None:
                        return
                    yield part
                    if part.text or part.thinks:
                        silent = f"go on within {s.stall_timeout:g} s"
                    if silent.startswith("go on"):
                        until = loop.time() + s.stall_timeout
        except TimeoutError:
            if until < ends:
                raise ModelUnavailable(f"The chat model did not {silent}.", "passing") from None
            raise self._endpoint.late() from None

    def _settle(self, usage: Usage, sent: str, written: int) -> None:
        """Tokens, where the endpoint did not say how many, and what they cost."""
        if not usage.prompt and not usage.completion and sent:
            usage.prompt, usage.completion = estimated_tokens(sent), -(-written // 3)
            usage.estimated = True
        s = self._settings
        if s.price_input is not None or s.price_output is not None:
            cost = usage.prompt * (s.price_input or 0) + usage.completion * (s.price_output or 0)
            usage.cost = cost / 1_000_000


def _count(counted: object, usage: Usage) -> None:
    """Take over the tokens that an endpoint reports; numbers that are none are not reported."""
    if not isinstance(counted, Mapping):
        return
    prompt, completion = counted.get("prompt_tokens"), counted.get("completion_tokens")
    if type(prompt) is int and type(completion) is int and 0 <= prompt < 10**9 and 0 <= completion < 10**9:
        usage.prompt, usage.completion = prompt, completion
