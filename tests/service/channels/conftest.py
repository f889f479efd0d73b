"""A service over a few articles, on loopback, for clients that come over a connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ingest.index import Catalogue
from service.identity.key_store import KeyStore
from service.settings import Settings
from tests.fakes.running_app import serving, settings_over

ARTICLES = [
    {
        "id": "parental-leave",
        "title": "Parental leave",
        "text": "Parental leave is 20 weeks at full pay. It may be taken in up to three parts.\n\n"
        "Tell your manager at least 6 weeks before. The form is in the staff portal.",
        "url": "https://example.org/leave",
        "published_at": "2024-03-01",
    },
    {
        "id": "annual-leave",
        "title": "Annual leave",
        "text": "Annual leave is 28 days. Unused annual leave expires on 31 March.",
    },
    {
        "id": "baoxiao",
        "title": "出差报销须知",
        "text": "出差报销应当在返回后十个工作日内提交。超过期限的报销单需要部门经理签字。",
    },
    {
        "id": "nianjia",
        "title": "年假须知",
        "text": "员工每年享有十五天年假。未休的年假在次年三月底作废。",
    },
    {"id": "teams/lunch?", "title": "Lunch", "text": "Lunch is served at noon in the canteen. Soup costs 2 euros."},
    *(
        {"id": f"memo-{n}", "title": f"Memo {n}", "text": f"The printer on floor {n} is out of paper."}
        for n in range(6)
    ),
    {
        "id": "board/minutes",
        "title": "Minutes",
        "text": "The board secretly bought a zeppelin for nine million euros.",
        "groups": ["board"],
    },
]


@dataclass(frozen=True)
class Served:
    """A service, where it is, and keys of those it knows."""

    url: str
    settings: Settings

    def key(self, *groups: str, scopes: tuple[str, ...] = ("ask",)) -> str:
        """A new API key."""
        catalogue = Catalogue(self.settings.data)
        try:
            return KeyStore(catalogue).create("test", scopes, groups or ("public",))[1]
        finally:
            catalogue.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Answers anyone from public articles, and who shows a key from theirs; tests only ask."""
    settings = settings_over(tmp_path_factory.mktemp("served"), ARTICLES, embedding={}, cache={"enabled": False})
    with serving(settings) as url:
        yield Served(url, settings)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Answers only who shows a key, and each at most three times a minute."""
    settings = settings_over(
        tmp_path_factory.mktemp("guarded"), ARTICLES, auth={"required": True}, limits={"per_minute": 3}
    )
    with serving(settings) as url:
        yield Served(url, settings)
