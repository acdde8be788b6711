"""The officers' conversation: `turn(room, message)`, pure.

room.py is what it knows and remembers; said.py what free words say; preparing.py what a step still needs; card.py how a
case stands in a group; turn.py who answers.
"""

from bots.officer.card import card
from bots.officer.room import Link, OfficerTalk, OfficerView, RoomTurn, RoomView
from bots.officer.said import spoken, wanted_word
from bots.officer.turn import after_which, turn, wanted_numbers, wants_list, wants_overview

__all__ = [
    "Link",
    "OfficerTalk",
    "OfficerView",
    "RoomTurn",
    "RoomView",
    "after_which",
    "card",
    "spoken",
    "turn",
    "wanted_numbers",
    "wanted_word",
    "wants_list",
    "wants_overview",
]
