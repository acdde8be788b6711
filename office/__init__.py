"""The wiring: settings in, a working office out. Only the `__main__` modules and the tests import it."""
