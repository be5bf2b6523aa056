"""The inbox: what people and programs see. REST, the live WebSocket and the web UI."""
