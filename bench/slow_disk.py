"""A disk whose flush costs more, for a bench that is started again on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def run_on_slow_disk(milliseconds: float) -> None:
    """Become the same program with slow flushes under it. Comes back only where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        print("no C compiler: the slow disk is left out")
        return
    library = Path(tempfile.mkdtemp()) / "slow_flush.so"
    source = Path(__file__).with_name("slow_flush.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", str(source), "-o", str(library), "-ldl"], check=True)
    environment = {"LD_PRELOAD": str(library), "FLUSH_US": f"{milliseconds * 1000:.0f}"}
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **environment})
