"""The `hub` commands: on a running hub, and on data that no hub runs on."""

from pathlib import Path

from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess


async def test_an_agent_is_added_signs_in_and_gets_a_new_password(hub: HubProcess) -> None:
    added = await hub_command(
        hub.data, "agent", "add", "ann@example.com", "--name", "Ann", "--password", "first-Pass-1"
    )
    first = await sign_in(hub, "ann@example.com", "first-Pass-1")
    changed = await hub_command(
        hub.data, "agent", "passwd", "ann@example.com", "--password", "second-Pass-2"
    )
    old = await sign_in(hub, "ann@example.com", "first-Pass-1")
    new = await sign_in(hub, "ann@example.com", "second-Pass-2")
    listed = await hub_command(hub.data, "agent", "list")

    assert (added.status, changed.status, listed.status) == (0, 0, 0), added.err + changed.err
    assert (first, old, new) == (201, 401, 201)
    assert "ann@example.com" in listed.out


async def sign_in(hub: HubProcess, email: str, password: str) -> int:
    body = {"email": email, "password": password}
    async with hub.http.post(f"{hub.url}/api/v1/session", json=body) as answer:
        return answer.status


async def test_commands_work_while_no_hub_runs_and_last(tmp_path: Path) -> None:
    data = tmp_path / "data"
    added = await hub_command(data, "agent", "add", "bo@example.com")
    listed = await hub_command(data, "agent", "list")
    channels = await hub_command(data, "channel", "list")
    letters = await hub_command(data, "dead-letters", "list")

    assert "password: " in added.out, added.err
    assert "bo@example.com" in listed.out
    assert (channels.status, letters.status) == (0, 0)


async def test_a_channel_is_paused_resumed_and_removed_while_the_hub_runs(hub: HubProcess) -> None:
    paused = await hub_command(hub.data, "channel", "pause", "site")
    during = await hub_command(hub.data, "channel", "list")
    resumed = await hub_command(hub.data, "channel", "resume", "site")
    removed = await hub_command(hub.data, "channel", "remove", "site")
    after = await hub.items("/api/v1/channels")

    assert [paused.status, resumed.status, removed.status] == [0, 0, 0], paused.err + removed.err
    assert "paused" in during.out
    assert [channel["id"] for channel in after if channel["state"] != "removed"] == []


async def test_a_channel_with_wrong_settings_is_not_added(hub: HubProcess) -> None:
    unknown = await hub_command(hub.data, "channel", "add", "pigeon")
    without = await hub_command(hub.data, "channel", "add", "telegram")
    wrong = await hub_command(hub.data, "channel", "add", "telegram", "--set", "token=nonsense")
    added = await hub.items("/api/v1/channels")

    assert (unknown.status, without.status, wrong.status) == (1, 1, 1)
    assert "telegram" in unknown.err
    assert "token" in without.err
    assert "token" in wrong.err
    assert "nonsense" not in wrong.err
    assert [channel["id"] for channel in added] == ["site"]


async def test_the_doctor_finds_a_healthy_hub_healthy(hub: HubProcess) -> None:
    ended = await hub_command(hub.data, "doctor")

    assert ended.status == 0, ended.out + ended.err
    assert "FAIL" not in ended.out
    for looked_at in ("Python", "disk", "store", "bus", "channel site", "dead letters"):
        assert looked_at in ended.out


async def test_what_is_not_there_is_said_in_one_line(hub: HubProcess) -> None:
    for arguments in (
        ("agent", "passwd", "nobody@example.com"),
        ("channel", "pause", "nothing"),
        ("dead-letters", "show", "nothing"),
    ):
        ended = await hub_command(hub.data, *arguments)

        assert ended.status == 1
        assert ended.err.count("\n") == 1
        assert "Traceback" not in ended.err
