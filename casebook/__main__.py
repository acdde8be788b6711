"""`python -m casebook`: due, rulebook, rehearse, export, verify, holidays."""

from __future__ import annotations

import sys

from office.casebook_commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
