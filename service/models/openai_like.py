"""Chat models behind any OpenAI-compatible endpoint, through LlamaIndex's OpenAILike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from service.errors import ModelUnavailable
from service.models.base import Reply, Usage
from service.settings import ChatSettings


class OpenAILikeModel:
    """Loads LlamaIndex at the first question, because that takes seconds."""

    def __init__(self, settings: ChatSettings, api_key: str | None) -> None:
        self._settings, self._key = settings, api_key
        self._model: Any = None

    @property
    def name(self) -> str:
        """The configured model."""
        return self._settings.model

    def warm(self) -> None:
        """Load the adapter now. Blocking."""
        from llama_index.llms.openai_like import OpenAILike

        s = self._settings
        self._model = self._model or OpenAILike(
            model=s.model,
            api_base=s.base_url or "https://api.openai.com/v1",
            api_key=self._key or "none",
            is_chat_model=True,
            temperature=s.temperature,
            max_tokens=s.max_tokens,
            context_window=s.context_window,
            timeout=s.timeout,
            max_retries=2,
            additional_kwargs={"stream_options": {"include_usage": True}},
        )

    def reply(self, system: str, user: str) -> Reply:
        """See `ChatModel.reply`."""
        usage = Usage()
        return Reply(self._pieces(system, user, usage), usage)

    async def _pieces(self, system: str, user: str, usage: Usage) -> AsyncIterator[str]:
        import openai

        try:
            async with asyncio.timeout(self._settings.timeout):
                if self._model is None:
                    await asyncio.to_thread(self.warm)
                from llama_index.core.llms import ChatMessage, MessageRole

                messages = [
                    ChatMessage(content=system, role=MessageRole.SYSTEM),
                    ChatMessage(content=user, role=MessageRole.USER),
                ]
                stream = await self._model.astream_chat(messages)
                try:
                    async for part in stream:
                        counted = getattr(part.raw, "usage", None)
                        if counted is not None:
                            usage.prompt, usage.completion = counted.prompt_tokens, counted.completion_tokens
                        if part.delta:
                            yield part.delta
                finally:
                    if hasattr(stream, "aclose"):
                        await stream.aclose()
        except TimeoutError:
            raise ModelUnavailable(f"The chat model took longer than {self._settings.timeout:.0f} s.") from None
        except (openai.AuthenticationError, openai.PermissionDeniedError):
            raise ModelUnavailable(
                "The chat endpoint refused the key: check OPENAI_API_KEY or FOOTNOTE_CHAT__API_KEY."
            ) from None
        except openai.NotFoundError:
            raise ModelUnavailable(
                f"The chat endpoint has no model {self.name!r}: check FOOTNOTE_CHAT__MODEL and FOOTNOTE_CHAT__BASE_URL."
            ) from None
        except (openai.OpenAIError, ValueError, OSError, AttributeError):
            # The adapter raises the last three on streams that are not what they should be.
            raise ModelUnavailable("The chat endpoint did not answer in a usable way: check FOOTNOTE_CHAT__BASE_URL.") from None
