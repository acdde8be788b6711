"""What is kept: tables, the store over them, the vault. It decides nothing."""
