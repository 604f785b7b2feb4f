"""The command line of the issuing authority: `python -m issuer COMMAND`; see `cli.py`."""

from __future__ import annotations

import sys

from issuer.cli import main

if __name__ == "__main__":
    sys.exit(main())
