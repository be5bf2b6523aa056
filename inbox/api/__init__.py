"""The REST resources: one file per noun, each declaring its routes."""
