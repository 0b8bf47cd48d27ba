"""A file of text as it comes: UTF-8 or UTF-16, from a disk or a pipe, to be read more than once."""

import codecs
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, cast

from click import open_file

_HEAD = 512
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class TextFile:
    """A file whose lines can be read from the beginning more than once, one reader at a time.

    Args:
        file: of bytes; letters that are not of its encoding are read as U+FFFD.

    Raises:
        ValueError: it is no text; says what it seems to be.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._encoding = _encoding(file.read(_HEAD))

    def lines(self) -> Iterator[str]:
        """The lines, with their ends."""
        self._file.seek(0)
        raw = cast("BufferedReader", self._file)
        text = TextIOWrapper(raw, self._encoding, errors="replace", newline="")
        try:
            yield from text
        finally:
            if not raw.closed:
                text.detach()


@contextmanager
def text_file(name: str) -> Iterator[TextFile]:
    """The file of a path; `-` is standard input, which is kept on disk to be read again."""
    with open_file(name, "rb") as stream, TemporaryFile() as copy:
        if stream.seekable():
            yield TextFile(stream)
            return
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield TextFile(copy)


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if head.startswith(_WORKBOOKS):
        raise ValueError("The file is a workbook. Save it as CSV UTF-8.")
    if b"\0" in head:
        raise ValueError(
            "The file is not UTF-8, or is UTF-16 without a byte order mark. Save it as CSV UTF-8."
        )
    return "utf-8"
