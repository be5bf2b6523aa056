"""A surge loses nothing, doubles nothing, and its acknowledgements are timed."""

from tests.bench.surge import measure_surge


async def test_three_times_the_usual_rate_loses_and_doubles_no_acknowledgement() -> None:
    usual, surge = await measure_surge(per_s=15, seconds=2)

    assert (usual.messages, surge.messages) == (30, 90)
    for spell in (usual, surge):
        assert (spell.lost, spell.doubled) == (0, 0)
        assert 0 < spell.median_ms <= spell.p95_ms
