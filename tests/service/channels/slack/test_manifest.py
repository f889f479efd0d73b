"""The app that the manifest makes can do what the bot does, and nothing that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.channels.slack.app import COMMAND
from service.channels.slack.changes import EVENTS
from service.channels.slack.shortcut import CALLBACK
from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

ROOT = Path(__file__).resolve().parents[4]
MANIFEST = (ROOT / "slack" / "manifest.yaml").read_text("utf-8")
PAGE = (ROOT / "docs" / "slack.md").read_text("utf-8")
LEAVE, SAYS = "How long is parental leave?", "Parental leave is 20 weeks at full pay."
# What Slack asks for before it sends an event: docs.slack.dev/reference/events.
SCOPE_OF = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_shared": "channels:read",
    "channel_unshared": "channels:read",
    "team_join": "users:read",
    "user_change": "users:read",
    "subteam_created": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
}


def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load(MANIFEST))


def scopes() -> set[str]:
    return set(manifest()["oauth_config"]["scopes"]["bot"])


def events() -> set[str]:
    return set(manifest()["settings"]["event_subscriptions"]["bot_events"])


def test_it_names_what_the_bot_listens_to() -> None:
    features = manifest()["features"]
    assert [one["command"] for one in features["slash_commands"]] == [COMMAND]
    assert [(one["type"], one["callback_id"]) for one in features["shortcuts"]] == [("message", CALLBACK)]
    assert events() == {"app_home_opened", *SCOPE_OF}
    assert events() >= set(EVENTS)
    assert manifest()["settings"]["interactivity"]["is_enabled"] is True


def test_it_keeps_the_limits_of_slacks_schema() -> None:
    """github.com/slackapi/manifest-schema."""
    about, features = manifest()["display_information"], manifest()["features"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert re.fullmatch("#[0-9a-fA-F]{6}", about["background_color"])
    assert len(features["agent_view"]["agent_description"]) <= 300
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    assert len(scopes()) == len(manifest()["oauth_config"]["scopes"]["bot"])
    assert "user" not in manifest()["oauth_config"]["scopes"]


def test_three_lines_make_it_one_for_http() -> None:
    over_http, changed = re.subn(r"^( *)# ((?:url|request_url): https)", r"\1\2", MANIFEST, flags=re.MULTILINE)
    made = yaml.safe_load(over_http)
    addresses = [
        made["features"]["slash_commands"][0]["url"],
        made["settings"]["event_subscriptions"]["request_url"],
        made["settings"]["interactivity"]["request_url"],
    ]
    assert changed == 3
    assert addresses == ["https://footnote.example.com/slack/events"] * 3


def explained() -> Iterator[str]:
    table = PAGE.partition("| scope | what for |")[2].partition("\n\n")[0]
    for row in re.findall(r"^\| (`.+`) \|", table, re.MULTILINE):
        yield from re.findall("`([^`]+)`", row)


def test_the_page_explains_each_scope_and_no_other() -> None:
    assert sorted(explained()) == sorted(scopes())


@pytest.fixture
def installed(opened: Opened) -> Desk:
    """A workspace where the app has the scopes and events of the manifest, and no more."""
    opened.slack.scopes, opened.slack.subscribed = frozenset(scopes()), frozenset(events())
    opened.slack.workspace.usergroups["S0BOARD"] = set()
    return opened.serve(slack={"usergroups": {"S0BOARD": ["board"]}, "remember": 0})


def test_each_scope_is_needed_and_no_other_is(installed: Desk) -> None:
    """Everything the bot can do, done with these scopes; what was used of them is all of them."""
    slack = installed.slack
    ann, bob = installed.person(email="ann@example.com"), installed.person()
    for kind in ("channel", "group", "mpim"):
        room = installed.room(ann, bob, kind=kind)
        ts = slack.says(ann, room, f"{MENTION} {LEAVE}")
        assert SAYS in shown(installed.answers(room, ts)[0])
        slack.says(bob, room, "How many days before do I tell my manager?", thread=ts)
        assert "6 weeks" in shown(installed.answers(room, ts, 2)[1])
    direct = slack.direct(ann)
    slack.opens_messages(ann)
    assert eventually(lambda: slack.workspace.prompts.get((direct, "")))
    assert SAYS in shown(installed.answers(direct, slack.says(ann, direct, LEAVE))[0])
    slack.commands(ann, installed.room(ann), LEAVE)
    assert installed.whispers(ann, SAYS)
    used = slack.scopes_used | {"commands"} | {SCOPE_OF[name] for name in events() if name in SCOPE_OF}
    assert used == scopes()
