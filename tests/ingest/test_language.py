import subprocess
import sys
from tempfile import gettempdir

import pytest

from ingest.language import is_cjk, language_of

LONG = {
    "en": "Every employee may take fifteen days of leave, and a manager answers within two working days.",
    "de": "Jeder Mitarbeiter hat Anspruch auf fünfzehn Tage Urlaub, und der Vorgesetzte antwortet in zwei Tagen.",
    "fr": "Chaque salarié a droit à quinze jours de congé, et son responsable lui répond dans les deux jours.",
    "ru": "Каждый сотрудник имеет право на пятнадцать дней отпуска, и руководитель отвечает в течение двух дней.",
    "zh": "员工工作满六年后有十五天年假。经理在两个工作日内批准。",
    "ja": "社員は六年働くと十五日の年次休暇があります。上司は二営業日以内に答えます。",
    "ko": "직원은 육 년을 근무하면 십오 일의 연차 휴가를 받습니다. 관리자는 이틀 안에 답합니다.",
}


@pytest.mark.parametrize("language", LONG)
def test_a_paragraph_is_recognised(language: str) -> None:
    assert language_of(LONG[language]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "und"),
        ("12345 - 67 !", "und"),
        ("Leave", "en"),
        ("Wer zahlt?", "en"),  # too short to tell: Latin script counts as English
        ("年假", "zh"),
        ("iPhone 15 Pro Max 的退货率", "zh"),
        ("SKU 直播 return rate report of the first quarter for all of the departments", "en"),
        ("カタカナ", "ja"),
        ("연차", "ko"),
        ("𠮷野家", "zh"),
    ],
)
def test_few_words_go_by_their_script(text: str, language: str) -> None:
    assert language_of(text) == language


NO_ROOM = """
import resource
from ingest.errors import TransientError
from ingest.language import language_of
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    language_of("Every employee may take fifteen days of leave, and a manager answers within two working days.")
except TransientError as error:
    print(error)
"""


def test_a_full_folder_for_temporary_files_is_named() -> None:
    said = subprocess.run([sys.executable, "-c", NO_ROOM], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"The folder for temporary files, {gettempdir()}, cannot be written: File too large.")


def test_only_chinese_and_japanese_are_written_without_spaces() -> None:
    assert [code for code in LONG if is_cjk(code)] == ["zh", "ja"]
