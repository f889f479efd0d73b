"""What the bot has kept of somebody goes with everything else of theirs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx
from sqlalchemy import select

from ingest.index import Catalogue
from service.channels.slack.schema import asks, threads
from service.identity.key_store import KeyStore
from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened


def words_left(data: Path, word: str) -> list[str]:
    return [file.name for file in data.glob("catalogue.db*") if word.encode() in file.read_bytes()]


def askers(desk: Desk) -> set[str]:
    with closing(Catalogue(desk.settings.data)) as catalogue, catalogue.reading() as connection:
        alone = {one.removeprefix("of ") for one in connection.scalars(select(threads.c.thread)) if one[:3] == "of "}
        return {*connection.scalars(select(asks.c.asker)), *alone}


def talks(desk: Desk) -> set[str]:
    with closing(Catalogue(desk.settings.data)) as catalogue, catalogue.reading() as connection:
        return set(connection.scalars(select(threads.c.channel)))


def test_a_person_who_is_forgotten_is_not_known_any_more(opened: Opened) -> None:
    desk = opened.serve()
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    desk.answers(room, desk.slack.says(user, room, f"{MENTION} Does the xylophone play during parental leave?"))
    desk.answers(room, desk.slack.says(other, room, f"{MENTION} How long is parental leave?"))
    desk.slack.commands(user, room, "How long is parental leave?")
    desk.whispers(user, "20 weeks")
    own, others = desk.slack.direct(user), desk.slack.direct(other)
    for person, direct in ((user, own), (other, others)):
        desk.answers(direct, desk.slack.says(person, direct, "How long is annual leave?"))
    assert askers(desk) == {user, other}
    assert talks(desk) == {room, own, others}
    assert words_left(desk.settings.data, "xylophone")
    with closing(Catalogue(desk.settings.data)) as catalogue:
        key = KeyStore(catalogue).create("admin", ("admin",), ("public",))[1]
    address, shown = f"{desk.url}/v1/people/slack:{user}", {"Authorization": f"Bearer {key}"}
    assert httpx.delete(address, headers=shown, trust_env=False).status_code == 200
    assert askers(desk) == {other}
    assert talks(desk) == {room, others}
    assert words_left(desk.settings.data, "xylophone") == []


def test_the_words_of_a_question_are_not_kept_once_it_is_answered(opened: Opened) -> None:
    desk = opened.serve(keep={"answers": False})
    user = desk.person()
    desk.answers(desk.slack.direct(user), desk.slack.says(user, desk.slack.direct(user), "Is a xylophone allowed?"))
    desk.slack.settle()
    with closing(Catalogue(desk.settings.data)) as catalogue:
        catalogue.checkpoint()
    assert words_left(desk.settings.data, "xylophone") == []
