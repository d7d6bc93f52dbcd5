"""Where an agent goes once a ticket is closed: to its neighbour in the list that was read last."""

from urllib.parse import parse_qsl, urlsplit

from flask import session as browser

from webapp.actor import Actor
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.queue import queue_page
from webapp.helpdesk.routes.desk import asked_of_queue
from webapp.helpdesk.routes.keyboard import queue_url
from webapp.web.keyset import CursorProblem
from webapp.web.lists import PAGE_SIZE
from webapp.web.request import get_session


def beside_in_list(actor: Actor, reference: str) -> str:
    """Return the address of the agent's list with the ticket after this one beside it (at its end, the one before), in view.

    Empty for a client, when no list was read, when its page does not hold the ticket, or no other. To be asked while the ticket is open:
    once closed, it is in the list no more.
    """
    if "queue" not in browser or not works_the_desk(actor):
        return ""
    args = dict(parse_qsl(urlsplit(str(browser["queue"])).query))
    _asked, wanted, keys = asked_of_queue(args)
    try:
        found = queue_page(get_session(), wanted, keys, keys.cursor(args), PAGE_SIZE)
    except CursorProblem:
        return ""
    known = [row.reference for row in found.rows]
    if reference not in known:
        return ""
    place = known.index(reference)
    beside = known[place + 1 : place + 2] or known[max(place - 1, 0) : place]
    return f"{queue_url(beside[0])}#choisi" if beside else ""
