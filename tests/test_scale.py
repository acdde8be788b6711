"""What the page on scale tells an administrator to do to a filled database, done."""

from __future__ import annotations

import re
from pathlib import Path

from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from models.verify import verify
from tests import postgres
from tests.makers import SECRET, a_case, after, keep

PAGE = Path(__file__).parent.parent / "docs" / "scale.md"


def test_entries_parted_by_year_are_read_verified_and_written_as_before(pg_url):
    (script,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with postgres.database(pg_url, "huiying_parts") as url:
        migrate(url)
        store = Store(url, Vault(SECRET))
        old, odd = keep(store, a_case("20250302-00015")), keep(store, a_case("JB20260302-00016"))
        with store._writing.connect() as link:
            link.exec_driver_sql(script.replace("BEGIN;", "").replace("COMMIT;", ""))
            link.commit()

        new = keep(store, a_case("20260302-00017"))
        store.write(lambda unit: unit.save(old, after(old), (), ()))

        numbers = (old.number, odd.number, new.number)
        assert [store.read(lambda unit, n=n: unit.load(n).version) for n in numbers] == [2, 1, 1]
        assert [fault for fault in verify(store) if fault.what != "timers"] == []
        with store.connection() as link:
            parts = link.exec_driver_sql("SELECT DISTINCT tableoid::regclass::text FROM entries").scalars()
            assert sorted(parts) == ["entries_2025", "entries_2026", "entries_other"]
        store.close()
