"""A room that cannot even start."""

if __name__ == "__main__":
    raise SystemExit("toy_absent is missing")
