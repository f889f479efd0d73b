"""Tokens for the chat widget: a site's server fetches one for each of its visitors, so that its key stays with it.

And passes, for which the widget shows its token: a tab that it opens cannot show one.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from service.channels.http.deps import Asker, Service
from service.channels.http.filters import GroupName
from service.identity.groups import LONGEST, NAME
from service.settings.access import origin_of

router = APIRouter(prefix="/v1/widget", tags=["widget"])


def _origin(value: str) -> str:
    if origin_of(value) is None:
        raise PydanticCustomError("origin", "no origin")
    return value


class WidgetTokenRequest(BaseModel):
    """Whose browser will ask, and from where."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"origin": "https://intranet.example", "user": "li.wei", "groups": ["hr"]}]},
    )

    origin: Annotated[
        str,
        Field(
            max_length=300, json_schema_extra={"pattern": r"^https?://[a-z0-9]+([.-][a-z0-9]+)*(:[1-9][0-9]{0,3})?$"}
        ),
        AfterValidator(_origin),
    ] = Field(
        description="Origin of the page, as `https://intranet.example`: scheme and host, and a port if it has one."
    )
    user: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=NAME)] | None = Field(
        None, description="Name that tells the visitor from others, by which their answers can be deleted."
    )
    groups: Annotated[list[GroupName], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Groups the visitor belongs to, of those the key has; default: all of them."
    )


class WidgetTokenMade(BaseModel):
    """The token, and what it is good for."""

    token: str
    origin: str
    user: str | None
    groups: list[str]
    expires_at: str


@router.post("/tokens", status_code=201)
async def make_widget_token(request: WidgetTokenRequest, service: Service, asker: Asker) -> WidgetTokenMade:
    """Make a token that asks from one page for a few minutes. Needs an API key with the scope `ask` or `admin`."""
    made = await service.authenticator.widget_token(asker, request.origin, request.user, request.groups)
    return WidgetTokenMade(
        token=made.token, origin=made.origin, user=made.user, groups=list(made.groups), expires_at=made.expires_at
    )


class WidgetPassMade(BaseModel):
    """The pass, and when it ends."""

    model_config = ConfigDict(serialize_by_alias=True)

    given: str = Field(alias="pass", description="Append it to the address of an article's page, as `pass`.")
    expires_at: str


@router.post("/passes", status_code=201)
async def make_widget_pass(request: Request, service: Service, _asker: Asker) -> WidgetPassMade:
    """Make a pass that opens articles in a tab of the visitor, within a minute. Needs a widget token."""
    given, ends = await service.authenticator.give_pass(request.headers)
    return WidgetPassMade(**{"pass": given, "expires_at": ends})
