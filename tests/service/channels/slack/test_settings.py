"""Settings of the bot: what is unsafe, or cannot have been meant, is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SettingsError
from service.settings import Settings
from tests.fakes.slack.delivery import SIGNING_SECRET
from tests.fakes.slack.server import APP_TOKEN, BOT_TOKEN

SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET)
BOT = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bot_token": APP_TOKEN, "app_token": APP_TOKEN}, "BOT_TOKEN: it has to begin with xoxb-"),
        ({"bot_token": BOT_TOKEN, "app_token": BOT_TOKEN}, "APP_TOKEN: it has to begin with xapp-"),
        ({"bot_token": "xoxb-1", "app_token": APP_TOKEN}, "too short"),
        ({"bot_token": f"{BOT_TOKEN} ", "app_token": APP_TOKEN}, "spaces"),
        ({"bot_token": BOT_TOKEN, "signing_secret": f"{SIGNING_SECRET}\n"}, "SIGNING_SECRET: .*spaces"),
        ({"bot_token": BOT_TOKEN, "signing_secret": BOT_TOKEN}, "two places"),
        ({"bot_token": BOT_TOKEN}, "nobody can ask"),
        ({"app_token": APP_TOKEN}, "no bot to answer"),
        ({"signing_secret": SIGNING_SECRET}, "no bot to answer"),
        ({**BOT, "api_url": "http://slack.example/api/"}, "over http"),
        ({**BOT, "api_url": "slack.com"}, "whole address"),
        ({**BOT, "api_url": "https://me:secret@slack.com/api/"}, "password"),
        ({**BOT, "directory": "people.json"}, "there is no file people.json"),
        ({**BOT, "directory": "people.txt"}, "has to end in .json or .csv"),
        ({**BOT, "usergroups": '{"hr": ["hr"]}'}, "no id of a user group"),
        ({**BOT, "usergroups": '{"S1": [" "]}'}, "no name of a group"),
        ({**BOT, "usergroups": '{"S1": ["hr"], "S1": ["board"]}'}, "twice"),
        ({**BOT, "usergroups": "S1=hr"}, "has to be JSON"),
        ({**BOT, "channels": '{"#general": {}}'}, "no id of a channel"),
        ({**BOT, "channels": '{"D1": {"groups": ["hr"]}}'}, "no id of a channel"),
        ({**BOT, "channels": '{"C1": {"groups": []}}'}, "empty list of groups"),
        ({**BOT, "channels": '{"C1": {"groups": ["hr\\n"]}}'}, "no name of a group"),
        ({**BOT, "channels": '{"C1": {"language": "the one they speak"}}'}, "no tag of a language"),
        ({**BOT, "channels": '{"C1": {"unmentioned": "sometimes"}}'}, "never"),
        ({**BOT, "channels": '{"C1": {"gruops": ["hr"]}}'}, "GRUOPS"),
        ({**BOT, "remember": 3600}, "600"),
        ({**BOT, "lookup_timeout": 0}, "greater than 0"),
    ],
)
def test_what_is_unsafe_or_cannot_have_been_meant_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=f"(?s)^FOOTNOTE_SLACK.*{said}.*\\.$") as told:
        Settings.load(None, slack=given)
    assert not any(secret in str(told.value) for secret in SECRETS)


def test_a_directory_that_everyone_may_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text("{}")
    path.chmod(0o644)
    assert Settings.load(None, slack={**BOT, "directory": path}).slack.directory == path
    path.chmod(0o666)
    with pytest.raises(SettingsError, match="everyone on this machine can write"):
        Settings.load(None, slack={**BOT, "directory": path})


def test_channels_and_user_groups_are_written_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_SLACK__USERGROUPS", '{"S1": ["hr", "board"]}')
    monkeypatch.setenv("FOOTNOTE_SLACK__CHANNELS", '{"C1": {"groups": ["hr"], "unmentioned": "always"}, "G2": {}}')
    slack = Settings.load(None).slack
    assert slack.usergroups == {"S1": ("hr", "board")}
    assert slack.channels["C1"].groups == ("hr",)
    assert slack.channels["C1"].unmentioned == "always"
    assert slack.channels["G2"].groups is None
    assert slack.channels["G2"].unmentioned == "never"


def test_secrets_are_not_written_where_settings_are() -> None:
    settings = Settings.load(None, slack={**BOT, "signing_secret": SIGNING_SECRET})
    assert settings.slack.on
    assert not any(secret in f"{settings!r} {settings} {settings.model_dump_json()}" for secret in SECRETS)
