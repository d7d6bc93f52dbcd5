"""``make bench``: one run, one table. Pages and saves against their floors, business time against its rival."""

from benchmarks import pages, worktime


def main() -> None:
    """Print the table; a page aims at half its floor's throughput or more, a save at 1.5 times its floor's time or less."""
    print(f"{'':36}{'ours':>12}{'floor':>12}{'ratio':>9}{'aim':>9}{'statements':>12}")
    for row in pages.rows():
        aim = "≤ 1.5" if row.is_save else "≥ 0.5"
        print(f"{row.what:36}{row.ours_ms:>9.2f} ms{row.floor_ms:>9.2f} ms{row.ratio:>9.2f}{aim:>9}{row.statements:>12}")
    print(f"\n{'':36}{'ours':>12}{'rival':>15}{'faster':>12}{'aim':>9}")
    for line in worktime.rows():
        print(f"{line.what:36}{line.ours_us:>9.2f} µs{line.theirs_us:>12.1f} µs{line.ratio:>10.0f} x{'≤ 4 µs':>9}")


if __name__ == "__main__":
    main()
