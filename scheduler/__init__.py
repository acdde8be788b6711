"""Time: what is due, and the jobs that tick."""
