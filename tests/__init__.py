"""The tests. A package, so that makers and stand-ins are imported by their full names."""
