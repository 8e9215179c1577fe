"""The policy as a page in words, made of the loaded policy: for everybody, or for the organization."""
