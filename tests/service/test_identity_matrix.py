"""Everyone who may ask, on every way in: nobody is shown a word of an article that does not exist for them.

A way in is a line of `WAYS`. Each is also walked by somebody who *may* read what it leads to, and has to show them
that: a way that shows nothing to anyone would prove nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.fakes.askers import PAGE, SECRETS, World, world

BONUS = "How high is the yearly bonus of a falconer?"
NAMED = "How high is the yearly bonus of the Quetzal remuneration?"
FAR = "Which falconer got no yearly bonus in the salary of 1987, and who decided it?"

ASKERS: Mapping[str, tuple[str, ...] | None] = {
    "anonymous": ("public",),
    "public key": ("public",),
    "hr key": ("public", "hr"),
    "other hr key": ("public", "hr"),
    "board key": ("public", "board"),
    "key of no public": ("board",),
    "ingest key": ("public",),
    "hr ingest key": ("hr",),
    "admin key": ("public",),
    "expired key": None,
    "revoked key": None,
    "made-up key": None,
    "oidc hr": ("public", "hr"),
    "oidc who left hr": ("public",),
    "oidc of another audience": None,
    "oidc expired": None,
    "proxy hr": ("public", "hr"),
    "proxy header from elsewhere": None,
    "widget hr": ("public", "hr"),
    "widget of the public": ("public",),
    "widget token elsewhere": None,
}


MCP = {"Accept": "application/json, text/event-stream"}


def called(tool: str, **arguments: Any) -> Any:
    """A call of a tool over MCP."""
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def form(**fields: str) -> bytes:
    """What a browser sends from a form."""
    return urlencode(fields, safe="{}").encode()


@dataclass(frozen=True)
class Way:
    """A request; `{…}` in its path and body are ids of what the hr key made before.

    `shows` is what somebody who may read it has to be shown, `to` whom; what is somebody's `own` is shown to nobody
    else, whatever they may read. `missing` is the id that may not exist. The service may be `operated` there: the scope
    admin is shown what becomes of every article, by its id. `free` is open to everyone, whatever they show. Who may
    change the world there, and does not try, is in `but`.
    """

    name: str
    method: str
    path: str
    body: Any = None
    shows: str = "7,431 ducats"
    to: tuple[str, ...] = ("hr key", "other hr key", "oidc hr", "proxy hr", "widget hr")
    headers: Mapping[str, str] | None = None
    missing: str | None = None
    own: bool = False
    operated: bool = False
    free: bool = False
    but: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


OWN = ("hr key",)
WAYS = (
    Way("ask", "POST", "/v1/ask", {"question": BONUS}),
    Way("ask for events", "POST", "/v1/ask", {"question": BONUS, "stream": True}),
    Way("ask as another group", "POST", "/v1/ask", {"question": BONUS, "filters": {"groups": ["hr", "public"]}}),
    Way("ask in chinese", "POST", "/v1/ask", {"question": "猎鹰师的年终奖金什么时候发放?"}, shows="薪酬秘册"),
    Way("ask what was asked before", "POST", "/v1/ask", {"question": f"  {BONUS}"}),
    Way("decline with what is near", "POST", "/v1/ask", {"question": FAR}, shows="quetzal"),
    Way("follow up on another's question", "POST", "/v1/ask",
        {"question": "And when is it paid?", "conversation_id": "{talk}"}, shows="quetzal", to=OWN),
    Way("go on with another's stream", "POST", "/v1/ask", {"question": BONUS}, to=OWN,
        headers={"Last-Event-ID": "{answer}.1"}, own=True),
    Way("follow another's answer", "GET", "/v1/answers/{answer}/events", to=OWN, own=True),
    Way("search", "POST", "/v1/search", {"question": BONUS}),
    Way("search another group", "POST", "/v1/search", {"question": BONUS, "filters": {"groups": ["hr"]}}),
    Way("search by id", "POST", "/v1/search", {"question": "quetzal axolotl narwhal ocelot"}),
    Way("articles", "GET", "/v1/articles", shows="quetzal"),
    Way("an article", "GET", "/v1/articles/quetzal", missing="quetzal"),
    Way("its old version", "GET", "/v1/articles/quetzal?version=1", shows="7000 ducats", missing="quetzal"),
    Way("a version it never had", "GET", "/v1/articles/quetzal?version=9", shows="", to=(), missing="quetzal"),
    Way("an article closed since", "GET", "/v1/articles/axolotl", shows="8,852 ducats", missing="axolotl"),
    Way("its version from when it was open", "GET", "/v1/articles/axolotl?version=1", shows="", to=(),
        missing="axolotl"),
    Way("an article that is gone", "GET", "/v1/articles/narwhal?version=1", shows="3,319 ducats", missing="narwhal"),
    Way("an article page", "GET", "/articles/quetzal", missing="quetzal"),
    Way("an old article page", "GET", "/articles/quetzal?version=1&start=0&end=40", missing="quetzal"),
    Way("the page of what is gone", "GET", "/articles/narwhal?version=1", shows="3,319 ducats", missing="narwhal"),
    Way("an answer", "GET", "/v1/answers/{answer}", to=OWN, missing="{answer}", own=True),
    Way("a conversation", "GET", "/v1/conversations/{conversation}", to=OWN, missing="{conversation}", own=True),
    Way("one's conversations", "GET", "/v1/conversations", shows="{conversation}", to=OWN, own=True),
    Way("an answer from before somebody left", "GET", "/v1/answers/{theirs}", to=("oidc hr",), missing="{theirs}",
        own=True),
    Way("an answer that could have been drawn from it", "GET", "/v1/answers/{lunch}", shows="noon", to=("oidc hr",),
        missing="{lunch}", own=True),
    Way("a conversation from before somebody left", "GET", "/v1/conversations/{theirs talk}", to=("oidc hr",),
        missing="{theirs talk}", own=True),
    Way("an answer whose article was closed since", "GET", "/v1/answers/{closed}", shows="", to=(), missing="{closed}"),
    Way("a citation whose article was closed since", "GET", "/v1/citations/{closed citation}", shows="5,150 hours",
        missing="{closed citation}"),
    Way("a replay", "POST", "/v1/answers/{answer}/replay", {}, shows="", to=()),
    Way("a citation", "GET", "/v1/citations/{citation}", missing="{citation}"),
    Way("a short link", "GET", "/c/{citation}", shows="quetzal", missing="{citation}"),
    Way("feedback", "POST", "/v1/answers/{answer}/feedback", {"rating": "up"}, shows="{answer}", to=OWN,
        missing="{answer}", own=True),
    Way("the feedback of all", "GET", "/v1/feedback", shows="", to=()),
    Way("the jobs of all", "GET", "/v1/jobs", shows="{job}", to=("hr ingest key", "admin key"), operated=True),
    Way("a job", "GET", "/v1/jobs/{job}", shows="{job}", to=("hr ingest key", "admin key"), missing="{job}",
        operated=True, own=True),
    Way("events of a job", "GET", "/v1/jobs/{job}/events", shows="{job}", to=("hr ingest key", "admin key"),
        missing="{job}", operated=True, own=True),
    Way("chat completions", "POST", "/v1/chat/completions",
        {"model": "footnote", "messages": [{"role": "user", "content": BONUS}]}),
    Way("chat completions in a stream", "POST", "/v1/chat/completions",
        {"model": "footnote", "stream": True, "messages": [{"role": "user", "content": BONUS}]}),
    Way("the models", "GET", "/v1/models", shows="footnote"),
    Way("a model", "GET", "/v1/models/footnote", shows="footnote"),
    Way("another's idempotency key", "POST", "/v1/ask", {"question": BONUS}, headers={"Idempotency-Key": "hr-1"}),
    Way("ask over MCP", "POST", "/mcp", called("ask", question=BONUS), headers=MCP),
    Way("search over MCP", "POST", "/mcp", called("search", question=BONUS), headers=MCP),
    Way("read over MCP", "POST", "/mcp", called("read_article", article_id="quetzal"), headers=MCP),
    Way("read an old version over MCP", "POST", "/mcp", called("read_article", article_id="quetzal", version=1),
        shows="7000 ducats", headers=MCP),
    Way("go on from another's question over MCP", "POST", "/mcp",
        called("ask", question="And when is it paid?", conversation_id="{talk}"), shows="quetzal", to=OWN,
        headers=MCP),
    Way("the page to ask on", "GET", "/", shows="quetzal"),
    Way("ask on the page", "POST", "/", form(question=BONUS)),
    Way("go on from another's question on the page", "POST", "/",
        form(question="And when is it paid?", conversation="{talk}"), shows="quetzal", to=OWN),
    Way("write over an article", "PUT", "/v1/articles/ocelot", {"title": "Mine", "text": "Mine."}, shows="", to=(),
        but=("admin key",)),
    Way("remove an article", "DELETE", "/v1/articles/ocelot", shows="", to=(), but=("admin key",)),
    Way("have a folder read", "POST", "/v1/ingest", {"sources": [{"address": "/nowhere"}], "groups": ["hr"]}, shows="",
        to=()),
    Way("start a job", "POST", "/v1/jobs", {"operation": "doctor"}, shows="", to=()),
    Way("the audit log", "GET", "/v1/audit?limit=200", shows="article.written", to=("admin key",), operated=True),
    Way("forget a person", "DELETE", "/v1/people/oidc:nobody", shows="", to=()),
    Way("make a widget token", "POST", "/v1/widget/tokens", {"origin": PAGE}, shows="fnw_", to=("hr key",)),
    Way("make a pass", "POST", "/v1/widget/passes", shows="expires_at", to=("widget hr", "widget of the public")),
    Way("an article page with a pass that is none", "GET", "/articles/quetzal?pass=x", shows="", to=(), free=True),
    Way("stop another's answer", "DELETE", "/v1/answers/{answer}/events", shows="", to=(), missing="{answer}"),
    Way("what was used", "GET", "/v1/usage", shows="", to=()),
    Way("the metrics", "GET", "/metrics", shows="", to=()),
    Way("the documents", "GET", "/docs", shows="footnote", free=True),
    Way("the description", "GET", "/openapi.json", shows="footnote", free=True),
    Way("whether it lives", "GET", "/healthz", shows="ok", free=True),
    Way("whether it is ready", "GET", "/readyz", shows="", free=True),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, dict[str, str]]]:
    """The service; and what was asked before anyone else came, by the hr key and by one who has left hr since."""
    with world(tmp_path_factory.mktemp("matrix")) as service:

        def asked(asker: str, question: str, **headers: str) -> Any:
            return service.ask(asker, "POST", "/v1/ask", json={"question": question}, headers=headers).json()

        before, theirs = asked("hr key", BONUS), asked("oidc hr", BONUS)
        asked("hr key", FAR)
        asked("hr key", BONUS, **{"Idempotency-Key": "hr-1"})
        narwhal = {"title": "Narwhal two", "text": "3,319 ducats."}
        lounge = {"title": "Ibis lounge", "text": "The lounge in the tower is open for 5,150 hours a year."}
        service.ask("admin key", "PUT", "/v1/articles/ibis", json=lounge)
        closed = asked("public key", "How many hours a year is the lounge in the tower open?")
        service.ask("admin key", "PUT", "/v1/articles/ibis", json=lounge | {"groups": ["hr"]})
        ids = {
            "answer": before["id"],
            "conversation": before["conversation_id"],
            "talk": asked("hr key", NAMED)["conversation_id"],
            "citation": before["citations"][0]["id"],
            "theirs": theirs["id"],
            "theirs talk": theirs["conversation_id"],
            "closed": closed["id"],
            "closed citation": closed["citations"][0]["id"],
            "lunch": asked("oidc hr", "When does the canteen open?")["id"],
            "job": service.ask("hr ingest key", "PUT", "/v1/articles/narwhal-two", json=narwhal).json()["job"],
        }
        yield service, ids


def walked(made: tuple[World, dict[str, str]], asker: str, way: Way) -> tuple[httpx.Response, str]:
    """The response, and all that was sent to have it."""
    service, ids = made
    sent = filled({"path": way.path, "headers": dict(way.headers or {})}, ids)
    if isinstance(way.body, bytes):
        sent["content"] = filled(way.body.decode(), ids)
    elif way.body is not None:
        sent["json"] = filled(way.body, ids)
    return service.ask(asker, way.method, **sent), json.dumps(sent, ensure_ascii=False)


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, found in ids.items():
            value = value.replace("{" + name + "}", found)
        return value
    if isinstance(value, dict):
        return {key: filled(inner, ids) for key, inner in value.items()}
    return [filled(inner, ids) for inner in value] if isinstance(value, list) else value


def shown(response: httpx.Response) -> str:
    """All that came, however it is written."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    text = response.text
    escaped = text.encode("ascii", "backslashreplace").decode("unicode_escape") if "\\u" in text else ""
    return f"{headers}\n{text}\n{escaped}".lower()


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("asker", ASKERS)
def test_nobody_is_shown_what_does_not_exist_for_them(made: tuple[World, dict[str, str]], asker: str, way: Way) -> None:
    if asker in way.but:
        pytest.skip("may change it for everyone")
    response, sent = walked(made, asker, way)
    groups = ASKERS[asker]
    assert response.status_code < 500
    if groups is None and not way.free:
        assert response.status_code in (401, 403), response.text  # 403: by the page that asks, before anything else
        assert response.status_code == 401 or asker == "widget token elsewhere"
    came = shown(response)
    if way.operated and asker == "admin key":
        groups = tuple(SECRETS)
    hidden = [word for group, words in SECRETS.items() if group not in (groups or ()) for word in words]
    assert [word for word in hidden if word in came and word not in sent] == []
    if asker in way.to:
        assert filled(way.shows, made[1]).lower() in came, came
    elif way.own:
        assert filled(way.shows, made[1]).lower() not in came.replace(f'"instance":"{response.request.url.path}"', "")


