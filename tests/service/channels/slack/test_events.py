"""What of Slack's events is a question, and what its words are."""

from __future__ import annotations

from typing import Any

import pytest

from service.channels.slack.events import Deleted, Edited, Written, bot_of, plain, read

BOT = "U0BOT"
WRITTEN = {"type": "message", "user": "U1", "channel": "C1", "channel_type": "channel", "ts": "1.5", "text": "Why?"}


def body(**event: Any) -> dict[str, Any]:
    return {"team_id": "T1", "event": {**WRITTEN, **event}}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"<@{BOT}> How long?", "How long?"),
        (f"How long, <@{BOT}>?", "How long, ?"),
        (f"<@{BOT}|footnote>   How long?", "How long?"),
        ("R&amp;D &lt;b&gt; 5 &gt; 3", "R&D <b> 5 > 3"),
        ("see <https://example.org/a?b=1&amp;c=2>", "see https://example.org/a?b=1&c=2"),
        ("see <https://example.org|the page>", "see the page"),
        ("mail <mailto:ana@example.org|ana@example.org>", "mail ana@example.org"),
        ("in <#C012|general> or <#C013>", "in #general or #C013"),
        ("<!here> and <!subteam^S012|@hr>", "here and @hr"),
        ("ask <@U2>", "ask @U2"),
        ("育儿假有多长？\n谢谢", "育儿假有多长？\n谢谢"),
        ("&amp;lt;", "&lt;"),
        ("", ""),
    ],
)
def test_words_are_what_was_written(said: str, words: str) -> None:
    assert plain(said, BOT) == words


def test_a_message_is_read_with_where_it_stands() -> None:
    told = read(body(thread_ts="1.0", channel_type="im", team="T2"))
    assert told == Written("U1", "T2", "C1", "1.5", "1.0", "Why?", "im")
    assert told.direct


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"bot_profile": {"id": "B1"}},
        {"subtype": "channel_join"},
        {"subtype": "message_replied"},
        {"user": None},
        {"subtype": "message_changed", "message": {**WRITTEN, "bot_id": "B1"}, "previous_message": WRITTEN},
        {"subtype": "message_changed", "message": WRITTEN, "previous_message": WRITTEN},
        {"subtype": "message_deleted", "deleted_ts": "1.5", "previous_message": {**WRITTEN, "bot_id": "B1"}},
    ],
)
def test_nobody_is_behind_it(event: dict[str, Any]) -> None:
    assert read(body(**event)) is None


def test_edits_and_deletions_are_told_apart() -> None:
    after = {**WRITTEN, "text": "How?"}
    edited = read(body(subtype="message_changed", message=after, previous_message=WRITTEN))
    assert isinstance(edited, Edited)
    assert (edited.now.ts, edited.now.text, edited.now.user) == ("1.5", "How?", "U1")
    deleted = read(body(subtype="message_deleted", deleted_ts="1.5", previous_message=WRITTEN))
    assert deleted == Deleted("C1", "1.5")
    mark = {"subtype": "tombstone", "ts": "1.5", "text": "This message was deleted."}
    assert read(body(subtype="message_changed", message=mark, previous_message=WRITTEN)) == Deleted("C1", "1.5")


def test_it_is_told_who_a_message_begins_with() -> None:
    assert read(body(text=f"<@U2> and <@{BOT}>?")).addresses_another(BOT)  # type: ignore[union-attr]
    assert not read(body(text=f"<@{BOT}> and <@U2>?")).addresses_another(BOT)  # type: ignore[union-attr]
    assert read(body(text=f"so <@{BOT}>?")).mentions(BOT)  # type: ignore[union-attr]


def test_the_bot_is_who_the_event_is_sent_to() -> None:
    assert bot_of({"authorizations": [{"user_id": "U9", "is_bot": False}, {"user_id": BOT, "is_bot": True}]}) == BOT
    assert bot_of({}) == ""
