"""Where a trust tree comes from: a folder (a stick), or a web server. Both give bytes by name, no more.

Rules kept here: only plain names below one place, never more bytes than the caller allows, no link followed
in a folder, and no wait without an end on a network. Nothing read here is trusted: `metadata.py` verifies it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import urllib3

from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.files import check_plain, read_plain
from kiosk.trust.webpool import Connections

WHOLE_FILE_S, WHOLE_TREE_S = 600.0, 3600.0
"""How long a server may take for one file, and for all."""

MAX_REDIRECTS = 3
GiveUp = Callable[[], bool]
"""Says whether to stop waiting for a server, because something else came first."""

_CHUNK = 64 * 1024
_GONE = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def never() -> bool:
    """Never give up."""
    return False


class TreeSource(Protocol):
    """A place that has the files of a tree by their names in it."""

    def read(self, name: str, limit: int) -> bytes:
        """Return the file `name`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A tree in a folder. Each part of a name is opened without following links: nothing leads out of it."""

    folder: Path

    def read(self, name: str, limit: int) -> bytes:
        """Return the file `name`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        return read_plain(self.folder, name, limit)


class WebSource:
    """A tree below a URL, over HTTP or HTTPS; for one update, and one thread."""

    def __init__(
        self, url: str, monotonic: Callable[[], float] = time.monotonic, give_up: GiveUp = never
    ) -> None:
        """Prepare; nobody is asked yet. `give_up` is asked now and then, and from another thread."""
        self._url, self._monotonic, self._give_up = url, monotonic, give_up
        self._connections: Connections | None = None
        self._ends = float("inf")

    def read(self, name: str, limit: int) -> bytes:
        """Return the file `name`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        check_plain(name)
        return self.fetch(f"{self._url.rstrip('/')}/{name}", limit)

    def fetch(self, url: str, limit: int) -> bytes:
        """Return what is at `url`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        name = urlsplit(url).path.rpartition("/")[2]
        now = self._monotonic()
        if self._connections is None:
            self._connections, self._ends = _connect(url), now + WHOLE_TREE_S
        ends = min(now + WHOLE_FILE_S, self._ends)

        def is_over() -> bool:
            return self._monotonic() > ends or self._give_up()

        try:
            with self._connections.watched(is_over):
                body = self._follow(self._connections.manager, url, name, limit)
        except TrustError:
            raise
        except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as err:
            raise TrustError(f"{name} did not arrive: {type(err).__name__}", Refusal.UNREACHABLE) from err
        if is_over():
            raise TrustError(f"{name} took too long, or something else came first", Refusal.UNREACHABLE)
        return body

    def _follow(self, manager: urllib3.PoolManager, url: str, name: str, limit: int) -> bytes:
        """Get `url`, over a few redirections to other places on the web, never from HTTPS to HTTP."""
        for _ in range(MAX_REDIRECTS + 1):
            response = manager.request("GET", url, preload_content=False, redirect=False)
            with ExitStack() as held:
                held.callback(response.close)  # what it says besides is not waited for
                target = response.get_redirect_location()
                if not target:
                    _check_answer(response.status, name)
                    body = b"".join(_bounded(response, name, limit))
                    held.pop_all()
                    response.release_conn()
                    return body
            secure, url = urlsplit(url).scheme == "https", urljoin(url, target)
            if not is_web(url) or (secure and urlsplit(url).scheme != "https"):
                break
        raise TrustError(f"{name} is redirected too often, or elsewhere", Refusal.UNREACHABLE)


def _connect(url: str) -> Connections:
    try:
        return Connections(url)
    except (urllib3.exceptions.HTTPError, ValueError) as err:
        said = "the proxy that the environment names is no address of http or https"
        raise TrustError(said, Refusal.UNREACHABLE) from err


def _bounded(response: urllib3.BaseHTTPResponse, name: str, limit: int) -> Iterator[bytes]:
    """Yield the body as it comes, as long as it is not too much."""
    promised = response.headers.get("Content-Length", "")
    received = 0
    while chunk := response.read1(_CHUNK, decode_content=False):
        received += len(chunk)
        if received > limit:
            raise TrustError(f"{name} is larger than {limit} bytes")
        yield chunk
    if promised.isdecimal() and received < int(promised):
        raise TrustError(f"{name} broke off", Refusal.UNREACHABLE)


def _check_answer(status: int, name: str) -> None:
    if status in _GONE:
        raise MissingFileError(name)
    if status != HTTPStatus.OK:
        raise TrustError(f"the server answered {status} for {name}", Refusal.UNREACHABLE)


def open_source(where: Path | str, give_up: GiveUp = never) -> TreeSource:
    """Return the source at `where`: a URL of http or https, which `give_up` may cut short, or a folder."""
    if isinstance(where, str) and is_web(where):
        return WebSource(where, give_up=give_up)
    return FolderSource(Path(where))


def check_there(where: Path | str) -> None:
    """Refuse a folder that is not there: nobody should look for what is wrong in it. Raises TrustError."""
    if isinstance(where, str) and is_web(where):
        return
    if isinstance(where, str) and "://" in where:
        raise TrustError(f"{where} is no address of http or https", Refusal.UNREACHABLE)
    if not os.path.isdir(where):  # noqa: PTH112 - which a name with a zero byte does not stop
        raise TrustError(f"there is no folder {where}", Refusal.INCOMPLETE)


def is_web(where: str) -> bool:
    """Say whether `where` is a URL of a web server and not the name of a folder."""
    try:
        parts = urlsplit(where)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
