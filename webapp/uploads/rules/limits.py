"""How much may be uploaded, in bytes and in files."""

from webapp.texts import mark as _m

MEGABYTE = 1_000_000
LARGEST_FILE = 10 * MEGABYTE
MOST_FILES = 10
LARGEST_TOTAL = 50 * MEGABYTE
#: What one request may carry: as many files as a message takes, and its texts. A file that is a little too large is still told apart
#: from the others, beside its field; beyond this the whole request is refused.
LARGEST_REQUEST = MOST_FILES * LARGEST_FILE + 10 * MEGABYTE


class Refused(Exception):
    """A file that is not accepted: a French sentence marked for translation, and the values it takes."""

    def __init__(self, text: str, **values: str) -> None:
        super().__init__(text % values)
        self.text = text
        self.values = values


TOO_MANY = _m("Vous joignez trop de fichiers : dix au plus à la fois. « %(name)s » n’est pas gardé.")
TOO_LARGE = _m("« %(name)s » est trop lourd (%(size)s) : 10 Mo au plus par fichier.")
EMPTY = _m("« %(name)s » est vide : vérifiez-le et choisissez-le de nouveau.")
TOTAL = _m("Ces fichiers dépasseraient 50 Mo en tout : « %(name)s » n’est pas gardé.")


def check_size(name: str, size: int) -> None:
    """Raise ``Refused`` for an empty file and for one of more than ``LARGEST_FILE`` bytes."""
    if size == 0:
        raise Refused(EMPTY, name=name)
    if size > LARGEST_FILE:
        raise Refused(TOO_LARGE, name=name, size=size_words(size))


def size_words(size: int) -> str:
    """Say a size as the French do: « 12 octets », « 3,4 ko », « 10 Mo »."""
    amount, unit = size_parts(size)
    return f"{amount.replace('.', ',')} {unit}"


def size_parts(size: int) -> tuple[str, str]:
    """Return a size as a number with a decimal point and a unit marked for translation; never rounded down to the limit."""
    if size < 1000:
        return str(size), _m("octets") if size > 1 else _m("octet")
    if size < 999_950:
        return _rounded(size / 1000, 1), _m("ko")
    if size > LARGEST_FILE:
        return _rounded(-(-size // 10_000) / 100, 2), _m("Mo")
    return _rounded(size / MEGABYTE, 1), _m("Mo")


def _rounded(amount: float, places: int) -> str:
    return f"{amount:.{places}f}".rstrip("0").rstrip(".")
