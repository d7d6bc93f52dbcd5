"""Tickets whose clocks have a story: sites restored one by one, contested pauses, work that is no repair of an interruption."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from webapp.demonstration.helpdesk_lives import Life, Person, typeset
from webapp.demonstration.helpdesk_stories import CLIENTS, STORIES, Story
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.rules.billable import OfferState
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import Verb


class ClockLife(Life):
    """What the stories below share."""

    def begin(self) -> None:
        """Qualify and confirm."""
        self.wait(25)
        self.qualify()
        self.wait(15)
        self.act(Verb.CONFIRM, self.agent)

    def pause(self, *sites: int) -> int:
        """Ask for access to the sites (all when none is named); return the number of the event."""
        self.wait(30)
        said = typeset(f"Appel à {self.client.name}, clés à retirer à l’accueil.")
        return self.act(Verb.PAUSE, self.agent, sites=sites, evidence=said)

    def contest(self, pause: int) -> int:
        """The client says that the pause is not theirs."""
        self.wait(45)
        said = "Le local était ouvert et votre technicien ne s’est pas présenté : ce temps doit compter."
        number = self.tick(EventKind.CONTESTED, self.client.name, evidence=said, about=pause)
        self._told(self.client, said, "ticket.pause_contested")
        return number

    def answer(self, contest: int, *, upheld: bool) -> None:
        """The desk gives its reasons."""
        self.wait(200)
        said = "Le passage du technicien est attesté par le registre du site, porte close : la suspension est maintenue."
        if not upheld:
            said = "Vous avez raison, le technicien s’est trompé d’adresse : la suspension est annulée et ce temps compte."
        reason = Reason.UPHELD if upheld else Reason.ANNULLED
        self.tick(EventKind.CONTEST_ANSWERED, self.agent.name, reason, evidence=typeset(said), about=contest)
        self._told(self.agent, said, "ticket.contest_answered")

    def end(self) -> None:
        """Restore all that is not, and close."""
        self.wait(80)
        self.act(Verb.RESTORE, self.agent, self.words(self.story.restored))
        self.wait(120)
        self.act(Verb.CLOSE, self.agent)

    def _told(self, who: Person, said: str, action: str) -> None:
        self.say(who, typeset(said), acted=True)
        self.record(action, who, {"clause": "FL-12.6b"})


class SiteAfterSite(ClockLife):
    """Two sites: the second waits for access while the first is repaired, and is restored a day later."""

    def live(self) -> None:
        """See the class."""
        first, second = (site.site_id for site in self.sites)
        self.begin()
        self.pause(second)
        self.wait(60)
        self.act(Verb.RESTORE, self.agent, self.words(self.story.restored), sites=(first,))
        self.wait(300)
        self.act(Verb.RESUME, self.agent)
        self.end()


class HalfRestored(ClockLife):
    """One site is restored, the other waits for access right now."""

    def live(self) -> None:
        """See the class."""
        first, second = (site.site_id for site in self.sites)
        self.begin()
        self.wait(40)
        self.act(Verb.RESTORE, self.agent, self.words(self.story.restored), sites=(second,))
        self.pause(first)


class Upheld(ClockLife):
    """A contested pause that the desk upholds."""

    upheld = True

    def live(self) -> None:
        """See the class."""
        self.begin()
        pause = self.pause()
        contest = self.contest(pause)
        self.wait(60)
        self.act(Verb.RESUME, self.agent)
        self.answer(contest, upheld=self.upheld)
        self.end()


class Annulled(Upheld):
    """A contested pause that the desk withdraws."""

    upheld = False


class Waiting(ClockLife):
    """A contest that waits for its answer."""

    def live(self) -> None:
        """See the class."""
        self.begin()
        self.contest(self.pause())


class ToBeContested(ClockLife):
    """A pause that its client may contest."""

    def live(self) -> None:
        """See the class."""
        self.begin()
        self.pause()


class Proposed(ClockLife):
    """Not an interruption: work is offered, and then what ``outcome`` says."""

    outcome = OfferState.PROPOSED
    hourly_price: Decimal | None = Decimal(95)

    def live(self) -> None:
        """See the class."""
        self.wait(20)
        self.qualify()
        self.wait(35)
        said = "Ce n’est pas une interruption : vos équipements ont été déplacés. Nous pouvons les raccorder de nouveau."
        self.act(Verb.PROPOSE, self.agent, typeset(said))
        self.requests.append(
            {
                "state": OfferState.PROPOSED,
                "what": "Raccordement de quatre capteurs déplacés et contrôle des relevés.",
                "hours": Decimal("2.5"),
                "hourly_price": self.hourly_price,
                "proposed_at": self.at,
                "proposed_by_id": self.agent.account_id,
                "proposed_by": self.agent.name,
                "answered_at": None,
                "answered_by_id": None,
                "answered_by": "",
                "ended_at": None,
                "hours_spent": None,
            }
        )
        if self.outcome is not OfferState.PROPOSED:
            self._answer()

    def _answer(self) -> None:
        self.wait(150)
        accepted, request = self.outcome is not OfferState.REFUSED, self.requests[-1]
        self.act(Verb.ACCEPT if accepted else Verb.REFUSE, self.client)
        request["state"] = OfferState.ACCEPTED if accepted else OfferState.REFUSED
        request |= {"answered_at": self.at, "answered_by_id": self.client.account_id, "answered_by": self.client.name}
        if not accepted:
            request["ended_at"] = self.at
        if self.outcome is OfferState.DONE:
            self.wait(240)
            self.act(Verb.COMPLETE, self.agent, typeset("Les quatre capteurs sont raccordés : 2 h passées."))
            request |= {"state": OfferState.DONE, "ended_at": self.at, "hours_spent": Decimal(2)}


class Accepted(Proposed):
    """Work that is being done."""

    outcome = OfferState.ACCEPTED


class Refused(Proposed):
    """Work that the client did not want."""

    outcome = OfferState.REFUSED


class Done(Proposed):
    """Work done within the hours of advanced support."""

    outcome = OfferState.DONE
    hourly_price = None


class Cancelled(ClockLife):
    """A report that its author takes back."""

    def live(self) -> None:
        """See the class."""
        self.wait(12)
        self.act(Verb.CANCEL, self.client)


OUTAGE = next(story for story in STORIES if story.service is ServiceType.IN_HOUSE and story.audience == CLIENTS)


@dataclass(frozen=True, slots=True)
class Script:
    """A life to be lived: how many business hours ago it began, whose it is, how many of the client's sites it hits."""

    life: type[Life]
    client: str
    contact: str
    hours_ago: int
    sites: int = 1
    story: Story = OUTAGE


