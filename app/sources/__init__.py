"""Where a listing and texts come from."""
