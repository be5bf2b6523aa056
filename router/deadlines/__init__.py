"""Deadlines of cases: what is promised to customers, and what of it is kept."""
