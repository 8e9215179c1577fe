"""What the names and the addresses of packages tell by themselves, without asking anybody."""
