"""The intake measured by itself: how fast webhooks are taken, and what reading an event costs."""
