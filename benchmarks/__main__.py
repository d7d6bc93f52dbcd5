"""``make bench``: one run, one table. See docs/decisions/0005-how-the-benchmark-is-fair.md for what is compared with what."""

import sys
from dataclasses import dataclass

from benchmarks import pages, worktime
from benchmarks.floors import Floors
from benchmarks.measure import ROUNDS, Compared, WrongAnswerError, compare
from benchmarks.people import person
from benchmarks.world import world

PEOPLE = ("camille.roux", "claire.fontaine", "ines.garnier", "")
