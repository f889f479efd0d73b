"""A chat endpoint in a process of its own that takes a while to its first token and then writes steadily.

    python -m benchmarks.load_model --port N [--first SECONDS] [--pause SECONDS] [--words N]

What it writes are sentences of the sources it is shown, each cited, so that they are resolved and verified as a real
model's are. The first sentence comes whole, so that whoever waits for it knows when it was written; then `--pause` lies
between two pieces of `--words` words.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from typing import Any

import uvicorn

from ingest.sentences import sentences

_SOURCE = re.compile(r'<source[^ ]* number="(\d+)"[^>]*>\n(.*?)\n</source', re.DOTALL)
_SENTENCES, _SHORTEST = 10, 30


def written(prompt: str) -> str:
    """Sentences of the sources of a prompt, each with the number of its source."""
    said = []
    for number, text in _SOURCE.findall(prompt):
        for one in sentences(text):
            sentence = " ".join(text[one.start : one.end].split())
            if len(sentence) >= _SHORTEST and sentence[-1] in ".。":
                said.append(f"{sentence[:-1]} [{number}]{sentence[-1]}")
    return " ".join(said[:_SENTENCES])


class SteadyModel:
    """The ASGI application."""

    def __init__(self, first: float, pause: float, words: int) -> None:
        self._first, self._pause, self._words = first, pause, words

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Stream one reply, whatever is asked."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        reply = written(json.loads(body)["messages"][-1]["content"])
        first, _, rest = reply.partition("]. ")
        words = rest.split(" ")
        pieces = [
            f"{first}]. ",
            *(" ".join(words[at : at + self._words]) + " " for at in range(0, len(words), self._words)),
        ]
        await asyncio.sleep(self._first if reply else 0)  # without sources it is only asked whether it is there
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await self._event(send, {"content": piece}, None)
            await asyncio.sleep(self._pause)
        await self._event(send, {}, "stop")
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})

    async def _event(self, send: Any, delta: dict[str, str], ends: str | None) -> None:
        choice = {"index": 0, "delta": {"role": "assistant"} | delta, "finish_reason": ends}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "steady", "choices": [choice]}
        await send({"type": "http.response.body", "body": f"data: {json.dumps(chunk)}\n\n".encode(), "more_body": True})


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first", type=float, default=1.0)
    parser.add_argument("--pause", type=float, default=0.25)
    parser.add_argument("--words", type=int, default=4)
    options = parser.parse_args()
    app = SteadyModel(options.first, options.pause, options.words)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
