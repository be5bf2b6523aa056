"""The model: frozen pydantic models that are the domain, the wire format and the documents."""
