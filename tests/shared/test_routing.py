"""Routing keys and their patterns."""

import pytest

from shared.bus.routing import Routes, matches
from shared.ports.bus import Exchange, Queue


@pytest.mark.parametrize(
    "pattern, key, expected",
    [
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a", "a.b", False),
        ("*", "a", True),
        ("*", "a.b", False),
        ("a.*.c", "a.b.c", True),
        ("a.*.c", "a.c", False),
        ("#", "", True),
        ("#", "a.b.c", True),
        ("a.#", "a", True),
        ("a.#", "a.b.c", True),
        ("#.c", "a.b.c", True),
        ("#.c", "c", True),
        ("a.#.d", "a.b.c.d", True),
        ("a.#.d", "a.d", True),
        ("a.#.d", "a.b", False),
        ("*.#", "a", True),
        ("*.#.*", "a", False),
    ],
)
def test_a_pattern_matches_words_between_dots(pattern: str, key: str, expected: bool) -> None:
    assert matches(pattern, key) is expected


def queue(*bindings: tuple[Exchange, str]) -> Queue:
    return Queue("q", durable=True, bindings=bindings)


def test_a_target_with_two_matching_bindings_is_named_once() -> None:
    routes: Routes[str] = Routes()
    routes.bind(queue((Exchange.EVENTS, "#"), (Exchange.EVENTS, "a.*")), "one")

    assert list(routes.targets(Exchange.EVENTS, "a.b")) == ["one"]


def test_an_exchange_hears_nothing_of_another() -> None:
    routes: Routes[str] = Routes()
    routes.bind(queue((Exchange.EVENTS, "#")), "one")

    assert list(routes.targets(Exchange.OUTBOUND, "a")) == []


def test_a_target_that_left_gets_nothing() -> None:
    routes: Routes[str] = Routes()
    one, other = "".join(["on", "e"]), "other"
    routes.bind(queue((Exchange.EVENTS, "#"), (Exchange.EVENTS, "a")), one)
    routes.bind(queue((Exchange.EVENTS, "a")), other)
    routes.unbind(one)

    assert list(routes.targets(Exchange.EVENTS, "a")) == ["other"]
