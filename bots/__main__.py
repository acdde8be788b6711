"""`python -m bots`: everything in one process; `--only web` or `--only telegram` for the Procfile's split."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Serve until told to stop."""
    # Nothing that is loaded is let go again, and to look through it time and again while it grows takes a tenth of the
    # start: `run_bots` turns it on again once all is there.
    gc.disable()
    # Messages are short, few of them together too: a second thread of numpy's would wait more than it counts.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from office.running import run_bots

    return run_bots(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
