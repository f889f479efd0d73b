import pytest

from ingest.extract.dates import iso_date


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-06",
        "2024-05-06T08:00:00+08:00",
        "2024/5/6",
        "2024.05.06",
        "2024年5月6日",
        "发布时间：2024年05月06日 10:00",
        "6 May 2024",
        "May 6th, 2024",
        "By Ann, 06 MAY 2024",
        "Mon, 06 May 2024 08:00:00 +0000",
        "20240506",
        "D:20240506101112+08'00'",
        "20240506T101112Z",
    ],
)
def test_what_is_a_date(value: object) -> None:
    assert iso_date(value) == "2024-05-06"


@pytest.mark.parametrize(
    "value", [None, 20240506, "", "soon", "2024-13-40", "05/06/2024", "May 2024", "Phone 12024-05-0612", True, ["2024"]]
)
def test_what_is_none(value: object) -> None:
    assert iso_date(value) is None
