"""Which articles somebody may write: only for groups that they have themselves, unless they may do everything."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.exceptions import RequestValidationError

from ingest.article import PUBLIC
from service.errors import Forbidden
from service.identity import Identity


def groups_to_write(asker: Identity, named: Sequence[str] | None) -> tuple[str, ...]:
    """The groups that articles are to be for.

    Who names none writes for the one group they have; who has several has to say which, so that nothing is shown to
    more people than was meant. The owner writes for everybody.

    Raises:
        Forbidden: a group is not theirs.
    """
    if named:
        groups = tuple(dict.fromkeys(g.strip() for g in named))
        foreign = [] if within(asker) is None else [g for g in groups if g not in asker.groups]
        if foreign:
            raise Forbidden(
                f"You may not write for {', '.join(map(repr, foreign))}: name only groups that your key has."
            )
        return groups
    if asker.owner:
        return (PUBLIC,)
    if len(asker.groups) != 1:
        problem = {"type": "groups_missing", "loc": ("body", "groups"), "msg": "has to be named"}
        raise RequestValidationError([problem])
    return asker.groups


def within(asker: Identity) -> tuple[str, ...] | None:
    """The groups whose articles alone they may change; None for all."""
    return None if asker.owner or "admin" in asker.scopes else asker.groups
