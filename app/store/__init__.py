"""What is remembered: tables, migrations, and stores that return values and never rows."""
