"""`python -m scheduler`: reminders and deliveries alone. Any number may run on one PostgreSQL."""

from __future__ import annotations

import sys

from office.running import run_scheduler

if __name__ == "__main__":
    sys.exit(run_scheduler(sys.argv[1:]))
