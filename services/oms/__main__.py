"""Starts one process of the room: `python -m services.oms`."""

from services.oms.wiring import main

if __name__ == "__main__":
    main()
