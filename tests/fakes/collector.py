"""An OpenTelemetry collector on loopback that takes traces over OTLP/HTTP and reads the protobuf."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.fakes.loopback import listening


@dataclass(frozen=True)
class Span:
    """What was sent of one, ids in hexadecimal."""

    name: str
    trace: str
    id: str
    parent: str
    nanoseconds: int
    attributes: dict[str, Any]


@dataclass
class Collector:
    """What came."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: int = 200

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = dict(scope["headers"])
        assert scope["path"] == "/v1/traces"
        assert headers[b"content-type"] == b"application/x-protobuf"
        if headers.get(b"content-encoding") == b"gzip":
            body = gzip.decompress(body)
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scoped in resource.scope_spans:
                self.spans += [_span(one) for one in scoped.spans]
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _span(one: Any) -> Span:
    values = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in one.attributes}
    took = one.end_time_unix_nano - one.start_time_unix_nano
    return Span(one.name, one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex(), took, values)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port."""
    collector = Collector()
    with listening(collector) as collector.url:
        yield collector
