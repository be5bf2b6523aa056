"""Pictures of the built screens over an invented hub. Run after `npm run build`:

    .venv/bin/python inbox/web/demo/shots.py [folder for the pictures]
"""

import json
import mimetypes
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import data
from playwright.sync_api import Page, Route, WebSocketRoute, sync_playwright

DIST = Path(__file__).resolve().parent.parent / "dist"
ORIGIN = "http://hub.test"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:; connect-src 'self' ws://hub.test; form-action 'self'; base-uri 'none'"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#64748b"/><path d="M120 420l160-180 120 130 90-90 200 220H120z" fill="#94a3b8"/></svg>'


class Hub:
    """Enough of the hub for the screens to stand."""

    def __init__(self, language: str, theme: str) -> None:
        self.me = {**data.ME, "language": language, "theme": theme}
        self.sockets: list[WebSocketRoute] = []
        self.messages = [dict(one) for one in data.MESSAGES]
        self.signed_in = True

    def answer(self, method: str, path: str, query: dict, body: object) -> tuple[int, object]:
        parts = path.strip("/").split("/")
        page = lambda items: (200, {"items": items, "next": None})  # noqa: E731
        match [method, *parts]:
            case ["GET", "session"]:
                return (200, {"agent": self.me, "csrf_header": "X-CSRF-Token", "csrf_token": "t"}) if self.signed_in else (401, {"title": "no session"})
            case ["POST", "session"]:
                return 401, {"title": "Unauthorised", "status": 401, "detail": "wrong"}
            case ["GET", "info"]:
                return 200, {"version": "0.1.0", "simulators": True, "simulators_public": False, "languages": ["en", "ru"], "undo_s": 5}
            case ["PATCH", "agents", "me"]:
                self.me |= body
                return 200, self.me
            case ["GET", "agents"]:
                return page(data.AGENTS)
            case ["GET", "notifications"]:
                return 200, {"items": data.NOTIFICATIONS, "next": None, "unread": 2}
            case ["GET", "agents", "me", "notification-settings"]:
                return 200, data.NOTIFICATION_SETTINGS
            case ["GET", "push"]:
                return 200, {"public_key": "", "devices": data.PUSH_DEVICES}
            case ["GET", "views"]:
                return 200, {"items": [{"key": key, "count": count} for key, count in data.VIEWS.items()]}
            case ["GET", "labels"]:
                return page([{"name": name} for name in ("delivery", "money", "VIP", "bug #214")])
            case ["GET", "channels"]:
                return page(data.CHANNELS)
            case ["GET", "channel-types"]:
                return page(data.TYPES)
            case ["GET", "conversations"]:
                view = query.get("view", ["open"])[0]
                items = [one for one in data.CONVERSATIONS if view in ("mine", "open") and (view == "open" or one["assignee_id"] == "a1")]
                return page(items)
            case ["GET", "search"]:
                return page([{"conversation": data.CONVERSATIONS[0], "message": self.messages[17]}])
            case ["GET", "conversations", cid]:
                found = [one for one in data.CONVERSATIONS if one["id"] == cid]
                return (200, found[0]) if found else (404, {"title": "not found"})
            case ["GET", "conversations", cid, "messages"]:
                return page(self.messages if cid == "c01" else [])
            case ["POST", "conversations", cid, "preview"]:
                part = {"text": body["text"], "spans": [], "attachments": [], "blocks": [], "buttons": [], "reply_to": None}
                return 200, {"channel_type": "telegram", "parts": [part], "count": 1, "refused": None}
            case ["POST", "conversations", cid, "messages"]:
                number = len(self.messages)
                leaves = (data.NOW + timedelta(days=1)).isoformat() if body.get("later") else (data.datetime.now(data.UTC) + timedelta(seconds=5)).isoformat()
                made = data.msg(number, 0, "note" if body["kind"] == "note" else "outbound", data.KIM, body["text"], delivery=None if body["kind"] == "note" else "queued", send_at=leaves)
                made["at"] = data.datetime.now(data.UTC).isoformat()
                self.messages.append(made)
                return 201, {"message": made, "command_id": body["id"]}
            case ["POST", "messages", mid, "cancel"]:
                found = next(one for one in self.messages if one["id"] == mid)
                found |= {"delivery": "cancelled", "version": found["version"] + 1}
                return 200, {"message": found}
            case ["POST", "conversations", cid, _]:
                return 200, {}
            case ["GET", "contacts", _]:
                return 200, {"contact": {"id": "k1", "name": "Мария Ковалёва", "language": "ru", "labels": [], "notes": "Звонить после обеда.", "created_at": "2023-03-01T10:00:00Z", "version": 1}, "identities": data.IDENTITIES}
            case ["GET", "contacts", _, "conversations"]:
                return page([data.CONVERSATIONS[0], {**data.CONVERSATIONS[2], "status": "resolved"}, {**data.CONVERSATIONS[3], "status": "resolved"}])
            case ["GET", "dead-letters"]:
                return page(data.DEAD)
            case ["GET", "dead-letters", did]:
                return 200, next(one for one in data.DEAD if one["id"] == did)
            case ["POST", "channels", _, "check"]:
                return 200, {"ok": False, "account": "@shop_bot", "items": [{"name": "Token", "ok": True, "detail": "@shop_bot answers"}, {"name": "Privacy mode", "ok": False, "detail": "The bot does not hear groups.", "remedy": "Send /setprivacy to @BotFather and choose Disable."}]}
        return 404, {"title": "Not found", "status": 404, "detail": f"{method} {path}"}

    def serve(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.path.startswith("/api/v1/attachments/"):
            return route.fulfill(status=200, body=PICTURE, content_type="image/svg+xml")
        if url.path.startswith("/api/v1"):
            body = route.request.post_data_json if (route.request.post_data or "").startswith("{") else {}
            status, answer = self.answer(route.request.method, url.path.removeprefix("/api/v1"), parse_qs(url.query), body)
            return route.fulfill(status=status, body=json.dumps(answer), content_type="application/json")
        file = DIST / url.path.lstrip("/")
        file = file if file.is_file() else DIST / "index.html"
        return route.fulfill(status=200, body=file.read_bytes(), headers={"Content-Type": mimetypes.guess_type(file.name)[0] or "text/plain", "Content-Security-Policy": POLICY})

    def socket(self, live: WebSocketRoute) -> None:
        self.sockets.append(live)

        def hear(text: str | bytes) -> None:
            if json.loads(text)["type"] == "start":
                live.send(json.dumps({"type": "hello", "cursor": "0", "agent_id": "a1", "server_time": data.datetime.now(data.UTC).isoformat()}))

        live.on_message(hear)

    def tell(self, kind: str, payload: dict, seq: int | None = None) -> None:
        for live in self.sockets:
            live.send(json.dumps({"type": "event", "kind": kind, "cursor": str(seq), "partition": 1, "seq": seq, "at": data.ago(0), "payload": payload}))


def opened(browser, hub: Hub, width: int, height: int, complaints: list[str], language: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500, locale="ru-RU" if language == "ru" else "en-GB", timezone_id="Europe/Berlin")
    page = context.new_page()
    page.on("console", lambda line: complaints.append(f"{line.type}: {line.text}") if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
    page.route("**/*", hub.serve)
    page.route_web_socket("**/api/v1/live", hub.socket)
    return page


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "shots"
    out.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for language in ("en", "ru"):
            for theme in ("light", "dark"):
                for size, (width, height) in {"wide": (1440, 900), "tablet": (1000, 760), "phone": (360, 800)}.items():
                    if size == "tablet" and (language == "ru" or theme == "dark"):
                        continue
                    hub = Hub(language, theme)
                    page = opened(browser, hub, width, height, complaints, language)
                    tag = f"{size}-{language}-{theme}"
                    for name, path in {"list": "/inbox/mine", "thread": "/inbox/mine/c01", "channels": "/channels", "dead": "/dead-letters", "settings": "/settings"}.items():
                        page.goto(ORIGIN + path)
                        page.wait_for_timeout(900)
                        page.screenshot(path=out / f"{name}-{tag}.png")
                    hub.signed_in = False
                    page.goto(ORIGIN + "/login")
                    page.wait_for_timeout(500)
                    page.screenshot(path=out / f"login-{tag}.png")
                    page.context.close()
        browser.close()
    print("\n".join(sorted(set(complaints))) or "no complaints")  # noqa: T201


if __name__ == "__main__":
    main()
