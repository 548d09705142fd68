"""Makes the tables that the other packages ship."""
