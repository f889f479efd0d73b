import random

import pytest

from ingest.errors import PermanentError
from ingest.extract.encoding import decode

# Written for these tests: everyday office prose, in simplified and traditional characters.
SIMPLIFIED = (
    "员工应当在出差结束后三十天内提交报销单，并附上所有发票的原件。超过五千元的费用需要部门经理和财务主管共同审批。"
    "如果发票遗失，可以请商家补开证明，但是每年最多只能使用三次。公司不报销个人娱乐和罚款等费用。"
    "系统会在每个月的最后一个工作日关闭，没有来得及提交的单据将自动进入下个月处理。"
    "新同事入职的第一个星期，可以在内部网站上找到完整的说明，也可以直接打电话询问人事部门。"
    "这个规定从今年一月一日起开始执行，以前的办法同时作废。对于在国外工作的同事，我们会按照当地的情况作出不同的安排。"
)
TRADITIONAL = (
    "員工應當在出差結束後三十天內提交報銷單，並附上所有發票的原件。超過五千元的費用需要部門經理和財務主管共同審批。"
    "如果發票遺失，可以請商家補開證明，但是每年最多只能使用三次。公司不報銷個人娛樂和罰款等費用。"
    "系統會在每個月的最後一個工作日關閉，沒有來得及提交的單據將自動進入下個月處理。"
    "新同事入職的第一個星期，可以在內部網站上找到完整的說明，也可以直接打電話詢問人事部門。"
)
ENGLISH = "Open https://intranet.example.com/vpn?id=7, sign in and restart the client.\r\n"


def windows(text: str, size: int) -> list[str]:
    """Every stretch of `size` characters, a few characters apart; longer ones by repeating the text."""
    whole = text * (size // len(text) + 1)
    return [whole[i : i + size] for i in range(0, len(whole) - size + 1, 5)][: 40 if size < 1000 else 3]


@pytest.mark.parametrize("size", [10, 20, 50, 200, 5000])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", SIMPLIFIED),
        ("gbk", SIMPLIFIED),
        ("big5", TRADITIONAL),
        ("utf-16-le", SIMPLIFIED),
        ("utf-16-be", SIMPLIFIED),
        ("utf-8", TRADITIONAL),
        ("utf-8-sig", SIMPLIFIED),
        ("utf-16", TRADITIONAL),
        ("utf-32", SIMPLIFIED),
    ],
)
def test_chinese_is_read_in_every_encoding_and_length(encoding: str, text: str, size: int) -> None:
    wrong = [w for w in windows(text, size) if decode(w.encode(encoding), "a.txt").text != w]
    assert wrong == []


@pytest.mark.parametrize(("encoding", "text"), [("gbk", SIMPLIFIED), ("big5", TRADITIONAL), ("utf-16-le", SIMPLIFIED)])
def test_chinese_among_english_is_read(encoding: str, text: str) -> None:
    mixed = ENGLISH.join(text.split("。"))
    assert decode(mixed.encode(encoding), "a.txt").text == mixed


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", "Reset your VPN token (重置令牌) in the portal."),
        ("gbk", "Ask for 请假 before noon."),
        ("cp1252", "Le télétravail a été étendu à toute l’équipe dès l’été : « déjà prêt », écrit Zoë."),
        ("cp1252", "Die Größe der Straße ist für Ärzte und Bürger schön."),
        ("cp1252", "A instalação não está disponível; informações serão enviadas."),
        ("cp1252", "It’s a “new” policy – for everyone at €20."),
        ("cp932", "こちらは社内ポータルの使い方です。パスワードを変更してください。"),
        ("cp949", "출장비는 삼십 일 안에 신청해야 합니다."),
        ("cp1251", "Сброс пароля выполняется на портале. Сотрудник должен открыть страницу и ввести новый пароль."),
    ],
)
def test_other_writing_is_read(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt").text == text


def test_sound_utf8_says_nothing_and_other_encodings_say_which() -> None:
    assert decode(SIMPLIFIED.encode(), "a.txt").metadata == {}
    assert decode(SIMPLIFIED.encode("gbk"), "a.txt").metadata == {"encoding": "gb18030"}


def test_damaged_utf8_loses_only_the_damaged_bytes() -> None:
    generator = random.Random(1)
    whole = SIMPLIFIED.encode()
    for _ in range(100):
        at = generator.randrange(len(whole))
        decoded = decode(whole[:at] + b"\xff" + whole[at:], "a.txt")
        assert decoded.encoding == "utf-8"
        assert 1 <= decoded.text.count("\ufffd") <= 4
        assert len(decoded.text.replace("\ufffd", "")) >= len(SIMPLIFIED) - 1


def test_utf8_cut_inside_a_character_is_still_utf8_and_noted() -> None:
    decoded = decode(SIMPLIFIED.encode()[:-1], "a.txt")
    assert decoded.text == SIMPLIFIED[:-1] + "\ufffd"
    assert decoded.metadata["encoding_note"] == "Bytes that are not utf-8 were replaced by \ufffd in one place."


def test_a_stray_latin_byte_does_not_turn_utf8_quotes_into_mojibake() -> None:
    data = "It’s a “test” of a caf".encode() + b"\xe9 here."
    assert decode(data, "a.txt").text == "It’s a “test” of a caf\ufffd here."


def test_gbk_cut_inside_a_character_is_still_gbk() -> None:
    decoded = decode(SIMPLIFIED[:40].encode("gbk")[:-1], "a.txt")
    assert decoded.text[:39] == SIMPLIFIED[:39]


def test_a_declared_encoding_is_believed_only_where_the_bytes_allow_it() -> None:
    assert decode("naïve".encode("cp1250", "ignore") + b"\xb9", "a.html", "iso-8859-2").text.endswith("š")
    assert decode(SIMPLIFIED.encode(), "a.html", "iso-8859-1").text == SIMPLIFIED
    assert decode(SIMPLIFIED.encode("gbk"), "a.html", "utf-8").text == SIMPLIFIED
    assert decode(SIMPLIFIED.encode("gbk"), "a.html", "no-such-charset").text == SIMPLIFIED


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 and so on", "it looks like a PDF. Rename it so that it ends in .pdf."),
        (b"\x7fELF" + bytes(100), "it looks like a program."),
        (b"\xff\xd8\xff\xe0" + bytes(100), "it looks like a JPEG image."),
        (b"{\\rtf1 hello}", "it looks like an RTF document. Open it in a word processor"),
        (bytes(1000), "not text in an encoding that is known here. Save it as UTF-8"),
        (bytes(range(1, 32)) * 20, "not text in an encoding"),
    ],
)
def test_bytes_that_are_no_text_are_named(data: bytes, said: str) -> None:
    with pytest.raises(PermanentError) as caught:
        decode(data, "notes.txt")
    assert said in str(caught.value) and str(caught.value).startswith("notes.txt is not text")


def test_random_bytes_are_never_text() -> None:
    generator = random.Random(2)
    for _ in range(20):
        with pytest.raises(PermanentError):
            decode(generator.randbytes(2000), "a.txt")
