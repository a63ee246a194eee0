"""Starts one process of the room: `python -m services.portfolio`."""

from services.portfolio.wiring import main

if __name__ == "__main__":
    main()
