"""What a message refers to: the one it answers, a forward, a product, the advertisement."""

from connectors.payload import Payload
from shared.ids import ExternalId
from shared.model.content import Content, Entry, Forward, Link, ReplyRef


def dressed(message: Payload, said: Content) -> Content:
    """The content with what the message refers to."""
    context = message.child("context")
    if context is None:
        return said
    update: dict[str, object] = {}
    answered = context.identifier("id")
    if answered is not None:
        update["reply_to"] = ReplyRef(external_id=ExternalId(answered))
    if context.flag("forwarded") or context.flag("frequently_forwarded"):
        update["forward"] = Forward()
    product = context.child("referred_product")
    if product is not None:
        card = Link(
            subtype="product",
            title=product.identifier("product_retailer_id"),
            description=product.identifier("catalog_id"),
        )
        update["blocks"] = (*said.blocks, card)
    return said.model_copy(update=update) if update else said


def entry(message: Payload) -> Entry | None:
    """The advertisement or post by which the customer came."""
    referral = message.child("referral")
    if referral is None:
        return None
    return Entry(
        kind="ad" if referral.text("source_type") != "post" else "page",
        ref=referral.identifier("ctwa_clid") or referral.identifier("source_id"),
        source=referral.identifier("source_id"),
        title=referral.text("headline") or referral.text("body"),
        url=referral.text("source_url"),
    )
