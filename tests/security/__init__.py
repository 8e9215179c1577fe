"""What an attacker may try, and what becomes of it. `test_threats.py` is the list of all of it."""
