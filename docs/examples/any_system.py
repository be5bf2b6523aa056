"""Any system as a channel: lines typed here reach the agents, and their answers are printed.

    python any_system.py http://127.0.0.1:8080/hooks/CHANNEL_ID whsec_... 9000

9000 is the port of the channel's callback address, which is http://127.0.0.1:9000/ then. Nothing
but Python is needed. ``docs/channels/webhook.md`` has the whole language.
"""
# ruff: noqa: T201 - it talks to the person who runs it

import base64
import hmac
import json
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import Request, urlopen
from uuid import uuid4

HOOK, SECRET, PORT = sys.argv[1], base64.b64decode(sys.argv[2].removeprefix("whsec_")), sys.argv[3]
FIVE_MINUTES_S = 300
seen: set[str] = set()


def signature(id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.digest(SECRET, f"{id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def tell(**event: object) -> None:
    id, now = f"e-{uuid4()}", str(int(time.time()))
    body = json.dumps({"id": id, "at": datetime.now(UTC).isoformat(), **event}).encode()
    signed = {"webhook-id": id, "webhook-timestamp": now}
    signed["webhook-signature"] = signature(id, now, body)
    urlopen(Request(HOOK, body, signed), timeout=10).close()  # noqa: S310 - the hub's own address


class Callbacks(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        id, sent_at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        right, given = signature(id, sent_at, body), self.headers["webhook-signature"].split()
        fits = any(hmac.compare_digest(right.encode(), one.encode()) for one in given)
        fits = fits and abs(time.time() - int(sent_at)) < FIVE_MINUTES_S
        if fits and id not in seen:  # the hub repeats what it got no answer to
            told = json.loads(body)
            print("agent:", told.get("message", {}).get("text", told["type"]), flush=True)
            seen.add(id)
        self.send_response(200 if fits else 401)
        self.end_headers()


Thread(target=ThreadingHTTPServer(("127.0.0.1", int(PORT)), Callbacks).serve_forever).start()
for line in sys.stdin:
    person, message = {"id": "console", "name": "Console"}, {"id": str(uuid4()), "text": line}
    tell(type="message", **{"from": person}, message=message)
