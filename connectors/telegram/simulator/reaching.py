"""The chat that a call of the bot means."""

from typing import Any

from connectors.telegram.simulator.parameters import Parameters
from connectors.telegram.simulator.refusal import bad
from connectors.telegram.simulator.rooms import Person, Room
from connectors.telegram.simulator.world import World


def reached(world: World, given: Parameters) -> Person:
    """Somebody in the chat. Refuses where the bot may not write."""
    return world.reach(given.required("chat_id"), given.text("business_connection_id"))


def place_in(person: Person, given: Parameters) -> dict[str, Any]:
    """Where in the chat a message goes: a topic, or a business account's name."""
    connection = person.room.connection
    if connection is not None:
        return {}
    topic = given.integer("message_thread_id")
    if topic is None:
        return {}
    if topic not in person.room.topics.values():
        raise bad("message thread not found")
    return {"message_thread_id": topic, "is_topic_message": True}


def business_room(world: World, connection_id: str, numbers: list[int]) -> Room:
    """The chat of a business account in which these messages stand."""
    for room in world.rooms_of(connection_id):
        if any(room.find(number) is not None for number in numbers):
            world.reach(room.id, connection_id)
            return room
    raise bad("message to delete not found")
