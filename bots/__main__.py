"""`python -m bots`: everything in one process; `--only web` or `--only telegram` for the Procfile's split."""

from __future__ import annotations

import sys

from office.running import run_bots

if __name__ == "__main__":
    sys.exit(run_bots(sys.argv[1:]))
