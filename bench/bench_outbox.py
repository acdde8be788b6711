"""A backlog of a hundred thousand notices, drained in order under the platform's limits, on a clock that is played.

    python bench/bench_outbox.py [--quick] [--notices 100000]

The real courier on the real store (SQLite, a full flush for each transaction; TMPDIR names the disk) with Telegram's
limits: 30 messages a second in all, one a second to a person, 20 a minute to a group. The platform is a list that notes
who was sent what at which moment; its clock moves only when nothing may go yet, so an hour of waiting costs no time.
Four in five notices go to citizens, five to each, the rest to forty groups. Afterwards it is counted: every notice
once, each recipient's in the order they were written, and no window of any limit ever over it. What counts besides: how
many a second the courier could carry were there no limits (it must be more than the platform takes), what each costs a
processor, and how close to the limit it comes.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bots.budget import LIMITS, Budget, Limit
from bots.channels.sending import Outcome, Sent
from bots.courier import BATCH, Courier
from bots.message import Reply
from bots.render import Rendering
from casebook.case import Notice
from models.migrate import migrate
from models.store import Store
from models.vault import Vault

NINE = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
GROUPS, EACH = 40, 5
SHARE_OF_GROUPS = 5  # one in five


class Platform:
    """Takes everything at once, and notes it."""

    def __init__(self) -> None:
        self.now = NINE
        self.took: list[tuple[datetime, str, str]] = []

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        self.took.append((self.now, to, reply.text))
        return Sent(f"{len(self.took)}")


def written(store: Store, notices: int) -> dict[str, list[str]]:
    """The backlog; what each chat is to get, in order."""
    expected: dict[str, list[str]] = defaultdict(list)
    to_groups = notices // SHARE_OF_GROUPS
    people = (notices - to_groups) // EACH

    def group(unit: object, number: int) -> tuple[str, str]:
        unit.bind_group("telegram", f"-100{number}", f"unit:第{number}局")  # type: ignore[attr-defined]
        return f"unit:第{number}局", f"-100{number}"

    def person(unit: object, number: int) -> tuple[str, str]:
        return f"citizen:{unit.contact('telegram', str(number), '', NINE).handle}", str(number)  # type: ignore[attr-defined]

    chats = [store.write(lambda unit, n=n: group(unit, n)) for n in range(GROUPS)]
    for start in range(0, people, 500):
        some = range(start, min(start + 500, people))
        chats += store.write(lambda unit, some=some: [person(unit, n) for n in some])
    plan = [(chats[n % GROUPS], n // GROUPS) for n in range(to_groups)]
    plan += [(chats[GROUPS + n % people], n // people) for n in range(people * EACH)]
    for start in range(0, len(plan), 500):
        rows = []
        for serial, ((to, chat), nth) in enumerate(plan[start : start + 500], start):
            rows.append(Notice(f"{serial}", to, "progress", NINE, None, {}, {"text": f"{nth}"}))
            expected[chat].append(f"{nth}")
        store.write(lambda unit, rows=rows: unit.post(rows))
    return expected


def drained(store: Store, platform: Platform, patience: float) -> tuple[float, int]:
    """Deliver until nothing is left; the seconds it took, and how often the courier was asked."""
    render = Rendering(lambda message, facts: str(facts["text"]))
    courier, asked, began = (
        Courier(store, {"telegram": platform}, render, budget=Budget(), seconds=lambda: 0.0),
        0,
        time.perf_counter(),
    )
    while time.perf_counter() - began < patience:
        taken = courier.deliver(platform.now, BATCH)
        asked += 1
        if not taken:
            if not store.read(lambda unit: unit.outbox_waiting()):
                break
            rest = timedelta(seconds=courier._resting(platform.now) or 0.005)
            soonest = store.read(lambda unit: unit.next_outbox_at())
            platform.now = max(platform.now + rest, soonest or platform.now)
    return time.perf_counter() - began, asked


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def busiest(moments: list[datetime], limit: Limit) -> int:
    """The most messages in any window of the limit."""
    most = first = 0
    for last, moment in enumerate(moments):
        while (moment - moments[first]).total_seconds() >= limit.seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2,000 notices")
    parser.add_argument("--notices", type=int)
    parser.add_argument("--patience", type=float, default=1_500, help="seconds after which it is given up")
    given = parser.parse_args()
    notices = given.notices or (2_000 if given.quick else 100_000)
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/outbox.db"
        migrate(url)
        store, platform = Store(url, Vault(b"a key for benchmarks only, 32 bytes")), Platform()
        expected = written(store, notices)
        before, spent = peak_mb(), time.process_time()
        took, asked = drained(store, platform, given.patience)
        spent, more = time.process_time() - spent, peak_mb() - before
        left = store.read(lambda unit: unit.outbox_waiting())
        store.close()
    got: dict[str, list[str]] = defaultdict(list)
    moments: dict[str, list[datetime]] = defaultdict(list)
    for moment, to, text in platform.took:
        got[to].append(text)
        moments[to].append(moment)
    limits = LIMITS["telegram"]
    groups = max(busiest(those, limits.group) for to, those in moments.items() if to.startswith("-"))
    people = max(busiest(those, limits.person) for to, those in moments.items() if not to.startswith("-"))
    whole = busiest([moment for moment, _, _ in platform.took], limits.account)
    played = (platform.now - NINE).total_seconds()
    least = max(notices / limits.account.most, notices / SHARE_OF_GROUPS / GROUPS * 60 / limits.group.most)
    sent = len(platform.took)
    print(f"{sent:,} of {notices:,} notices sent, {left} left; in order and once: {got == expected}")
    print(f"busiest windows: {whole} of {limits.account.most} a second in all, {people} of 1 a second to a person,")
    print(f"  {groups} of {limits.group.most} a minute to a group")
    print(f"played time {played:,.0f} s, of which the limits alone ask {least:,.0f}: {least / played:.2f}")
    print(f"the courier itself took {took:,.1f} s: {sent / took:,.0f} a second, {asked:,} rounds")
    print(f"each costs a processor {spent / sent * 1e3:.1f} ms; {more:.0f} MB more while it is drained")
    figures = {"notices": notices, "sent": sent, "played_s": played, "least_s": least, "courier_s": took}
    figures |= {"cpu_ms_a_message": spent / sent * 1e3, "more_mb": more}
    figures |= {"busiest_account": whole, "busiest_person": people, "busiest_group": groups, "rounds": asked}
    if left or got != expected or whole > limits.account.most or people > 1 or groups > limits.group.most:
        raise SystemExit("not every notice went once, in order and within the limits")
    out = Path(__file__).parent / "results" / ("outbox.quick.json" if given.quick else "outbox.json")
    out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
