"""One module a platform: each verifies, reads, writes, and knows its sending rules."""
