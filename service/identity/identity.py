"""Somebody who asks, as far as it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.article import PUBLIC
from service.errors import Forbidden

Scope = Literal["ask", "ingest", "admin"]
EVERYTHING: frozenset[Scope] = frozenset(("ask", "ingest", "admin"))


@dataclass(frozen=True, slots=True)
class Identity:
    """`groups` decide which articles exist for them, `scopes` what they may do.

    `name` is the same for every request of one key or person; None where nobody was asked who they are. The `owner` of
    the data folder, who can read its files anyway, belongs to whatever groups they name. `address` is where they ask
    from, None where that is not known. `key` is the id of the API key that was shown, where it was one itself.
    """

    groups: tuple[str, ...] = (PUBLIC,)
    name: str | None = None
    scopes: frozenset[Scope] = frozenset(("ask",))
    owner: bool = False
    key: str | None = None
    address: str | None = None

    @property
    def sees(self) -> tuple[str, ...] | None:
        """The groups whose articles are theirs to see; None for everyone's."""
        return None if self.owner else self.groups

    def narrowed(self, groups: Sequence[str] | None) -> tuple[str, ...]:
        """Those of the asker's groups that were named; naming others gives no more."""
        if groups is None:
            return self.groups
        return tuple(groups) if self.owner else tuple(g for g in self.groups if g in groups)

    def require(self, scope: Scope) -> None:
        """Let nobody pass who may not do this.

        Raises:
            Forbidden: the scope is not among theirs.
        """
        if scope not in self.scopes:
            raise Forbidden(f"This needs the scope {scope}: ask whoever runs this service for a key that has it.")


def personal(name: str | None) -> str | None:
    """The name that what somebody asks is kept under; None, as for nobody in particular, where many share a name.

    All visitors of a page whose widget tokens name no user are `widget:` and the key: none may see what another asked.
    """
    return None if name is not None and name.startswith("widget:") and name.count(":") == 1 else name