@pytest.mark.parametrize("way", [way for way in WAYS if way.missing], ids=str)
@pytest.mark.parametrize("asker", [name for name, groups in ASKERS.items() if groups is not None])
def test_what_does_not_exist_for_somebody_is_told_as_what_does_not_exist(
    made: tuple[World, dict[str, str]], asker: str, way: Way
) -> None:
    response, _ = walked(made, asker, way)
    if response.status_code < 400:
        return
    there = filled(way.missing, made[1])
    nowhere = there[:-1] + ("0" if there[-1] != "0" else "1")
    service, ids = made
    other = Way(way.name, way.method, filled(way.path, ids).replace(there, nowhere), way.body)
    never, _ = walked((service, ids), asker, other)
    assert never.status_code == response.status_code
    assert told(never).replace(nowhere, there) == told(response)


def told(response: httpx.Response) -> str:
    return response.text.replace(response.headers["X-Request-Id"], "")


def test_the_matrix_knows_everyone(made: tuple[World, dict[str, str]]) -> None:
    assert {name: asker.groups for name, asker in made[0].askers.items()} == ASKERS


def test_every_way_in_is_walked(made: tuple[World, dict[str, str]]) -> None:
    """A new address of the API is a new line of `WAYS`."""
    document = made[0].ask("public key", "GET", "/openapi.json").json()
    walks = [(way.method, bare(way.path)) for way in WAYS]
    assert [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if (method.upper(), path) not in TESTED_BELOW
        and not any(method.upper() == m and alike(path, p) for m, p in walks)
    ] == []


