"""Keeps what schemathesis makes up on this machine: addresses that are to be read lead nowhere else."""

from __future__ import annotations

from typing import Any

import schemathesis

NOWHERE = "http://127.0.0.1:9/"


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Let web addresses of sources be those of a port that nothing listens on."""
    sources = body.get("sources") if isinstance(body, dict) else None
    for one in sources if isinstance(sources, list) else ():
        if isinstance(one, dict) and isinstance(one.get("address"), str) and one["address"].strip().startswith("http"):
            one["address"] = NOWHERE + one["address"].strip()[-12:].replace(" ", "")
    return body
