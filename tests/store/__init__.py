"""The stores on SQLite and on PostgreSQL."""
