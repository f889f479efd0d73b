"""What people do in Slack, and the events that follow from it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from tests.fakes.slack.delivery import Delivery, Sent
from tests.fakes.slack.workspace import APP, BOT_ID, BOT_USER, TEAM, Channel, ResponseUrl, Trigger, User, Workspace

T = TypeVar("T")
MENTION = f"<@{BOT_USER}>"


class People:
    """Their doings return once Slack has noted them; what follows is sent meanwhile. Called from any thread.

    `subscribed` are the events the app asked for, None for all it may need.
    """

    def __init__(self, workspace: Workspace, delivery: Delivery, loop: asyncio.AbstractEventLoop) -> None:
        self._space, self._delivery, self._loop = workspace, delivery, loop
        self._under_way: set[asyncio.Task[Any]] = set()
        self.subscribed: frozenset[str] | None = None
        self.url = ""

    def user(self, user: str, **about: Any) -> User:
        """Somebody, in a direct conversation with the bot."""
        made = self._space.users[user] = User(user, **about)
        self._space.channels[self.direct(user)] = Channel(self.direct(user), "im", {user, BOT_USER})
        return made

    def channel(self, channel: str, *members: str, bot: bool = True, **about: Any) -> Channel:
        made = Channel(channel, members={*members, *((BOT_USER,) if bot else ())}, **about)
        self._space.channels[channel] = made
        return made

    def joins(self, user: str, channel: str) -> None:
        """Come into a channel."""
        self._moves("member_joined_channel", user, channel)

    def leaves(self, user: str, channel: str) -> None:
        """Go out of a channel."""
        self._moves("member_left_channel", user, channel)

    def changes(self, user: str, **about: Any) -> None:
        """Something about somebody changes."""

        def change() -> None:
            for name, value in about.items():
                setattr(self._space.users[user], name, value)
            self._send({"type": "user_change", "user": self._space.users[user].profile()})

        self._now(change)

    def regroups(self, usergroup: str, *members: str) -> None:
        """Others are in a user group from now on."""

        def change() -> None:
            self._space.usergroups[usergroup] = set(members)
            self._send({"type": "subteam_members_changed", "subteam_id": usergroup})

        self._now(change)

    def shares(self, channel: str, shared: bool = True) -> None:
        """A channel is shared with another workspace, or not any more."""

        def change() -> None:
            self._space.channels[channel].ext_shared = shared
            self._send({"type": "channel_shared" if shared else "channel_unshared", "channel": channel})

        self._now(change)

    def _moves(self, name: str, user: str, channel: str) -> None:
        def move() -> None:
            members = self._space.channels[channel].members
            members.add(user) if name == "member_joined_channel" else members.discard(user)
            self._send({"type": name, "user": user, "channel": channel, "team": TEAM})

        self._now(move)

    @staticmethod
    def direct(user: str) -> str:
        """The id of the direct conversation with somebody."""
        return f"D{user[1:]}"

    def says(self, user: str, channel: str, text: str, thread: str | None = None, **more: Any) -> str:
        """Write a message; its ts."""

        def write() -> str:
            ts = self._space.ts()
            message = {"type": "message", "ts": ts, "user": user, "text": text, "team": TEAM, **more}
            if thread is not None:
                message["thread_ts"] = thread
            place = self._space.channels[channel]
            place.messages[ts] = message
            self._told(place, message)
            return ts

        return self._now(write)

    def edits(self, channel: str, ts: str, text: str) -> None:
        """Change a message."""

        def change() -> None:
            place = self._space.channels[channel]
            before = place.messages[ts]
            after = {**before, "text": text, "edited": {"user": before["user"], "ts": self._space.ts()}}
            place.messages[ts] = after
            self._changed(place, before, after)

        self._now(change)

    def unfurls(self, channel: str, ts: str) -> None:
        """A preview of a link is added to a message: it changes, and its words do not."""

        def change() -> None:
            place = self._space.channels[channel]
            before = place.messages[ts]
            after = {**before, "attachments": [{"title": "A preview"}]}
            place.messages[ts] = after
            self._changed(place, before, after)

        self._now(change)

    def deletes(self, channel: str, ts: str) -> None:
        """Delete a message; one with replies leaves a mark in its place, and changes instead."""

        def remove() -> None:
            place = self._space.channels[channel]
            before = place.messages.pop(ts)
            if any(m.get("thread_ts") == ts for m in place.messages.values()):
                mark = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "ts": ts}
                place.messages[ts] = {**mark, "thread_ts": ts, "user": "USLACKBOT", "hidden": True}
                self._changed(place, before, place.messages[ts])
                return
            told = {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": before, "hidden": True}
            self._message_event(place, told)

        self._now(remove)

    def opens_assistant(self, user: str) -> str:
        """Open the assistant's pane; its thread."""

        def begin() -> str:
            place, ts = self._space.channels[self.direct(user)], self._space.ts()
            place.assistant_threads.add(ts)
            thread = {"user_id": user, "channel_id": place.id, "thread_ts": ts, "context": {}}
            self._send({"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": self._space.ts()})
            return ts

        return self._now(begin)

    def opens_messages(self, user: str, tab: str = "messages") -> None:
        """Open the bot's messages, or its home, in a workspace where it is an agent."""

        def begin() -> None:
            place = self._space.channels[self.direct(user)]
            told = {"type": "app_home_opened", "user": user, "channel": place.id, "tab": tab}
            self._send({**told, "event_ts": self._space.ts()})

        self._now(begin)

    def commands(self, user: str, channel: str, text: str, command: str = "/ask") -> Sent:
        """Use a slash command; what came back at once."""

        async def command_() -> Sent:
            payload = {
                "command": command,
                "text": text,
                "user_id": user,
                "user_name": user.lower(),
                "team_id": TEAM,
                "team_domain": "home",
                "channel_id": channel,
                "channel_name": channel.lower(),
                "api_app_id": APP,
                "is_enterprise_install": "false",
                "response_url": self._response_url(user, channel),
                "trigger_id": self._trigger(user),
            }
            sent = await self._delivery.interaction("slash_commands", payload)
            self._shown_at_once(sent, user, channel)
            return sent

        return asyncio.run_coroutine_threadsafe(command_(), self._loop).result(10)

    def shortcut(self, user: str, channel: str, ts: str, callback_id: str = "ask_about_this") -> Sent:
        """Use the shortcut of a message."""

        async def use() -> Sent:
            payload = {
                **self._interaction("message_action", user, channel),
                "callback_id": callback_id,
                "message_ts": ts,
                "message": self._space.channels[channel].messages[ts],
            }
            return await self._delivery.interaction("interactive", payload)

        return asyncio.run_coroutine_threadsafe(use(), self._loop).result(10)

    def presses(self, user: str, message: Mapping[str, Any], action_id: str, value: str | None = None) -> Sent:
        """Press a button of a message, or of one that this person alone sees."""

        async def press() -> Sent:
            action = next(a for a in actions_of(message) if a["action_id"] == action_id)
            ephemeral = "channel" in message
            channel = message["channel"] if ephemeral else self._channel_of(message)
            payload = {
                **self._interaction("block_actions", user, channel),
                "container": {
                    "type": "message",
                    "message_ts": message["ts"],
                    "channel_id": channel,
                    "is_ephemeral": ephemeral,
                    **({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}),
                },
                "actions": [{**action, "value": value or action.get("value"), "action_ts": self._space.ts()}],
            }
            if not ephemeral:
                payload["message"] = dict(message)
            return await self._delivery.interaction("interactive", payload)

        return asyncio.run_coroutine_threadsafe(press(), self._loop).result(10)

    def submits(self, user: str, view: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]]) -> Sent:
        """Send a view that was opened, filled in."""

        async def submit() -> Sent:
            told = {k: v for k, v in view.items() if k != "opened_for"}
            payload = {
                **self._interaction("view_submission", user, None),
                "view": {**told, "state": {"values": values}, "team_id": TEAM, "app_id": APP},
                "response_urls": [],
            }
            return await self._delivery.interaction("interactive", payload)

        return asyncio.run_coroutine_threadsafe(submit(), self._loop).result(10)

    def sends_again(self, event: Mapping[str, Any]) -> None:
        """Send an event once more, as it was."""
        self._now(lambda: self._later(event))

    def echo(self, message: Mapping[str, Any], channel: str) -> None:
        """The app's own message comes back to it as an event, as everybody's do."""
        self._told(self._space.channels[channel], message)

    def echo_change(self, before: Mapping[str, Any], after: Mapping[str, Any] | None, channel: str) -> None:
        """The app's own changes come back to it, too."""
        place = self._space.channels[channel]
        if after is not None:
            self._changed(place, before, after)
            return
        told = {"subtype": "message_deleted", "deleted_ts": before["ts"], "previous_message": dict(before)}
        self._message_event(place, {**told, "hidden": True})

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """What the bot said in a thread, in order."""
        return self._now(lambda: deepcopy([m for m in self._space.replies(channel, ts) if m.get("bot_id") == BOT_ID]))

    def whispers(self, user: str) -> list[dict[str, Any]]:
        """What one person alone was shown."""
        return self._now(lambda: deepcopy([m for m in self._space.ephemeral if m["user"] == user]))

    def settle(self, seconds: float = 10) -> None:
        """Wait until nothing is being sent."""
        ends = time.monotonic() + seconds
        while self._now(lambda: bool(self._under_way)):
            assert time.monotonic() < ends, "Slack is still sending"
            time.sleep(0.01)

    def give_up(self) -> None:
        for task in list(self._under_way):
            task.cancel()

    def _told(self, place: Channel, message: Mapping[str, Any]) -> None:
        told = {k: v for k, v in message.items() if k != "type"}
        self._message_event(place, told)
        if MENTION in str(message.get("text", "")) and place.kind != "im" and "bot_id" not in message:
            told |= {"type": "app_mention", "channel": place.id, "event_ts": message["ts"]}
            self._send(told, place)

    def _changed(self, place: Channel, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        told = {"subtype": "message_changed", "message": dict(after), "previous_message": dict(before), "hidden": True}
        self._message_event(place, told)

    def _message_event(self, place: Channel, told: dict[str, Any]) -> None:
        if BOT_USER in place.members:
            event = {"type": "message", "channel": place.id, "channel_type": place.type, **told}
            event.setdefault("ts", self._space.ts())
            self._send({**event, "event_ts": event["ts"]}, place, f"message.{_PLURAL[place.kind]}")

    def _send(self, event: Mapping[str, Any], place: Channel | None = None, name: str | None = None) -> None:
        name = name or str(event["type"])
        if self.subscribed is not None and name not in self.subscribed:
            return
        self._later(
            {
                "token": "unused",
                "team_id": TEAM,
                "api_app_id": APP,
                "type": "event_callback",
                "event_id": self._space.number("Ev"),
                "event_time": int(time.time()),
                "is_ext_shared_channel": place is not None and place.ext_shared,
                "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
                "event": dict(event),
            }
        )

    def _later(self, payload: Mapping[str, Any]) -> None:
        if not self._delivery.addresses and not self._delivery.over_sockets:
            return
        task = self._loop.create_task(self._delivery.event(payload))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _now(self, work: Callable[[], T]) -> T:
        async def done() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    def _interaction(self, kind: str, user: str, channel: str | None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": kind,
            "token": "unused",
            "api_app_id": APP,
            "team": {"id": TEAM, "domain": "home"},
            "user": {"id": user, "username": user.lower(), "team_id": TEAM},
            "trigger_id": self._trigger(user),
        }
        if channel is not None:
            told |= {
                "channel": {"id": channel, "name": channel.lower()},
                "response_url": self._response_url(user, channel),
            }
        return told

    def _trigger(self, user: str) -> str:
        made = self._space.number("trigger.")
        self._space.triggers[made] = Trigger(user, time.monotonic() + 3)
        return made

    def _response_url(self, user: str, channel: str) -> str:
        made = self._space.number("R")
        self._space.response_urls[made] = ResponseUrl(channel, user, time.monotonic() + 1800)
        return f"{self.url}/commands/{made}"

    def _shown_at_once(self, sent: Sent, user: str, channel: str) -> None:
        """What a command answers with its acknowledgement is shown to whoever used it."""
        told = sent.body if isinstance(sent.body, dict) else {"text": sent.body} if sent.body else {}
        if told.get("text") or told.get("blocks"):
            said = {"text": told.get("text", ""), "blocks": told.get("blocks", []), "thread_ts": None}
            self._space.ephemeral.append({**said, "channel": channel, "user": user, "ts": self._space.ts()})

    def _channel_of(self, message: Mapping[str, Any]) -> str:
        return next(c.id for c in self._space.channels.values() if message["ts"] in c.messages)


_PLURAL = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def actions_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything in a message that can be pressed."""
    found: list[dict[str, Any]] = []
    blocks: Sequence[Mapping[str, Any]] = message.get("blocks") or []
    for block in blocks:
        found += [e for e in block.get("elements", []) if isinstance(e, dict) and "action_id" in e]
        if "accessory" in block:
            found.append(block["accessory"])
    return found
