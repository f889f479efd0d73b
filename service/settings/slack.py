"""Settings of the Slack bot."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from ingest.settings import Section
from service.settings.access import is_loopback

# As in `service.answer` and `service.identity.groups`, which import settings.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_GROUP = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}")
_CHANNEL, _USERGROUP = re.compile(r"[CG][A-Z0-9]+"), re.compile(r"S[A-Z0-9]+")


def _members(value: object) -> object:
    """What the environment has as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_once)
    except json.JSONDecodeError:
        raise ValueError('it has to be JSON, as {"C0123456789": {…}}') from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is in it twice")
    return found


def _groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    bad = next((name for name in groups if not name.strip() or not _GROUP.fullmatch(name)), None)
    if bad is not None:
        raise ValueError(f"{bad!r} is no name of a group: it is one line of at most 200 characters")
    return groups


class ChannelSettings(Section):
    """How the bot behaves in one channel."""

    groups: tuple[str, ...] | None = None
    language: str | None = None
    unmentioned: Literal["never", "when_sure", "always"] = "never"
    silent: bool = False
    guests: bool = False
    external: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.groups is not None:
            _groups(self.groups)
            if not self.groups:
                raise ValueError("a channel with an empty list of groups could read nothing. Name them, or none at all")
        if self.language is not None and not _LANGUAGE.fullmatch(self.language):
            raise ValueError(f"{self.language!r} is no tag of a language: write en, or zh-Hans")
        return self


class SlackSettings(Section):
    """The bot of one Slack workspace."""

    bot_token: SecretStr | None = Field(None, description="Token of the bot (`xoxb-…`); without it there is none.")
    signing_secret: SecretStr | None = Field(
        None,
        description="Secret that Slack signs with what it sends to `/slack/events`; without it nothing is taken there.",
    )
    app_token: SecretStr | None = Field(
        None, description="Token of the app (`xapp-…`, scope `connections:write`): Slack is asked over a WebSocket."
    )
    api_url: str = Field("https://slack.com/api/", description="Address of Slack's Web API.")
    at_once: int = Field(8, ge=1, le=64, description="Most questions that one process answers in Slack at a time.")
    directory: Path | None = Field(
        None,
        description="File that gives the groups of people by e-mail address: `.json`, as "
        '`{"ana@example.com": ["hr"]}`, or `.csv` with a first line `email,groups`. It is read again when it changes.',
    )
    usergroups: Annotated[dict[str, tuple[str, ...]], NoDecode, BeforeValidator(_members)] = Field(
        {}, description='Groups that members of a user group of Slack belong to, as `{"S0123456789": ["hr"]}`.'
    )
    channels: Annotated[dict[str, ChannelSettings], NoDecode, BeforeValidator(_members)] = Field(
        {},
        description='How the bot behaves where, as `{"C0123456789": {"groups": ["hr"], "language": "zh"}}`. `groups`: '
        "what everyone who reads the channel may read; `language` of answers; `unmentioned`: `always`, `when_sure` or "
        "`never` answer who does not name the bot; `silent`: say nothing rather than decline; `guests`, `external`: "
        "answer although guests, or people of other workspaces, read along.",
    )
    guests: bool = Field(False, description="Treat guests of the workspace as its members.")
    remember: float = Field(
        60, ge=0, le=600, description="Seconds for which people, channels and user groups are not looked up again."
    )
    lookup_timeout: float = Field(
        15, gt=0, le=120, description="Seconds in which it has to be found out who may see what, or nobody is answered."
    )
    stale: bool = Field(False, description="Say so in a thread when an article that an answer there cites has changed.")
    stale_days: float = Field(
        30, gt=0, le=3650, description="Days for which answers are watched for it; older ones are left as they are."
    )

    @property
    def on(self) -> bool:
        """Whether there is a bot."""
        return self.bot_token is not None

    @field_validator("bot_token", "app_token", "signing_secret")
    @classmethod
    def _secret(cls, secret: SecretStr | None, info: Any) -> SecretStr | None:
        if secret is None:
            return None
        value, begins = secret.get_secret_value(), {"bot_token": "xoxb-", "app_token": "xapp-"}.get(info.field_name, "")
        if not value.startswith(begins):
            raise ValueError(f"it has to begin with {begins}: copy the right one from the settings of the Slack app")
        if not 16 <= len(value) <= 500 or not value.isascii() or any(c.isspace() or not c.isprintable() for c in value):
            raise ValueError("it is too short or long for Slack's, or has spaces in it: copy it again, and all of it")
        return secret

    @field_validator("api_url")
    @classmethod
    def _api(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("it has to be a whole address that begins with https://")
        if parts.username or parts.password:
            raise ValueError("it has a password in it, which logs would show. Leave it out")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("the bot's token would be sent over http, where anyone between can read it. Use https://")
        return address

    @field_validator("directory")
    @classmethod
    def _readable(cls, path: Path | None) -> Path | None:
        if path is not None and path.suffix.lower() not in (".json", ".csv"):
            raise ValueError(f"{path} has to end in .json or .csv, which says how it is read")
        if path is not None and not path.is_file():
            raise ValueError(f"there is no file {path}. Name the one with the groups of people, or none")
        if path is not None and path.stat().st_mode & stat.S_IWOTH:
            raise ValueError(f"everyone on this machine can write {path}, and with it decide what they may read")
        return path

    @field_validator("usergroups")
    @classmethod
    def _mapped(cls, found: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, groups in found.items():
            if not _USERGROUP.fullmatch(name):
                raise ValueError(f"{name!r} is no id of a user group: those begin with S, as S0123456789")
            _groups(groups)
        return found

    @field_validator("channels")
    @classmethod
    def _named(cls, found: dict[str, ChannelSettings]) -> dict[str, ChannelSettings]:
        bad = next((name for name in found if not _CHANNEL.fullmatch(name)), None)
        if bad is not None:
            raise ValueError(f"{bad!r} is no id of a channel: those begin with C or G, as C0123456789. See About there")
        return found

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.bot_token is None:
            if self.app_token is not None or self.signing_secret is not None:
                raise ValueError(
                    "Slack is to reach the service, but there is no bot to answer. Set FOOTNOTE_SLACK__BOT_TOKEN, or "
                    "leave FOOTNOTE_SLACK__APP_TOKEN and FOOTNOTE_SLACK__SIGNING_SECRET out"
                )
            return self
        if self.app_token is None and self.signing_secret is None:
            raise ValueError(
                "there is a bot that nobody can ask. Set FOOTNOTE_SLACK__APP_TOKEN (Slack is asked over a WebSocket), "
                "or FOOTNOTE_SLACK__SIGNING_SECRET (Slack sends to /slack/events)"
            )
        if self.bot_token.get_secret_value() in (self._plain(self.app_token), self._plain(self.signing_secret)):
            raise ValueError("one secret stands in two places. Copy each from the settings of the Slack app")
        return self

    @staticmethod
    def _plain(secret: SecretStr | None) -> str | None:
        return None if secret is None else secret.get_secret_value()
