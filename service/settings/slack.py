"""Settings of the Slack bot."""

from __future__ import annotations

from pydantic import Field, SecretStr

from ingest.settings import Section


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

    @property
    def on(self) -> bool:
        """Whether there is a bot."""
        return self.bot_token is not None
