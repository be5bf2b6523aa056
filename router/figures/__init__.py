"""Kept figures: what of an item counts, where it is counted, and the folding of past days."""
