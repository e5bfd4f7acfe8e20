"""Guests of the facade: what connects an engine with the systems around it. Nothing in the library imports them."""
