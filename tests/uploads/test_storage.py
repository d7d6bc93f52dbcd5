"""The store of files: whole or not at all, under names that say nothing, and swept when nobody uses them."""

import errno
import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Invalid, NotFound
from webapp.uploads import services
from webapp.uploads.models import StoredFile
from webapp.uploads.storage import FileStore


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "uploads")


def present(files: FileStore) -> list[Path]:
    return [place for place in files.folder.rglob("*") if place.is_file()]


def test_a_file_is_found_again_by_its_key_with_its_digest(files: FileStore) -> None:
    stored = files.put(b"octets")
    assert files.read(stored.key) == b"octets"
    assert (stored.size, stored.sha256) == (6, hashlib.sha256(b"octets").hexdigest())
    assert stored.key not in {files.put(b"octets").key}


def test_only_the_portal_s_own_user_reads_the_files(files: FileStore) -> None:
    assert files.path(files.put(b"octets").key).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "0" * 33, "..", "0" * 31 + "/"])
def test_what_is_no_key_of_ours_is_no_path(files: FileStore, key: str) -> None:
    with pytest.raises(NotFound):
        files.path(key)
    with pytest.raises(NotFound):
        files.remove(key)
    assert not files.has(key)


def test_a_file_that_was_lost_is_not_found(files: FileStore) -> None:
    stored = files.put(b"octets")
    files.remove(stored.key)
    files.remove(stored.key)
    with pytest.raises(NotFound):
        files.read(stored.key)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "plus de place"), (errno.EDQUOT, "plus de place"), (errno.EIO, "pas pu garder")]
)
def test_a_full_disk_is_said_plainly_and_leaves_nothing_half_stored(
    app: object, files: FileStore, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with app.test_request_context(), pytest.raises(Invalid) as caught:
        files.put(b"octets" * 1000)
    assert words in caught.value.errors["files"]
    assert present(files) == []


def aged(files: FileStore, clock: FrozenClock, content: bytes, age: timedelta) -> str:
    key = files.put(content).key
    at = (clock.now() - age).timestamp()
    os.utime(files.path(key), (at, at))
    return key


def test_files_of_a_transaction_that_was_rolled_back_are_swept_after_two_days(
    files: FileStore, session: GuichetSession, clock: FrozenClock
) -> None:
    old = timedelta(days=2, minutes=1)
    kept = services.store(session, clock, files, b"en usage").key
    session.commit()
    os.utime(files.path(kept), (0, 0))
    lost = services.store(session, clock, files, b"perdu").key
    session.rollback()
    os.utime(files.path(lost), (0, 0))
    abandoned, fresh = aged(files, clock, b"abandonne", old), aged(files, clock, b"recent", timedelta(days=1))
    half = files.folder / "00" / ("0" * 32 + ".part")
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"moiti")
    os.utime(half, (0, 0))
    assert services.sweep(session, clock, files) == 3
    assert (files.has(kept), files.has(lost), files.has(abandoned), files.has(fresh), half.exists()) == (True, False, False, True, False)


def test_a_file_that_is_given_up_is_nobody_s(files: FileStore, session: GuichetSession, clock: FrozenClock) -> None:
    row = services.store(session, clock, files, b"octets")
    services.give_up(session, row.key)
    session.flush()
    session.expunge_all()
    assert session.get(StoredFile, row.key) is None
