"""Models that wheels on PyPI carry: what is true of them, and how that was worked out without this project's code."""
