"""Text of articles, models and people in Slack's two markups, where all of it has to stay text.

`markdown_text` is standard Markdown in which Slack also reads its own `<…>` tokens and emoji names. The `text` of a
message is mrkdwn, which has no way to escape `*`, `_`, `~` and backticks: it is sent with `mrkdwn=False`, and whatever
else an article says stands in rich text, which is not parsed at all (docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from prompts import seen

# Stands inside what Slack would make a link, a mention or an emoji of; nobody sees it.
UNSEEN = "\u200b"
LONGEST_URL = 3000
_TOKENS = re.compile(
    r"(?<=[:\w])(?=//)"  # an address, or one without its scheme
    r"|(?<=\bwww\.)(?=\S)"
    r"|(?<=[@#])(?=\w)"  # @channel, #general, and addresses of mail
    r"|(?<=:)(?=[\w+'-]+:)",  # :100: is an emoji, in 1:100:5 too
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[\\`*~\[\]]|(?<![^\W_])_|_(?![^\W_])")
# What makes a heading, a list or a line of its first characters.
_BLOCK = re.compile(r"^(?:[#+=-]|\d{1,9}(?=[.)]))")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ANGLES = str.maketrans({"<": "&lt;", ">": "&gt;"})


def line(text: str) -> str:
    """A text on one line, without what a reader of the article does not see."""
    return " ".join(seen(text).split())


def mrkdwn(text: str) -> str:
    """A text for the `text` of a message: nothing in it is a link, a mention or an emoji."""
    return _unlinked(line(text)).replace("&", "&amp;").translate(_ANGLES)


def markdown(text: str) -> str:
    """A text for `markdown_text`: shown as it is written. One line, so that no block of Markdown begins in it."""
    # Not with every &: Slack shows a decoded entity as text, and `AT&T` reads the same either way.
    shown = _ENTITY.sub("&amp;", _MARKUP.sub(r"\\\g<0>", _unlinked(line(text))))
    return _BLOCK.sub(_escaped, shown.translate(_ANGLES))


def address(link: str) -> str | None:
    """A link as Slack takes one: an address of the web in which nothing ends it early; None where it is none."""
    try:
        split = urlsplit(link)
        named = split.scheme in ("http", "https") and bool(split.hostname)
    except ValueError:
        return None
    clean = quote(link, safe="#$%&+,-./:;=?@[]_~") if named else ""
    return clean if 0 < len(clean) <= LONGEST_URL else None


def marker(number: int, link: str) -> str:
    """The number of a citation in Markdown, which opens the article at the quote where there is a link.

    The brackets stand outside of the link: a name in them would have to be escaped.
    """
    url = address(link)
    return f"[[{number}]({url})]" if url else f"\\[{number}\\]"


def shortened(text: str, most: int) -> str:
    """A line of at most `most` characters, and `…` where more follows; cut between words where there are some."""
    whole = line(text)
    return whole if len(whole) <= most else f"{next(iter(pieces(whole, most - 2)))} …"


def pieces(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` characters, cut after a space or a mark of Chinese where there is one."""
    found: list[str] = []
    while len(text) > most:
        gaps = [m.end() for m in _GAP.finditer(text, most // 2, most)]
        at = most if text[most].isspace() or not gaps else gaps[-1]
        found.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*found, text]


_GAP = re.compile(r"[\s。，、；：？！]")


def _unlinked(text: str) -> str:
    return _TOKENS.sub(UNSEEN, text)


def _escaped(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0][0].isdigit() else f"\\{match[0]}"
