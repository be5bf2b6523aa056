"""WhatsApp: business numbers on Meta's Cloud API (Graph API)."""
