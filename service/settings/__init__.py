"""Settings of the service, a module a section; those of ingest are part of them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from ingest.settings import IngestSettings
from service.settings.access import AuthSettings, WidgetSettings, is_loopback
from service.settings.answers import AnswerSettings
from service.settings.cache import CacheSettings
from service.settings.http import HttpSettings
from service.settings.keep import KeepSettings
from service.settings.limits import LimitSettings
from service.settings.models import ChatFallbackSettings, ChatSettings, RerankSettings, VerifySettings
from service.settings.slack import SlackSettings
from service.settings.telemetry import TelemetrySettings

__all__ = [
    "AnswerSettings",
    "AuthSettings",
    "CacheSettings",
    "ChatFallbackSettings",
    "ChatSettings",
    "HttpSettings",
    "KeepSettings",
    "LimitSettings",
    "RerankSettings",
    "Settings",
    "SlackSettings",
    "TelemetrySettings",
    "VerifySettings",
    "WidgetSettings",
]


class Settings(IngestSettings):
    """Everything that Footnote can be told."""

    host: str = Field("127.0.0.1", description="Address `footnote serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port `footnote serve` listens on.")
    workers: int = Field(
        1,
        gt=0,
        le=64,
        description="Processes of `footnote serve`; several need a Chroma server (`FOOTNOTE_CHROMA_URL`).",
    )
    shutdown: float = Field(
        30,
        ge=1,
        description="Seconds that answers in progress have to be finished when `footnote serve` is told to stop.",
    )
    drain: float = Field(
        1,
        ge=0,
        description="Seconds after SIGTERM in which connections are still taken while `/readyz` says 503 already, so "
        "that a load balancer learns of it.",
    )
    public_url: str | None = Field(None, description="Address people reach the service at; makes links absolute.")
    auth: AuthSettings = AuthSettings()  # type: ignore[call-arg]
    open_access: bool = Field(
        False,
        validate_default=True,
        description="Answer anyone who can reach the service, from public articles alone, whether or not they show who "
        "they are. Without it, and without authentication, only this machine is answered.",
    )
    widget: Annotated[WidgetSettings, Field(validate_default=True)] = WidgetSettings()  # type: ignore[call-arg]
    chat: ChatSettings = ChatSettings()  # type: ignore[call-arg]
    chat_fallback: Annotated[ChatFallbackSettings, Field(validate_default=True)] = ChatFallbackSettings()  # type: ignore[call-arg]
    limits: LimitSettings = LimitSettings()  # type: ignore[call-arg]
    http: HttpSettings = HttpSettings()  # type: ignore[call-arg]
    answer: AnswerSettings = AnswerSettings()  # type: ignore[call-arg]
    cache: CacheSettings = CacheSettings()  # type: ignore[call-arg]
    keep: KeepSettings = KeepSettings()  # type: ignore[call-arg]
    rerank: RerankSettings = RerankSettings()  # type: ignore[call-arg]
    verify: VerifySettings = VerifySettings()  # type: ignore[call-arg]
    slack: SlackSettings = SlackSettings()  # type: ignore[call-arg]
    telemetry: TelemetrySettings = TelemetrySettings()  # type: ignore[call-arg]

    @field_validator("chat_fallback")
    @classmethod
    def _priced(cls, second: ChatFallbackSettings, info: ValidationInfo) -> ChatFallbackSettings:
        """Beside the limits of cost: they are read first."""
        chat, limits = info.data.get("chat"), info.data.get("limits")
        if chat is None or limits is None or not (limits.cost_per_day or limits.all_cost_per_day):
            return second
        for section, asked, priced in (("CHAT", True, chat), ("CHAT_FALLBACK", second.model is not None, second)):
            if asked and priced.price_input is None and priced.price_output is None:
                raise ValueError(
                    "a most cost of a day is set, but not what models cost. Set "
                    f"FOOTNOTE_{section}__PRICE_INPUT and FOOTNOTE_{section}__PRICE_OUTPUT, or limit tokens instead"
                )
        return second

    @property
    def answers_anyone(self) -> bool:
        """Whether who shows nothing is answered, as a member of `public`."""
        return self.open_access or not self.auth.on

    @field_validator("open_access")
    @classmethod
    def _safe(cls, open_access: bool, info: ValidationInfo) -> bool:
        host, public_url, auth = info.data.get("host"), info.data.get("public_url"), info.data.get("auth")
        if host is None or auth is None:
            return open_access
        if open_access and auth.required:
            raise ValueError(
                "FOOTNOTE_AUTH__REQUIRED refuses who shows no key, and FOOTNOTE_OPEN_ACCESS answers them. Set one of "
                "the two"
            )
        if open_access or auth.on:
            return open_access
        ways = (
            "set FOOTNOTE_AUTH__REQUIRED=true and make keys with `footnote keys create`, or set "
            "FOOTNOTE_OPEN_ACCESS=true if everyone who can reach it may read every public article"
        )
        if not is_loopback(host):
            raise ValueError(
                f"{host} can be reached from other machines and nobody is asked who they are. Listen on 127.0.0.1, or "
                f"{ways}"
            )
        if public_url is not None and not is_loopback(urlsplit(public_url).hostname):
            raise ValueError(
                f"FOOTNOTE_PUBLIC_URL says that people reach this service at {public_url}, and nobody is asked who "
                f"they are: {ways}"
            )
        return open_access

    @field_validator("widget")
    @classmethod
    def _not_everyone(cls, widget: WidgetSettings, info: ValidationInfo) -> WidgetSettings:
        auth, open_access = info.data.get("auth"), info.data.get("open_access")
        if "*" not in widget.origins or auth is None or open_access is None:
            return widget
        if auth.proxy.user_header is not None:
            raise ValueError(
                "FOOTNOTE_WIDGET__ORIGINS is *, and a proxy says who asks: any web site could ask as whoever visits "
                "it. Name the origins of your pages"
            )
        if not open_access and not auth.on:
            raise ValueError(
                "FOOTNOTE_WIDGET__ORIGINS is *, and nobody is asked who they are: any web site that is visited on this "
                "machine could read the articles. Name the origins of your pages"
            )
        return widget

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
