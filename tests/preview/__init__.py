"""What another policy would change."""
