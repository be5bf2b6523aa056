"""Data with more partitions than this hub reads: nobody starts on it."""

from pathlib import Path

import pytest

from shared.errors import PartitionsDiffer
from shared.ids import PARTITIONS
from shared.partitions import check_partitions
from shared.runtime import open_ports
from shared.settings import Settings
from tests.support.partitioned import hold_partitions
from tests.support.stores import open_embedded


@pytest.mark.parametrize("written", [0, 1, PARTITIONS])
async def test_data_of_this_version_are_served_from_the_first_start_on(
    written: int, tmp_path: Path
) -> None:
    async with open_embedded(tmp_path) as embedded:
        await hold_partitions(embedded.store, written)

        await check_partitions(embedded.store)


@pytest.mark.parametrize("written", [PARTITIONS + 1, 16, 256])
async def test_both_numbers_and_the_way_out_are_named(written: int, tmp_path: Path) -> None:
    async with open_embedded(tmp_path) as embedded:
        await hold_partitions(embedded.store, written)

        with pytest.raises(PartitionsDiffer) as caught:
            await check_partitions(embedded.store)

    assert str(caught.value) == (
        f"the stored data has {written} partitions, this version of the hub {PARTITIONS}:"
        " run the version that wrote it, or begin with a new data directory or database and,"
        " on RabbitMQ, a new virtual host"
    )


async def test_no_service_gets_the_ports_to_such_data(tmp_path: Path) -> None:
    async with open_embedded(tmp_path) as embedded:
        await hold_partitions(embedded.store, 16)

    with pytest.raises(PartitionsDiffer):
        async with open_ports(Settings(data_dir=tmp_path)):
            pytest.fail("it was opened")
