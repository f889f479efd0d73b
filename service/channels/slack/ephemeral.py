"""What one person alone sees, and nobody keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.channels.slack.blocks import Message

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


async def say_to_one(client: AsyncWebClient, channel: str, user: str, message: Message, url: str | None = None) -> None:
    """Say it at the address that Slack gave for it, which holds for half an hour, else as an ephemeral message.

    Raises:
        SlackApiError: neither is possible.
    """
    said: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
    if url is not None:
        from slack_sdk.webhook.async_client import AsyncWebhookClient

        webhook = AsyncWebhookClient(url, timeout=client.timeout, ssl=client.ssl, proxy=client.proxy)
        # Slack would put it in place of the message with the button otherwise.
        made = await webhook.send(**said, response_type="ephemeral", replace_original=False)
        if made.status_code == 200:
            return
    await client.chat_postEphemeral(channel=channel, user=user, **said)
