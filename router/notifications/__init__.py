"""Telling agents what is meant for them, in the commit of what they are told of."""
