"""Which pre-Unicode encoding reads most like writing.

Bytes of GBK, Big5, Shift-JIS and EUC-KR decode as each other without an error, so validity decides
nothing. What decides is how common the decoded characters are: the 160 commonest Chinese characters
make up 45 % of Chinese text and hardly any of a wrong reading. Measured on samples of 10 to 5,000
characters this is right where charset-normalizer errs on short ones (see tests).
"""

from __future__ import annotations

from dataclasses import dataclass

# Their traditional forms follow, for Big5; kana and the commonest Hangul syllables for the rest.
_COMMON_HAN = (
    "的年一在中国人为是有了大日上和月不发行会时出生以业成动新个来于到公全地家市长分作高对后下区多同这比部开场方经进前工现"
    "美增能元员等用法车体力网将主民报赛本学们要与通过加实务子电数度自第名关他之次可资展事及队其表万者安期也入合球最机小理文"
    "我内据化道间产定海得北面提重天量金示平心交位外更保至利三任运目情亿当点水就并建看相政手"
    "國為發會時業動個來於長對後區這場經進現員網將報學們與過實務電數關資隊萬機據間產運億當點並"
)
_COMMON_HANGUL = "이다는에을의를가은로하고한지기사시자리도인대서어나수일과해으있습니라만스정전보제"
_MARKS = "，。、：；？！「」『』（）《》“”‘’…—·　"
_COMMON = frozenset(_COMMON_HAN + _MARKS)
_LATIN_MARKS = frozenset("“”‘’–—…€£©®°·•™«»¿¡§\xa0")
_CANDIDATES = ("gb18030", "big5", "cp932", "cp949", "cp1252")
_ENOUGH = 16_384


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding and how much its reading looks like writing: about 0.5 to 1 when right, below 0 when wrong."""

    encoding: str
    score: float


def guess(data: bytes) -> Guess:
    """The likeliest of the candidates for bytes that are no Unicode encoding."""
    sample = _telling_lines(data)
    return max((Guess(c, _score(sample.decode(c, "replace"), c)) for c in _CANDIDATES), key=lambda g: g.score)


def likeness(text: str) -> float:
    """How much a reading as UTF-16 looks like writing; plain ASCII counts here, for it is evidence too."""
    seen = text[:_ENOUGH]
    return sum(_weight(ch, "utf-16") for ch in seen) / max(1, len(seen))


def _telling_lines(data: bytes) -> bytes:
    """Lines with bytes above ASCII, up to a limit; a line feed is never half a character in the candidates."""
    kept, size = [], 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            kept.append(line[:_ENOUGH])
            size += len(kept[-1])
            if size >= _ENOUGH:
                break
    return b"".join(kept)


def _score(text: str, encoding: str) -> float:
    total, seen = 0.0, 0
    text = text.removesuffix("\ufffd")  # a file cut off in the middle of its last character
    for i, ch in enumerate(text):
        if ch.isascii() and (ch.isprintable() or ch.isspace()):
            continue
        seen += 1
        total += _latin(text, i) if encoding == "cp1252" else _weight(ch, encoding)
    return total / max(1, seen)


def _latin(text: str, i: int) -> float:
    """Accented letters stand among plain ones; a wrong reading of Chinese is a run of them."""
    if text[i] < " ":
        return -2.0
    ch, around = text[i], text[max(0, i - 1) : i] + text[i + 1 : i + 2]
    strange = sum(not c.isascii() and c not in _LATIN_MARKS for c in around)
    if ch.isalpha():
        plain = any(c.isascii() and c.isalpha() for c in around)
        return -0.8 if not plain else 0.3 if strange else 1.0 if ch >= "À" else 0.2
    return 0.6 if ch in _LATIN_MARKS and strange < max(1, len(around)) else -0.5


def _weight(ch: str, encoding: str) -> float:
    if ch in _COMMON and not (encoding == "cp949" and ch in _COMMON_HAN):
        return 1.0
    if ch.isascii():
        return 1.0 if ch.isprintable() or ch in "\t\r\n\f" else -2.0
    if "\u3041" <= ch <= "\u30fe":
        return 0.8 if encoding in ("cp932", "utf-16") else -0.2
    if "\uac00" <= ch <= "\ud7a3":
        return (0.9 if ch in _COMMON_HANGUL else 0.3) if encoding in ("cp949", "utf-16") else -1.0
    if "\u4e00" <= ch <= "\u9fff":
        if encoding == "cp949":
            return -0.6  # Korean is written without Chinese characters
        return 0.4 if _is_everyday(ch, encoding) else -0.6
    if "\uff01" <= ch <= "\uff5e":
        return 0.5
    return 0.4 if encoding == "utf-16" and "\xa1" <= ch <= "\u052f" else -4.0 if ch == "\ufffd" else -0.8


def _is_everyday(ch: str, encoding: str) -> bool:
    """The national standards list everyday characters in their first rows, rare ones after them."""
    codec, first, last = {
        "big5": ("big5", 0xA4, 0xC6),
        "cp932": ("cp932", 0x88, 0x98),
    }.get(encoding, ("gb2312", 0xB0, 0xD7))
    row = ch.encode(codec, "ignore")[:1]
    return bool(row) and first <= row[0] <= last
