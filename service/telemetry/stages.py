"""Times the parts of making an answer, by their names. Outside of an answer that is recorded it does nothing."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar, cast

from service.telemetry.context import Stage, record

F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A part of making an answer, from here to the end of the block."""
    within = record()
    if within is None:
        yield
        return
    began = time.perf_counter_ns()
    try:
        yield
    finally:
        within.stages.append(Stage(name, began, time.perf_counter_ns()))


def staged(name: str) -> Callable[[F], F]:
    """Let each call of a function, a coroutine or an asynchronous generator be a stage of that name."""

    def decorated(function: F) -> F:
        made: Callable[..., Any]
        if inspect.isasyncgenfunction(function):

            @functools.wraps(function)
            async def made(*args: Any, **named: Any) -> AsyncGenerator[Any, None]:
                with stage(name):
                    async with aclosing(function(*args, **named)) as items:
                        async for item in items:
                            yield item

        elif inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def made(*args: Any, **named: Any) -> Any:
                with stage(name):
                    return await function(*args, **named)

        else:

            @functools.wraps(function)
            def made(*args: Any, **named: Any) -> Any:
                with stage(name):
                    return function(*args, **named)

        return cast("F", made)

    return decorated
