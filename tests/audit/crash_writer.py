"""Append to a log until killed, saying each row only after its append returned. A process of its own."""

import sys
from datetime import timedelta
from pathlib import Path

from tests.audit.makers import NOON, an_entry, open_log


def main():
    with open_log(Path(sys.argv[1])) as log:
        while True:
            at = NOON + timedelta(seconds=log.head.seq)
            receipt = log.append(an_entry(at=at))
            sys.stdout.write(f"{receipt.seq} {receipt.hash.hex()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
