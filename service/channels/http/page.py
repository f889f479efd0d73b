"""Pages for people: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

_RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"])


def page(name: str, status: int = 200, form: bool = False, **values: Any) -> HTMLResponse:
    """Render `pages/<name>.html.j2`; the one style sheet is inside, allowed by its hash. `form`: one may be sent."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sends = "'self'" if form else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'; form-action {sends}"
    )
    html = _environment().get_template(f"{name}.html.j2").render(style=style, **values)
    return HTMLResponse(html, status, {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})


def preferred(request: Request) -> str:
    """The language of what a page says of itself, by what the reader's browser asks for."""
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def direction(language: str) -> str:
    """Which way the language is written, for HTML's `dir`."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


@cache
def _style() -> str:
    return (files(__package__) / "pages" / "page.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(__package__, "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
