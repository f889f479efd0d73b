"""Prompts and fixed sentences: versioned files, rendered by name. Imports nothing of Footnote."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from prompts.escaping import attribute, inert, seen

__all__ = ["Prompt", "Rendered", "newest", "phrase", "prompt", "render", "seen", "versions"]

_ROLES = ("system", "user")
_FENCE = "+++\n"
_FIELDS = {"name": str, "version": str, "purpose": str, "changed": str, "variables": list}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt: its front matter, its two templates, and the hash of these."""

    name: str
    version: str
    purpose: str
    changed: str
    variables: frozenset[str]
    system: str
    user: str
    hash: str


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
        ValueError: its front matter does not fit its templates.
    """
    made = prompt(name, version)
    return Rendered(
        _template(made.system).render(values).strip(),
        _template(made.user).render(values).strip(),
        name,
        version,
        made.hash,
    )


@lru_cache(maxsize=64)
def _template(source: str) -> Any:
    return _environment().from_string(source)


@cache
def prompt(name: str, version: str) -> Prompt:
    """A version of a prompt, read and checked.

    Raises:
        LookupError: there is no such prompt or version.
        ValueError: its front matter does not fit its templates.
    """
    if version not in versions(name):
        raise LookupError(f"There is no prompt {name}/{version}.")
    texts = [(files(__name__) / name / version / f"{role}.md.j2").read_text("utf-8") for role in _ROLES]
    head, system = _parted(texts[0], f"{name}/{version}/system.md.j2")
    user = texts[1]
    if (head["name"], head["version"]) != (name, version):
        raise ValueError(f"The front matter of prompts/{name}/{version} is that of {head['name']}/{head['version']}.")
    used = _variables(system) | _variables(user)
    if used != set(head["variables"]):
        differing = ", ".join(sorted(used ^ set(head["variables"])))
        raise ValueError(f"The front matter of prompts/{name}/{version} and its templates differ in: {differing}.")
    digest = hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()[:16]
    return Prompt(name, version, head["purpose"], head["changed"], frozenset(used), system, user, digest)


def versions(name: str) -> list[str]:
    """The versions of a prompt, oldest first; none where there is no such prompt."""
    folder = files(__name__) / name
    if not name.isidentifier() or not folder.is_dir():
        return []
    found = [f.name for f in folder.iterdir() if f.name[:1] == "v" and f.name[1:].isdecimal()]
    return sorted(found, key=lambda version: int(version[1:]))


def newest(name: str) -> str:
    """The newest version of a prompt.

    Raises:
        LookupError: there is no such prompt.
    """
    found = versions(name)
    if not found:
        raise LookupError(f"There is no prompt {name}.")
    return found[-1]


def phrase(key: str, language: str, /, **values: object) -> str:
    """A fixed sentence in the language asked for, English where it is not translated."""
    return str(_phrases(language).get(key) or _phrases("en")[key]).format_map(values)


@cache
def _phrases(language: str) -> Mapping[str, str]:
    file = files(__name__) / "phrases" / f"{language}.toml"
    if not language.isalpha() or not file.is_file():
        return {}
    return tomllib.loads(file.read_text("utf-8"))


def _parted(text: str, file: str) -> tuple[dict[str, Any], str]:
    """The front matter, TOML between two lines of `+++`, and what follows it."""
    _, fence, rest = text.partition(_FENCE)
    head, end, body = rest.partition(f"\n{_FENCE}")
    if not text.startswith(_FENCE) or not fence or not end:
        raise ValueError(f"The prompt {file} has no front matter: begin it with TOML between two lines of +++.")
    try:
        read = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The front matter of {file} is not TOML: {error}.") from None
    wrong = [field for field, kind in _FIELDS.items() if not isinstance(read.get(field), kind)]
    if wrong or read.keys() != _FIELDS.keys():
        wanted = ", ".join(_FIELDS)
        raise ValueError(f"The front matter of {file} has to have {wanted}, and nothing else.")
    return read, body


def _variables(template: str) -> set[str]:
    from jinja2 import meta

    return set(meta.find_undeclared_variables(_environment().parse(template)))


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"inert": inert, "attribute": attribute}
    return environment
