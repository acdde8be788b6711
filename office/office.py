"""One office, wired: settings in, everything that serves, delivers and ticks out.

The parts know each other only through what they are given here. `open_office` brings the tables up to date first; the
caller closes the office, which ends its threads before its store.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bots.card_renewal import RenewingDesk
from bots.channels.deskroom import rooms_of
from bots.channels.sending import Sender
from bots.channels.wechat import WeChat
from bots.channels.wechat_client import Client, StoreTokens
from bots.channels.wechat_sender import WeChatSender
from bots.channels.wecom import WeCom
from bots.channels.wecom_client import WeComClient
from bots.channels.wecom_sender import WeComAnswers, WeComSender
from bots.citizen.statement import proposal
from bots.courier import Courier
from bots.errands import renewing
from bots.gather import Source, gather
from bots.knowledge import Knowledge, read_knowledge
from bots.paper_link import STEP_OF, signed
from bots.reception import Reception
from bots.render import Rendering
from bots.settings import Settings
from bots.signer import Signer
from bots.wecom_door import ANSWERS, WeComDoor
from bots.wording import load_words
from casebook.desk import Desk
from casebook.jurisdiction import Jurisdiction
from casebook.law import Law
from casebook.rules import FormRule
from casebook.wording import say
from models.migrate import is_current, migrate
from models.store import Store
from nlp.reader import Reader
from office.book import opened_store
from office.book import signer as signer_of
from office.cards import buttons_for
from office.checking import checking
from office.holidays import law_in_force
from scheduler.reporting import Reporting

# The Telegram library weighs twenty megabytes: an office without Telegram does not load it.
if TYPE_CHECKING:
    from bots.channels.telegram import Telegram
    from bots.telegram_door import TelegramDoor

log = logging.getLogger(__name__)

GATHER_EVERY = 10.0  # seconds


@dataclass
class Office:
    """Everything one process holds. `stop` ends the loops."""

    settings: Settings
    law: Law
    desk: Desk
    store: Store
    reader: Reader
    reception: Reception
    signer: Signer
    courier: Courier
    wechat: WeChat | None = None
    telegram: Telegram | None = None
    telegram_door: TelegramDoor | None = None
    wecom_door: WeComDoor | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def jurisdiction(self) -> Jurisdiction:
        return self.law.jurisdiction

    @property
    def secret_key(self) -> str:
        return self.settings.secret_key

    @property
    def https(self) -> bool:
        return self.settings.https

    @property
    def checks(self) -> Mapping[str, Callable[[], object]]:
        """What must hold for the office to be ready."""
        return {
            "database": lambda: self.store.read(lambda unit: unit.next_outbox_at()) or True,
            "migrations": lambda: is_current(self.store),
            "model": lambda: self.reader is not None,
        }

    def now(self) -> datetime:
        """The one clock of the process, in the jurisdiction's zone."""
        return datetime.now(self.settings.zone)

    @property
    def reporting(self) -> Reporting:
        """What shows figures and reports of the case book, by the law as it is now; they may be some seconds old."""
        return Reporting(self.store.behind(), self.law)

    def checking(self, number: str) -> Mapping[str, str]:
        """What a printed notice of that case says of where to check it."""
        return checking(self.signer, self.settings.public_url, number)

    def propose(self, text: str, at: datetime) -> Mapping[str, Any]:
        """What the machine suggests for words that a member of staff took down."""
        return proposal(self.reader.read(text, at))

    def gather(self, texts: Sequence[str]) -> Sequence[tuple[str, Sequence[int]]]:
        """The matters that several of the texts tell of: a name of their words, and the places of those texts."""
        return self.reader.gather(texts)

    def start(self, *loops: Callable[[], None]) -> None:
        """Run each loop in a thread of its own until the office is closed."""
        for loop in loops:
            thread = threading.Thread(target=loop, name=getattr(loop, "__name__", "loop"), daemon=True)
            thread.start()
            self.threads.append(thread)

    def deliver_forever(self) -> None:
        self.courier.run_forever(self.stop, self.now)

    def gather_forever(self) -> None:
        """Fetch what people sent before the platforms forget it."""
        while not self.stop.wait(GATHER_EVERY):
            try:
                gather(self.store, self.sources, self.now())
            except Exception as error:
                log.error("gathering files failed: %s", type(error).__name__)

    def close(self) -> None:
        """End the loops, then let go of the platforms and the store."""
        self.stop.set()
        self.courier.kick()
        if self.telegram:
            self.telegram.hush()
        for thread in self.threads:
            thread.join(timeout=5)
        if self.telegram:
            self.telegram.close()
        self.store.close()


