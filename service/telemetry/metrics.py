"""Counts and times for Prometheus. Labels are few and their values known: never a question, a title or a person."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from service.answer import Answer
from service.answering.compose import FELL_BACK
from service.telemetry.context import Record

CONTENT_TYPE = CONTENT_TYPE_PLAIN_1_0_0
# Where several processes serve one address, each writes into this folder and any of them reads all.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
_LONG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Those of one application; with `SHARED` set, those of all its processes together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._others: list[Collector] = []
        self._told: dict[str, float] = {}
        counter, histogram = partial(Counter, registry=self.registry), partial(Histogram, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry, multiprocess_mode="livesum")
        self.requests = counter("footnote_requests", "HTTP requests.", ["route", "method", "status"])
        self.request_seconds = histogram(
            "footnote_request_seconds", "Seconds from a request to the end of its response.", ["route"], buckets=_LONG
        )
        self.refused = counter("footnote_refused", "Requests refused, by reason.", ["reason"])
        self.answers = counter("footnote_answers", "Answers completed.", ["outcome", "mode", "channel"])
        self.unfinished = counter(
            "footnote_answers_unfinished", "Answers not completed: failed, or left by their reader.", ["reason"]
        )
        self.answer_seconds = histogram(
            "footnote_answer_seconds", "Seconds from a question's turn to its whole answer.", ["mode"], buckets=_LONG
        )
        self.first_sentence_seconds = histogram(
            "footnote_first_sentence_seconds", "Seconds until a stream's first checked sentence.", ["mode"],
            buckets=_LONG,
        )  # fmt: skip
        self.stage_seconds = histogram(
            "footnote_stage_seconds", "Seconds of each stage of an answer.", ["stage"], buckets=_SHORT
        )
        self.searches = counter("footnote_searches", "Searches without an answer.")
        self.tokens = counter("footnote_tokens", "Tokens of the chat model.", ["kind"])
        self.cost = counter("footnote_cost", "Cost of the chat model, in the currency of its price.")
        self.sentences = counter("footnote_sentences", "Sentences of answers, by their support.", ["support"])
        self.uncited = counter("footnote_uncited_sentences", "Sentences shown without a citation: has to stay 0.")
        self.fallbacks = counter(
            "footnote_fallbacks", "Answers given by extracts because the chat model failed or was left alone."
        )
        self.without_vectors = counter(
            "footnote_answers_without_vectors", "Answers found by keywords alone because vectors could not be searched."
        )
        self.cache = counter("footnote_cache_lookups", "Questions looked up in the cache of answers.", ["result"])
        self.in_flight = gauge("footnote_in_flight", "Answers and searches being made.")
        self.waiting = gauge("footnote_waiting", "Questions that wait for their turn.")
        self.open_requests = gauge("footnote_open_requests", "Requests being served, open streams included.")
        self.jobs = gauge("footnote_jobs", "Jobs that wait and run.", ["state"])
        of_all = partial(Gauge, registry=self.registry, multiprocess_mode="livemax")
        self.slack_waiting = of_all("footnote_slack_waiting", "Questions of Slack that have no answer yet.")
        self.slack_oldest_seconds = of_all(
            "footnote_slack_oldest_seconds", "Seconds since the first of them was asked; 0 where there is none."
        )
        self.breaker = Gauge(
            "footnote_breaker_open", "Endpoints left alone for a while (1) or tried again (0.5).", ["endpoint"],
            registry=self.registry, multiprocess_mode="livemax",
        )  # fmt: skip

    def add(self, collector: Collector) -> None:
        """Add what is looked up when it is asked for, and is the same whichever process is asked."""
        self._others.append(collector)
        self.registry.register(collector)

    def exposition(self) -> bytes:
        """All of it, as Prometheus reads it. Blocking."""
        if not os.environ.get(SHARED):
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        for one in self._others:
            registry.register(one)
        return generate_latest(registry)

    def answered(self, record: Record, answer: Answer, channel: str, seconds: float) -> None:
        """Count an answer that was completed."""
        receipt, mode = answer.receipt, answer.mode
        self.answers.labels(answer.outcome, mode, channel).inc()
        self.answer_seconds.labels(mode).observe(seconds)
        if record.first_sentence is not None:
            self.first_sentence_seconds.labels(mode).observe((record.first_sentence - record.began) / 1e9)
        self.staged(record)
        for kind, tokens in receipt.tokens.items():
            self.tokens.labels(kind).inc(tokens)
        if receipt.cost:
            self.cost.inc(receipt.cost)
        for sentence in answer.sentences:
            self.sentences.labels(sentence.support).inc()
            if not sentence.citations:
                self.uncited.inc()
        if any(note.startswith(FELL_BACK) for note in receipt.notes):
            self.fallbacks.inc()
        if any("vectors could not be searched" in note for note in receipt.notes):
            self.without_vectors.inc()

    def staged(self, record: Record) -> None:
        """Time the stages of an answer."""
        for one in record.stages:
            self.stage_seconds.labels(one.name).observe(one.seconds)

    def catch_up(self, counter: Counter, name: str, total: float, labels: Iterable[str] = ()) -> None:
        """Bring a counter to a total that somebody else counts."""
        more = total - self._told.get(name, 0)
        if more > 0:
            (counter.labels(*labels) if labels else counter).inc(more)
            self._told[name] = total

    def described(self) -> Mapping[str, str]:
        """What each metric is, by its name as Prometheus shows it; those of other collectors included."""
        return {
            f"{family.name}_total" if family.type == "counter" else family.name: family.documentation
            for family in self.registry.collect()
        }


def forget_process(pid: int, folder: str) -> None:
    """Let go of what a process that has ended was doing at the time; what it counted stays."""
    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
