"""The supervisors' and officers' pages: what is due, what is late, each case with its history, and the steps open to
whoever is signed in. It does nothing that the desk does not allow."""

from console.app import routes

__all__ = ["routes"]
