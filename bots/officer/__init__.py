"""The officers' conversation: `turn(room, message)`, pure.

room.py is what it knows and remembers; said.py what free words say; preparing.py what a step still needs; card.py how a
case stands in a group; turn.py who answers.
"""

from bots.officer.card import card
from bots.officer.room import OfficerTalk, OfficerView, RoomTurn, RoomView
from bots.officer.turn import turn, wanted_numbers, wants_list

__all__ = ["OfficerTalk", "OfficerView", "RoomTurn", "RoomView", "card", "turn", "wanted_numbers", "wants_list"]
