"""Following over the API: the commands, the list of what one follows, and its count."""

from shared.commands import Follow, Unfollow
from shared.ids import AgentId, partition_of
from shared.model.conversation import Status
from shared.model.people import Role
from tests.inbox.stage import PASSWORD, Stage, a_conversation
from tests.inbox.tiny_router import routed


async def test_following_is_a_command_of_the_agent(stage: Stage) -> None:
    case = a_conversation("a")
    await stage.store_conversation(case)
    async with (
        stage.browser() as browser,
        stage.program(Role.BOT) as bot,
        routed(stage.hub, partition_of(case.id)) as router,
    ):
        followed = await browser.post(f"/conversations/{case.id}/follow", {"id": "11111111"})
        left = await browser.post(f"/conversations/{case.id}/unfollow")
        nobody = await bot.post(f"/conversations/{case.id}/follow")
        unknown = await browser.post("/conversations/c-none/follow")

    assert (followed.status, left.status, nobody.status, unknown.status) == (200, 200, 403, 404)
    assert followed.data["command_id"] == "11111111"
    assert [type(command) for _, command in router.seen] == [Follow, Unfollow]


async def test_the_conversations_that_one_follows_are_a_list_with_a_count(stage: Stage) -> None:
    anna = AgentId(await stage.agent("anna@example.com"))
    own = a_conversation("a", followers=(anna, AgentId("maxim")))
    await stage.store_conversation(own)
    await stage.store_conversation(a_conversation("b", followers=(AgentId("maxim"),)))
    done = a_conversation("c", followers=(anna,), status=Status.RESOLVED)
    await stage.store_conversation(done)
    async with (
        stage.browser("anna@example.com", PASSWORD) as browser,
        stage.program(Role.SUPERVISOR) as program,
    ):
        queries = (
            "follower=me",
            "view=following",
            f"follower={anna}&status=resolved",
            "follower=maxim&view=open",
        )
        answers = {query: await browser.get(f"/conversations?{query}") for query in queries}
        views = {one["key"]: one["count"] for one in (await browser.get("/views")).data["items"]}
        nobody = await program.get("/conversations?follower=me")
        mixed = await browser.get("/conversations?follower=me&label=x")

    asked = {
        query: [one["id"] for one in answer.data["items"]] for query, answer in answers.items()
    }
    assert asked["follower=me"] == asked["view=following"] == [own.id]
    assert asked[f"follower={anna}&status=resolved"] == [done.id]
    assert len(asked["follower=maxim&view=open"]) == 2
    assert views["following"] == 1
    assert (nobody.status, nobody.data["field"]) == (422, "follower")
    assert (mixed.status, mixed.data["items"]) == (200, [])


async def test_a_search_can_be_narrowed_to_what_one_follows(stage: Stage) -> None:
    anna = AgentId(await stage.agent("anna@example.com"))
    own = a_conversation("a", followers=(anna,), contact_name="Boris Ivanov")
    await stage.store_conversation(own)
    await stage.store_conversation(a_conversation("b", contact_name="Boris Petrov"))
    async with stage.browser("anna@example.com", PASSWORD) as browser:
        found = await browser.get("/conversations?follower=me&q=boris")

    assert [one["id"] for one in found.data["items"]] == [own.id]
