"""Makes one HTML file of rows of bench/results. Start with tools/report.py."""
