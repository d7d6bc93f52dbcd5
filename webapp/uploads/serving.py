"""Handing a stored file out: a download that no browser runs in the portal's name."""

from io import BytesIO

from flask import Response, send_file

from webapp.uploads.storage import store_for
from webapp.web.state import state

#: What a file may do where a browser shows it all the same: nothing.
INERT = "default-src 'none'; sandbox"


def hand_out(key: str, name: str, media_type: str, sha256: str, *, to_save: bool = True) -> Response:
    """Answer with a file, to be saved or (a picture on a page) to be shown. Raises ``NotFound`` when its bytes are not there."""
    response = send_file(
        BytesIO(store_for(state().settings).read(key)),
        mimetype=media_type,
        as_attachment=to_save,
        download_name=name,
        conditional=False,
        etag=sha256,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = INERT
    response.headers["Cache-Control"] = "no-store"
    return response
