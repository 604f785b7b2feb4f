"""Update a store on a disk that is full, then on one with room. A process of its own; says it as JSON.

On a `small` disk so many bytes are left free. On any other (where the machine allows no mount of a small one)
they are the largest file that may be written.
"""

import json
import random
import resource
import signal
import sys
from datetime import timedelta
from pathlib import Path

from kiosk.audit.space import read_free_bytes
from kiosk.model import Fault
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.trust.trees import NOON, Authority, a_list

LATER = NOON + timedelta(hours=1)
LARGER = 300_000


def main(disk, trees, room, small):
    old, new = write_trees(trees)
    store = disk / "store"
    init_store(old / "root.json", store, "desk-1", "checkpoint")
    update_store(old, store, NOON)
    relieve = fill(disk, room) if small else limit(room)
    before, refusal = read_free_bytes(disk), None
    try:
        update_store(new, store, LATER)
    except Fault as fault:
        refusal = str(fault)
    lost, kept = before - read_free_bytes(disk), load_trust(store).version
    relieve()
    again = update_store(new, store, LATER).new_version
    json.dump({"refusal": refusal, "kept": kept, "lost": lost, "again": again}, sys.stdout)


def write_trees(folder):
    """Write a tree, and a newer one whose list is much larger."""
    authority = Authority()
    old = authority.write(folder / "old", NOON)
    entries = random.Random(1).randbytes(LARGER)  # noqa: S311 - no secret, only hard to pack
    status = a_list(authority.status, LATER, entries)
    return old, authority.write(
        folder / "new", LATER, authority.targets(LATER, **{"status/2031.cwt": status})
    )


def fill(disk, room):
    """Leave `room` bytes; return what gives the rest back."""
    hog = disk / "hog"
    hog.write_bytes(bytes(read_free_bytes(disk) - room))
    return hog.unlink


def limit(room):
    """Let no file be larger than `room`; return what lifts it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the system's own error instead
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "small")
