"""Prompts and fixed sentences: versioned files, rendered by name. Imports nothing of Footnote."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# An opening or closing source tag, also with blanks or invisible characters in it or full-width brackets around it.
_SOURCE_TAG = re.compile(r"[<＜﹤](?=[^\w<>]*source)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """Messages ready for a chat model, and which prompt they are."""

    system: str
    user: str
    name: str
    version: str
    hash: str


def render(name: str, version: str, **values: Any) -> Rendered:
    """The messages of a prompt; an undefined variable is an error, not an empty string.

    Raises:
        LookupError: there is no such prompt or version.
    """
    system, user = _template(name, version, "system"), _template(name, version, "user")
    digest = hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()[:16]
    environment = _environment()
    return Rendered(
        environment.from_string(system).render(values).strip(),
        environment.from_string(user).render(values).strip(),
        name,
        version,
        digest,
    )


def phrase(key: str, language: str, /, **values: object) -> str:
    """A fixed sentence in the language asked for, English where it is not translated."""
    return str(_phrases(language).get(key) or _phrases("en")[key]).format_map(values)


@cache
def _phrases(language: str) -> Mapping[str, str]:
    file = files(__name__) / "phrases" / f"{language}.toml"
    if not language.isalpha() or not file.is_file():
        return {}
    return tomllib.loads(file.read_text("utf-8"))


@cache
def _template(name: str, version: str, role: str) -> str:
    file = files(__name__) / name / version / f"{role}.md.j2"
    if not file.is_file():
        raise LookupError(f"There is no prompt {name}/{version}.")
    return file.read_text("utf-8")


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"inert": _inert, "attribute": _attribute}
    return environment


def _inert(text: object) -> str:
    """Text that cannot end the source it stands in, nor begin another; all other text stays as it is."""
    return _SOURCE_TAG.sub("&lt;", str(text))


def _attribute(text: object) -> str:
    """Text on one line that cannot end the quoted attribute it stands in."""
    escaped = str(text).replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())
