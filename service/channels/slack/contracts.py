"""What the parts of the Slack bot expect of each other. Imports nothing of Slack, so that it costs nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from service.answer import Answer, AnswerEvent
from service.identity import Identity
from service.running import Running

# How somebody asked: by naming the bot, in a direct message, in the assistant's pane, in a thread the bot answers in,
# in a channel where it answers without being named, with `/ask`, with the shortcut of a message.
Kind = Literal["mention", "direct", "assistant", "thread", "channel", "command", "shortcut"]
Unmentioned = Literal["never", "when_sure", "always"]
DIRECT: tuple[Kind, ...] = ("direct", "assistant")
EPHEMERAL: tuple[Kind, ...] = ("command", "shortcut")
PRIVATE: tuple[Kind, ...] = (*DIRECT, *EPHEMERAL)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question somebody asked in Slack, and where its answer goes. All of it is kept until it is answered.

    `ts` is the message that asks (of a shortcut: the message it is about), None of a command. `thread` is the message
    below which the answer stands; None where it is shown outside of a thread. `response_url` is Slack's for answers
    that one person alone sees: it takes 5 of them within 30 minutes. `language` is that of the person's Slack, where
    it is known (`en-US`).
    """

    kind: Kind
    text: str
    user: str
    team: str
    channel: str
    ts: str | None = None
    thread: str | None = None
    response_url: str | None = None
    language: str | None = None

    @property
    def private(self) -> bool:
        """Whether the asker alone sees the answer: their own groups count then, else those of the whole channel."""
        return self.kind in PRIVATE

    @property
    def ephemeral(self) -> bool:
        """Whether the answer is shown to one person and kept by nobody: it cannot be changed or found again."""
        return self.kind in EPHEMERAL

    @property
    def direct(self) -> bool:
        """Whether it is a conversation with the bot alone."""
        return self.kind in DIRECT


@dataclass(frozen=True, slots=True)
class Rules:
    """How the bot behaves in one channel: `language` of answers, whether it answers where nobody names it, and whether
    it says nothing where it would decline."""

    language: str | None = None
    unmentioned: Unmentioned = "never"
    silent: bool = False


class Posting(Protocol):
    """What is known of the messages of one answer, kept so that nobody answers twice after a crash."""

    @property
    def number(self) -> int:
        """The question's number in the queue: the value of its "Try again" button."""
        ...

    @property
    def messages(self) -> tuple[str, ...]:
        """Messages (their ts, in order) of an attempt before this one, or of the answer before an edit.

        They are to be replaced, and what is left of them deleted: one may still be streaming.
        """
        ...

    async def posted(self, ts: str) -> None:
        """Keep that a message is there now. Before anything else is done with it.

        Raises:
            Superseded: somebody else answers now, or the question was edited or deleted: stop at once.
        """
        ...

    async def removed(self, ts: str) -> None:
        """Keep that a message is not there any more."""
        ...


class Superseded(Exception):
    """The question is not this process's to answer any more, or is another now. Nothing is to be said about it."""


class Showing(Protocol):
    """Built by `service.channels.slack.showing.build_showing(client, running)`.

    Shows answers in Slack. Errors of Slack come through: the queue tries again, replacing what was posted.
    """

    async def waiting(self, ask: Ask) -> None:
        """Show at once that the question was seen. Never raises: an answer without it is as good."""
        ...

    async def show(self, ask: Ask, events: AsyncIterator[AnswerEvent], posting: Posting) -> Answer | None:
        """Show an answer while it is made; None where it failed and that was shown, with a way to try again."""
        ...

    async def failed(self, ask: Ask, sentence: str, posting: Posting, again: bool = True) -> None:
        """Show that there is no answer, and why, in a sentence; with `again`, a button to try again."""
        ...

    async def withdraw(self, ask: Ask, posting: Posting) -> None:
        """Take back what was posted: the question was deleted."""
        ...

    async def welcome(self, channel: str, thread: str | None, language: str | None) -> None:
        """Suggest what to ask, in a thread of the assistant's pane or, where there are none, above the messages."""
        ...


class Groups(Protocol):
    """Built by `service.channels.slack.groups.build_groups(client, running)`.

    Who may see what, and how the bot behaves where.
    """

    async def asker(self, ask: Ask) -> Identity:
        """Who asks, named `slack:` and the user's id, with the groups whose articles the answer may draw on.

        Raises:
            Forbidden: nothing may be answered here; the message is a sentence for whoever asked, in their language.
            FootnoteError: it cannot be found out now; nobody is answered from articles they may not see.
        """
        ...

    async def rules(self, channel: str) -> Rules:
        """Those of a channel. Never raises: what is not known is not done."""
        ...


class Threads(Protocol):
    """Threads the bot answers in, and their conversations; kept over restarts. Blocking methods, from a thread."""

    def knows(self, channel: str, thread: str) -> bool:
        """Whether the bot answers in this thread without being named."""
        ...

    def conversation(self, ask: Ask) -> str:
        """The id of the conversation a question belongs to; begun now, where it has none."""
        ...


class Asks(Protocol):
    """The queue, as far as buttons need it. Blocking methods, from a thread."""

    def again(self, number: int) -> bool:
        """Ask once more what failed; False where it was answered meanwhile, or waits already."""
        ...

    def ask_of(self, number: int) -> Ask | None:
        """A question by its number."""
        ...

    def once(self, key: str) -> bool:
        """Whether this is the first time that something of this key comes; kept, also between processes."""
        ...

    def forget(self, key: str) -> None:
        """Let something of this key be the first again: it was not done after all."""
        ...


@dataclass(frozen=True, slots=True)
class Buttons:
    """What listeners of buttons are given: `service.channels.slack.buttons.register(app, buttons)` adds them.

    `client` is the `AsyncWebClient` of the workspace; `wake` is to be called after `Asks.again`. `answered` is told of
    what everyone in a channel was shown; it blocks and may raise FootnoteError.
    """

    client: Any
    asks: Asks
    groups: Groups
    running: Running
    wake: Callable[[], None]
    answered: Callable[[Ask, Identity, Answer], None] | None = None
