"""Starts one process of the room: `python -m services.risk`."""

from services.risk.wiring import main

if __name__ == "__main__":
    main()
