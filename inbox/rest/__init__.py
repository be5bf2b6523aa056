"""A thin layer over aiohttp: declared routes, pydantic models, problem documents, OpenAPI 3.1."""
