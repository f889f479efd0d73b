"""How often Slack may be called: what can wait or be left out is, before Slack has to say so.

Its limits hold for an app in a workspace: 20 and more a minute for chat.startStream and chat.stopStream, 50 for
chat.update, 100 for chat.appendStream (docs.slack.dev/apis/web-api/rate-limits). `client.py` waits where it says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Seconds for which a channel that refused a stream is not asked again, and for which a method is not called.
_REFUSED, _HELD = 600.0, 60.0


@dataclass
class Pace:
    """Calls that may be left out: as many as `burst` at once, `per_minute` in the long run."""

    per_minute: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, self.clock()

    def take(self) -> bool:
        """Whether one may be made now."""
        now = self.clock()
        if now > self._at:
            self._left = min(self.burst, self._left + (now - self._at) * self.per_minute / 60)
            self._at = now
        if now < self._at or self._left < 1:
            return False
        self._left -= 1
        return True

    def hold(self) -> None:
        """Make none for a while: Slack has put one off for longer than anybody waits."""
        self._left, self._at = 1.0, self.clock() + _HELD


@dataclass
class Paces:
    """Those of a workspace, shared by all answers of this process; `every`: seconds between two pieces of one."""

    every: float = 1.0
    start: Pace = field(default_factory=lambda: Pace(20, 10))
    append: Pace = field(default_factory=lambda: Pace(80, 20))
    update: Pace = field(default_factory=lambda: Pace(40, 10))
    _refused: dict[str, float] = field(default_factory=dict)

    def refuse(self, channel: str) -> None:
        """Keep that a channel takes no streams."""
        self._refused[channel] = time.monotonic() + _REFUSED

    def streams(self, channel: str) -> bool:
        """Whether a stream is worth trying in a channel."""
        return self._refused.get(channel, 0.0) < time.monotonic()
