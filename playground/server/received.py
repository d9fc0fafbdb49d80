"""Files that visitors sent: Streamlit keeps each until its session ends, so that together they need a bound."""

from typing import Protocol

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MOST_BYTES = 64 * 2**20
"""A session's files together; the largest single one there can be, a saved run, and some smaller ones beside it."""


class Adding(Protocol):
    def __call__(self, session_id: str, file: UploadedFileRec) -> None: ...


def bounded(manager: MemoryUploadedFileManager, most_bytes: int = MOST_BYTES) -> Adding:
    """How to add a file so that those of its session stay within `most_bytes`: the oldest are let go."""
    add = manager.add_file

    def add_and_make_room(session_id: str, file: UploadedFileRec) -> None:
        add(session_id, file)
        kept = manager.file_storage.get(session_id, {})
        while kept and sum(len(each.data) for each in list(kept.values())) > most_bytes:
            manager.remove_file(session_id, next(iter(kept)))

    return add_and_make_room
