"""``make bench``: one run, one table. (Being written: see benchmarks/pages.py.)"""
