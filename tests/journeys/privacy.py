"""A kiosk's whole life in a process of its own, so that all it writes and prints can be searched for people.

Run as `python -m tests.journeys.privacy FOLDER`: everything of the kiosk's lies in FOLDER/kiosk afterwards,
and FOLDER/secrets.json says what nobody may find there. Itself it says the commands' exit codes, on stderr.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from datetime import timedelta
from pathlib import Path

from issuer.present import draw
from kiosk.__main__ import main as kiosk_main
from kiosk.applog import hush_bugs, start_logging
from kiosk.model import Presentation, Source
from kiosk.view import FaceView, Request, ResultView
from tests.builders import NOON
from tests.face.remembering import RememberingEngine
from tests.journeys import pictures
from tests.journeys.kiosk import Kiosk
from tests.journeys.pictures import RememberingReader
from tests.journeys.town import NAMES, NUMBER, Town
from tests.journeys.trouble import Trouble

BUGS = (3, 12, 25, 40, 60, 61, 62, 63, 70, 75, 80, 90, 100)
HOLDERS = ("live", "superseded", "revoked", "print", "minor", "other")


def main(folder: Path) -> None:
    """Live the life."""
    home = folder / "kiosk"
    start_logging(home / "state")
    hush_bugs()
    sight = RememberingReader(), RememberingEngine()
    town = Town(folder / "town", sight[1])
    store = town.set_up(home / "store")
    say_secrets(folder, town)
    kiosk = Kiosk(store, home, *sight)
    visitors(kiosk, town)
    other_ways(kiosk, town, folder)
    failures(kiosk, town)
    shutil.copytree(home / "state", home / "while-running")
    kiosk.close()
    for at in BUGS:
        bugs(Kiosk(store, home, *sight), town, at)
    bug_in_a_thread()
    commands(home, town)


def say_secrets(folder, town):
    """Write down what the kiosk will see of people."""
    people = town.registry.read().persons.values()
    photos = [path.read_bytes() for path in (town.registry.directory / "photos").iterdir()]
    secrets = {
        "names": sorted({name for person in people for name in (person.name_latin, person.name_arabic)}),
        "numbers": sorted({person.number for person in people}),
        "codes": [town.text(name) for name in HOLDERS],
        "credentials": [town.registry.credential(copy).hex() for copy in town.copies.values()],
        "photos": sorted({photo.hex() for photo in photos}),
        "frames": [
            scene().picture()[300:302, 500:700].tobytes().hex()
            for scene in (pictures.holder, pictures.impostor)
        ],
    }
    (folder / "secrets.json").write_text(json.dumps(secrets))


def visitors(kiosk, town):
    """Whoever comes to a counter."""
    kiosk.visit(town.text(), pictures.holder())
    leave(kiosk)
    kiosk.visit(town.text(at=kiosk.wall), pictures.impostor())
    leave(kiosk)
    for name in ("superseded", "revoked", "print", "minor"):
        kiosk.show(pictures.phone(town.text(name, at=kiosk.wall)), 1.0)
        kiosk.until(ResultView, pictures.holder())
        leave(kiosk)
    kiosk.show(pictures.phone(town.text(at=kiosk.wall - timedelta(hours=1))), 2.0)
    leave(kiosk)
    kiosk.show(pictures.phone(town.text(proof=False)), 2.0)
    leave(kiosk)
    for number in range(2):
        kiosk.show(pictures.phone(f"https://example.org/{NUMBER}/{number}"), 1.0)
        leave(kiosk)
    kiosk.show(pictures.nobody(), 61.0)


def leave(kiosk):
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 1.0)


def other_ways(kiosk, town, folder):
    """Codes from the scanner, from files that carry people's names, and from the clipboard."""
    for source in (Source.SCANNER, Source.FILE, Source.PASTE):
        kiosk.bring(Presentation(town.text(at=kiosk.wall), source))
        kiosk.show(pictures.holder(), 3.0)
        leave(kiosk)
    hand_in(kiosk, folder / f"{NAMES[0]} {NUMBER}.png", draw_code(town))
    hand_in(kiosk, folder / f"{NAMES[1]}.pdf", b"%PDF-1.7 " + NAMES[0].encode())
    hand_in(kiosk, folder / f"{NUMBER}.none", None)


def hand_in(kiosk, path, content):
    from kiosk.intake.hatch import Hatch  # noqa: PLC0415 - brings the reader of PDF files

    if content is not None:
        path.write_bytes(content)
    hatch = Hatch(kiosk.runner.bring)
    hatch.hand_in_file(path, Source.FILE)
    if hatch._thread is not None:
        hatch._thread.join(20.0)
    kiosk.show(pictures.nobody(), 2.0)
    leave(kiosk)


def draw_code(town):
    copy = town.copies["live"]
    return draw(town.text(), copy.kind).png


def failures(kiosk, town):
    """A camera that is pulled, a disk that is full, a store that is gone: each in the middle of a visit."""
    kiosk.until(FaceView, pictures.phone(town.text(at=kiosk.wall)), 5.0)
    kiosk.camera.lost = True
    kiosk.show(pictures.nobody(), 2.0)
    kiosk.camera.lost = False
    kiosk.show(pictures.nobody(), 15.0)
    kiosk.until(FaceView, pictures.phone(town.text(at=kiosk.wall)), 5.0)
    kiosk.free_bytes = lambda _: 0
    kiosk.show(pictures.holder(), 5.0)
    kiosk.free_bytes = lambda _: 10**12
    kiosk.show(pictures.nobody(), 15.0)
    active = kiosk.store / "active"
    target = active.readlink()
    active.unlink()
    kiosk.show(pictures.nobody(), 10.0)
    active.symlink_to(target)
    kiosk.show(pictures.nobody(), 10.0)
    kiosk.visit(town.text(at=kiosk.wall), pictures.holder())


def bugs(kiosk, town, at):
    """A bug whose own words name the visitor."""
    trouble = Trouble(at)
    kiosk.runner = type(kiosk.runner)(trouble.gear(kiosk.gear), kiosk.post)
    kiosk.show(pictures.nobody())
    kiosk.show(pictures.phone(town.text(at=kiosk.wall)), 1.0)
    kiosk.show(pictures.holder(), 4.0)
    kiosk.close()


def bug_in_a_thread():
    def fail():
        raise RuntimeError(f"{NAMES[0]} {NAMES[1]} {NUMBER}")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def commands(home, town):
    """What people do at the command line afterwards."""
    config = home / "config.toml"
    config.write_text('[paths]\nstore = "store"\nstate = "state"\nlog = "state/log"\n')
    out = home / "out"
    asked = [
        ["audit", "check", "--thorough"],
        ["audit", "show", "--last", "1000"],
        ["audit", "report"],
        ["audit", "checkpoint"],
        ["audit", "key"],
        ["audit", "prove", "4", "--out", str(home / "proof.txt")],
        ["audit", "bundle", "--with-sealed", "--out", str(out / "bundle")],
        *(["audit", "export", "--format", form, "--out", str(out / form)] for form in ("csv", "jsonl")),
        ["audit", "export", "--format", "sqlite", "--with-sealed", "--out", str(out / "sqlite")],
        ["trust", "show"],
        ["verify", "--text", town.text(), "--at", NOON.isoformat()],
        ["verify", "--json", "--text", town.text("revoked"), "--at", NOON.isoformat()],
    ]
    for command, *words in asked:
        code = kiosk_main([command, "--config", str(config), *words])
        sys.stderr.write(f"# {command} {words[0]}: {code}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
