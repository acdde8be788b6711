"""What was meant: reads a message. It knows nothing of cases."""
