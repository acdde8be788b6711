"""Months of a city in one thread: one clock, one source of chance, one transport; a seed reproduces byte for byte."""
