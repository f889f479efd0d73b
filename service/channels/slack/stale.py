"""Tells a thread that an article which an answer there cites has changed, or is not there any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ingest.index import Catalogue
from prompts import phrase
from service.channels.slack.blocks import Rendering
from service.channels.slack.faults import code_of
from service.channels.slack.groups import SlackGroups
from service.channels.slack.mrkdwn import line, mrkdwn
from service.channels.slack.watched import Note, Watched
from service.errors import FootnoteError, Forbidden

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)
# Seconds between two looks; where nothing has changed, one costs next to nothing.
_EVERY = 0.5
_EVENT = "footnote_stale"
_LONGEST_TITLE = 150
# The thread is not there any more, or the bot may not write there: a note would be told to nobody.
_NOWHERE = (
    *("channel_not_found", "thread_not_found", "message_not_found", "is_archived", "not_in_channel"),
    *("invalid_thread_ts", "restricted_action", "cannot_reply_to_message", "channel_is_archived"),
)


class Stale:
    """Looks for changes, and posts a note of them in each thread, once."""

    def __init__(
        self,
        client: AsyncWebClient,
        catalogue: Catalogue,
        watched: Watched,
        groups: SlackGroups,
        every: float = _EVERY,
    ) -> None:
        self._client, self._catalogue, self._watched, self._groups = client, catalogue, watched, groups
        self._every, self._seen = every, ""
        self._rendering = Rendering()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what has changed while nobody looked."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop; what is being posted is finished by whoever comes next."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except FootnoteError as error:
                _log.warning("Threads in Slack are told later what has changed. %s", error)
            except Exception:
                _log.exception("threads in Slack are told later what has changed")
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Find what has changed, and post what there is to post."""
        seen = await asyncio.to_thread(self._catalogue.fingerprint)
        if seen != self._seen:
            await asyncio.to_thread(self._watched.find)
            self._seen = seen
        while (note := await asyncio.to_thread(self._watched.take)) is not None:
            if await self._dealt_with(note):
                await asyncio.to_thread(self._watched.done, note)

    async def _dealt_with(self, note: Note) -> bool:
        """Whether there is nothing left to do for a note."""
        try:
            readers = await self._groups.readers(note.channel, note.user, note.language)
            if not set(note.groups) <= set(readers):
                return True  # the answer was for others than those who read the thread now
            if not (note.again and await self._is_there(note)):
                await self._post(note)
        except Forbidden:
            return True
        except FootnoteError as error:
            _log.warning("A thread in Slack is told later what has changed. %s", error)
            return False
        except Exception as error:
            code = code_of(error)
            _log.warning("A note could not be posted in %s: %s", note.channel, code or type(error).__name__)
            return code in _NOWHERE
        return True

    async def _post(self, note: Note) -> None:
        said = [
            phrase(key, note.language, titles=_titles(titles, note.language))
            for key, titles in (("slack_stale_changed", note.changed), ("slack_stale_gone", note.gone))
            if titles
        ]
        await self._client.chat_postMessage(
            channel=note.channel,
            thread_ts=note.thread,
            text=mrkdwn(" ".join(said)),
            blocks=[block for sentence in said for block in self._rendering.said(sentence)],
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": _EVENT, "event_payload": _payload(note)},
        )

    async def _is_there(self, note: Note) -> bool:
        """Whether a process that began to post it came that far."""
        cursor: str | None = None
        while cursor != "":
            told: Any = await self._client.conversations_replies(
                channel=note.channel,
                ts=note.thread,
                oldest=note.message,
                include_all_metadata=True,
                limit=200,
                cursor=cursor,
            )
            for message in told["messages"]:
                about = message.get("metadata") or {}
                if about.get("event_type") == _EVENT and about.get("event_payload") == _payload(note):
                    return True
            cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
        return False


def _payload(note: Note) -> dict[str, str]:
    """Tells a note from all others, also from those of a catalogue that was begun anew."""
    return {"note": str(note.number), "answer": note.message, "answered_at": note.answered_at}


def _titles(titles: Sequence[str], language: str) -> str:
    return phrase("missing_join", language).join(f"“{line(title)[:_LONGEST_TITLE]}”" for title in titles)
