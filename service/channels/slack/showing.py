"""Shows answers in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from service.answer import Answer, AnswerEvent, Completed, Failed
from service.channels.slack.contracts import Ask, Posting, Showing
from service.running import Running

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


class Plainly:
    """One message an answer, once it is whole."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def waiting(self, ask: Ask) -> None:
        """See `Showing.waiting`."""

    async def show(self, ask: Ask, events: AsyncIterator[AnswerEvent], posting: Posting) -> Answer | None:
        """See `Showing.show`."""
        async for event in events:
            if isinstance(event, Completed):
                await self._say(ask, event.answer.text, posting)
                return event.answer
            if isinstance(event, Failed):
                await self.failed(ask, event.detail, posting)
        return None

    async def failed(self, ask: Ask, sentence: str, posting: Posting, again: bool = True) -> None:
        """See `Showing.failed`."""
        button = {
            "type": "button",
            "action_id": "try_again",
            "value": str(posting.number),
            "text": {"type": "plain_text", "text": "Try again"},
        }
        await self._say(ask, sentence, posting, [button] if again else [])

    async def withdraw(self, ask: Ask, posting: Posting) -> None:
        """See `Showing.withdraw`."""
        for ts in posting.messages:
            await self._client.chat_delete(channel=ask.channel, ts=ts)
            await posting.removed(ts)

    async def welcome(self, channel: str, thread: str, language: str | None) -> None:  # noqa: ARG002
        """See `Showing.welcome`."""
        prompts = [{"title": "What is new?", "message": "What is new?"}]
        await self._client.assistant_threads_setSuggestedPrompts(channel_id=channel, thread_ts=thread, prompts=prompts)

    async def _say(self, ask: Ask, text: str, posting: Posting, buttons: list[dict[str, object]] | None = None) -> None:
        blocks: list[dict[str, object]] = [{"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}]
        if buttons:
            blocks.append({"type": "actions", "elements": buttons})
        if ask.ephemeral:
            await self._client.chat_postEphemeral(channel=ask.channel, user=ask.user, text=text, blocks=blocks)
        elif posting.messages:
            await self._client.chat_update(channel=ask.channel, ts=posting.messages[0], text=text, blocks=blocks)
        else:
            said = await self._client.chat_postMessage(
                channel=ask.channel, thread_ts=ask.thread, text=text, blocks=blocks
            )
            await posting.posted(str(said["ts"]))


def build_showing(client: AsyncWebClient, running: Running) -> Showing:  # noqa: ARG001
    """What shows the answers of this service."""
    return Plainly(client)
