"""The servers that the whole WeChat path is measured beside."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from tests.wechat_pushes import AES_KEY, APP_ID, TOKEN


def raw_unit(file: str) -> Callable[[str, str, bytes], None]:
    """The durable unit with nothing in the way: inbox, talk, outbox, one full flush. A repeat changes nothing."""
    link, lock = sqlite3.connect(file, isolation_level=None, check_same_thread=False), threading.Lock()
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        link.execute(f"PRAGMA {pragma}")
    link.executescript(
        "CREATE TABLE inbox(id TEXT PRIMARY KEY, body BLOB);"
        "CREATE TABLE talks(who TEXT PRIMARY KEY, state TEXT, version INT);"
        "CREATE TABLE events(id INTEGER PRIMARY KEY, who TEXT, body TEXT);"
        'CREATE TABLE outbox(id INTEGER PRIMARY KEY, "to" TEXT, body TEXT, state INT, at INT);'
        "CREATE INDEX due ON outbox(at) WHERE state=0;"
    )

    def unit(id: str, who: str, body: bytes) -> None:
        with lock:
            link.execute("BEGIN IMMEDIATE")
            if link.execute("INSERT INTO inbox VALUES(?,?) ON CONFLICT DO NOTHING", (id, body)).rowcount:
                link.execute("SELECT state FROM talks WHERE who=?", (who,)).fetchone()
                link.execute("INSERT OR REPLACE INTO talks VALUES(?,?,?)", (who, "x" * 300, 1))
                link.execute("INSERT INTO events(who,body) VALUES(?,?)", (who, "x" * 470))
                link.execute('INSERT INTO outbox("to",body,state,at) VALUES(?,?,0,1)', (who, "x" * 470))
            link.execute("COMMIT")

    return unit


def peer(port: int, keeps: bool) -> None:
    """The bare echo, served until killed; with a durable unit where it keeps."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto

    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    keep = raw_unit("raw.db") if keeps else lambda id, who, body: None

    async def wechat(request: Request) -> Response:
        asked, body = request.query_params, await request.body()
        plain = crypto.decrypt_message(body, asked["msg_signature"], asked["timestamp"], asked["nonce"])
        message = parse_message(plain)
        keep(str(message.id), message.source, plain)
        reply = create_reply(message.content, message).render()
        return Response(crypto.encrypt_message(reply, asked["nonce"], asked["timestamp"]), media_type="application/xml")

    app = Starlette(routes=[Route("/wechat", wechat, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


# Their own servers run in an interpreter of their own and know nothing of this file.
WEROBOT = """
import werobot
from werobot.session.sqlitestorage import SQLiteStorage
robot = werobot.WeRoBot(token={token!r}, encoding_aes_key={key!r}, app_id={app!r},
                        enable_session=True, session_storage=SQLiteStorage("session.db"))
@robot.text
def echo(message, session):
    session["count"] = session.get("count", 0) + 1
    return message.content
application = robot.wsgi
"""
FLASK = """
from flask import Flask, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
application, crypto = Flask(__name__), WeChatCrypto({token!r}, {key!r}, {app!r})
@application.post("/wechat")
def wechat():
    asked = request.args
    plain = crypto.decrypt_message(request.data, asked["msg_signature"], asked["timestamp"], asked["nonce"])
    message = parse_message(plain)
    reply = create_reply(message.content, message).render()
    return crypto.encrypt_message(reply, asked["nonce"], asked["timestamp"]), {{"Content-Type": "application/xml"}}
"""


def under_gunicorn(python: str, folder: str, port: int, name: str, program: str, kept: bool) -> list[str]:
    """The command that serves the program under gunicorn, one worker: its usual one, which closes every connection, or
    one with threads where they are kept."""
    Path(folder, f"{name}.py").write_text(program.format(token=TOKEN, key=AES_KEY, app=APP_ID), encoding="utf-8")
    worker = ["--worker-class", "gthread", "--threads", "2", "--keep-alive", "30"] if kept else []
    return [python, "-m", "gunicorn", *worker, "-b", f"127.0.0.1:{port}", f"{name}:application"]
