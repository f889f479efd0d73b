"""What an answer is to whoever reads it in Slack: read back from the messages of the bot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from markdown_it import MarkdownIt

from prompts import phrase
from service.channels.slack.mrkdwn import UNSEEN
from tests.service.channels.heard import Heard
from tests.service.channels.slack.conftest import Desk

# What links begin with.
PUBLIC = "http://127.0.0.1:8000"
_WEAK = re.compile(r"\s*(?:\((?:the quotes bear this only in part|no quote bears this)\)|（引文只能部分支持这句话）)$")
_READER = MarkdownIt("commonmark")
# What stands below every answer: not of what was asked.
_STANDING = {
    phrase(name, language) for name in ("slack_sources", "slack_nearest", "extractive") for language in ("en", "zh")
}


def over_slack(desk: Desk, question: str) -> Heard:
    """Asks in a direct message of somebody new."""
    user = desk.person()
    direct = desk.slack.direct(user)
    return heard(desk.answers(direct, desk.slack.says(user, direct, question)))


def heard(messages: list[dict[str, Any]]) -> Heard:
    """What a reader of the messages finds."""
    said: list[tuple[str, str]] = []
    quotes: dict[int, tuple[str, int, int, int, str, str]] = {}
    notes: list[str] = []
    nearest: list[str] = []
    for message in messages:
        streamed = [] if message.get("edited") or not _is_stream(message) else _of_markdown(message["text"])
        said += streamed
        for block in message.get("blocks", []):
            if block["type"] == "rich_text":
                said += _of_block(block, quotes, notes, nearest)
    sentences = tuple(_sentences(said))
    missing = tuple(takewhile(lambda note: note not in _STANDING, notes)) if sentences else ()
    return Heard(
        "declined" if not sentences else "partial" if missing else "answered",
        sentences,
        quotes,
        missing,
        tuple(nearest),
        None if sentences else notes[0],
    )


def _is_stream(message: dict[str, Any]) -> bool:
    return "[[" in message["text"] or not message.get("blocks")


def _of_markdown(text: str) -> Iterator[tuple[str, str]]:
    for token in _READER.parse(text):
        linked = False
        for child in token.children or []:
            linked = child.type == "link_open" or (linked and child.type != "link_close")
            if child.content:
                yield ("mark" if linked else "text", child.content.replace(UNSEEN, ""))


def _of_block(
    block: dict[str, Any],
    quotes: dict[int, tuple[str, int, int, int, str, str]],
    notes: list[str],
    nearest: list[str],
) -> Iterator[tuple[str, str]]:
    number = 0
    for part in block["elements"]:
        elements = part["elements"]
        words = "".join(one["text"] for one in elements)
        links = [one for one in elements if one["type"] == "link"]
        source = re.match(r"\[(\d+)\] ", elements[0]["text"])
        if part["type"] == "rich_text_quote":
            article, version, start, end, _, title = quotes[number]
            quotes[number] = (article, version, start, end, words[1:-1], title)
        elif source and len(elements) > 1:
            number = int(source[1])
            quotes[number] = (*_opened(links[0]["url"]), "", links[0]["text"])
        elif words.startswith("• "):
            nearest.append(unquote(urlsplit(links[0]["url"]).path.rpartition("/")[2]))
        elif not links:
            notes.append(words)
        else:
            for one in elements:
                yield ("mark", one["text"].strip("[]")) if one["type"] == "link" else ("text", one["text"])


def _opened(url: str) -> tuple[str, int, int, int]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    version, start, end = (int(query[name][0]) for name in ("version", "start", "end"))
    assert url.startswith(f"{PUBLIC}/articles/")
    assert parts.fragment == "quote"
    return unquote(parts.path.rpartition("/")[2]), version, start, end


def _sentences(said: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A sentence is what stands before numbers."""
    words, numbers = "", []
    for kind, text in said:
        if kind == "mark":
            numbers.append(int(text))
        elif not text.strip(" []") and numbers:
            continue
        else:
            if numbers:
                yield _plain(words), tuple(numbers)
                words, numbers = "", []
            words += text
    if numbers:
        yield _plain(words), tuple(numbers)


def _plain(words: str) -> str:
    return _WEAK.sub("", words.strip().removeprefix("]").removesuffix("[").strip())
