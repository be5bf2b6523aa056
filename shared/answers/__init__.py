"""Answers that are made of kept texts: canned replies, and texts with variables."""
