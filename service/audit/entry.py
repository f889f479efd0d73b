"""A line of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["done", "failed", "refused"]
OWNER = "owner"
KEY_USED, CREDENTIALS_REFUSED, ACCESS_REFUSED = "credentials.used", "credentials.refused", "access.refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what, when and from where; never a question's text, never a secret.

    `who` is None for nobody in particular, `owner` for a command of the data folder's owner. `times` is how often that
    day, where one line stands for several.
    """

    number: int
    at: str
    who: str | None
    action: str
    target: str | None
    outcome: Outcome
    times: int
    request_id: str | None
    client: str | None
