"""Whatever a chat model does, an answer comes: whole or marked as partial, in time, every citation exact."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from prompts import phrase
from service.answer import Answer
from service.app import create_app
from tests.fakes.library import ARTICLES, ZH, Library
from tests.fakes.openai_server import (
    Drips,
    Drops,
    FakeOpenAI,
    NeverEnds,
    Refuses,
    Reply,
    Says,
    Sends,
    Stalls,
    running,
)

ASKED = "What was the return rate of live orders?"
RIGHT = "The return rate of live orders reached 31.4% [1]."
TIMEOUT = 2.0
LIMITS = {
    "timeout": TIMEOUT,
    "first_token_timeout": 0.5,
    "stall_timeout": 0.5,
    "retries": 1,
    "max_tokens": 100,
    "breaker_failures": 1000,
}
HTML = (
    b"<!doctype html><html><head><meta http-equiv='refresh'><title>502</title></head><body>Bad: gateway</body></html>"
)


@dataclass(frozen=True)
class Case:
    """Replies in their order, how the answer is made, what its receipt notes, and how often the endpoint is asked."""

    replies: Sequence[Reply]
    mode: str = "extractive"
    note: str = ""
    outcome: str = "answered"
    asked: int = 1


def sent(data: str) -> Sends:
    return Sends(f"data: {data}\n\ndata: [DONE]\n\n".encode())


CASES = {
    "is silent on an open connection": Case([NeverEnds("", head=False)], note="did not begin", asked=2),
    "is silent after its first bytes": Case([NeverEnds("")], note="did not begin", asked=2),
    "falls silent in the middle": Case([Stalls([RIGHT, " Shoppers found"])], note="did not go on"),
    "drips for ever": Case([NeverEnds("{n} more ", pause=0.05)], note="took longer than 2 s"),
    "drips to its end": Case([Drips([RIGHT], size=40)], "generative"),
    "is busy": Case([Refuses(429)], note="takes no more questions", asked=2),
    "is busy for a moment": Case([Refuses(429, retry_after="0"), Says([RIGHT])], "generative", asked=2),
    "is busy for an hour": Case([Refuses(429, retry_after="3600"), Says([RIGHT])], note="takes no more"),
    "is busy until a date": Case(
        [Refuses(429, retry_after="Wed, 21 Oct 2099 07:28:00 GMT"), Says([RIGHT])], note="takes no more"
    ),
    "has used up its quota": Case(
        [Refuses(429, '{"error": {"message": "no", "code": "insufficient_quota"}}'), Says([RIGHT])], note="used up"
    ),
    "breaks": Case([Refuses(500)], note="status 500", asked=2),
    "breaks once": Case([Refuses(500), Says([RIGHT])], "generative", asked=2),
    "is behind a gateway that breaks": Case([Refuses(502, HTML.decode())], note="status 502", asked=2),
    "is down for repairs": Case([Refuses(503, "", retry_after="garbage")], note="status 503", asked=2),
    "is behind a gateway that waits": Case([Refuses(504, "")], note="status 504", asked=2),
    "refuses the question": Case([Refuses(400)], note="refused the question"),
    "refuses its length": Case([Refuses(413, "")], note="refused the question"),
    "refuses the key": Case([Refuses(401)], note="refused the key"),
    "forbids": Case([Refuses(403)], note="refused the key"),
    "is not there": Case([Refuses(404)], note="has no model"),
    "sends elsewhere": Case([Refuses(302, "")], note="usable way"),
    "hangs up once": Case([Drops(), Says([RIGHT])], "generative", asked=2),
    "hangs up before it writes": Case([Drops()], note="broke off", asked=2),
    "hangs up in the middle": Case([Drops([RIGHT, " Shoppers found chaos. It"]), Says([RIGHT])], note="broke off"),
    "ends without an end": Case([Says([RIGHT, " It"], ends=None, usage=False)], note="broke off"),
    "sends nothing": Case([Sends(b"")], note="usable way"),
    "sends words": Case([Sends(b"not an event at all")], note="usable way"),
    "sends a page": Case([Sends(HTML, "text/html")], note="usable way"),
    "sends bytes": Case([Sends(b"\x00\xff\xfe" * 2000)], note="usable way"),
    "sends letters that are none": Case([Sends(b"data: \xff\xfe\n\n")], note="usable way"),
    "sends broken JSON": Case([Sends(b'data: {"choices": [{"delta"\n\n')], note="usable way"),
    "breaks JSON in the middle": Case(
        [Sends(b'data: {"choices": [{"delta": {"content": "It "}}]}\n\ndata: {"cho\n\n')], note="usable way"
    ),
    "sends a whole reply instead of events": Case(
        [Sends(json.dumps({"choices": [{"message": {"content": RIGHT}}]}).encode(), "application/json")],
        note="usable way",
    ),
    "nests": Case([Sends(b"data: " + b"[" * 100_000 + b"\n\n")], note="usable way"),
    "sends a line without an end": Case([Sends(b"data: " + b"x" * 3_000_000)], note="usable way"),
    "says what went wrong": Case([sent('{"error": {"message": "overloaded"}}')], note="usable way", asked=2),
    "sends null": Case([sent("null")], note="usable way"),
    "sends a list": Case([sent("[]")], note="usable way"),
    "sends a number": Case([sent("1")], note="usable way"),
    "sends choices that are none": Case([sent('{"choices": "some"}')], note="usable way"),
    "sends a delta that is none": Case([sent('{"choices": [{"delta": null}]}')], note="usable way"),
    "sends content that is no text": Case([sent('{"choices": [{"delta": {"content": {"a": 1}}}]}')], note="usable way"),
    "counts tokens strangely": Case(
        [
            Sends(
                f'data: {{"choices": [{{"index": 0, "delta": {{"content": "{RIGHT}"}}}}]}}\n\n'.encode()
                + b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], '
                b'"usage": {"prompt_tokens": "many", "completion_tokens": -3}}\n\ndata: [DONE]\n\n'
            )
        ],
        "generative",
    ),
    "ends for a reason that is none": Case(
        [sent(f'{{"choices": [{{"index": 0, "delta": {{"content": "{RIGHT}"}}, "finish_reason": {{"a": 1}}}}]}}')],
        note="broke off",
    ),
    "writes nothing": Case([Says([])], note="wrote no sentence"),
    "writes blanks": Case([Says([" \n ", "\t"])], note="wrote no sentence"),
    "only thinks": Case([Says(["<think>The return rate of live orders reached 31.4% [1]."])], note="wrote no sentence"),
    "writes only marks": Case([Says(["[1] [2]"])], note="wrote no sentence"),
    "writes what no source bears": Case([Says(["The moon is made of cheese [1]."])], note="No source bears", asked=2),
    "says the same for ever": Case([NeverEnds(f"{RIGHT} ")], "generative", "again and again", "partial"),
    "babbles for ever": Case([NeverEnds("and so on ")], note="again and again"),
    "writes on and on": Case(
        [NeverEnds("Live order number {n} was sent back [1]. ", pause=0), Says([RIGHT])],
        "generative",
        "reached its longest answer",
        "partial",
        asked=2,
    ),
    "is cut in a sentence": Case(
        [Says([RIGHT, " Shoppers found chaos in"], ends="length")], "generative", "longest answer", "partial"
    ),
    "is cut behind a sentence": Case([Says([RIGHT], ends="length")], "generative", "longest answer", "partial"),
    "is cut in its first sentence": Case([Says(["The return rate of"], ends="length")], note="wrote no sentence"),
    "is filtered": Case([Says([RIGHT, " It"], ends="content_filter")], note="content filter"),
    "calls a tool": Case([Says([], ends="tool_calls")], note="broke off", asked=2),
    "fails to write again": Case(
        [Says([f"{RIGHT} It reached 41.3% [1]."]), Refuses(500)], "generative", "could not be written again", asked=3
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def library(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Library:
    made = Library(tmp_path_factory.mktemp("library"), chat=model.url, chat_settings=LIMITS, cache={"enabled": False})
    return made.ingest([*ARTICLES, {"id": "zh", "title": "直播退货", "text": ZH, "lang": "zh"}])


@pytest.fixture(scope="module")
def client(library: Library, model: FakeOpenAI) -> Iterator[TestClient]:
    with ExitStack() as serving:
        made = serve(serving, library)
        model.will(Says([RIGHT]))
        ask(made, stream=False)
        yield made


def serve(serving: ExitStack, library: Library) -> TestClient:
    """The real application over a library, once it has loaded all that a first question waits for."""
    client = serving.enter_context(TestClient(create_app(library.settings), raise_server_exceptions=False))
    ends = time.monotonic() + 30
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < ends, client.get("/readyz").text
        time.sleep(0.02)
    return client


def ask(client: TestClient, stream: bool, question: str = ASKED) -> Answer:
    """The answer as JSON, or the last event of the stream."""
    response = client.post("/v1/ask", json={"question": question, "stream": stream})
    assert response.status_code == 200, response.text
    if not stream:
        return TypeAdapter(Answer).validate_json(response.content)
    *_, last = [part for part in response.text.split("\n\n") if part.strip() and not part.startswith(":")]
    assert "event: completed" in last
    (data,) = [line.removeprefix("data: ") for line in last.splitlines() if line.startswith("data: ")]
    return TypeAdapter(Answer).validate_json(data)


@pytest.mark.parametrize("stream", [False, True], ids=["json", "events"])
@pytest.mark.parametrize("name", CASES)
def test_an_answer_comes_when_the_model(
    name: str, stream: bool, client: TestClient, library: Library, model: FakeOpenAI
) -> None:
    case = CASES[name]
    model.requests.clear()
    model.will(*case.replies)
    began = time.monotonic()
    answer = library.hold(ask(client, stream))
    assert time.monotonic() - began < TIMEOUT + 1
    assert (answer.mode, answer.outcome) == (case.mode, case.outcome)
    assert any(case.note in note for note in ("", *answer.receipt.notes)), answer.receipt.notes
    assert "31.4%" in answer.text
    assert (answer.outcome == "partial") == bool(answer.missing)
    if answer.mode == "generative":
        assert (answer.receipt.model, answer.notices) == ("gpt-4o-mini", ())
    else:
        assert (answer.receipt.model, answer.notices) == (None, (phrase("model_failed", "en"),))
    assert len(model.requests) == case.asked
    ends = time.monotonic() + 2
    while model.open and time.monotonic() < ends:
        time.sleep(0.01)
    assert model.open == 0


@pytest.mark.parametrize("stream", [False, True], ids=["json", "events"])
def test_it_is_said_in_the_language_of_the_question(stream: bool, client: TestClient, model: FakeOpenAI) -> None:
    model.will(Refuses(500))
    answer = ask(client, stream, "直播电商的退货率是多少？")
    assert answer.notices == (phrase("model_failed", "zh"),)
    model.will(Says(["直播电商的退货率在第一季度达到 31.4%[1]。服装品类"], ends="length"))
    answer = ask(client, stream, "直播电商的退货率是多少？")
    assert (answer.mode, answer.outcome, answer.missing) == ("generative", "partial", (phrase("missing_cut", "zh"),))


def test_what_was_shown_of_an_answer_that_broke_off_is_replaced_and_not_added_to(
    client: TestClient, model: FakeOpenAI
) -> None:
    model.will(Drops([f"{RIGHT} Shoppers found chaos in live rooms [1]. Live rooms are not "]))
    response = client.post("/v1/ask", json={"question": ASKED, "stream": True})
    kinds = [line.removeprefix("event: ") for line in response.text.splitlines() if line.startswith("event: ")]
    assert kinds.count("sentence") == 2  # of the model's; those of the extract only come whole, with `completed`
    assert kinds[-1] == "completed"
    assert "delta" in kinds
    answer = TypeAdapter(Answer).validate_json(response.text.rsplit("data: ", 1)[1].split("\n")[0])
    assert answer.mode == "extractive"
    assert answer.notices
