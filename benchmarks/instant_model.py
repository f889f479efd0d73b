"""A chat model that costs nothing: it replies at once, with sentences of the sources it is shown, each cited."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator

from ingest.sentences import sentences
from service.models.base import Reply, Usage

# A source as Footnote's prompt has it, and as LlamaIndex's.
_SOURCE = re.compile(
    r'<source[^ ]* number="(\d+)"[^>]*>\n(.*?)\n</source|^Source (\d+):\n(.*?)(?=\n\n|\Z)', re.DOTALL | re.MULTILINE
)
_CITED = 3


class InstantModel:
    """Cites a sentence of each of the first sources; `seconds` is what it took, to be taken off."""

    name = "instant"

    def __init__(self) -> None:
        self.seconds = 0.0

    def written(self, prompt: str) -> str:
        """The reply to a prompt with numbered sources."""
        began = time.perf_counter()
        said = []
        for number, text, other, also in _SOURCE.findall(prompt):
            one = next(iter(sentences(text or also)), None)
            if one is not None and len(said) < _CITED and (number or other) not in {n for n, _ in said}:
                said.append((number or other, (text or also)[one.start : one.end]))
        reply = " ".join(f"{text[:-1]} [{number}]{text[-1]}" for number, text in said)
        self.seconds += time.perf_counter() - began
        return reply

    def warm(self) -> None:
        """Nothing has to be loaded."""

    def reply(self, system: str, user: str, within: float | None = None) -> Reply:  # noqa: ARG002
        """See `ChatModel.reply`."""
        return Reply(self._pieces(user), Usage())

    async def _pieces(self, user: str) -> AsyncGenerator[str, None]:
        written = self.written(user)
        for at in range(0, len(written), 20):
            yield written[at : at + 20]
