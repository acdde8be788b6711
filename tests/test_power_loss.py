"""The power goes: whatever part of the write-ahead log reached the disk, the book opens and holds all that was synced.

A log is a file of frames; what was written after the last flush may have reached the disk in part, and in any order.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.store import Store
from models.vault import Vault
from models.verify import verify
from tests.makers import SECRET, a_case, a_notice, a_timer, after, filed

pytestmark = pytest.mark.xdist_group("power_loss")

HEADER, FRAME_HEADER = 32, 24
UNITS = 3


def write_one(unit):
    """What one message causes: a case, its order, their notices and timers, the inbox row. Its number."""
    number = f"20260302-{unit.next_serial('day'):05d}"
    case = a_case(number)
    filed(unit, case, [a_notice(f"{number}/receipt", case=number)])
    unit.save(case, after(case), [a_notice(f"{number}/order", case=number, to="unit:x")], [a_timer(case)])
    unit.inbox_add("web", number, b"", case.filed, "done", number.encode())
    return number


@dataclass
class Written:
    """A database file, its log after so many units, and where in the log each unit was flushed."""

    base: bytes
    log: bytes
    flushed: list[tuple[int, str]]

    @property
    def frame(self) -> int:
        return FRAME_HEADER + struct.unpack(">I", self.log[8:12])[0]

    @property
    def frames(self) -> int:
        return (len(self.log) - HEADER) // self.frame

    def kept_until(self, size: int) -> list[str]:
        return [number for end, number in self.flushed if end <= size]


@pytest.fixture(scope="module")
def written(tmp_path_factory, _sqlite_template) -> Written:
    file = tmp_path_factory.mktemp("power") / "book.db"
    shutil.copyfile(_sqlite_template, file)
    store, log = Store(f"sqlite:///{file}", Vault(SECRET)), Path(f"{file}-wal")
    flushed = []
    for _ in range(UNITS):
        number = store.write(write_one)
        flushed.append((log.stat().st_size, number))
    made = Written(file.read_bytes(), log.read_bytes(), flushed)
    store.close()
    return made


def found_after(folder: Path, base: bytes, log: bytes) -> list[str]:
    """The book as it is found when the power is back: sound, each case whole; the numbers that are there."""
    file = folder / "found.db"
    Path(f"{file}-shm").unlink(missing_ok=True)
    file.write_bytes(base)
    Path(f"{file}-wal").write_bytes(log)
    store = Store(f"sqlite:///{file}", Vault(SECRET))
    try:
        assert verify(store) == []
        numbers = store.read(lambda unit: unit.numbers(limit=1000))
        for number in numbers:
            keys = [row.key for row in store.read(lambda unit, number=number: unit.outbox_of(number))]
            assert keys == [f"{number}/receipt", f"{number}/order"]
            assert store.read(lambda unit, number=number: unit.inbox_seen("web", number)).reply == number.encode()
    finally:
        store.close()
    link = sqlite3.connect(file)
    assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    link.close()
    return sorted(numbers)


def test_cut_at_any_frame_the_book_holds_exactly_what_was_flushed_by_then(written, tmp_path):
    for frame in range(written.frames + 1):
        size = HEADER + frame * written.frame

        assert found_after(tmp_path, written.base, written.log[:size]) == written.kept_until(size)


def test_cut_within_a_frame_it_is_as_if_the_frame_were_not_there(written, tmp_path):
    for frame in range(0, written.frames, 7):
        size = HEADER + frame * written.frame + written.frame // 2

        assert found_after(tmp_path, written.base, written.log[:size]) == written.kept_until(size)


def test_frames_that_came_out_of_order_take_nothing_flushed_with_them(written, tmp_path):
    """After the flush of one unit the frames of the next reached the disk, but one of them did not."""
    for (flushed, _), (end, _) in zip(written.flushed, written.flushed[1:], strict=False):
        for missing in range(flushed, end, written.frame):
            log = written.log[:missing] + bytes(written.frame) + written.log[missing + written.frame : end]

            assert found_after(tmp_path, written.base, log) == written.kept_until(flushed)


def test_a_checkpoint_half_written_loses_nothing_while_its_log_is_there(written, tmp_path):
    """Pages go from the log into the file in any order; the log is let go only after the file was flushed."""
    file = tmp_path / "whole.db"
    file.write_bytes(written.base)
    Path(f"{file}-wal").write_bytes(written.log)
    link = sqlite3.connect(file)
    link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    link.close()
    page, whole = written.frame - FRAME_HEADER, file.read_bytes()
    for step in (2, 3, 5):
        pages = [
            whole[at : at + page] if at // page % step else written.base[at : at + page].ljust(page, b"\0")
            for at in range(0, len(whole), page)
        ]

        assert found_after(tmp_path, b"".join(pages), written.log) == written.kept_until(len(written.log))


def test_a_log_whose_flush_was_left_out_loses_what_was_acknowledged(written, tmp_path):
    """The control: had the last unit been acknowledged before its flush, this check would find it lost."""
    before_last = written.flushed[-2][0]

    assert found_after(tmp_path, written.base, written.log[:before_last]) != written.kept_until(len(written.log))
