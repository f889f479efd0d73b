"""Settings of the service; those of ingest are part of them."""

from __future__ import annotations

import ipaddress

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from ingest.settings import IngestSettings, Section


class ChatSettings(Section):
    """The model that writes answers; without one, answers are extracts."""

    model: str = Field("gpt-4o-mini", description="Name of the chat model.")
    base_url: str | None = Field(None, description="Address of an OpenAI-compatible endpoint, up to and with `/v1`.")
    api_key: SecretStr | None = Field(None, description="Key for that endpoint; default: `OPENAI_API_KEY`.")
    temperature: float = Field(0.0, ge=0, le=2, description="0 for the most likely wording.")
    max_tokens: int = Field(700, gt=0, description="Longest answer, in tokens.")
    context_window: int = Field(8192, ge=1024, description="Tokens the model reads and writes together.")
    timeout: float = Field(60, gt=0, description="Seconds until an answer falls back to extracts.")


class AnswerSettings(Section):
    """How questions are answered."""

    evidence: int = Field(6, gt=0, le=50, description="Most passages an answer draws on.")
    sentences: int = Field(4, gt=0, le=20, description="Most sentences of an extractive answer.")
    prompt: str | None = Field(None, description="Version of the prompt for answers, as `v1`; default: the newest.")
    repair_within: float = Field(
        20,
        ge=0,
        description="Seconds in which sentences of the chat model that no source bears may be written again, once.",
    )
    history: int = Field(
        6, ge=0, le=50, description="Most turns before a follow-up that it is read against; 0 for none."
    )
    question_characters: int = Field(2000, gt=0, description="Longest question.")


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


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
