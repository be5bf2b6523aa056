"""The duty of a bot that runs inside the hub: without one it would meet nobody first."""

import structlog

from inbox.news import News
from inbox.people import SYSTEM
from inbox.policies import Policies
from inbox.policy_kinds import BOT_DUTY
from shared.model.bots import BotDutySpec
from shared.runtime import Ports

log = structlog.get_logger(__name__)


async def ensure_duty(ports: Ports, bot: str, lease_s: float, misses: int) -> None:
    """Let the bot answer first everywhere, where no duty, active or not, names it.

    Raises ``Unavailable``.
    """
    policies = Policies(ports.store, ports.clock, News(ports.bus, ports.clock))
    if any(duty.bot == bot for duty in await policies.page(BOT_DUTY)):
        return
    spec = BotDutySpec(name=bot, bot=bot, lease_s=lease_s, misses=misses)
    duty = await policies.add(BOT_DUTY, spec, SYSTEM)
    log.info("bot.duty_made", bot=bot, duty=duty.id)
