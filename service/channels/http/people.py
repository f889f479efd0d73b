"""What was kept of people, to be deleted at their wish."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from service.channels.http.deps import Administering, Service
from service.channels.http.idempotency import OnceDeleted
from service.forgetting import Forgotten, forget_person

router = APIRouter(prefix="/v1/people", tags=["administration"])

Name = Annotated[str, Field(min_length=1, max_length=500, description="The name as the audit log shows it in `who`.")]


@router.delete("/{name:path}", dependencies=[OnceDeleted])
def forget(name: Name, running: Service, asker: Administering) -> Forgotten:
    """Delete a person's conversations, answers and feedback, and when they came and from where; not what they changed.

    Nothing of it is left in the catalogue's file, which is written anew: about a second for 100 MB. That it was deleted
    stays in the audit log. With the header `Idempotency-Key`, the same request again is answered with the same.
    """
    forgotten = forget_person(running.conversations, running.audit, running.budget, name, running.rooms)
    running.gateway.forget()
    running.audit.note(asker, "person.forgotten", name)
    return forgotten
