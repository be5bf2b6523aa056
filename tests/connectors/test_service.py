"""Channels come, change and go without a restart, and none of them can hurt another."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.registry import Registry, type_info
from shared.checks import (
    ChannelChecked,
    CheckRequest,
    check_answers_queue,
    check_request,
)
from shared.collections import CHANNEL_TYPES, CHANNELS, CONVERSATIONS
from shared.envelope import Envelope
from shared.events import Typing, routing_key
from shared.ids import AgentId, ChannelId, ChannelType, new_id
from shared.model.channel import Channel, ChannelState
from shared.model.conversation import Conversation
from shared.model.people import Actor, ActorKind
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put
from tests.connectors.rig import SAMPLE, SHOP, Rig, rig, until, until_stored
from tests.connectors.test_media import stored_message
from tests.contracts.connectors.sample.manifest import MANIFEST

BROKEN = ChannelType("unimportable")


async def stored(made: Rig, id: ChannelId = SHOP) -> Channel:
    found = await made.hub.store.get(CHANNELS, id)
    assert found is not None
    return found


async def becomes(made: Rig, id: ChannelId, state: ChannelState) -> Channel:
    async def reached() -> bool:
        return (await stored(made, id)).state is state

    await until_stored(reached)
    return await stored(made, id)


async def ask(made: Rig, request: CheckRequest) -> ChannelChecked:
    """Ask as the inbox does, and wait for the answer."""
    async with made.hub.bus.consume(check_answers_queue("test"), prefetch=10) as answers:
        asked = check_request(request, at=made.clock.now(), source="test")
        async with asyncio.timeout(20):
            while True:
                await made.hub.bus.publish([asked])
                try:
                    async with asyncio.timeout(0.5):
                        found = await answers.take(1)
                except TimeoutError:
                    continue  # the service had not begun to listen
                return found[0].envelope.read(ChannelChecked)


def typed(made: Rig, conversation: Conversation) -> Publication:
    """The news that an agent types."""
    event = Typing(
        channel_id=SHOP,
        conversation_id=conversation.id,
        actor=Actor(kind=ActorKind.AGENT, id=AgentId("a1")),
    )
    envelope = Envelope(
        id="t1",
        kind=Typing.kind,
        at=made.clock.now(),
        source="inbox",
        trace_id="t1",
        payload=event.model_dump(mode="json"),
    )
    return Publication(Exchange.EVENTS, routing_key(Typing.kind, SAMPLE, SHOP), envelope)


async def test_types_are_described_with_their_secrets_marked(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await until_stored(lambda: made.hub.store.get(CHANNEL_TYPES, SAMPLE))

        info = await made.hub.store.get(CHANNEL_TYPES, SAMPLE)
        assert info is not None
        properties = info.settings_schema["properties"]
        secret = {name for name, schema in properties.items() if schema.get("writeOnly")}
        assert secret == {"token", "signing_key", "proxy"}
        assert info.capabilities.max_text == 160


async def test_a_connector_that_cannot_be_imported_breaks_its_channel_only(
    tmp_path: Path,
) -> None:
    unimportable = replace(MANIFEST, channel_type=BROKEN, module="there.is.no.such.module")
    registry = Registry({SAMPLE: MANIFEST, BROKEN: unimportable})
    async with rig(tmp_path, registry=registry) as made:
        await made.add_channel(ChannelId("bad"), type=BROKEN)
        await made.add_channel()

        channel = await becomes(made, ChannelId("bad"), ChannelState.BROKEN)

        assert "cannot be imported" in (channel.reason or "")
        await made.live()


async def test_settings_that_do_not_fit_break_the_channel_and_name_the_field(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await made.put_channel(
            channel.model_copy(update={"version": 2, "settings": {"mode": "fax", "tokn": "x"}})
        )

        broken = await becomes(made, SHOP, ChannelState.BROKEN)

        assert "mode" in (broken.reason or "")
        assert "tokn: unknown setting" in (broken.reason or "")


async def test_a_broken_channel_starts_again_once_it_is_put_right(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await made.put_channel(
            channel.model_copy(update={"version": 2, "settings": {"mode": "fax"}})
        )
        broken = await becomes(made, SHOP, ChannelState.BROKEN)

        await made.put_channel(
            channel.model_copy(update={"version": broken.version + 1, "reason": None})
        )

        assert (await made.live()).channel.version == broken.version + 1


async def test_a_broken_channel_is_tried_again_when_the_hub_starts(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel(state=ChannelState.PAUSED)
    async with rig(tmp_path) as made:
        await made.add_channel(state=ChannelState.BROKEN, reason="was wrong")
        await until(lambda: SHOP in made.service._known)

    async with rig(tmp_path) as made:
        channel = await becomes(made, SHOP, ChannelState.ACTIVE)

        assert channel.reason is None


async def test_a_new_name_does_not_restart_the_connector(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        before = await made.live()

        await made.put_channel(channel.model_copy(update={"version": 2, "name": "Store"}))

        await until(lambda: made.service._known[SHOP].channel.name == "Store")
        assert made.service.live(SHOP) is before


async def test_a_removed_channel_stops(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await made.live()

        await made.put_channel(
            channel.model_copy(update={"version": 2, "state": ChannelState.REMOVED})
        )

        await until(lambda: made.service.live(SHOP) is None)
        status, _ = await made.hook(b"{}")
        assert status == 404


async def test_the_platform_is_told_where_to_call_and_no_more_after_the_removal(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await until(lambda: made.simulator.webhooks == ["None/hooks"])

        await made.put_channel(
            channel.model_copy(update={"version": 2, "state": ChannelState.REMOVED})
        )

        await until(lambda: made.simulator.webhooks == ["None/hooks", None])


async def test_pausing_leaves_the_webhook_where_it_is(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        channel = await made.add_channel()
        await until(lambda: made.simulator.webhooks)

        await made.put_channel(
            channel.model_copy(update={"version": 2, "state": ChannelState.PAUSED})
        )

        await until(lambda: made.service.live(SHOP) is None)
        assert made.simulator.webhooks == ["None/hooks"]


async def test_subscribing_is_tried_again_until_the_platform_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.runner.backoff_s", lambda *_given: 0.02)
    async with rig(tmp_path) as made:
        made.simulator.webhook_faults = [503, 503]

        await made.add_channel(mode="pull")

        await until(lambda: made.simulator.webhooks == [None])
        await until(lambda: made.simulator.polls)


async def test_a_bug_in_one_channel_does_not_stop_another(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.add_channel(ChannelId("other"), mode="pull")
        await made.live()
        live = await made.live(ChannelId("other"))

        async def buggy(_cursor: object) -> None:
            raise ZeroDivisionError

        live.connector.pull = buggy  # type: ignore[attr-defined]
        part = made.message("+7", "hello")
        await made.queue(part)

        await made.settled(part)
        metric = {"place": "pull", "error": "ZeroDivisionError"}
        await until(lambda: made.resources.metrics.value("hub_bugs_total", **metric) >= 1)


async def test_a_stored_channel_is_checked_live(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()

        answer = await ask(made, CheckRequest(request_id=new_id("k"), type=SAMPLE, channel_id=SHOP))

        assert answer.report.ok
        assert [item.name for item in answer.report.items] == ["token"]
        assert (await stored(made)).account == "+100"


async def test_settings_are_checked_before_a_channel_is_stored(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        sealed = made.resources.seal.close({"token": "x", "signing_key": "y"})
        wrong = {"mode": "fax", "tokn": "z"}

        answer = await ask(
            made,
            CheckRequest(request_id=new_id("k"), type=SAMPLE, settings=wrong, sealed=sealed),
        )

        assert not answer.report.ok
        assert sorted(str(p.field) for p in answer.report.problems) == ["mode", "tokn"]


async def test_a_check_of_a_platform_that_is_away_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        sealed = made.resources.seal.close({"token": "x", "signing_key": "y"})
        nowhere = {"api_base": "http://127.0.0.1:9"}

        answer = await ask(
            made,
            CheckRequest(request_id=new_id("k"), type=SAMPLE, settings=nowhere, sealed=sealed),
        )

        assert not answer.report.ok
        assert answer.report.items[0].detail == "the platform is not reached"


async def test_a_typing_agent_is_shown_to_the_customer_but_not_all_the_time(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        live = await made.live()
        shown: list[str] = []

        async def typing(thread: str, _context: object) -> None:
            shown.append(thread)

        live.connector.typing = typing  # type: ignore[attr-defined]
        _, conversation = stored_message(made, "f1")
        _, other = stored_message(made, "f1")
        other = other.model_copy(update={"thread": "+8"})
        await made.hub.store.commit([Put(CONVERSATIONS, conversation), Put(CONVERSATIONS, other)])
        await until(live.sends)

        async with asyncio.timeout(20):
            while not shown:
                await made.hub.bus.publish([typed(made, conversation)])
                await asyncio.sleep(0.01)
        await made.hub.bus.publish([typed(made, conversation), typed(made, other)])

        await until(lambda: "+8" in shown)
        assert shown == ["+7", "+8"]


async def test_the_simulator_of_a_type_gets_a_channel_that_works(tmp_path: Path) -> None:
    async with rig(tmp_path, simulators=True) as made:
        sim = f"{made.url}/simulators/sim-sample"
        live = await made.live(ChannelId("sim-sample"))
        assert live.channel.simulated

        async with made.http.post(
            f"{sim}/messages", json={"customer": "Anna", "text": "hello"}
        ) as written:
            assert written.status == 201
        await until(lambda: made.of_kind("inbound"))
        async with made.http.get(f"{sim}/messages", params={"customer": "Anna"}) as phone:
            shown = (await phone.json())["items"]
        async with made.http.get(f"{made.url}/simulators/channels") as channels:
            items = (await channels.json())["items"]

        assert [(line["from"], line["text"]) for line in shown] == [("customer", "hello")]
        assert items == [
            {
                "id": "sim-sample",
                "type": "sample",
                "title": "Sample",
                "customers": ["Anna"],
                "acts": [],
            }
        ]


async def test_phones_refuse_what_a_foreign_page_could_send(tmp_path: Path) -> None:
    async with rig(tmp_path, simulators=True) as made:
        sim = f"{made.url}/simulators/sim-sample"
        await made.live(ChannelId("sim-sample"))
        body = json.dumps({"customer": "Anna", "text": "hello"})

        async with made.http.post(
            f"{sim}/messages", data=body, headers={"Content-Type": "text/plain"}
        ) as refused:
            problem = await refused.json()

        assert (refused.status, refused.content_type) == (400, "application/problem+json")
        assert "application/json" in problem["detail"]


@pytest.mark.parametrize(
    "path,body,field",
    [
        ("messages", {"customer": "Anna"}, "text"),
        ("messages", {"customer": "", "text": "x"}, "customer"),
        ("messages", {"customer": "Anna", "text": "x", "txt": "y"}, "txt"),
        ("actions", {"customer": "Anna", "action": {"type": "fly"}}, "type"),
        ("faults", {"kind": "nonsense"}, "kind"),
        ("faults", {"kind": "429", "times": -1}, "times"),
    ],
)
async def test_phones_name_the_field_that_is_wrong(
    tmp_path: Path, path: str, body: dict[str, object], field: str
) -> None:
    async with rig(tmp_path, simulators=True, collect=False) as made:
        await made.live(ChannelId("sim-sample"))

        async with made.http.post(f"{made.url}/simulators/sim-sample/{path}", json=body) as refused:
            problem = await refused.json()

        assert (refused.status, problem["field"]) == (400, field)


async def test_the_phones_page_runs_nothing_but_its_own_scripts(tmp_path: Path) -> None:
    async with rig(tmp_path, simulators=True, collect=False) as made:
        async with made.http.get(f"{made.url}/simulators") as page:
            text = await page.text()
            policy = page.headers["Content-Security-Policy"]
        async with made.http.get(f"{made.url}/simulators/phones.js") as script:
            assert script.content_type == "text/javascript"

        assert "<script>" not in text
        assert "style=" not in text
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


async def test_the_live_stream_tells_whose_phone_changed(tmp_path: Path) -> None:
    async with rig(tmp_path, simulators=True, collect=False) as made:
        await made.live(ChannelId("sim-sample"))
        sim = f"{made.url}/simulators/sim-sample"

        async with made.http.get(f"{made.url}/simulators/live") as stream:
            assert (await stream.content.readline()).startswith(b"retry")
            await made.http.post(f"{sim}/messages", json={"customer": "Анна", "text": "hello"})
            async with asyncio.timeout(20):
                while not (line := await stream.content.readline()).startswith(b"data:"):
                    pass

        told = json.loads(line.removeprefix(b"data:"))
        assert told == {"channel_id": "sim-sample", "customer": "Анна"}


async def test_a_simulated_channel_waits_for_its_far_end(tmp_path: Path) -> None:
    async with rig(tmp_path, simulators=True) as made:
        await made.live(ChannelId("sim-sample"))

    async with rig(tmp_path) as made:
        await until(lambda: ChannelId("sim-sample") in made.service._known)

        assert made.service.live(ChannelId("sim-sample")) is None


def test_every_installed_type_is_found_without_importing_a_connector() -> None:
    found = Registry.discover().manifests()

    assert {"telegram", "webchat"} <= set(found)
    assert all(type_info(manifest).settings_schema["properties"] for manifest in found.values())


async def test_a_slow_import_keeps_nobody_from_ending(tmp_path: Path) -> None:
    (tmp_path / "slow_connector.py").write_text("import time\ntime.sleep(30)\n")
    script = (
        "import asyncio, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from connectors.importing import imported_aside\n"
        "async def main():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.2):\n"
        "            await imported_aside('slow_connector')\n"
        "    except TimeoutError:\n"
        "        print('ended')\n"
        "asyncio.run(main())\n"
    )

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(20):
        said, _ = await process.communicate()

    assert (process.returncode, said.strip()) == (0, b"ended")


async def test_an_account_that_another_channel_has_is_refused_at_the_check(tmp_path: Path) -> None:
    registry = Registry({SAMPLE: replace(MANIFEST, exclusive=("token", "api_base"))})
    async with rig(tmp_path, registry=registry) as made:
        first = await made.add_channel()
        await made.live()
        asked = CheckRequest(
            request_id="k1", type=SAMPLE, settings=first.settings, sealed=first.sealed
        )
        elsewhere = {**first.settings, "api_base": made.url}

        doubled = await ask(made, asked)
        itself = await ask(made, asked.model_copy(update={"request_id": "k2", "channel_id": SHOP}))
        other = await ask(
            made, asked.model_copy(update={"request_id": "k3", "settings": elsewhere})
        )

        assert not doubled.report.ok
        assert [(i.name, i.detail) for i in doubled.report.items if not i.ok] == [
            ("account", "the channel Shop has this account already")
        ]
        assert itself.report.ok
        assert not [i for i in other.report.items if "already" in i.detail]


async def test_the_account_of_a_removed_channel_is_free_again(tmp_path: Path) -> None:
    registry = Registry({SAMPLE: replace(MANIFEST, exclusive=("token",))})
    async with rig(tmp_path, registry=registry) as made:
        first = await made.add_channel()
        removed = first.model_copy(update={"state": ChannelState.REMOVED})
        await made.put_channel(removed)

        answer = await ask(
            made,
            CheckRequest(
                request_id=new_id("k"), type=SAMPLE, settings=first.settings, sealed=first.sealed
            ),
        )

        assert answer.report.ok
