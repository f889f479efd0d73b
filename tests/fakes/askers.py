"""A service over articles of several groups, and everyone who may ask it, each with what shows who they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ingest.index import Catalogue, open_index
from ingest.job import Job, sources_of
from service.identity.key_store import KeyStore
from service.settings import Settings
from tests.fakes.issuer import AUDIENCE, Issuer, issuing
from tests.fakes.running_app import serving

PAGE = "https://intranet.example"
# Loopback addresses that connections come from.
PROXY, SOMEBODY = "127.0.0.2", "127.0.0.3"
PAST = "2001-01-01T00:00:00+00:00"

# What stands in the articles of a group and nowhere else: titles, ids and texts.
SECRETS: Mapping[str, tuple[str, ...]] = {
    "public": ("marzipan", "noon"),
    "hr": (
        *("quetzal", "7,431 ducats", "axolotl", "8,852 ducats", "narwhal", "3,319 ducats", "薪酬秘册"),
        *("ibis", "5,150 hours"),
    ),
    "board": ("ocelot", "9,264 ducats"),
}
FIRST = [
    {"id": "marzipan", "title": "Marzipan canteen", "text": "The canteen opens at noon. Its soup costs 2 euros."},
    {
        "id": "quetzal",
        "title": "Quetzal remuneration",
        "text": "The yearly bonus of a falconer is 7000 ducats.\n\nIt is paid with the salary of May.",
        "groups": ["hr"],
    },
    {"id": "axolotl", "title": "Axolotl parking", "text": "Parking costs 8,852 ducats a month."},
    {"id": "narwhal", "title": "Narwhal severance", "text": "The severance pay is 3,319 ducats.", "groups": ["hr"]},
    {"id": "zh", "title": "薪酬秘册", "text": "猎鹰师的年终奖金在五月发放,由薪酬秘册规定。", "groups": ["hr"]},
    {"id": "ocelot", "title": "Ocelot merger", "text": "The merger costs 9,264 ducats.", "groups": ["board"]},
]
# A second version; an article that was public and is closed now; one that is gone.
LATER = [
    FIRST[0],
    FIRST[1] | {"text": "The yearly bonus of a falconer is 7,431 ducats.\n\nIt is paid with the salary of June."},
    FIRST[2] | {"groups": ["hr"]},
    *FIRST[4:],
]


@dataclass(frozen=True)
class Asker:
    """`groups` are None where the service has to refuse them."""

    name: str
    groups: tuple[str, ...] | None
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = SOMEBODY
    scopes: tuple[str, ...] = ("ask",)


@dataclass
class World:
    """A service, and whoever asks it."""

    url: str
    askers: dict[str, Asker]
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def ask(self, asker: str, method: str, path: str, **sent: Any) -> httpx.Response:
        """Send a request as somebody, from where they are."""
        who = self.askers[asker]
        headers = {**who.headers, **sent.pop("headers", {})}
        if who.address not in self.clients:
            transport = httpx.HTTPTransport(local_address=who.address)
            self.clients[who.address] = httpx.Client(base_url=self.url, transport=transport, timeout=30)
        return self.clients[who.address].request(method, path, headers=headers, **sent)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Articles, some of which changed, were closed or removed, and a service that lets the public in, too."""
    with ExitStack() as running:
        issuer = running.enter_context(issuing())
        settings = Settings(
            data=folder / "data",
            embedding={"provider": "hashing"},
            open_access=True,
            auth={
                "oidc": {"issuer": issuer.address, "audience": AUDIENCE},
                "proxy": {
                    "user_header": "X-Forwarded-User",
                    "groups_header": "X-Forwarded-Groups",
                    "addresses": PROXY,
                },
                "failures": 100_000,
            },
            widget={"origins": PAGE},
            limits={"per_minute": 0},
        )
        _ingest(settings, folder, FIRST)
        _ingest(settings, folder, LATER)
        askers = _askers(settings, issuer)
        url = running.enter_context(serving(settings))
        made = World(url, askers)
        _let_widgets_in(made)
        yield made
        for client in made.clients.values():
            client.close()


def _ingest(settings: Settings, folder: Path, articles: list[dict[str, Any]]) -> None:
    ready = folder / "articles.jsonl"
    ready.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles), "utf-8")
    index = open_index(settings, create=True)
    report = Job(index, settings).run(sources_of([ready]), allow_removals=True)
    index.catalogue.close()
    assert report.failed == [], report.failed


def _askers(settings: Settings, issuer: Issuer) -> dict[str, Asker]:
    catalogue = Catalogue(settings.data)
    keys = KeyStore(catalogue)

    def key(name: str, groups: tuple[str, ...], refused: bool = False, **more: Any) -> Asker:
        scopes = more.pop("scopes", ("ask",))
        made, sent = keys.create(name, scopes, groups, **more)
        if name == "revoked key":
            keys.revoke(made.id)
        return Asker(name, None if refused else groups, _bearer(sent), scopes=scopes)

    def oidc(name: str, reads: tuple[str, ...] | None, **claims: Any) -> Asker:
        return Asker(name, reads, _bearer(issuer.token(**claims)))

    signed_in = {"X-Forwarded-User": "ana", "X-Forwarded-Groups": "hr"}
    askers = [
        Asker("anonymous", ("public",)),
        key("public key", ("public",)),
        key("hr key", ("public", "hr")),
        key("other hr key", ("public", "hr")),
        key("board key", ("public", "board")),
        key("key of no public", ("board",)),
        key("ingest key", ("public",), scopes=("ask", "ingest")),
        key("hr ingest key", ("hr",), scopes=("ask", "ingest")),
        key("admin key", ("public",), scopes=("ask", "ingest", "admin")),
        key("expired key", ("public", "hr"), refused=True, expires_at=PAST),
        key("revoked key", ("public", "hr"), refused=True),
        Asker("made-up key", None, _bearer(f"fn_{'0' * 12}_{'0' * 64}")),
        oidc("oidc hr", ("public", "hr"), sub="li.wei"),
        oidc("oidc who left hr", ("public",), sub="li.wei", groups=None),
        oidc("oidc of another audience", None, aud="payroll"),
        oidc("oidc expired", None, exp=1),
        Asker("proxy hr", ("public", "hr"), signed_in, PROXY),
        Asker("proxy header from elsewhere", None, signed_in),
    ]
    catalogue.close()
    return {asker.name: asker for asker in askers}


def _let_widgets_in(made: World) -> None:
    """With tokens made over HTTP; and the owner of the folder, who may be anyone."""
    answer = made.ask("hr key", "POST", "/v1/widget/tokens", json={"origin": PAGE, "user": "vera"})
    assert answer.status_code == 201, answer.text
    token = _bearer(answer.json()["token"])
    narrow = made.ask("hr key", "POST", "/v1/widget/tokens", json={"origin": PAGE, "user": "vi", "groups": ["public"]})
    for asker in (
        Asker("widget hr", ("public", "hr"), {**token, "Origin": PAGE}),
        Asker("widget of the public", ("public",), {**_bearer(narrow.json()["token"]), "Origin": PAGE}),
        Asker("widget token elsewhere", None, {**token, "Origin": "https://evil.example"}),
    ):
        made.askers[asker.name] = asker


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
