"""A copy made while others write is whole, sealed, and can be worked with where it is put back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from models.backup import BackupError, backup, restore
from models.migrate import migrate
from models.verify import verify
from scheduler.nightly import Nightly
from tests import postgres
from tests.makers import SECRET, a_case, after, keep, moment

ROOT = Path(__file__).resolve().parent.parent


def numbers(store) -> list[str]:
    return store.read(lambda unit: unit.numbers(limit=10_000))


def test_a_copy_made_while_others_write_is_whole_and_goes_on_elsewhere(open_store, sqlite_url, tmp_path):
    store = open_store(sqlite_url)
    for number in range(20):
        keep(store, a_case(f"20260302-{number:05d}"))
    stop = threading.Event()

    def write() -> None:
        number = 1000
        while not stop.is_set():
            keep(store, a_case(f"20260303-{number:05d}"))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup(sqlite_url, tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
    elsewhere = f"sqlite:///{tmp_path / 'new' / 'huiying.db'}"
    restore(elsewhere, tmp_path / "copy.db")
    migrate(elsewhere)

    copy = open_store(elsewhere)
    assert len(numbers(copy)) >= 20
    assert numbers(copy) == numbers(store)[: len(numbers(copy))]
    assert verify(copy) == []
    case = copy.read(lambda unit: unit.load("20260302-00003"))
    copy.write(lambda unit: unit.save(case, after(case), (), ()))
    assert verify(copy) == []


def test_a_copy_is_for_its_owner_only_and_tells_nothing_about_people(open_store, sqlite_url, tmp_path):
    keep(open_store(sqlite_url), a_case())

    backup(sqlite_url, tmp_path / "copy.db")

    copied = tmp_path / "copy.db"
    assert copied.stat().st_mode & 0o077 == 0
    assert "张三丰".encode() not in copied.read_bytes()
    assert b"13800000000" not in copied.read_bytes()


def test_nothing_is_ever_written_over(open_store, sqlite_url, tmp_path):
    keep(open_store(sqlite_url), a_case())
    backup(sqlite_url, tmp_path / "copy.db")

    with pytest.raises(BackupError, match="exists"):
        backup(sqlite_url, tmp_path / "copy.db")
    with pytest.raises(BackupError, match="holds a database"):
        restore(sqlite_url, tmp_path / "copy.db")


def test_half_a_copy_is_not_put_back(open_store, sqlite_url, tmp_path):
    keep(open_store(sqlite_url), a_case())
    backup(sqlite_url, tmp_path / "copy.db")
    whole = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "half.db").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(BackupError, match="not a whole database"):
        restore(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "half.db")
    assert not (tmp_path / "new.db").exists()


def test_from_the_command_line_a_copy_is_made_and_put_back(open_store, sqlite_url, tmp_path):
    keep(open_store(sqlite_url), a_case())

    def models(url: str, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": url, "SECRET_KEY": SECRET.decode()}
        command = [sys.executable, "-m", "models", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert models(sqlite_url, "backup", "copy.db").returncode == 0
    assert models(f"sqlite:///{tmp_path / 'new.db'}", "restore", "copy.db").returncode == 0
    assert numbers(open_store(f"sqlite:///{tmp_path / 'new.db'}")) == ["20260302-00015"]
    again = models(sqlite_url, "backup", "copy.db")
    assert again.returncode == 2
    assert "choose another name" in again.stderr


def test_on_postgresql_the_copy_is_made_by_its_own_tools(open_store, pg_url, tmp_path, monkeypatch):
    home = postgres.package()
    programs = home / postgres.INSTALL / "bin" if home else None
    if programs is None or not (programs / "pg_dump").exists():
        pytest.skip("no pg_dump here")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    keep(open_store(pg_url), a_case())

    backup(pg_url, tmp_path / "copy.dump")
    with pytest.raises(BackupError, match="has tables"):
        restore(pg_url, tmp_path / "copy.dump")
    with postgres.database(pg_url, "restored") as elsewhere:
        restore(elsewhere, tmp_path / "copy.dump")
        copy = open_store(elsewhere)
        assert numbers(copy) == ["20260302-00015"]
        assert verify(copy) == []
        copy.close()


def test_every_night_one_copy_is_made_and_the_oldest_are_let_go(open_store, sqlite_url, tmp_path):
    store, folder = open_store(sqlite_url), tmp_path / "copies"
    keep(store, a_case())
    nightly = Nightly(store, sqlite_url, folder)
    folder.mkdir()
    for day in range(1, 31):
        (folder / f"huiying-202601{day:02d}.backup").touch()

    assert nightly.run(moment("2026-03-02 01:59")) is None
    made = nightly.run(moment("2026-03-02 02:00"))
    assert nightly.run(moment("2026-03-02 02:05")) is None

    assert made is not None
    assert len(list(folder.iterdir())) == 30
    restore(f"sqlite:///{tmp_path / 'new.db'}", made)
    assert numbers(open_store(f"sqlite:///{tmp_path / 'new.db'}")) == ["20260302-00015"]


def test_a_night_without_room_is_complained_of_and_tried_again(open_store, sqlite_url, tmp_path, caplog):
    (tmp_path / "copies").write_text("a file where the folder should be")
    nightly = Nightly(open_store(sqlite_url), sqlite_url, tmp_path / "copies")

    assert nightly.run(moment("2026-03-02 02:00")) is None
    assert "tried again" in caplog.text
    (tmp_path / "copies").unlink()
    assert nightly.run(moment("2026-03-02 02:30")) is None
    assert nightly.run(moment("2026-03-02 03:00")) is not None
