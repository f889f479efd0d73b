"""What Slack shows is what the API answers: the same sentences, quotes and outcome, read back from its messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from markdown_it import MarkdownIt

from service.channels.slack.mrkdwn import UNSEEN, shortened
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.server import fake_slack
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.slack.conftest import Desk, slack_settings

QUESTIONS = [
    "How long is parental leave?",
    "How long is parental leave, and where is the parking garage?",
    "What is the wifi password?",
    "May parental leave be taken in parts?",
    "How many days before do I tell my manager?",
    "Where is the form for parental leave?",
    "How long is annual leave?",
    "When does unused annual leave expire?",
    "When is lunch served?",
    "What does soup cost?",
    "What does soup cost, and who pays for coffee?",
    "Which printer is out of paper?",
    "What is out of paper on floor 3?",
    "Who is the chief executive?",
    "What did the board secretly buy?",
    "Is parental leave paid?",
    "Compare parental leave and annual leave.",
    "How much is a zeppelin?",
    "Thanks!",
    "出差报销应当在多久内提交？",
    "超过期限的报销单需要谁签字？",
    "员工每年享有多少天年假？",
    "员工每年享有多少天年假？健身房几点开门？",
    "未休的年假什么时候作废？",
    "公司停车场在哪里？",
    "年假可以休几天？",
    "报销单要交给谁？",
    "谁是公司的总经理？",
    "谢谢！",
    "午餐几点开始？",
    "How many days of annual leave do employees have in China?",
    "育儿假有多长？",
]
_BASE = "http://127.0.0.1:8000"
_WEAK = re.compile(r"\s*(?:\((?:the quotes bear this only in part|no quote bears this)\)|（引文只能部分支持这句话）)$")
_READER = MarkdownIt("commonmark")


@dataclass(frozen=True)
class Heard:
    """`quotes` by number: article, version, characters, title, and the quote as it is shown."""

    sentences: tuple[tuple[str, tuple[int, ...]], ...]
    quotes: dict[int, tuple[str, int, int, int, str, str]]
    notes: tuple[str, ...]
    nearest: tuple[str, ...]


def test_there_are_at_least_thirty_questions() -> None:
    assert len(set(QUESTIONS)) >= 30


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as running:
        slack = running.enter_context(fake_slack())
        folder, told = tmp_path_factory.mktemp("same"), slack_settings(slack)
        settings = settings_over(folder, ARTICLES, slack=told, embedding={}, public_url=_BASE, cache={"enabled": False})
        url = running.enter_context(serving(settings))
        slack.delivery.addresses = [f"{url}/slack/events"]
        yield Desk(slack, settings, url)
        slack.settle()
        assert slack.violations == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_slack_shows_what_the_api_answers(desk: Desk, question: str) -> None:
    told = httpx.post(f"{desk.url}/v1/ask", json={"question": question}, trust_env=False, timeout=30).json()
    user = desk.person()
    direct = desk.slack.direct(user)
    shown = heard(desk.answers(direct, desk.slack.says(user, direct, question)))
    assert shown.sentences == tuple((s["text"], tuple(s["citations"])) for s in told["sentences"])
    assert shown.quotes == {
        c["number"]: (c["article_id"], c["version"], c["start"], c["end"], c["title"], shortened(c["quote"], 280))
        for c in told["citations"]
    }
    assert shown.nearest == tuple(n["article_id"] for n in told["nearest"])
    assert [note for note in told["missing"] if note not in shown.notes] == []
    partial = bool(told["sentences"]) and bool(told["missing"])
    assert told["outcome"] == ("declined" if not shown.sentences else "partial" if partial else "answered")
    if not told["sentences"]:
        assert told["text"] in shown.notes


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
    return Heard(tuple(_sentences(said)), quotes, tuple(notes), tuple(nearest))


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
            article, version, start, end, title, _ = quotes[number]
            quotes[number] = (article, version, start, end, title, words[1:-1])
        elif source and len(elements) > 1:
            number = int(source[1])
            quotes[number] = (*_opened(links[0]["url"]), links[0]["text"], "")
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
    assert url.startswith(f"{_BASE}/articles/")
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
