"""What is asked over HTTP: thin handlers that read, authorise, hand over, wait, answer."""
