"""Ways to ask in Slack, each answered where it was asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

LEAVE = "How long is parental leave?"
SAYS = "Parental leave is 20 weeks at full pay."


def test_a_mention_is_answered_in_its_thread(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    (answer,) = desk.answers(room, ts)
    assert SAYS in shown(answer)
    assert answer["thread_ts"] == ts


def test_a_mention_within_a_thread_is_answered_in_that_thread(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    root = desk.slack.says(user, room, "I have news!")
    desk.slack.says(user, room, f"{LEAVE} {MENTION}", thread=root)
    (answer,) = desk.answers(room, root)
    assert SAYS in shown(answer)


def test_it_is_answered_over_a_websocket(opened: Opened) -> None:
    desk = opened.serve(socket=True)
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} 出差报销应当在多久内提交？")
    (answer,) = desk.answers(room, ts)
    assert "十个工作日" in shown(answer)
    assert {one.kind for one in desk.slack.delivery.sent} == {"events_api"}


def test_a_lost_websocket_is_opened_again(opened: Opened) -> None:
    desk = opened.serve(socket=True)
    user = desk.person()
    room = desk.room(user)
    eventually(lambda: desk.slack.delivery.sockets)
    desk.slack.disconnects()
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    (answer,) = desk.answers(room, ts)
    assert SAYS in shown(answer)
    assert desk.slack.counted["apps.connections.open"] >= 2


def test_a_direct_message_is_answered_without_a_mention(desk: Desk) -> None:
    user = desk.person()
    ts = desk.slack.says(user, desk.slack.direct(user), LEAVE)
    (answer,) = desk.answers(desk.slack.direct(user), ts)
    assert SAYS in shown(answer)


def test_direct_messages_are_one_conversation(desk: Desk) -> None:
    user = desk.person()
    first = desk.slack.says(user, desk.slack.direct(user), LEAVE)
    desk.answers(desk.slack.direct(user), first)
    second = desk.slack.says(user, desk.slack.direct(user), "And how long is annual leave?")
    third = desk.slack.says(user, desk.slack.direct(user), "When does it expire?")
    assert "28 days" in shown(desk.answers(desk.slack.direct(user), second)[0])
    assert "31 March" in shown(desk.answers(desk.slack.direct(user), third)[0])


def test_a_message_in_a_channel_that_names_nobody_is_left_alone(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, LEAVE)
    desk.quiet()
    assert desk.slack.thread(room, ts) == []


def test_a_follow_up_in_the_thread_needs_no_mention(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    desk.slack.says(user, room, "How many days before do I tell my manager?", thread=ts)
    assert "at least 6 weeks before" in shown(desk.answers(room, ts, 2)[1])


def test_a_follow_up_of_somebody_else_is_read_with_what_was_said_before(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    ts = desk.slack.says(user, room, f"{MENTION} How long is annual leave?")
    desk.answers(room, ts)
    desk.slack.says(other, room, "When does it expire?", thread=ts)
    assert "31 March" in shown(desk.answers(room, ts, 2)[1])


def test_what_is_said_to_somebody_else_in_the_thread_is_left_alone(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    desk.slack.says(user, room, f"<@{other}> how long was yours?", thread=ts)
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_threads_of_others_are_left_alone(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, "Who knows?")
    desk.slack.says(user, room, LEAVE, thread=ts)
    desk.quiet()
    assert desk.slack.thread(room, ts) == []


def test_the_assistants_pane_suggests_and_answers(desk: Desk) -> None:
    user = desk.person()
    direct = desk.slack.direct(user)
    thread = desk.slack.opens_assistant(user)
    prompts = eventually(lambda: desk.slack.workspace.prompts.get((direct, thread)))
    assert 1 <= len(prompts) <= 4
    desk.slack.says(user, direct, LEAVE, thread=thread)
    assert SAYS in shown(desk.answers(direct, thread)[0])
    assert any(status for channel, of, status in desk.slack.workspace.statuses if (channel, of) == (direct, thread))
    assert desk.slack.workspace.statuses[-1][2] == ""
    assert "parental leave" in eventually(lambda: desk.slack.workspace.titles.get((direct, thread)))


def test_an_agents_messages_suggest_what_to_ask(desk: Desk) -> None:
    user = desk.person()
    direct = desk.slack.direct(user)
    desk.slack.opens_messages(user, "home")
    desk.slack.opens_messages(user)
    assert eventually(lambda: desk.slack.workspace.prompts.get((direct, "")))
    calls = [told for name, told in desk.slack.workspace.calls if name == "assistant.threads.setSuggestedPrompts"]
    assert len([told for told in calls if told["channel_id"] == direct]) == 1


def test_a_command_is_answered_to_its_user_alone(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user, bot=False)
    sent = desk.slack.commands(user, room, LEAVE)
    assert sent.status == 200
    assert desk.whispers(user, SAYS)[0]["channel"] == room
    assert desk.slack.workspace.channels[room].messages == {}


def test_a_command_without_a_question_says_how_to_ask(desk: Desk) -> None:
    user = desk.person()
    desk.slack.commands(user, desk.room(user), "  ")
    (said,) = desk.slack.whispers(user)
    assert "/ask" in said["text"]


def test_commands_follow_one_another(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    desk.slack.commands(user, room, "How long is annual leave?")
    desk.whispers(user, "28 days")
    desk.slack.commands(user, room, "When does it expire?")
    assert desk.whispers(user, "31 March")


def test_an_answer_to_a_command_can_be_shared_in_the_channel(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    desk.slack.commands(user, room, LEAVE)
    (said,) = desk.whispers(user, SAYS)
    action = next(e["action_id"] for b in said["blocks"] for e in b.get("elements", []) if "share" in str(e))
    desk.slack.presses(user, said, action)
    shared = eventually(lambda: list(desk.slack.workspace.channels[room].messages.values()))
    assert SAYS in shown(shared[0])


def test_a_messages_shortcut_asks_in_a_form_and_answers_its_user_alone(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    ts = desk.slack.says(other, room, f"Does anybody know: {LEAVE} &amp; thanks")
    desk.slack.shortcut(user, room, ts)
    view = eventually(lambda: [v for v in desk.slack.workspace.views.values() if v["opened_for"] == user])[0]
    (block,) = view["blocks"]
    assert block["element"]["initial_value"] == f"Does anybody know: {LEAVE} & thanks"
    values = {block["block_id"]: {block["element"]["action_id"]: {"type": "plain_text_input", "value": LEAVE}}}
    assert desk.slack.submits(user, view, values).status == 200
    assert desk.whispers(user, SAYS)
    assert desk.slack.whispers(other) == []
    assert desk.slack.thread(room, ts) == []


def test_a_form_that_slack_does_not_show_is_not_met_with_silence(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, LEAVE)
    desk.slack.faults["views.open"].append("internal_error")
    assert desk.slack.shortcut(user, room, ts).status == 200
    assert desk.whispers(user, "Slack did not show the form")


def test_the_command_may_have_another_name(desk: Desk) -> None:
    user = desk.person()
    desk.slack.commands(user, desk.room(user), LEAVE, command="/footnote")
    assert desk.whispers(user, SAYS)


def test_a_picture_without_a_word_is_no_question_where_nobody_names_the_bot(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    desk.slack.says(user, room, "", thread=ts, subtype="file_share")
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_every_way_is_acknowledged_long_before_slack_gives_up(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    before = len(desk.slack.delivery.sent)
    desk.slack.commands(user, room, LEAVE)
    desk.answers(room, desk.slack.says(user, room, f"{MENTION} {LEAVE}"))
    assert max(one.seconds for one in desk.slack.delivery.sent[before:]) < 1.5


@pytest.mark.parametrize(
    "about",
    [
        {"bot_id": "B0OTHER", "subtype": "bot_message"},
        {"bot_id": "B0BOT", "app_id": "A0APP"},
        {"bot_id": "B0OTHER", "app_id": "A0OTHER"},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
    ],
)
def test_programs_and_slacks_own_messages_are_left_alone(desk: Desk, about: dict[str, Any]) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}", **about)
    direct = desk.slack.says(user, desk.slack.direct(user), LEAVE, **about)
    desk.quiet()
    assert [m for m in desk.slack.thread(room, ts) if m["ts"] != ts] == []
    assert [m for m in desk.slack.thread(desk.slack.direct(user), direct) if m["ts"] != direct] == []


def test_a_mention_without_a_question_is_told_so(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    (answer,) = desk.answers(room, desk.slack.says(user, room, MENTION))
    assert "question is empty" in shown(answer)
    assert "action_id" not in json.dumps(answer)


def test_what_slack_escapes_is_asked_as_it_was_written(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    asked = f"{MENTION} how long is *parental leave* &amp; where is &lt;the form&gt; <https://example.org/x|there>?"
    (answer,) = desk.answers(room, desk.slack.says(user, room, asked))
    assert SAYS in shown(answer)
