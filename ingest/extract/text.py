"""Plain text: one block a physical line, empty lines included; cleaning joins and names them."""

from __future__ import annotations

import re

from ingest.extract import signature
from ingest.extract.base import Block, Draft
from ingest.extract.encoding import decode

_BREAK = re.compile(r"\r\n|[\r\n\v\x85\u2028\u2029]")


def extract(data: bytes, name: str) -> Draft:
    """Read a text file in whatever encoding it is."""
    decoded = decode(data, name)
    if not decoded.text.strip():
        raise signature.textless(name)
    # A form feed is where a printed page ended: like an empty line, it separates.
    lines = _BREAK.split(decoded.text.replace("\f", "\n\n"))
    if lines[-1] == "":
        lines.pop()
    return Draft(blocks=tuple(Block("line", line) for line in lines), metadata=decoded.metadata)
