"""The channel type ``vk``: the messages of a VK community."""
