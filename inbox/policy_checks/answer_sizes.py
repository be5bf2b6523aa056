"""How long answers should be: what a document names is there."""

from collections.abc import Sequence

from inbox.policies import Named
from shared.collections import CHANNEL_TYPES, CHANNELS
from shared.model.answer_size import AnswerSizeSpec


def named_by_size(spec: AnswerSizeSpec) -> Sequence[Named]:
    """The channels and types that it is for."""
    channels = [Named("channel_ids", CHANNELS, id) for id in spec.channel_ids]
    types = [Named("channel_types", CHANNEL_TYPES, id) for id in spec.channel_types]
    return [*channels, *types]
