"""The citizen's conversation, pure: `listen(talk, message, here, read)` for a message, `resume` when a pause is over.

listening.py joins the pieces of one thought and hands them to turn.py, which decides who answers a message;
statement.py turns words into a draft; answers.py finds what was asked for; questions.py asks and shows the card;
own_cases.py speaks of filed cases; redirect.py of what is not ours.
"""

from bots.citizen.listening import listen, resume
from bots.citizen.private import put_private
from bots.citizen.turn import to_read, turn

__all__ = ["listen", "put_private", "resume", "to_read", "turn"]
