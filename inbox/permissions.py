"""Who may do what: permissions, and which of them a role has."""

from enum import StrEnum
from typing import Final

from shared.model.people import Role


class Permission(StrEnum):
    """What a route or a live event asks of its caller. Each names exactly one."""

    PUBLIC = "public"
    """Nothing: whoever reaches the hub."""
    SIGNED_IN = "signed_in"
    """Any agent or program that is known."""
    LOCAL_OR_ADMIN = "local_or_admin"
    """A request from this machine that no proxy passed on, or an admin."""
    CONVERSATIONS_READ = "conversations.read"
    CONVERSATIONS_WRITE = "conversations.write"
    COMMANDS_GIVE = "commands.give"
    REPLY_TO_MANY = "conversations.reply_to_many"
    CONTACTS_READ = "contacts.read"
    CONTACTS_WRITE = "contacts.write"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    PRESENCE_MANAGE = "presence.manage"
    """Other agents' presence, and who holds how much."""
    CHANNELS_READ = "channels.read"
    CHANNELS_MANAGE = "channels.manage"
    DEAD_LETTERS = "dead_letters"
    AUDIT_READ = "audit.read"
    REPORTS_READ = "reports.read"
    SETTINGS_READ = "settings.read"
    SETTINGS_MANAGE = "settings.manage"
    """Policy documents: topics, rules, deadlines and the like."""


_BOT: Final = frozenset(
    {
        Permission.SIGNED_IN,
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_WRITE,
        Permission.COMMANDS_GIVE,
        Permission.CONTACTS_READ,
        Permission.CHANNELS_READ,
    }
)
_AGENT: Final = _BOT | {
    Permission.CONTACTS_WRITE,
    Permission.PEOPLE_READ,
    Permission.SETTINGS_READ,
}
_SUPERVISOR: Final = _AGENT | {
    Permission.REPLY_TO_MANY,
    Permission.DEAD_LETTERS,
    Permission.AUDIT_READ,
    Permission.REPORTS_READ,
    Permission.PRESENCE_MANAGE,
}
_ADMIN: Final = _SUPERVISOR | {
    Permission.PEOPLE_MANAGE,
    Permission.CHANNELS_MANAGE,
    Permission.SETTINGS_MANAGE,
    Permission.LOCAL_OR_ADMIN,
}

_OF_ROLE: Final = {
    Role.BOT: _BOT,
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _ADMIN,
}
_RANK: Final = (Role.BOT, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)


def permissions_of(role: Role) -> frozenset[Permission]:
    """Everything that the role may do."""
    return frozenset(_OF_ROLE[role])


def may(role: Role, permission: Permission) -> bool:
    """Whether the role has the permission."""
    return permission is Permission.PUBLIC or permission in _OF_ROLE[role]


def weaker(one: Role, other: Role) -> Role:
    """The lesser of two roles: a token never has more than the agent it belongs to."""
    return min(one, other, key=_RANK.index)
