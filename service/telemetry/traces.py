"""Traces: a span a request, one an answer in it, and one a stage in that. Off, nothing of this is imported."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from service.answer import Answer
from service.telemetry.context import Record, Requested
from service.version import version


class Traces:
    """Sends spans to one collector over OTLP/HTTP. No span has a question, a prompt, a title or a quote."""

    def __init__(self, endpoint: str, share: float) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        address = endpoint if urlsplit(endpoint).path.strip("/") else f"{endpoint.rstrip('/')}/v1/traces"
        # A provider of our own, and never the process's: libraries that trace themselves stay silent.
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)),
            resource=Resource.create({"service.name": "footnote", "service.version": version()}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=5)))
        self._tracer = self._provider.get_tracer("footnote")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, request: Requested, headers: Mapping[str, str]) -> None:
        """Begin a request's span, as part of its caller's trace where it names one (W3C Trace Context)."""
        from opentelemetry.trace import SpanKind

        parent = self._propagator.extract(headers)
        request.span = self._tracer.start_span(request.scope["method"], context=parent, kind=SpanKind.SERVER)

    def end(self, request: Requested, route: str, status: int) -> None:
        """End it."""
        from opentelemetry.trace import StatusCode

        if not request.span.is_recording():
            return
        request.span.update_name(f"{request.scope['method']} {route}")
        request.span.set_attributes(
            {
                "http.request.method": request.scope["method"],
                "http.route": route,
                "http.response.status_code": status,
                "footnote.request_id": request.id or "",
            }
        )
        if status >= 500:
            request.span.set_status(StatusCode.ERROR)
        request.span.end()

    def answered(self, record: Record, answer: Answer | None, channel: str) -> None:
        """Send an answer's span with those of its stages; without an answer, it was not completed."""
        from opentelemetry.trace import StatusCode, set_span_in_context

        request_span = record.request.span if record.request else None
        parent = set_span_in_context(request_span) if request_span is not None else None
        # Stages are timed by a clock of their own.
        offset = time.time_ns() - time.perf_counter_ns()
        span = self._tracer.start_span("answer", context=parent, start_time=record.began + offset)
        if span.is_recording():
            span.set_attributes(_attributes(record, answer, channel))
            if answer is None:
                span.set_status(StatusCode.ERROR)
            within = set_span_in_context(span)
            for stage in record.stages:
                one = self._tracer.start_span(stage.name, context=within, start_time=stage.began + offset)
                one.end(stage.ended + offset)
        span.end()

    def close(self) -> None:
        """Send what is left, and stop. Blocking, for a few seconds where the collector does not answer."""
        self._provider.force_flush(3000)
        self._provider.shutdown()


def _attributes(record: Record, answer: Answer | None, channel: str) -> dict[str, Any]:
    known: dict[str, Any] = {"footnote.channel": channel, "footnote.answer_id": record.answer_id or ""}
    if answer is None:
        return known
    receipt = answer.receipt
    known |= {
        "footnote.outcome": answer.outcome,
        "footnote.mode": answer.mode,
        "footnote.language": answer.language,
        "footnote.sentences": len(answer.sentences),
        "footnote.citations": len(answer.citations),
        "footnote.generation": receipt.generation or 0,
    }
    if receipt.model:
        known["gen_ai.request.model"] = receipt.model
    for ours, theirs in (("prompt", "input"), ("completion", "output")):
        if ours in receipt.tokens:
            known[f"gen_ai.usage.{theirs}_tokens"] = receipt.tokens[ours]
    return known