SCRIPTS = (
    Script(SiteAfterSite, "client-ill", "Odile Kern", 400, 2),
    Script(SiteAfterSite, "client-piton", "Lucien Hoarau", 260, 2),
    Script(SiteAfterSite, "client-alpha", "Nadia Benali", 60, 2),
    Script(HalfRestored, "client-piton", "Lucien Hoarau", 12, 2),
    Script(Upheld, "client-canal", "Maïa Lacaze", 130, 2),
    Script(Annulled, "client-mistral", "Régis Aubanel", 110),
    Script(Annulled, "client-alpha", "Nadia Benali", 44),
    Script(Waiting, "client-metz", "Éva Muller", 9),
    Script(ToBeContested, "client-alpha", "Nadia Benali", 7),
    Script(Proposed, "client-alpha", "Nadia Benali", 6),
    Script(Accepted, "client-beffroi", "Corinne Dewaele", 14),
    Script(Refused, "client-canal", "Maïa Lacaze", 90),
    Script(Done, "client-ill", "Odile Kern", 75),
    Script(Cancelled, "client-rade", "Yann Le Goff", 30),
)


def scripts(now: datetime) -> dict[datetime, Script]:
    """Return the scripted lives by the instant of their report, each at a second of its own."""
    calendar = desk_hours()
    start = now.replace(microsecond=0)
    return {calendar.add(start, -timedelta(hours=script.hours_ago, seconds=place)): script for place, script in enumerate(SCRIPTS, start=1)}
