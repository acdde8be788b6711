"""The doors to people: channels, the two conversations, the courier."""
