"""The pure middle: what a case is, what a rule says, what may happen next. It reads no clock and opens no door."""
