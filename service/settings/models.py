"""Settings of the models that write, order and judge."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, HttpUrl, SecretStr, TypeAdapter, ValidationError, model_validator

from ingest.settings import Section

_ADDRESS = TypeAdapter(HttpUrl)
# What a header can carry.
_KEY = re.compile(r"[!-~]+")


class ChatSettings(Section):
    """The model that writes answers; without one, answers are extracts."""

    model: str = Field("gpt-4o-mini", description="Name of the chat model.")
    base_url: str | None = Field(None, description="Address of an OpenAI-compatible endpoint, up to and with `/v1`.")
    api_key: SecretStr | None = Field(None, description="Key for that endpoint; default: `OPENAI_API_KEY`.")
    temperature: float = Field(0.0, ge=0, le=2, description="0 for the most likely wording.")
    max_tokens: int = Field(700, gt=0, description="Longest answer, in tokens.")
    context_window: int = Field(8192, ge=1024, description="Tokens the model reads and writes together.")
    timeout: float = Field(
        60, gt=0, description="Seconds that all calls to models for one answer may take together; then it is extracts."
    )
    connect_timeout: float = Field(5, gt=0, description="Seconds until the endpoint has to take a connection.")
    first_token_timeout: float = Field(30, gt=0, description="Seconds until the model has to begin to write.")
    stall_timeout: float = Field(15, gt=0, description="Longest silence, in seconds, between two pieces of an answer.")
    retries: int = Field(
        2,
        ge=0,
        le=10,
        description="Most times a call is tried again that failed before the model wrote: after 429, 5xx, a lost "
        "connection, or a time-out.",
    )
    breaker_failures: int = Field(
        5, gt=0, description="After so many failures in a row the endpoint is left alone for a while."
    )
    breaker_seconds: float = Field(30, gt=0, description="Seconds until one call tries whether it works again.")
    price_input: Annotated[float, Field(ge=0)] | None = Field(
        None, description="What a million tokens sent to the endpoint cost; default: not known."
    )
    price_output: Annotated[float, Field(ge=0)] | None = Field(
        None, description="What a million tokens that its models write cost; default: not known."
    )


class ChatFallbackSettings(Section):
    """A second model that writes where the first fails; without one, answers are extracts then."""

    model: str | None = Field(None, description="Name of a second chat model, asked where the first fails.")
    base_url: str | None = Field(
        None, description="Address of its OpenAI-compatible endpoint; default: that of the first."
    )
    api_key: SecretStr | None = Field(
        None, description="Key for that endpoint; default: that of the first, where the address is the same."
    )
    price_input: Annotated[float, Field(ge=0)] | None = Field(
        None, description="What a million tokens sent to the second model cost; default: not known."
    )
    price_output: Annotated[float, Field(ge=0)] | None = Field(
        None, description="What a million tokens of the second model cost; default: not known."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.model is None and (self.base_url is not None or self.api_key is not None):
            raise ValueError(
                "an address or key of a second chat model is set, but not which model. Set "
                "FOOTNOTE_CHAT_FALLBACK__MODEL, or leave out FOOTNOTE_CHAT_FALLBACK__BASE_URL and "
                "FOOTNOTE_CHAT_FALLBACK__API_KEY"
            )
        return self


def _check_address(section: str, url: str | None) -> None:
    if not url:
        raise ValueError(f"{section}__KIND is http, but there is no address to ask. Set {section}__URL")
    try:
        _ADDRESS.validate_python(url)
    except ValidationError:
        raise ValueError(f"{section}__URL has to be a whole address that begins with http:// or https://") from None
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError(f"{section}__URL has a password in it, which logs would show. Set {section}__API_KEY instead")


def _check_key(section: str, key: SecretStr | None) -> None:
    if key is not None and not _KEY.fullmatch(key.get_secret_value()):
        raise ValueError(
            f"{section}__API_KEY has a letter or a line break that no request can carry. Copy the key anew"
        )


def _check_folder(section: str, kind: str, path: Path | None) -> None:
    if kind == "onnx" and path is None:
        raise ValueError(f"{section}__KIND is onnx, but no model is named. Set {section}__PATH to its folder")
    if kind != "onnx" and path is not None:
        raise ValueError(
            f"{section}__PATH names a model, but {section}__KIND is {kind}. Set that to onnx, or leave out the path"
        )


def _check_no_model(section: str, kind: str, model: str | None) -> None:
    if model is not None:
        raise ValueError(
            f"{section}__MODEL names a model to ask for, but {section}__KIND is {kind}. Choose the kind that asks for "
            "one, or leave out the model"
        )


class RerankSettings(Section):
    """What orders the best passages of a search anew; by default nothing does."""

    kind: Literal["none", "http", "onnx", "chat"] = Field(
        "none",
        description="`http` asks a rerank endpoint, `onnx` runs a cross-encoder on this machine, `chat` has the chat "
        "model put passages in order, `none` leaves the order of the search.",
    )
    url: str | None = Field(
        None, description="Whole address of the rerank endpoint, as `https://rerank.example/v1/rerank`."
    )
    form: Literal["cohere", "tei"] = Field(
        "cohere",
        description="What that endpoint speaks: `cohere` is the form of Cohere, Jina, vLLM and llama.cpp, `tei` that "
        "of Text Embeddings Inference.",
    )
    api_key: SecretStr | None = Field(None, description="Key for that endpoint, sent as a bearer token.")
    model: str | None = Field(
        None, description="Name of the reranking model at the endpoint; with `chat`, default: the chat model."
    )
    path: Path | None = Field(None, description="Folder of the cross-encoder, with `model.onnx` and `tokenizer.json`.")
    threads: int = Field(2, gt=0, le=64, description="Passages the cross-encoder reads at the same time.")
    timeout: float = Field(
        5,
        gt=0,
        le=120,
        description="Seconds that reranking may take for one question; the order stays where it is late.",
    )
    depth: int = Field(20, ge=2, le=100, description="So many of the best passages are reranked; the rest stay below.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "http":
            _check_address("FOOTNOTE_RERANK", self.url)
            _check_key("FOOTNOTE_RERANK", self.api_key)
            if self.form == "cohere" and not self.model:
                raise ValueError(
                    "a rerank endpoint has to be told its model. Set FOOTNOTE_RERANK__MODEL, or "
                    "FOOTNOTE_RERANK__FORM=tei if it serves one model alone"
                )
        elif self.url is not None or self.api_key is not None:
            raise ValueError(
                f"an address or key of a rerank endpoint is set, but FOOTNOTE_RERANK__KIND is {self.kind}. Set it to "
                "http, or leave out FOOTNOTE_RERANK__URL and FOOTNOTE_RERANK__API_KEY"
            )
        if self.kind in ("none", "onnx"):
            _check_no_model("FOOTNOTE_RERANK", self.kind, self.model)
        _check_folder("FOOTNOTE_RERANK", self.kind, self.path)
        return self


class VerifySettings(Section):
    """What decides on sentences of a chat model whose words alone do not tell whether a quote bears them."""

    kind: Literal["none", "onnx", "chat"] = Field(
        "none",
        description="`onnx` runs an entailment model on this machine, `chat` asks the chat model, `none` leaves words, "
        "numbers, names and negation to decide.",
    )
    model: str | None = Field(None, description="Model that judges, with `chat`; default: the chat model.")
    path: Path | None = Field(
        None, description="Folder of the entailment model, with `model.onnx`, `tokenizer.json` and `config.json`."
    )
    timeout: float = Field(
        10, gt=0, le=120, description="Seconds that judging one answer may take; words decide where it is late."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind != "chat":
            _check_no_model("FOOTNOTE_VERIFY", self.kind, self.model)
        _check_folder("FOOTNOTE_VERIFY", self.kind, self.path)
        return self
