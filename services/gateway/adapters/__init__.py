"""The gateway's ports on Kafka, PostgreSQL, Redis and the file system."""
