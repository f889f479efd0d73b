"""What the bot has kept of somebody goes with everything else of theirs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ingest.index import Catalogue
from service.audit.log import AuditLog
from service.conversations.store import Conversations
from service.forgetting import forget_person
from service.limits.spending import Spending
from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened


def words_left(data: Path, word: str) -> list[str]:
    return [file.name for file in data.glob("catalogue.db*") if word.encode() in file.read_bytes()]


def forget(desk: Desk, user: str) -> None:
    with (
        closing(Catalogue(desk.settings.data)) as catalogue,
        closing(AuditLog(catalogue)) as audit,
        closing(Conversations(catalogue)) as conversations,
    ):
        forget_person(conversations, audit, Spending(catalogue), f"slack:{user}")


def test_a_person_who_is_forgotten_is_not_known_any_more(opened: Opened) -> None:
    desk = opened.serve()
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    desk.answers(room, desk.slack.says(user, room, f"{MENTION} Does the xylophone play during parental leave?"))
    desk.answers(room, desk.slack.says(other, room, f"{MENTION} How long is parental leave?"))
    desk.slack.commands(user, room, "How long is parental leave?")
    desk.whispers(user, "20 weeks")
    assert words_left(desk.settings.data, user)
    forget(desk, user)
    assert words_left(desk.settings.data, user) == []
    assert words_left(desk.settings.data, "xylophone") == []
    assert words_left(desk.settings.data, other)


def test_the_words_of_a_question_are_not_kept_once_it_is_answered(opened: Opened) -> None:
    desk = opened.serve(keep={"answers": False})
    user = desk.person()
    desk.answers(desk.slack.direct(user), desk.slack.says(user, desk.slack.direct(user), "Is a xylophone allowed?"))
    desk.slack.settle()
    with closing(Catalogue(desk.settings.data)) as catalogue:
        catalogue.checkpoint()
    assert words_left(desk.settings.data, "xylophone") == []
