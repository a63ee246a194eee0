"""Starts the market data process: `python -m services.market_data`."""

from services.market_data.wiring import main

if __name__ == "__main__":
    main()
