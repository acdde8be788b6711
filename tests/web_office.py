"""An office for the tests of the web doors: a real store, a real server on loopback, and a reception that says
something plain back. What the reception makes of a case is tested with the reception."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bots.channels.lines import replied
from bots.message import Button, Message, Reply
from bots.server import Server, server
from bots.settings import Settings, read_settings
from bots.signer import Signer
from bots.web import create_app
from casebook.jurisdiction import Jurisdiction
from casebook.jurisdiction import Unit as Handling
from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from office.checking import checking

ZONE = ZoneInfo("Asia/Shanghai")
KEY = "an-invented-key-of-more-than-thirty-two-letters"
JURISDICTION = Jurisdiction(
    name="example",
    title="示例市政务服务投诉中心",
    rulebook="example",
    body="示例市政务服务管理局",
    phone="0000-12345",
    units=(
        Handling("市自然资源局", officers=("张三丰", "李莫愁"), leader="王重阳"),
        Handling("市医疗保障局", officers=("黄药师",)),
    ),
    dispatchers=("周伯通",),
    supervisors=("洪七公",),
)
CARD = "请核对：\n事项：市不动产登记中心3号窗口不给受理\n时间：3月4日（周三）\n诉求：尽快受理\n没有问题就点“确认提交”。"
STARS = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")


class Echo:
    """Says back what came; keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    def receive(self, unit: Any, message: Message) -> Sequence[Reply]:
        self.heard.append(message)
        if message.text == "出错":
            raise RuntimeError("as asked for")
        if message.text == "卡片":
            rows = ((Button("确认提交", "confirm"),), (Button("改一处", "edit"), Button("取消", "cancel")))
            return [Reply(CARD, rows, card="20260305-00017" if message.chat else "draft")]
        if message.text == "评价":
            stars = tuple(Button(star, f"rate:{5 - number}") for number, star in enumerate(STARS))
            return [Reply("请为这次办理打分：", (stars,))]
        said = message.data or message.text or (message.media[0].name if message.media else "")
        return [Reply(f"收到：{said}")]


@dataclass
class TestOffice:
    """What `create_app` is given, made by hand."""

    __test__ = False

    settings: Settings
    store: Store
    signer: Signer = field(default_factory=lambda: Signer(KEY))
    reception: Any = field(default_factory=Echo)
    jurisdiction: Jurisdiction = JURISDICTION
    law: Any = None
    wechat: Any = None
    telegram_door: Any = None
    wecom_door: Any = None
    checks: Mapping[str, Callable[[], object]] = field(default_factory=lambda: {"database": lambda: True})

    def now(self) -> datetime:
        return datetime.now(ZONE)

    def checking(self, number: str) -> Mapping[str, str]:
        return checking(self.signer, self.settings.public_url, number)

    def write(self, room: str, text: str, key: str, card: str = "") -> int:
        """A line from outside, as the courier of any process would write it."""
        body = replied(Reply(text, card=card))
        return self.store.write(lambda unit: unit.add_line(room, "office", body, self.now(), key))


def an_office(folder: Path, jurisdiction_file: Path | None = None, **environ: str) -> TestOffice:
    """An office with its own SQLite file in `folder`."""
    file = jurisdiction_file or a_jurisdiction_file(folder)
    settings = read_settings({"JURISDICTION": str(file), "SECRET_KEY": KEY, **environ}, folder)
    settings.var.mkdir(exist_ok=True)
    migrate(settings.database_url)
    return TestOffice(settings, Store(settings.database_url, Vault(KEY.encode())))


def a_jurisdiction_file(folder: Path) -> Path:
    """A file that is there; the settings ask no more of it."""
    path = folder / "example.toml"
    path.write_text('title = "示例"\n', encoding="utf-8")
    return path


@contextmanager
def serving(office: TestOffice, port: int = 0) -> Iterator[str]:
    """The office on loopback, by a real server in a thread of its own; its address."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        made: Server = server(create_app(office), "127.0.0.1", 0)
        thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            made.should_exit = True
            thread.join()
