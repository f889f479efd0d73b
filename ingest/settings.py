"""Settings of ingest, from `FOOTNOTE_*` environment variables and `.env`; unknown names are refused."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ingest.errors import SettingsError

PREFIX = "FOOTNOTE_"
DELIMITER = "__"


class Section(BaseModel):
    """A group of settings; a misspelt member is an error, not a silent default."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)


class EmbeddingSettings(Section):
    """What turns text into vectors."""

    provider: Literal["local", "openai", "hashing", "none"] = Field(
        "local",
        description="`local` runs multilingual-e5-small from the installed package, `openai` calls an "
        "OpenAI-compatible endpoint, `hashing` is a deterministic stand-in for tests, `none` leaves keywords alone.",
    )
    model: str = Field("multilingual-e5-small", description="Name of the embedding model.")
    path: Path | None = Field(None, description="Weights of the local model; default: those the package ships.")
    base_url: str | None = Field(None, description="Address of an OpenAI-compatible embeddings endpoint.")
    api_key: SecretStr | None = Field(None, description="Key for that endpoint; default: `OPENAI_API_KEY`.")
    dimensions: Annotated[int, Field(gt=0)] | None = Field(None, description="Dimensions to ask the endpoint for.")
    threads: int = Field(2, gt=0, le=64, description="Texts the local model embeds at the same time.")
    batch: int = Field(64, gt=0, le=2048, description="Texts in one call to the embedder.")
    concurrency: int = Field(
        1, gt=0, le=64, description="Calls to the embedder at the same time; more help an endpoint."
    )
    per_minute: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Most texts embedded in a minute; default: as many as there is time for."
    )
    price: Annotated[float, Field(ge=0)] | None = Field(
        None, description="What a million tokens cost, for `footnote ingest --plan`; default: OpenAI's list price."
    )
    timeout: float = Field(60, gt=0, description="Seconds one call to the endpoint may take.")
    question_timeout: float = Field(
        5, gt=0, description="Seconds a question waits for the endpoint; then keywords alone are searched."
    )


class ChunkSettings(Section):
    """How articles are cut."""

    size: int = Field(
        1000, ge=200, le=8000, description="Most characters in a chunk; a CJK character counts as two and a half."
    )


class DuplicateSettings(Section):
    """What counts as the same article."""

    least: float = Field(
        0.9,
        ge=0.5,
        le=1,
        description="Share of word runs in common from which two articles with equal numbers are kept once; 1: equal "
        "words only.",
    )


class RemovalSettings(Section):
    """How many articles a source may lose in one run."""

    share: float = Field(
        0.2, ge=0, le=1, description="Largest share of a source's articles that a run removes unasked."
    )
    articles: int = Field(10, ge=0, description="So many articles may always go, whatever share they are.")


class LimitSettings(Section):
    """What is too much."""

    file_bytes: int = Field(50_000_000, gt=0, description="Largest file that ingest reads, in bytes.")
    article_characters: int = Field(10_000_000, gt=0, description="Longest article, in characters of clean text.")


class WebSettings(Section):
    """How Footnote behaves towards web servers, and what it takes from them."""

    user_agent: str = Field(
        "Footnote/0.1 (article indexer)",
        pattern=r"^[A-Za-z][A-Za-z_-]*(/[A-Za-z0-9.]+)?( [\x20-\x7e]+)?$",
        description="What Footnote calls itself; robots.txt is asked for the name before the slash.",
    )
    timeout: float = Field(
        30, gt=0, description="Seconds that one request to a web server may take in all, from connecting to the end."
    )
    max_bytes: int = Field(20_000_000, gt=0, description="Largest page or feed that is read, in bytes when unpacked.")
    max_redirects: int = Field(5, ge=0, le=20, description="Redirects followed for one page.")
    pace: float = Field(
        1.0, ge=0, description="Seconds between two requests to the same host; robots.txt may ask for more."
    )
    allow_private_addresses: bool = Field(
        False,
        description="Read from private and loopback addresses too, and from any port: for an intranet whose pages "
        "are trusted. Link-local addresses (cloud metadata) are refused even then.",
    )
    max_pages: int = Field(10_000, gt=0, description="Pages taken from one sitemap or feed.")

    @property
    def product(self) -> str:
        """The name that robots.txt rules are looked up by."""
        return self.user_agent.split("/")[0].split(" ")[0]


