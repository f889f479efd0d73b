"""Lets a tab read articles that shows no token: the pass in its address becomes a cookie for the pages of articles.

The pass is worth nothing after a minute, so that no address that is kept, sent on or logged opens anything.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request, Response

from service.errors import NotAllowed
from service.identity import Identity
from service.running import Running

PARAMETER = "pass"
_COOKIE = "footnote_reader"


async def reading(request: Request, running: Running) -> Identity:
    """Who reads. Raises as `identified` does."""
    client = request.client.host if request.client else None
    cookie = request.cookies.get(_COOKIE)
    asker = await running.authenticator.reader(request.headers, client, cookie)
    request.state.asker = asker
    return asker


async def let_in(request: Request, running: Running, given: str) -> Response:
    """On to the same address without the pass; with a cookie, where the pass is good."""
    settings = running.settings
    public = urlsplit(settings.public_url or "")
    rest = urlencode([(name, value) for name, value in parse_qsl(request.url.query) if name != PARAMETER])
    # Relative, so that it is the same behind a proxy that puts something before the path; never "?" alone, which some
    # clients take for no change.
    last = request.scope["raw_path"].decode("ascii", "replace").rpartition("/")[2]
    address = f"./{last}?{rest}" if rest else f"./{last}"
    response = Response(status_code=303, headers={"Location": address, "Referrer-Policy": "no-referrer"})
    try:
        cookie = await running.authenticator.take_pass(given)
    except NotAllowed:
        return response  # the page itself says who may read
    response.set_cookie(
        _COOKIE,
        cookie,
        max_age=settings.widget.reading_seconds,
        path=f"{public.path.rstrip('/')}/articles",
        secure="https" in (public.scheme, request.url.scheme),
        httponly=True,
        samesite="lax",
    )
    return response
