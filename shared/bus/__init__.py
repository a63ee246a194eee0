"""The log between rooms: the port, Kafka, and one in memory for tests and simulation."""
