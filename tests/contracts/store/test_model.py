"""Random commits: the store does what a plain dict would do."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import Conflict
from shared.ports.store import ABSENT, Change, Check, Delete, Increment, Put, Update
from tests.support.document_stores import (
    COLLECTIONS,
    THINGS,
    Colour,
    ManagedStore,
    StoreImplementation,
    Thing,
    ids,
)

IDS = st.sampled_from(["a", "b", "c"])
NUMBERS = st.integers(0, 2)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "number": NUMBERS,
        "colour": st.sampled_from(Colour),
        "email": st.sampled_from([None, "e", "f"]),
        "labels": st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
    },
)
EXPECTED = st.fixed_dictionaries(
    {}, optional={"number": NUMBERS, "email": st.sampled_from([None, "e"])}
)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(
        lambda id, values, expect: Put(THINGS, Thing(id=id, **values), expect=expect),
        IDS,
        VALUES,
        st.one_of(st.none(), st.just(ABSENT), EXPECTED),
    ),
    st.builds(lambda id, set, expect: Update(THINGS, id, set, expect), IDS, VALUES, EXPECTED),
    st.builds(lambda id, step: Increment(THINGS, id, {"number": step}), IDS, NUMBERS),
    st.builds(lambda id, expect: Delete(THINGS, id, expect), IDS, st.one_of(st.none(), EXPECTED)),
    st.builds(
        lambda id, expect: Check(THINGS, id, expect), IDS, st.one_of(st.just(ABSENT), EXPECTED)
    ),
)
COMMITS = st.lists(st.lists(CHANGES, min_size=1, max_size=4), max_size=8)


class Model:
    """The store as a dict; a commit that fails changes nothing."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}

    def commit(self, changes: list[Change]) -> bool:
        before = dict(self.things)
        if all(self._apply(change) for change in changes):
            return True
        self.things = before
        return False

    def _apply(self, change: Change) -> bool:
        id = change.document.id if isinstance(change, Put) else change.id
        if not self._holds(id, change):
            return False
        match change:
            case Put():
                self.things[id] = change.document
            case Update():
                self.things[id] = self.things[id].model_copy(update=dict(change.set))
            case Increment():
                thing = self.things.get(id, Thing(id=id))
                number = thing.number + change.add["number"]
                self.things[id] = thing.model_copy(update={"number": number})
            case Delete():
                self.things.pop(id, None)
            case Check():
                pass
        emails = [thing.email for thing in self.things.values() if thing.email is not None]
        return len(emails) == len(set(emails))

    def _holds(self, id: str, change: Change) -> bool:
        expect: Any = None if isinstance(change, Increment) else change.expect
        if expect is None:
            return True
        if expect is ABSENT:
            return id not in self.things
        thing = self.things.get(id)
        return thing is not None and all(getattr(thing, k) == v for k, v in expect.items())


async def compare(store: ManagedStore, model: Model) -> None:
    """Documents and indexes say the same as the model."""
    things = sorted(model.things.values(), key=lambda thing: thing.id)
    assert await store.get_many(THINGS, ["a", "b", "c"]) == model.things
    for colour in Colour:
        expected = sorted((t for t in things if t.colour == colour), key=lambda t: (t.number, t.id))
        found = await store.find(THINGS, equal={"colour": colour}, order="number")
        assert ids(found.items) == ids(expected)
        labelled = await store.find(THINGS, equal={"colour": colour, "labels": "x"}, order="number")
        assert ids(labelled.items) == ids([t for t in expected if "x" in t.labels])
    for email in ("e", "f"):
        by_email = await store.find(THINGS, equal={"email": email})
        assert ids(by_email.items) == ids([t for t in things if t.email == email])


@pytest.mark.timeout(90)  # many stores, one after another
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(commits=COMMITS)
def test_commits_do_what_a_dict_would_do(
    implementation: StoreImplementation, commits: list[list[Change]]
) -> None:
    async def run(folder: str) -> None:
        model = Model()
        async with implementation.open(Path(folder), COLLECTIONS) as store:
            for changes in commits:
                committed = model.commit(changes)
                try:
                    await store.commit(changes)
                except Conflict:
                    assert not committed
                else:
                    assert committed
                await compare(store, model)

    with TemporaryDirectory() as folder:
        asyncio.run(run(folder))
