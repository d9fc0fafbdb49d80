"""What a session's uploads may need together."""

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from playground.server.received import bounded


def sent(number: int, size: int) -> UploadedFileRec:
    return UploadedFileRec(str(number), f"{number}.csv", "text/csv", bytes(size))


def held(manager: MemoryUploadedFileManager, session: str) -> list[str]:
    return list(manager.file_storage.get(session, {}))


def test_the_oldest_make_room_and_other_sessions_keep_theirs() -> None:
    manager = MemoryUploadedFileManager("/upload")
    add = bounded(manager, most_bytes=1000)
    add("other", sent(0, 900))
    for number in range(1, 50):
        add("one", sent(number, 300))
        assert sum(len(file.data) for file in manager.file_storage["one"].values()) <= 1000
    assert held(manager, "one") == ["47", "48", "49"]
    assert held(manager, "other") == ["0"]
    add("one", sent(49, 800))
    assert held(manager, "one") == ["49"], "a file sent again counts once"
    add("one", sent(50, 1001))
    assert held(manager, "one") == [], "one that is too large by itself is not kept"
