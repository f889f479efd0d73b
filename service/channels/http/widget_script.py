"""The chat widget: one file that any page may load. What is built of `service/widget/` is all that runs."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

router = APIRouter(include_in_schema=False)
# A page gets a new version within minutes, and asks for it without waiting for the answer until a day later.
_CACHED = "public, max-age=300, stale-while-revalidate=86400"
_GZIP = re.compile(r"(?:^|[,\s])(?:gzip|\*)\s*(?:;\s*q=(?P<q>[\d.]+))?\s*(?:,|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Script:
    plain: bytes
    zipped: bytes
    digest: str


@router.head("/widget.js", include_in_schema=False)
@router.get("/widget.js")
def widget_script(request: Request) -> Response:
    """Give the widget's script, to everyone: what it may ask, its token decides."""
    script = _script()
    zips = _takes_gzip(request.headers.get("accept-encoding", ""))
    tag = f'"{script.digest}{"-gzip" if zips else ""}"'
    headers = {
        "Cache-Control": _CACHED,
        "ETag": tag,
        "Vary": "Accept-Encoding",
        # Pages of other origins load it, with or without `crossorigin` and `integrity`.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if zips:
        headers["Content-Encoding"] = "gzip"
    return Response(script.zipped if zips else script.plain, media_type="text/javascript", headers=headers)


def _takes_gzip(accepted: str) -> bool:
    found = _GZIP.search(accepted)
    return found is not None and (found["q"] is None or found["q"].strip("0.") != "")


@cache
def _script() -> _Script:
    plain = (files("service") / "widget" / "dist" / "widget.js").read_bytes()
    return _Script(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:32])
