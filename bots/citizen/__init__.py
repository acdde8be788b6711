"""The citizen's conversation: `turn(talk, message, reading, here)`, pure.

turn.py decides who answers a message; statement.py turns words into a draft; answers.py finds what was asked for;
questions.py asks and shows the card; own_cases.py speaks of filed cases; redirect.py of what is not ours.
"""

from bots.citizen.turn import to_read, turn

__all__ = ["to_read", "turn"]
