"""Which language the bot speaks of itself."""

from __future__ import annotations

from ingest.language import is_cjk, language_of
from service.channels.slack.contracts import Ask


def language_for(ask: Ask) -> str:
    """The language that the bot speaks of itself to whoever asks: the question's, else that of their Slack."""
    spoken = language_of(ask.text)
    return spoken_in(ask.language) if spoken == "und" else spoken_in(spoken)


def spoken_in(language: str | None) -> str:
    """That of its sentences that comes nearest to a language (`zh-CN`)."""
    return "zh" if language is not None and is_cjk(language[:2]) else "en"
