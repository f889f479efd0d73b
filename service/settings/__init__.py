"""Settings of the service, a module a section; those of ingest are part of them."""

from __future__ import annotations

import ipaddress

from pydantic import Field, ValidationInfo, field_validator

from ingest.settings import IngestSettings
from service.settings.answers import AnswerSettings
from service.settings.models import ChatSettings, RerankSettings, VerifySettings

__all__ = ["AnswerSettings", "ChatSettings", "RerankSettings", "Settings", "VerifySettings"]


class Settings(IngestSettings):
    """Everything that Footnote can be told."""

    host: str = Field("127.0.0.1", description="Address `footnote serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port `footnote serve` listens on.")
    public_url: str | None = Field(None, description="Address people reach the service at; makes links absolute.")
    open_access: bool = Field(
        False,
        validate_default=True,
        description="Answer anyone who can reach a non-loopback address. Without it such an address is refused.",
    )
    chat: ChatSettings = ChatSettings()  # type: ignore[call-arg]
    answer: AnswerSettings = AnswerSettings()  # type: ignore[call-arg]
    rerank: RerankSettings = RerankSettings()  # type: ignore[call-arg]
    verify: VerifySettings = VerifySettings()  # type: ignore[call-arg]

    @field_validator("open_access")
    @classmethod
    def _safe(cls, open_access: bool, info: ValidationInfo) -> bool:
        host = info.data.get("host")
        if not open_access and host is not None and not _is_loopback(host):
            raise ValueError(
                f"{host} can be reached from other machines and nobody is asked who they are. "
                "Listen on 127.0.0.1, or set FOOTNOTE_OPEN_ACCESS=true if everyone who can reach it may read "
                "every public article"
            )
        return open_access

    @field_validator("rerank", "verify")
    @classmethod
    def _chat_is_there(
        cls, section: RerankSettings | VerifySettings, info: ValidationInfo
    ) -> RerankSettings | VerifySettings:
        chat, key = info.data.get("chat"), info.data.get("openai_api_key")
        if section.kind == "chat" and chat is not None and chat.base_url is None and (chat.api_key or key) is None:
            raise ValueError(
                f"FOOTNOTE_{str(info.field_name).upper()}__KIND is chat, but there is no chat model. Set "
                "FOOTNOTE_CHAT__BASE_URL or OPENAI_API_KEY, or choose another kind"
            )
        return section


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
