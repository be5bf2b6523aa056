"""The whole hub as its own process, with mail at its far end."""

from pathlib import Path
from typing import Any

import pytest

from tests.connectors.email.player import a_mail
from tests.support.hub_process import HubProcess
from tests.support.mail_server import MailServer
from tests.support.simulated import phone, until_phone_shows, write_as
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("forked_programs")

SIM = "sim-email"


async def conversations(hub: HubProcess) -> list[Any]:
    return await hub.items("/api/v1/conversations", view="open")


async def messages(hub: HubProcess, conversation_id: str) -> list[Any]:
    found = await hub.items(f"/api/v1/conversations/{conversation_id}/messages")
    return [one for one in found if one["direction"] in {"inbound", "outbound"}]


async def answer(hub: HubProcess, conversation_id: str, text: str) -> None:
    body = {"kind": "reply", "text": text}
    await hub.call("POST", f"/api/v1/conversations/{conversation_id}/messages", body)


async def all_texts(hub: HubProcess) -> list[str]:
    return [
        one["content"]["text"]
        for conversation in await conversations(hub)
        for one in await messages(hub, conversation["id"])
    ]


async def add_mailbox(hub: HubProcess, server: MailServer, user: str, **changed: Any) -> str:
    body = {"type": "email", "name": user, "settings": server.settings(user, **changed)}
    made = await hub.call("POST", "/api/v1/channels", body)
    id: str = made["id"]
    return id


@pytest.mark.timeout(90)
async def test_mails_go_both_ways_and_stay_in_one_conversation(tmp_path: Path) -> None:
    async with HubProcess(tmp_path, "--simulators") as hub:
        await write_as(hub, SIM, "Anna", "Where is my order?")
        (conversation,) = await conversations(hub)
        await answer(hub, conversation["id"], "It left yesterday.")
        await until_phone_shows(hub, SIM, "Anna", "It left yesterday.")

        await write_as(hub, SIM, "Anna", "Thank you!")

        (same,) = await conversations(hub)
        shown = await phone(hub, SIM, "Anna")
        assert same["id"] == conversation["id"]
        assert [
            one["content"]["text"].split("\n")[0] for one in await messages(hub, same["id"])
        ] == [
            "Where is my order?",
            "It left yesterday.",
            "Thank you!",
        ]
        assert shown[1]["subject"] == "Re: Where is my order?"


@pytest.mark.timeout(90)
async def test_an_agent_writes_first_and_the_answer_comes_into_the_same_conversation(
    tmp_path: Path,
) -> None:
    nora = "nora@new.example"
    async with HubProcess(tmp_path, "--simulators") as hub:
        await write_as(hub, SIM, "Anna", "Where is my order?")
        (origin,) = await conversations(hub)
        body = {
            "channel_id": SIM,
            "address": nora,
            "name": "Nora",
            "message": {"text": "We have news.", "email": {"subject": "News"}, "undo_s": 0},
        }
        begun = await hub.call("POST", "/api/v1/conversations", body)
        await until_phone_shows(hub, SIM, nora, "We have news.")
        await write_as(hub, SIM, nora, "Which ones?")

        found = {one["id"]: one for one in await conversations(hub)}
        case = found[begun["conversation"]["id"]]
        assert len(found) == 2
        assert (begun["conversation"]["title"], case["contact_name"]) == ("News", "Nora")
        assert case["waiting_since"] is not None
        said = [one["content"]["text"].split("\n")[0] for one in await messages(hub, case["id"])]
        assert said == ["We have news.", "Which ones?"]

        again = {
            "channel_id": SIM,
            "identity_id": origin["identity_id"],
            "from_id": origin["id"],
            "message": {"text": "About something else.", "undo_s": 0},
        }
        other = await hub.call("POST", "/api/v1/conversations", again)
        await until_phone_shows(hub, SIM, "Anna", "About something else.")
        await write_as(hub, SIM, "Anna", "Go on")

        after = other["conversation"]
        texts = [one["content"]["text"] for one in await messages(hub, after["id"])]
        assert len(texts) == 2
        assert texts[1].startswith("Go on")
        assert after["continued_from"] == origin["id"]

        async def linked() -> bool:
            found = await hub.call("GET", f"/api/v1/conversations/{origin['id']}")
            return bool(found["continued_in"] == [after["id"]])

        await until(linked, limit_s=10)


