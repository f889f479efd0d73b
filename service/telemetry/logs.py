"""The log: a line an event, for people or as JSON, with the ids of the request and the answer it belongs to."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr

from service.settings import Settings
from service.telemetry.context import record, requested

# Whoever finds one of these in a line finds what may open something.
_TOKENS = re.compile(r"(?i)(\bbearer\s+|[?&](?:token|key|api_key|access_token)=)[^\s\"'&]+")
_HIDDEN = "***"
# A shorter secret would take ordinary words out of the log.
_SHORTEST = 6


def set_up(settings: Settings, secrets: Iterable[str] = ()) -> None:
    """Let the whole process log as it is set; what is secret in the settings, and `secrets`, never comes out."""
    import structlog
    from structlog.processors import CallsiteParameter, CallsiteParameterAdder

    json = settings.telemetry.logs == "json"
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _belonging,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        CallsiteParameterAdder({CallsiteParameter.PROCESS}),
    ]
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        last += [_for_people]
    hidden = sorted({*_secrets(settings), *secrets} - {""}, key=len, reverse=True)
    last.append(_Hiding([one for one in hidden if len(one) >= _SHORTEST]))
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries log addresses and bodies at the level of information.
    root.setLevel(logging.WARNING)
    for ours in ("service", "ingest"):
        logging.getLogger(ours).setLevel(settings.telemetry.log_level.upper())


def _belonging(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    request, answer = requested(), record()
    if request is not None and request.id is not None:
        event["request_id"] = request.id
    answer_id = answer.answer_id if answer is not None else request.answer_id if request is not None else None
    if answer_id is not None:
        event["answer_id"] = answer_id
    return event


def _for_people(_logger: Any, _name: str, event: dict[str, Any]) -> str:
    from structlog.processors import format_exc_info

    event = dict(format_exc_info(None, "", event))
    time, level, said = event.pop("time"), event.pop("level"), event.pop("event")
    traceback = event.pop("exception", None)
    del event["logger"], event["process"]
    rest = "".join(f" {name}={value}" for name, value in event.items() if value is not None)
    return f"{time[:19]}Z {level:<7} {said}{rest}" + (f"\n{traceback}" if traceback else "")


class _Hiding:
    """The last step: whatever the line says, no secret is in it."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = re.compile("|".join(map(re.escape, secrets))) if secrets else None

    def __call__(self, _logger: Any, _name: str, line: str) -> str:
        line = _TOKENS.sub(rf"\1{_HIDDEN}", line)
        return self._secrets.sub(_HIDDEN, line) if self._secrets else line


def _secrets(settings: BaseModel) -> Iterator[str]:
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from _secrets(value)
        else:
            for one in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(one, SecretStr):
                    yield one.get_secret_value()
