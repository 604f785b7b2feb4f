"""A nursery of kiosks to be killed: for each line it reads, one kiosk writes to the log until it dies.

A process of its own, which forks, so that the next kiosk need not load everything anew. What a kiosk did is
said only after it was done. "began" and "ended" are the nursery's own words.
"""

import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kiosk.audit.entry import PruneBasis, Pruned, Shredded
from kiosk.audit.merkle import TILE
from kiosk.model import Fault
from tests.audit.makers import NOON, an_entry, open_log


def main():
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        kiosk = os.fork()
        if not kiosk:
            live(folder, WAYS[line.strip()])
        say("began", kiosk)
        os.waitpid(kiosk, 0)
        say("ended")


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())  # at once, and whole


def live(folder, act):
    try:
        with open_log(folder) as log:
            while True:
                act(log)
    except Fault as fault:
        say("fault", fault)
        os._exit(1)


def serve(log):
    """Write one visit with a sealed part."""
    seq = log.next_seq
    entry = replace(an_entry(at=NOON + timedelta(seconds=seq)), sealed_key=bytes(8))
    receipt = log.append(entry, b"sealed part %d" % seq)
    say("row", receipt.seq, receipt.hash.hex())


def keep_up(log):
    """Write a visit, keep a checkpoint, destroy old sealed parts and prune the oldest tile."""
    serve(log)
    log.save_checkpoint(log.head.seq, NOON, log.tree.root().hex())
    say("checkpoint", log.head.seq, log.tree.root().hex())
    before = NOON + timedelta(seconds=log.head.seq - 5)
    receipt = log.shred(before, lambda count: an_entry(Shredded(before, count)))
    say("row", receipt.seq, receipt.hash.hex())
    below = log.below + TILE
    if below < log.head.seq:
        log.prune(an_entry(Pruned(below, PruneBasis.EXPORT)))
        say("pruned", below)


WAYS = {"serve": serve, "keep up": keep_up}

if __name__ == "__main__":
    main()