def open_office(settings: Settings) -> Office:
    """The office of these settings, its tables brought up to date. Raises RulebookError and database errors."""
    migrate(settings.database_url)
    store = opened_store(settings)
    law = law_in_force(settings.jurisdiction, store)
    desk, signer = RenewingDesk(law, load_words()), signer_of(settings)
    units = [(unit.name, unit.duties) for unit in law.jurisdiction.units]
    aliases = [alias for unit in law.jurisdiction.units for alias in unit.aliases]
    reader = Reader.load(units=units, rulebook=law.rulebook.name, aliases=aliases)
    known = Knowledge(read_knowledge(law.jurisdiction.name))
    written = partial(_say, signer, settings.public_url, law.rulebook.forms)
    reception = Reception(desk, reader, law.jurisdiction, say=written, public_url=settings.public_url, knowledge=known)
    wechat, senders = _wechat(settings, store)
    senders.update(_wecom(settings, store))
    telegram = _telegram(settings)
    if telegram:
        senders["telegram"] = telegram
    classes = [(item.name, item.title) for item in law.rulebook.classes]
    rooms = rooms_of(law.jurisdiction, defaultdict(str)) if settings.desk else {}
    rendering = Rendering(written, classes, buttons_for(desk, store, load_words()))
    still = renewing(lambda: desk.law)
    courier = Courier(store, senders, rendering, rooms, resume=reception.resume, renew=still, call_by=law.call_by)
    office = Office(settings, law, desk, store, reader, reception, signer, courier, wechat, telegram)
    office.sources = {name: sender for name, sender in senders.items() if isinstance(sender, Source)}
    if settings.wecom:
        wecom = WeCom(settings.wecom, f"{settings.public_url}/console")
        office.wecom_door = WeComDoor(store, reception, wecom, courier.kick)
    if telegram:
        from bots.telegram_door import TelegramDoor

        office.telegram_door = TelegramDoor(
            store, reception, telegram, courier, office.now, f"{settings.public_url}/telegram"
        )
    return office


def _say(signer: Signer, public_url: str, forms: Sequence[FormRule], message: str, facts: Mapping[str, Any]) -> str:
    """A notice's text; a paper also says where it can be opened, and where anyone can check that it is genuine."""
    step = STEP_OF.get(message)
    if step is None:
        return say(message, facts)
    number, to, at = str(facts["number"]), str(facts.get("addressed_to", "")), facts.get("written_at")
    printed = any(rule.step == step for rule in forms)
    secret = signed(signer, number, step, to, at) if printed and isinstance(at, datetime) else ""
    paper = {"paper_url": f"{public_url}/papers/{secret}"} if secret else {}
    return say(message, {**facts, **checking(signer, public_url, number), **paper})


def _telegram(settings: Settings) -> Telegram | None:
    if settings.telegram is None:
        return None
    from bots.channels.telegram import Telegram

    return Telegram(settings.telegram)


def _wechat(settings: Settings, store: Store) -> tuple[WeChat | None, dict[str, Sender]]:
    if settings.wechat is None:
        return None, {}
    client = Client(settings.wechat, StoreTokens(store), lambda: datetime.now(settings.zone))
    sender = WeChatSender(client, settings.wechat.templates, settings.public_url)
    return WeChat(settings.wechat), {"wechat": sender}


def _wecom(settings: Settings, store: Store) -> dict[str, Sender]:
    if settings.wecom is None:
        return {}
    tokens, zone = StoreTokens(store), settings.zone
    client = WeComClient(settings.wecom, tokens, lambda: datetime.now(zone))
    answers = WeComAnswers(client, lambda id: tokens.get(f"{ANSWERS}:{id}", datetime.now(zone)))
    return {"wecom": WeComSender(client, f"{settings.public_url}/console"), ANSWERS: answers}


def warnings(office: Office) -> Iterable[str]:
    """What the start must warn of: articles nobody signed, a regulation that has run out, an old engine."""
    book, today = office.law.rulebook, office.now().date()
    if book.unsigned:
        yield f"rulebook {book.name}: {len(book.unsigned)} articles with rules are not signed; for trial only"
    if book.expired(today):
        yield f"rulebook {book.name}: ran out on {book.valid_until}; check whether it was renewed"
    if not office.law.calendar.covers(date(today.year, 12, 31)):
        yield f"no holiday notice for {today.year} is loaded; due dates are provisional"
    yield f"database {office.store.engine_version()}"
    yield from office.store.concerns()
