"""The other side of the kiosk's demo: an authority of its own and the phones of two fictional people.

The kiosk starts this as a process and talks to it in lines of JSON: first comes what was made, then every
question `{"id": 1, "present": "live"}` gets `{"id": 1, "png": path}`. It ends when its input closes. What
the kiosk then makes of the codes is decided by the real pipeline alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from issuer import issuing
from issuer.dates import a_year_after, day_of
from issuer.errors import Refused
from issuer.files import write_file
from issuer.founding import create_registry
from issuer.ledger import Copy
from issuer.output import say
from issuer.passphrase import SANDBOX, Known
from issuer.person import Person
from issuer.photos import take_photo_from
from issuer.present import draw, present_text
from issuer.publish import publish
from issuer.registry import Registry
from issuer.rootkeys import FOLDER, RootKeys

_OLD = timedelta(hours=1)
_MAX_LINE = 4096


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the demo was set up with."""

    registry: Registry
    codes: Path
    live: Copy
    superseded: Copy
    print: Copy
    other: Copy


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing to hold before the camera: which copy, how old its proof, with or without it."""

    copy: str
    age: timedelta = timedelta(0)
    proof: bool = True


_ACTS = {
    "live": _Act("live"),
    "superseded": _Act("superseded"),
    "stripped": _Act("live", proof=False),
    "old_screenshot": _Act("live", age=_OLD),
    "print": _Act("print"),
    "other": _Act("other"),
}


def serve(directory: Path, portrait: Path, impostor: Path, now: datetime) -> None:
    """Set the demo up in `directory`, say so, and answer questions until the input closes.

    Makes `directory`/authority, /tree and /qr. Raises Refused when the pictures or the folder do not serve.
    """
    stage = _set_up(directory, portrait, impostor, now)
    tree = directory / "tree"
    publish(stage.registry, tree, now)
    copies = {name: getattr(stage, name).id for name in ("live", "superseded", "print", "other")}
    say({"ready": True, "root": str(tree / "root.json"), "tree": str(tree), "copies": copies})
    _answer_all(stage, (line.decode(errors="replace") for line in sys.stdin.buffer))


def _set_up(directory: Path, portrait: Path, impostor: Path, now: datetime) -> _Stage:
    # A day back, so that a screenshot of an hour ago is not older than its credential.
    made = now - timedelta(days=1)
    keys = RootKeys((directory / "authority" / FOLDER,), Known(SANDBOX))  # thrown away with the demo
    registry = create_registry(
        directory / "authority", "sandbox", "ed25519", made, passphrases=Known(SANDBOX), root_keys=keys
    )
    holder, other = _fictional_people(day_of(made))
    first = issuing.enrol(registry, holder, take_photo_from(portrait), made)
    second = issuing.renew(registry, first.copy.id, made)
    on_paper = issuing.print_copy(registry, second.copy.id, made)
    third = issuing.enrol(registry, other, take_photo_from(impostor), made)
    codes = directory / "qr"
    codes.mkdir(parents=True, exist_ok=True)
    return _Stage(registry, codes, second.copy, first.copy, on_paper.copy, third.copy)


def _fictional_people(today: date) -> tuple[Person, Person]:
    expires = a_year_after(today)
    holder = Person(
        number="2345678417",
        name_latin="Amal Sami Haddad",
        name_arabic="أمل سامي حداد",
        born=date(1988, 3, 14),
        nationality="JOR",
        holder_class="resident",
        expires=expires,
        gender=2,
        occupation="مهندسة طيران",
        employer="شركة الأفق التجريبية",
        sponsor="7001234567",
    )
    other = Person(
        number="2098765437",
        name_latin="Layla Nasser Khoury",
        name_arabic="ليلى ناصر خوري",
        born=date(1980, 9, 2),
        nationality="LBN",
        holder_class="resident",
        expires=expires,
        gender=2,
    )
    return holder, other


def _answer_all(stage: _Stage, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines, start=1):
        say(_answer(stage, number, line))


def _answer(stage: _Stage, number: int, line: str) -> dict[str, Any]:
    """Draw the code one question asks for; a question nobody understands gets an error, not an end."""
    try:
        question = json.loads(line) if len(line) <= _MAX_LINE else None
    except (ValueError, RecursionError):
        question = None
    if not isinstance(question, dict):
        return {"id": None, "error": "not a question"}
    name = question.get("present")
    act = _ACTS.get(name) if isinstance(name, str) else None
    if act is None:
        return {"id": question.get("id"), "error": f"present is one of {', '.join(_ACTS)}"}
    path = stage.codes / f"{number}.png"
    try:
        write_file(path, _draw(stage, act))
    except Refused as err:
        return {"id": question.get("id"), "error": str(err)}
    return {"id": question.get("id"), "png": str(path)}


def _draw(stage: _Stage, act: _Act) -> bytes:
    copy: Copy = getattr(stage, act.copy)
    at = datetime.now(UTC).replace(microsecond=0) - act.age
    return draw(present_text(stage.registry, copy, at, proof=act.proof), copy.kind).png
