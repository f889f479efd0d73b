"""Names of groups and people, as somebody else's header or token writes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ingest.article import PUBLIC
from service.errors import NotAllowed
from service.identity.identity import EVERYTHING, Identity, Scope
from service.settings import AuthSettings

# A name on one line, with something to be seen.
NAME = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\x00-\x1f\x7f-\x9f\u2028\u2029\s][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
LONGEST = 200
_NAME = re.compile(NAME)
_MOST_GROUPS = 1000


def groups_of(value: object, where: str) -> tuple[str, ...]:
    """A list of names, or one text with commas or, without any, with spaces between them.

    Raises:
        NotAllowed: it is neither. Who cannot be placed is let in nowhere, rather than with some of their groups.
    """
    names: Sequence[object]
    if value is None:
        names = ()
    elif isinstance(value, str):
        names = value.split(",") if "," in value else value.split()
    elif isinstance(value, list):
        names = value
    else:
        raise NotAllowed(f"The groups in {where} cannot be read: they have to be a list of names.")
    found = [name.strip() for name in names if isinstance(name, str)]
    if len(found) != len(names) or len(found) > _MOST_GROUPS or not all(_readable(name) for name in found if name):
        raise NotAllowed(f"The groups in {where} cannot be read: they have to be a list of names.")
    return tuple(dict.fromkeys(name for name in found if name))


def person_of(value: object, where: str) -> str:
    """The name that tells a person from all others.

    Raises:
        NotAllowed: it is none.
    """
    if not isinstance(value, str) or not _readable(value):
        raise NotAllowed(f"{where} does not name who asks.")
    return value.strip()


def member(name: str, groups: Sequence[str], auth: AuthSettings) -> Identity:
    """Somebody who belongs to those groups; what is public is for them, too."""
    return Identity(tuple(dict.fromkeys((PUBLIC, *groups))), name, _scopes(groups, auth))


def _scopes(groups: Collection[str], auth: AuthSettings) -> frozenset[Scope]:
    if auth.admin_group in groups:
        return EVERYTHING
    return frozenset(("ask", "ingest")) if auth.ingest_group in groups else frozenset(("ask",))


def _readable(name: str) -> bool:
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None