class IngestSettings(BaseSettings):
    """Everything that ingest can be told."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
    )

    data: Path = Field(Path("data"), description="Folder that holds the catalogue, the keyword index and Chroma.")
    sources: Path = Field(
        Path("sources.toml"), description="File that lists the sources of `footnote ingest` without arguments."
    )
    chroma_url: str | None = Field(None, description="Address of a Chroma server; default: Chroma inside `data`.")
    chroma_timeout: float = Field(
        5, gt=0, description="Seconds that a search in the Chroma server may take; then keywords alone answer."
    )
    chroma_tenant: str = Field("default_tenant", description="Tenant on that server.")
    chroma_database: str = Field("default_database", description="Database of that tenant.")
    chroma_token: SecretStr | None = Field(None, description="Token that the server, or Chroma Cloud, asks for.")
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key for OpenAI; also turns on generated answers."
    )
    embedding: EmbeddingSettings = EmbeddingSettings()  # type: ignore[call-arg]
    chunk: ChunkSettings = ChunkSettings()  # type: ignore[call-arg]
    limits: LimitSettings = LimitSettings()  # type: ignore[call-arg]
    web: WebSettings = WebSettings()  # type: ignore[call-arg]
    removal: RemovalSettings = RemovalSettings()  # type: ignore[call-arg]
    duplicates: DuplicateSettings = DuplicateSettings()  # type: ignore[call-arg]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What else stands in `.env` is other programs' and no mistake."""
        return init_settings, env_settings, _Ours(settings_cls, dotenv_settings), file_secret_settings

    @classmethod
    def load(cls, env_file: Path | None = Path(".env"), **given: Any) -> Self:
        """Read the environment and `.env`; `given` (command-line options) wins where it is not None.

        Raises:
            SettingsError: a name is unknown or a value does not fit; the message names each one.
        """
        names = set(cls.environment_names())
        cls._refuse_unknown(os.environ, names, "the environment")
        dotenv: dict[str, Any] = {}
        if env_file is not None and env_file.is_file():
            cls._refuse_unknown(_variables(env_file), names, str(env_file))
            dotenv["_env_file"] = env_file
        values = {name: value for name, value in given.items() if value is not None}
        try:
            return cls(**dotenv, **values)
        except ValidationError as error:
            raise SettingsError(" ".join(cls._explain(error))) from None

    @classmethod
    def environment_names(cls) -> Iterator[str]:
        """Every environment variable that is understood, in order."""
        for name, _ in described(cls):
            yield name

    @classmethod
    def _refuse_unknown(cls, variables: Mapping[str, str], names: set[str], where: str) -> None:
        for variable in variables:
            if variable.upper().startswith(PREFIX) and variable.upper() not in names:
                bare = variable.upper().removeprefix(PREFIX)
                near = [bare] if bare in names else difflib.get_close_matches(variable.upper(), names, n=1, cutoff=0.5)
                hint = f" Did you mean {near[0]}?" if near else " See docs/settings.md for all settings."
                raise SettingsError(f"{variable} (set in {where}) is not a setting of Footnote.{hint}")

    @staticmethod
    def _explain(error: ValidationError) -> Iterator[str]:
        for one in error.errors(include_url=False, include_input=False):
            place = [str(part) for part in one["loc"]]
            name = place[0] if place and place[0].isupper() else PREFIX + DELIMITER.join(place).upper()
            said = one["msg"].removeprefix("Value error, ").rstrip(".")
            yield f"{name}: {said}." if place else f"{said}."


class _Ours(PydanticBaseSettingsSource):
    """The settings in `.env` that are Footnote's."""

    def __init__(self, settings_cls: type[BaseSettings], everything: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._everything = everything

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As `.env` has it."""
        return self._everything.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        """By field, or by the name a field has in the environment."""
        fields = self.settings_cls.model_fields
        ours = {*fields, *(str(info.validation_alias) for info in fields.values())}
        return {name: value for name, value in self._everything().items() if name in ours}


def _variables(env_file: Path) -> dict[str, str]:
    from dotenv import dotenv_values

    try:
        return {name: value or "" for name, value in dotenv_values(env_file).items()}
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} is not UTF-8: save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{env_file} cannot be read: {error.strerror}. Check its permissions.") from None


def described(settings: type[BaseModel], prefix: str = PREFIX) -> Iterator[tuple[str, str]]:
    """(environment variable, description) of every setting, nested ones included."""
    for name, info in settings.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from described(info.annotation, f"{prefix}{name.upper()}{DELIMITER}")
        else:
            alias = info.validation_alias
            yield (alias if isinstance(alias, str) else prefix + name.upper()), info.description or ""
