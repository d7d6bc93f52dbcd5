"""What an incident report needs before it goes out, and who may write it (FL-12.7). Pure."""

from dataclasses import asdict, dataclass

from webapp.actor import Actor
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.rules.states import Facts, State
from webapp.texts import mark as _m

LONGEST_PART = 20_000

#: Fields that a report cannot go without, and what to say when one is empty.
NEEDED = {
    "causes": _m("Dites ce qui a causé l’interruption, même si la cause n’est que probable."),
    "solutions": _m("Dites ce qui a été fait pour rétablir le service."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the agents write in a report."""

    causes: str = ""
    solutions: str = ""
    prevention: str = ""

    def parts(self) -> dict[str, str]:
        """Return the parts by the name of their field."""
        return asdict(self)


def missing(words: Words) -> dict[str, str]:
    """Return a message for each part that a report needs and that is empty."""
    return {name: said for name, said in NEEDED.items() if not words.parts()[name].strip()}


def may_write(actor: Actor, facts: Facts) -> bool:
    """The desk writes the report of an interruption that is over."""
    return works_the_desk(actor) and facts.confirmed and facts.state in {State.RESTORED, State.CLOSED}


def may_send(actor: Actor, facts: Facts) -> bool:
    """It goes out once the ticket is closed: only then are the durations fixed."""
    return may_write(actor, facts) and facts.state is State.CLOSED
