"""Texts in the encodings that people have: each is read, and it is said which it is."""

import pytest

from engine.tables import DataFileError, decode

TEXTS = {
    "gb18030": ["床前明月光，疑是地上霜。举头望明月，低头思故乡。", "年份,水位\n1900,20\n1901,21\n"],
    "big5": ["床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。", "年份,水位\n1900,20\n1901,21\n", "臺北市,氣溫\n1,2\n"],
    "cp1252": [
        "Le café est très bon, déjà vu à l’école. Où êtes-vous?",
        "Größe;Höhe\n1;2\n",
        "Año,Niño\n1,2\n",
        "“Hello,” she said – it’s fine.",
        "level (°C)\n1\n2\n" + "1,5\n" * 2000,
        "price €\n1\n",
        "é",
    ],
    "utf_8": ["plain", "café 春", "", "a\fb\x1a"],
    "utf_16": ["level\n1\n2\n"],
    "cp932": ["吾輩は猫である。名前はまだ無い。", "年,カナダ\n1900,20\n"],
}


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in TEXTS.items() for text in texts])
def test_encodings(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[:2] == (text, encoding)
    assert decode(text.encode(encoding), encoding)[:2] == (text, encoding)


@pytest.mark.parametrize("codec", ["utf_16_le", "utf_16_be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_both_orders_of_utf_16(codec: str, mark: str) -> None:
    text = "year,level\n1900,20.5\n"
    assert decode((mark + text).encode(codec))[:2] == (text, "utf_16")


def test_line_breaks_and_the_mark() -> None:
    assert decode("\ufeffa\r\nb\rc 春\n".encode()).text == "a\nb\nc 春\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        bytes(range(256)),
        b"PK\x03\x04\x14\x00\x00\x00",
        b"bell \a",
        b"\x00" * 20,
    ],
)
def test_what_is_no_text(data: bytes) -> None:
    with pytest.raises(DataFileError, match="not text"):
        decode(data)


def test_an_encoding_that_does_not_fit_is_named() -> None:
    with pytest.raises(DataFileError, match="not text in UTF-8: byte 4 "):
        decode("caf\xe9".encode("latin-1"), "utf_8")
    with pytest.raises(DataFileError, match="not text in UTF-8: byte 7 "):  # of the file, its mark included
        decode(b"\xef\xbb\xbf" + "caf\xe9".encode("latin-1"), "utf_8")


CHINESE = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n"


@pytest.mark.parametrize("codec", ["utf_16_le", "utf_16_be"])
def test_chinese_in_utf_16_without_a_mark(codec: str) -> None:
    assert decode(CHINESE.encode(codec)) == (CHINESE, "utf_16", False, 0, 0)
    assert decode(CHINESE.encode(codec), "utf_16").text == CHINESE


@pytest.mark.parametrize("text", ["Bush hid the facts", "this app can break", CHINESE])
def test_what_is_utf_8_is_never_read_as_utf_16(text: str) -> None:
    assert decode(text.encode())[:2] == (text, "utf_8")


def test_a_wrong_byte_in_utf_8_is_said_and_the_rest_read() -> None:
    data = CHINESE.encode()
    found = decode(data[:6] + b"\xff" + data[6:])
    assert found.text == CHINESE[:2] + "\ufffd" + CHINESE[2:]
    assert [str(each) for each in found.said] == [
        "Read as UTF-8, the likeliest encoding.",
        "One place does not belong to it, at byte 7: \ufffd stands there.",
    ]
    # A file that was cut in the middle of a letter.
    assert decode(data[:-2]).text == CHINESE[:-2] + "\ufffd"
    # A � of the text's own is none.
    assert decode((CHINESE + "\ufffd").encode()).wrong == 0


def test_a_wrong_byte_in_a_chosen_encoding() -> None:
    data = CHINESE.encode("gb18030")
    assert decode(data[:4] + b"\xff" + data[4:], "gb18030").first_wrong == 5
