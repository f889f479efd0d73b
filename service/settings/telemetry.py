"""Settings of what the service tells those who run it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from ingest.settings import Section


class TelemetrySettings(Section):
    """Logs, metrics and traces."""

    logs: Literal["text", "json"] = Field("text", description="Form of the log: `text` for people, `json` a line.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important lines that are logged; `debug` has health checks too."
    )
    log_questions: bool = Field(
        False, description="Log the text of questions. They can be personal: off, no line of the log has any."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Token that reads `/metrics`, beside keys with the scope `admin`."
    )
    otlp_endpoint: str | None = Field(
        None, description="Address of an OTLP/HTTP collector, as `http://127.0.0.1:4318`; turns traces on."
    )
    traces_share: Annotated[float, Field(ge=0, le=1)] = Field(
        1.0, description="Share of requests that are traced; one whose caller traces it always follows the caller."
    )

    @field_validator("otlp_endpoint")
    @classmethod
    def _an_address(cls, endpoint: str | None) -> str | None:
        if endpoint is not None and not endpoint.startswith(("http://", "https://")):
            raise ValueError(f"{endpoint} is not an address like http://127.0.0.1:4318")
        return endpoint
