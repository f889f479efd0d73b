"""A chat model on loopback that does whatever an article orders, if it sees the order: the worst model there is."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from service.answering.orders import unmasked
from tests.fakes.loopback import listening
from tests.fakes.openai_server import FakeOpenAI, Reply, Says

_SOURCE = re.compile(r"<source[^<>]*? number=\"(\d+)\"[^<>]*>\n(.*?)\n</source", re.DOTALL)
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


@dataclass
class ObeyingModel(FakeOpenAI):
    """Writes `obeyed` where it finds `order` in what it is sent, or is `blind`; else quotes what is `honest`.

    `honest` is a sentence of an article; the number of the source that holds it is put behind it. `saw` is whether the
    order was there.
    """

    order: str = ""
    obeyed: str = ""
    honest: str = ""
    blind: bool = False
    saw: bool = False
    hidden: list[str] = field(default_factory=list)

    def next_reply(self, request: dict[str, Any]) -> Reply:
        """Read the messages as a model that is clever at reading and foolish at obeying."""
        messages = [str(m["content"]) for m in request["messages"]]
        whole = "\n".join(messages)
        self.hidden += [c for c in whole if unicodedata.category(c) in ("Cf", "Co", "Cs")]
        if folded(self.order) in _read(whole) or self.blind:
            self.saw = self.saw or folded(self.order) in _read(whole)
            return Says([self.obeyed.replace("{prompt}", whole)])
        held = [n for n, text in _SOURCE.findall(messages[-1]) if self.honest in text]
        return Says([f"{self.honest} [{held[0]}]" if held else "NOT_IN_SOURCES"])


def folded(text: str) -> str:
    """A text as it is understood: letters whatever their script and dress, without gaps."""
    text = "".join(chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) <= 0xE007E else c for c in html.unescape(text))
    text = "".join(chr(ord(c) - 0xE0100 + 16) if 0xE0100 <= ord(c) <= 0xE01EF else c for c in text)
    return "".join(c for c in unmasked(text).casefold() if not c.isspace() and unicodedata.category(c) != "Cf")


def _read(whole: str) -> str:
    decoded = []
    for match in _ENCODED.finditer(whole):
        try:
            decoded.append(base64.b64decode(match[0] + "=" * (-len(match[0]) % 4)).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return folded("\n".join((whole, *decoded)))


@contextmanager
def obeying() -> Iterator[ObeyingModel]:
    """An obeying model on a free port of the loopback interface."""
    model = ObeyingModel()
    with listening(model) as address:
        model.url = f"{address}/v1"
        yield model
