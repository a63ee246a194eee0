"""The PostgreSQL schema, one file a step."""
