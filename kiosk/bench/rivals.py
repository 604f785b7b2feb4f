"""Drives `peers.py` in the rivals' own environment, which `make peers` builds from its own lock."""

from __future__ import annotations

import json
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.bench.timing import Batch
from kiosk.bench.tokens import NUMBER, Sample, Signer
from kiosk.cose.cbor import encode_cbor
from kiosk.cose.encoding import encode_base45
from kiosk.cose.sign1 import parse_sign1

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("cwt", "pycose", "claim169")
RIVALS = ("cwt text", "cwt bytes", "pycose text", "pycose bytes", "claim169 text")
NOT_INSTALLED = "not installed: make peers"


def find_interpreter(root: Path = ROOT) -> Path | None:
    """Return the interpreter of the rivals' environment, None when it was not built."""
    path = root / ".venv-peers" / "bin" / "python"
    return path if path.exists() else None


class Rivals:
    """The rivals reading one print copy, in a process of their own; use as a context."""

    def __init__(
        self, interpreter: Path, sample: Sample, issuer: Signer, libraries: Sequence[str] = LIBRARIES
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [interpreter, "-I", Path(__file__).with_name("peers.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready = self._ask(
            {
                "libraries": list(libraries),
                "text": sample.text,
                "content": sample.content.hex(),
                "tampered": _tampered(sample.content),
                "algorithm": issuer.algorithm,
                "key": issuer.raw.hex(),
                "kid": issuer.public.kid.hex(),
                "number": NUMBER,
            }
        )
        self.ways: frozenset[str] = frozenset(ready["ways"])
        self.versions: dict[str, str] = ready["versions"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def batch(self, way: str) -> Batch:
        """Make a contestant of one way of reading."""

        def run(count: int) -> Sequence[float]:
            seconds: list[float] = self._ask({"way": way, "count": count})["seconds"]
            return seconds

        return run

    def name(self, way: str) -> str:
        """Name a way with its library's version, or say that it is not installed."""
        library, begins_with = way.split()
        if way not in self.ways:
            return f"{library}: {NOT_INSTALLED}"
        return f"{library} {self.versions[library]}, from {begins_with}"

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the rivals' process has no pipes")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError("the rivals' process ended; what it said stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _tampered(content: bytes) -> str:
    """Return the text of the same copy with one bit of its signature flipped."""
    message = parse_sign1(content)
    wrong = bytes([message.signature[0] ^ 1]) + message.signature[1:]
    parts = [message.protected, dict(message.unprotected), message.payload, wrong]
    return encode_base45(zlib.compress(b"\xd2" + encode_cbor(parts), 9))
