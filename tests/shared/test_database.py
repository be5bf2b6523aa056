"""The database under bus and store: group commit, limits, reading, closing."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from shared.errors import DataInUse, Unavailable
from shared.sqlite import Database
from shared.sqlite.limits import Limits


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "hub.db", exclusive=True) as database:
        await database.write(lambda c: c.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        yield database


def insert(connection: sqlite3.Connection, number: int) -> int:
    connection.execute("INSERT INTO t VALUES (?)", (number,))
    return number


def inserting(number: int) -> Callable[[sqlite3.Connection], int]:
    return lambda connection: insert(connection, number)


async def numbers(database: Database) -> list[int]:
    rows = await database.read(lambda c: c.execute("SELECT n FROM t ORDER BY n").fetchall())
    return [row[0] for row in rows]


def hold(reached: threading.Event, go_on: threading.Event) -> None:
    reached.set()
    go_on.wait(10)


async def test_a_failing_job_undoes_itself_and_none_of_its_neighbours(database: Database) -> None:
    def insert_and_fail(connection: sqlite3.Connection) -> None:
        insert(connection, 1000)
        raise KeyError("bug")

    results = await asyncio.gather(
        *(database.write(inserting(n)) for n in range(10)),
        database.write(insert_and_fail),
        database.write(inserting(3)),
        *(database.write(inserting(n)) for n in range(10, 20)),
        return_exceptions=True,
    )

    assert isinstance(results[10], KeyError)
    assert isinstance(results[11], sqlite3.IntegrityError)
    assert await numbers(database) == list(range(20))


async def test_jobs_that_fail_in_every_batch_undo_nothing_but_themselves(
    database: Database,
) -> None:
    committed: list[int] = []
    for start in range(0, 100, 10):
        await asyncio.gather(
            *(
                database.write(inserting(start + n % 9), on_commit=committed.append)
                for n in range(10)
            ),
            return_exceptions=True,
        )

    expected = [start + n for start in range(0, 100, 10) for n in range(9)]
    assert await numbers(database) == expected
    assert committed == expected


async def test_of_waits_with_one_limit_only_those_that_are_over_end() -> None:
    loop = asyncio.get_running_loop()
    limits = Limits(loop)
    answered, late = loop.create_future(), loop.create_future()
    limits.watch(answered, 0.05)
    limits.watch(late, 0.05)
    answered.set_result("in time")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(late), 20)
    limits.watch(again := loop.create_future(), 0.05)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(again), 20)

    assert answered.result() == "in time"


async def test_what_waits_is_committed_together(database: Database) -> None:
    reached, go_on = threading.Event(), threading.Event()
    commits: list[int] = []
    first = asyncio.ensure_future(database.write(lambda c: hold(reached, go_on)))
    await asyncio.to_thread(reached.wait, 20)
    others = [
        asyncio.ensure_future(database.write(inserting(n), on_commit=commits.append))
        for n in range(50)
    ]
    await asyncio.sleep(0)
    before = await database.read(lambda c: c.execute("PRAGMA data_version").fetchone()[0])
    go_on.set()
    await asyncio.gather(first, *others)
    after = await database.read(lambda c: c.execute("PRAGMA data_version").fetchone()[0])

    assert commits == list(range(50))
    assert after - before <= 2


async def test_a_write_that_takes_too_long_ends_at_the_limit_and_is_left_out(
    database: Database,
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    first = asyncio.ensure_future(database.write(lambda c: hold(reached, go_on)))
    await asyncio.to_thread(reached.wait, 20)

    with pytest.raises(Unavailable, match=r"within 0\.1 s"):
        await database.write(inserting(1), timeout_s=0.1)

    go_on.set()
    await first
    await database.write(inserting(2))
    assert await numbers(database) == [2]


async def test_on_commit_is_called_even_when_nobody_waits_any_more(database: Database) -> None:
    reached, go_on = threading.Event(), threading.Event()
    committed = asyncio.Event()

    writing = asyncio.ensure_future(
        database.write(lambda c: hold(reached, go_on), on_commit=lambda _: committed.set())
    )
    await asyncio.to_thread(reached.wait, 20)
    writing.cancel()
    go_on.set()

    await asyncio.wait_for(committed.wait(), 20)


async def test_a_read_sees_what_was_confirmed_before(database: Database) -> None:
    seen = []
    for number in range(20):
        await database.write(inserting(number))
        seen.append(len(await numbers(database)))

    assert seen == list(range(1, 21))


async def test_every_commit_is_synced_to_the_disk(database: Database) -> None:
    full = 2

    assert await database.write(lambda c: c.execute("PRAGMA synchronous").fetchone()) == (full,)
    assert await database.write(lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises((sqlite3.OperationalError, Unavailable)):
        await database.read(lambda c: c.execute("INSERT INTO t VALUES (1)"))

    assert await numbers(database) == []


async def test_a_query_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    endless = (
        "WITH RECURSIVE r(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"
    )
    async with await Database.open(path, exclusive=True, write_timeout_s=1.0) as database:
        with pytest.raises(Unavailable):
            await database.read(lambda c: c.execute(endless).fetchall())

        assert await database.read(lambda c: c.execute("SELECT 1").fetchone()) == (1,)


async def test_closing_commits_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    async with await Database.open(path, exclusive=True) as database:
        await database.write(lambda c: c.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        waiting = [asyncio.ensure_future(database.write(inserting(n))) for n in range(2000)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    async with await Database.open(path, exclusive=True) as database:
        assert len(await numbers(database)) == 2000


async def test_a_closed_database_is_unavailable(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "hub.db", exclusive=True)
    await database.close()
    await database.close()

    with pytest.raises(Unavailable):
        await database.write(lambda c: None)
    with pytest.raises(Unavailable):
        await database.read(lambda c: None)


async def test_too_many_waiting_writes_are_refused(database: Database) -> None:
    reached, go_on = threading.Event(), threading.Event()
    first = asyncio.ensure_future(database.write(lambda c: hold(reached, go_on)))
    await asyncio.to_thread(reached.wait, 20)
    crowd = [asyncio.ensure_future(database.write(lambda c: None)) for _ in range(20_000)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable, match="too many"):
        await database.write(lambda c: None)

    go_on.set()
    await asyncio.gather(first, *crowd, return_exceptions=True)


async def test_a_file_that_is_no_database_is_unavailable_at_start(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(b"not a database, whatever it is" * 100)

    with pytest.raises(Unavailable, match=r"hub\.db"):
        await Database.open(path, exclusive=True)


async def test_a_refused_start_lets_go_of_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.mkdir()
    with pytest.raises(Unavailable):
        await Database.open(path, exclusive=True)
    path.rmdir()

    async with await Database.open(path, exclusive=True):
        assert path.is_file()


async def test_a_lock_held_by_another_process_for_long_is_an_outage_that_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.sqlite.connection.BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "hub.db"
    async with await Database.open(path, exclusive=False) as database:
        await database.write(lambda c: c.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await database.write(inserting(1))
        other.execute("ROLLBACK")
        other.close()

        assert await database.write(inserting(2)) == 2


async def test_several_processes_may_share_a_database_that_none_owns(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    async with (
        await Database.open(path, exclusive=False) as one,
        await Database.open(path, exclusive=False) as other,
    ):
        await one.write(lambda c: c.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        await asyncio.gather(
            *(one.write(inserting(n)) for n in range(0, 100, 2)),
            *(other.write(inserting(n)) for n in range(1, 100, 2)),
        )

        assert await numbers(one) == list(range(100))


async def test_an_owned_database_is_refused_to_everybody_else(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "hub.db", exclusive=True):
        with pytest.raises(DataInUse):
            await Database.open(tmp_path / "hub.db", exclusive=True)
        with pytest.raises(DataInUse):
            await Database.open(tmp_path / "hub.db", exclusive=False)


async def test_only_the_owner_may_read_the_files(database: Database) -> None:
    modes = {oct(path.stat().st_mode & 0o777) for path in database.path.parent.glob("hub.db*")}

    assert modes == {"0o600"}
