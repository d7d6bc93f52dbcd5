"""The real server, as ``make run`` starts it, in a folder of its own on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from webapp.config import ROOT

START_SECONDS = 120
STOP_SECONDS = 20


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One parent with its web workers and its job consumer, in a process group of its own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.port = int(environ.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TMPDIR", "TZ"}}
        cheap = {"GUICHET_MODE": "demonstration", "ARGON2_MEMORY_KIB": "8", "ARGON2_TIME_COST": "1"}
        self.environ = {**kept, **cheap, "DATA_DIR": str(folder), "PORT": str(self.port), "PYTHONUNBUFFERED": "1", **environ}
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder.with_name(folder.name + ".log")

    def command(self, *arguments: str) -> list[str]:
        """Return a ``flask --app wsgi …`` command line."""
        return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the application with the server's settings, to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )

    def start(self) -> float:
        """Start the server and wait until it answers; return the seconds it took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("serve"), cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )
        while time.monotonic() - began < START_SECONDS:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at once:\n{self.output()}")
            try:
                with urllib.request.urlopen(f"{self.url}/connexion", timeout=2):
                    return time.monotonic() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not answer:\n{self.output()}")

    def output(self) -> str:
        """Return what the server printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-6000:] if self.log.exists() else ""

    def group(self) -> list[int]:
        """Return the live processes of the server's group."""
        assert self.process is not None
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid and fields[0] != "Z":
                found.append(int(path.parent.name))
        return sorted(found)

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait(STOP_SECONDS)

    def stop(self, number: int = signal.SIGTERM, *, whole_group: bool = False) -> tuple[int, float]:
        """Ask the parent (or, as Ctrl-C does, the whole group) to stop; return its exit status and the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        if whole_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop:\n{self.output()}") from None
        return status, time.monotonic() - began
