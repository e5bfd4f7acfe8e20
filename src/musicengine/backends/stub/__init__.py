"""Deterministic stand-ins, the defaults."""