@pytest.mark.timeout(90)
async def test_a_bounce_marks_the_message_and_the_person(tmp_path: Path) -> None:
    async with HubProcess(tmp_path, "--simulators") as hub:
        await write_as(hub, SIM, "Anna", "Where is my order?")
        (conversation,) = await conversations(hub)
        await answer(hub, conversation["id"], "It left yesterday.")
        await until_phone_shows(hub, SIM, "Anna", "It left yesterday.")

        act = {"customer": "Anna", "action": {"type": "bounce"}}
        await hub.call("POST", f"/simulators/{SIM}/actions", act)

        async def failed() -> bool:
            found = await messages(hub, conversation["id"])
            return bool(found[-1]["delivery"] == "failed")

        await until(failed, limit_s=20)
        (after,) = await conversations(hub)
        assert after["reachable"] is False
        await write_as(hub, SIM, "Anna", "I am here again")
        (after,) = await conversations(hub)
        assert after["reachable"] is True


@pytest.mark.mail
@pytest.mark.xdist_group("mail")
@pytest.mark.timeout(120)
async def test_killed_again_and_again_each_mail_is_there_once(
    tmp_path: Path, server: MailServer
) -> None:
    hub = HubProcess(tmp_path)
    await hub.start()
    try:
        await add_mailbox(hub, server, "support")
        for number in range(60):
            mail = a_mail(
                f"mail {number:02d}", number=number, sender=f"p{number}@x{number}.example"
            )
            server.deliver("support", mail)
            if number in {20, 40}:
                await until(lambda: _some(hub), limit_s=40)
                await hub.kill()
                await hub.start()

        await until(lambda: _all(hub, 60), limit_s=60)
        texts = await all_texts(hub)
        assert sorted(texts) == [f"mail {number:02d}" for number in range(60)]
    finally:
        await hub.stop()


@pytest.mark.mail
@pytest.mark.xdist_group("mail")
@pytest.mark.timeout(120)
async def test_two_mailboxes_run_side_by_side_and_never_mix(
    tmp_path: Path, server: MailServer
) -> None:
    async with HubProcess(tmp_path) as hub:
        support = await add_mailbox(hub, server, "support")
        sales = await add_mailbox(hub, server, "sales")
        for number in range(5):
            server.deliver("support", a_mail(f"to support {number}", number=number))
            server.deliver("sales", a_mail(f"to sales {number}", number=number))

        await until(lambda: _all(hub, 10), limit_s=60)
        found = {
            (conversation["channel_id"], one["content"]["text"].rsplit(" ", 1)[0])
            for conversation in await conversations(hub)
            for one in await messages(hub, conversation["id"])
        }
        assert found == {(support, "to support"), (sales, "to sales")}


@pytest.mark.mail
@pytest.mark.xdist_group("mail")
@pytest.mark.timeout(120)
async def test_html_and_files_of_a_mail_are_stored(tmp_path: Path, server: MailServer) -> None:
    body = (
        "--m\r\nContent-Type: text/html\r\n\r\n<p onclick=x>Hi<img src='http://spy/p.png'></p>\r\n"
        "--m\r\nContent-Type: text/plain; name=note.txt\r\n"
        "Content-Disposition: attachment; filename=note.txt\r\n\r\nthe note\r\n--m--"
    )
    headers = {"Content-Type": "multipart/mixed; boundary=m"}
    async with HubProcess(tmp_path) as hub:
        await add_mailbox(hub, server, "support")
        server.deliver("support", a_mail(body, headers=headers))

        async def stored() -> bool:
            for conversation in await conversations(hub):
                for one in await messages(hub, conversation["id"]):
                    files = one["content"]["attachments"]
                    return bool(files and files[0]["state"] == "stored")
            return False

        await until(stored, limit_s=60)
        (conversation,) = await conversations(hub)
        (message,) = await messages(hub, conversation["id"])
        assert message["content"]["text"] == "Hi"
        assert message["content"]["attachments"][0]["size_bytes"] == len("the note")
        assert message["content"]["email"]["html_blob_id"]


async def _some(hub: HubProcess) -> bool:
    return len(await conversations(hub)) > 0


async def _all(hub: HubProcess, count: int) -> bool:
    return len(await all_texts(hub)) >= count
