"""Starts one process of the room: `python -m services.venue`."""

from services.venue.wiring import main

if __name__ == "__main__":
    main()
