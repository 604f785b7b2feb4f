"""A folder of files for somebody else (a stick, an auditor), whole under its name or not there at all.

Rules kept here: everything is written beside, in `.NAME.part`, brought to the disk, and only then given its
name in one step; a full or pulled stick leaves nothing that looks whole, and nothing that is there is
replaced. Sizes and SHA-256 are taken from the bytes on their way out. What the files hold is left to callers.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.audit.private import PRIVATE_FOLDER, sync_folder

_BUFFER = 256 * 1024


class OutputError(Exception):
    """The place to write to cannot take the files. The text is one sentence for whoever put the stick in."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One finished file: its name in the folder, its bytes and their SHA-256 (32 bytes)."""

    name: str
    size: int
    sha256: bytes


class OutFolder:
    """The unfinished folder; `files` are the finished files in it, in the order written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: list[WrittenFile] = []

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Give a buffered file to write `name` to; on the disk when the block ends. Raises OutputError."""
        with _output_errors(self.path):
            descriptor = os.open(
                self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE
            )
            raw = _Counting(descriptor)
            try:
                with io.BufferedWriter(raw, _BUFFER) as file:
                    yield file
                    file.flush()
                    os.fsync(descriptor)
            finally:
                raw.close()
        self.files.append(WrittenFile(name, raw.size, raw.digest.digest()))

    def write(self, name: str, content: bytes) -> None:
        """Write one small file. Raises OutputError."""
        with self.create(name) as file:
            file.write(content)

    def adopt(self, name: str) -> None:
        """Take a file that another program wrote into the folder as finished. Raises OutputError."""
        with _output_errors(self.path), (self.path / name).open("rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").digest()
            self.files.append(WrittenFile(name, file.tell(), digest))


class _Counting(io.RawIOBase):
    """A raw file that hashes what it was given, and only what the disk took of it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        self.size = 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        if self._descriptor is None:
            raise ValueError("write to a closed file")
        view = memoryview(content)  # type: ignore[arg-type] # io hands over buffers only
        taken = os.write(self._descriptor, view)
        self.digest.update(view[:taken])
        self.size += taken
        return taken

    def close(self) -> None:
        if self._descriptor is not None:
            try:
                super().close()
            finally:
                os.close(self._descriptor)
                self._descriptor = None


@contextmanager
def write_folder(parent: Path, name: str) -> Iterator[OutFolder]:
    """Give a folder to fill, that becomes `parent`/`name` when the block ends without an error.

    Makes `parent` if missing. Raises OutputError: something of that name is there, no room, not writable.
    """
    final, unfinished = parent / name, parent / f".{name}.part"
    with ExitStack() as held:
        with _output_errors(parent):
            parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            if os.path.lexists(final):
                raise OutputError(f"{final} is there already: nothing is replaced")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=PRIVATE_FOLDER)
        held.callback(shutil.rmtree, unfinished, ignore_errors=True)  # finds nothing once it has its name
        yield OutFolder(unfinished)
        with _output_errors(parent):
            sync_folder(unfinished)
            unfinished.rename(final)
            sync_folder(parent)


def check_written(folder: Path, files: Iterable[WrittenFile]) -> None:
    """Read the files again, from the disk where the system lets go of its copy. Raises OutputError."""
    for written in files:
        with _output_errors(folder), (folder / written.name).open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            digest = hashlib.file_digest(file, "sha256").digest()
        if digest != written.sha256:
            raise OutputError(f"{written.name} reads back changed from {folder.parent}: try another stick")


@contextmanager
def _output_errors(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise OutputError(f"{place}: {err.strerror or err}") from err
