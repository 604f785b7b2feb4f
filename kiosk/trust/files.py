"""Files of a trust tree and of the store: read without following links, written to survive a power cut.

Rules kept here: only plain names below one folder are opened, no symbolic link is followed on the way,
nothing but a regular file is read, and never more than the caller allows. What is written is on the disk
before the next step starts. Which files, and in which order, is left to the callers.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Protocol

from kiosk.trust.errors import MissingFileError, Refusal, TrustError

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


def check_plain(name: str) -> list[str]:
    """Return the parts of `name`, which are joined by /. Raises TrustError when one of them is not plain."""
    parts = name.split("/")
    if not all(_PART.fullmatch(part) for part in parts):
        raise TrustError("a file name that is not plain")
    return parts


def read_plain(folder: Path, name: str, limit: int) -> bytes:
    """Read the regular file `name` (parts joined by /) below `folder`, at most `limit` bytes.

    Raises MissingFileError when it is not there, TrustError when it is a link, a device, or too large.
    """
    parts = check_plain(name)
    with contextlib.ExitStack() as stack:
        try:
            place = _open_folder(folder, name)
            stack.callback(os.close, place)
            for part in parts[:-1]:
                place = os.open(part, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=place)
                stack.callback(os.close, place)
            file = os.open(parts[-1], _FILE_FLAGS, dir_fd=place)
            stack.callback(os.close, file)
            return _read_all(file, name, limit)
        except OSError as err:
            raise _translate(err, name) from err


def _open_folder(folder: Path, name: str) -> int:
    try:
        return os.open(folder, _FOLDER_FLAGS)
    except ValueError as err:  # a zero byte in the folder's own name
        raise MissingFileError(name) from err


def read_given(path: Path, limit: int) -> bytes:
    """Read the regular file that a person named, at most `limit` bytes. Raises as `read_plain`."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as err:
        raise _translate(err, path.name) from err
    try:
        return _read_all(file, path.name, limit)
    except OSError as err:
        raise _translate(err, path.name) from err
    finally:
        os.close(file)


def _read_all(file: int, name: str, limit: int) -> bytes:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise TrustError(f"{name} is not a regular file")
    if found.st_size > limit:
        raise TrustError(f"{name} is larger than {limit} bytes")
    chunks: list[bytes] = []
    left = limit + 1
    while left > 0 and (chunk := os.read(file, left)):
        chunks.append(chunk)
        left -= len(chunk)
    if left == 0:
        raise TrustError(f"{name} is larger than {limit} bytes")
    return b"".join(chunks)


def _translate(err: OSError, name: str) -> TrustError:
    if err.errno == errno.ENOENT:
        return MissingFileError(name)
    if err.errno in {errno.ELOOP, errno.ENOTDIR}:
        return TrustError(f"{name} is, or lies behind, a symbolic link or a file instead of a folder")
    return TrustError(f"{name} cannot be read: {err.strerror}", Refusal.INCOMPLETE)


class FileOps(Protocol):
    """The steps in which a store is changed; a test cuts the power between and within any two of them."""

    def make_folder(self, folder: Path) -> None:
        """Create `folder`, private to the user; fine when it is there."""
        ...

    def write(self, path: Path, content: bytes) -> None:
        """Create `path` anew with `content`, on the disk when it returns."""
        ...

    def link(self, target: str, path: Path) -> None:
        """Create `path` as a symbolic link to `target`."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target` in one step."""
        ...

    def remove(self, path: Path) -> None:
        """Remove `path`, whatever it is, with all in it; fine when it is not there."""
        ...

    def sync(self, folder: Path) -> None:
        """Bring the names in `folder` to the disk."""
        ...


class DiskOps:
    """The steps on a real disk."""

    def make_folder(self, folder: Path) -> None:
        """Create `folder`, private to the user; fine when it is there."""
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Create `path` anew with `content`, on the disk when it returns."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, _PRIVATE_FILE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def link(self, target: str, path: Path) -> None:
        """Create `path` as a symbolic link to `target`."""
        path.symlink_to(target)

    def replace(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target` in one step."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove `path`, whatever it is, with all in it; fine when it is not there."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def sync(self, folder: Path) -> None:
        """Bring the names in `folder` to the disk."""
        place = os.open(folder, _FOLDER_FLAGS)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def write_whole(ops: FileOps, path: Path, content: bytes) -> None:
    """Put `content` at `path` so that there is always the old or the new file, never a half one."""
    fresh = path.with_name(f"{path.name}.new")
    ops.remove(fresh)
    ops.write(fresh, content)
    ops.replace(fresh, path)
    ops.sync(path.parent)
