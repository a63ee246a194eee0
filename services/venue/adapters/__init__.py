"""What reaches outside: the kill flag's file."""
