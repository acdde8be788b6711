"""Platforms in small: real HTTP servers on loopback, as strict as the ones they stand for."""