TESTED_BELOW = {("DELETE", "/v1/conversations/{conversation_id}")}


def bare(path: str) -> str:
    return path.partition("?")[0]


def alike(template: str, path: str) -> bool:
    ours, theirs = path.split("/"), template.split("/")
    return len(ours) == len(theirs) and all(t == o or t.startswith("{") for o, t in zip(ours, theirs, strict=True))


def test_a_privileged_askers_answer_is_in_the_cache_and_given_to_their_like_alone(
    made: tuple[World, dict[str, str]],
) -> None:
    service, _ = made
    again = service.ask("hr key", "POST", "/v1/ask", json={"question": BONUS}).json()
    assert again["receipt"]["cached"] is not None
    other = service.ask("public key", "POST", "/v1/ask", json={"question": BONUS}).json()
    assert other["outcome"] == "declined" and not other["citations"]


@pytest.mark.parametrize("asker", [name for name, groups in ASKERS.items() if groups and "hr" not in groups])
def test_nobody_deletes_what_does_not_exist_for_them(made: tuple[World, dict[str, str]], asker: str) -> None:
    service, ids = made
    service.ask(asker, "DELETE", f"/v1/conversations/{ids['conversation']}")
    service.ask(asker, "DELETE", "/v1/articles/quetzal")
    assert service.ask("hr key", "GET", f"/v1/answers/{ids['answer']}").status_code == 200
    assert service.ask("hr key", "GET", "/v1/articles/quetzal").status_code == 200


def test_preflights_need_no_credential_and_show_nothing(made: tuple[World, dict[str, str]]) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    answer = made[0].ask("anonymous", "OPTIONS", "/v1/ask", headers=asked)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, PAGE)
