"""A fictitious year of planned interruptions and incidents, and two interruptions still to come."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import update

from webapp.actor import Actor
from webapp.clock import PARIS
from webapp.demonstration.world import World
from webapp.outbox.models import OutboxMessage
from webapp.service_status import services
from webapp.service_status.models import Notice
from webapp.service_status.rules import Health, Kind, State
from webapp.service_status.services import NoticeValues

COMPONENTS = {
    "Connexion et profils": "Se connecter, changer de mot de passe, agir pour une organisation.",
    "Portées et publication": "Modifier une portée détaillée et demander sa publication.",
    "Registre public": "Consulter les portées publiées.",
    "Déclarations": "Saisir et déposer les états statistiques et financiers.",
    "Assistance": "Signaler un incident et suivre ses tickets.",
    "Courriels": "Invitations, avis et rapports envoyés par le portail.",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned interruption: begun so many days ago (negative: to come) at an hour of Paris, for some minutes."""

    days_ago: int
    at: time
    minutes: int
    title: str
    parts: tuple[str, ...]
    text: str
    urgent: str = ""
    outcome: State = State.ENDED


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident, with what was said of it: minutes after its start, the state given, the words."""

    days_ago: int
    at: time
    health: Health
    title: str
    parts: tuple[str, ...]
    words: tuple[tuple[int, State, str], ...]


ALL = tuple(COMPONENTS)
EVENING, DAWN = time(19), time(6, 30)

PLANNED = (
    Planned(340, EVENING, 60, "Renouvellement des certificats", ALL, "Le portail sera fermé pendant le renouvellement des certificats."),
    Planned(305, EVENING, 90, "Mise à jour du système des serveurs", ALL, "Le portail redémarre deux fois pendant l'opération."),
    Planned(
        270,
        DAWN,
        45,
        "Nouvelle version des formulaires de déclaration",
        ("Déclarations",),
        "La saisie sera fermée ; rien de ce qui est saisi n'est perdu.",
    ),
    Planned(236, EVENING, 120, "Réorganisation de la base de données", ALL, "Le portail sera en lecture seule, puis fermé une demi-heure."),
    Planned(201, DAWN, 30, "Changement de passerelle de courriels", ("Courriels",), "Les courriels partiront avec retard, dans l'ordre."),
    Planned(
        170, EVENING, 60, "Essai de reprise sur le second site", ALL, "Essai annuel de reprise. Le portail sera fermé pendant la bascule."
    ),
    Planned(
        131,
        EVENING,
        45,
        "Mise à jour du registre public",
        ("Registre public",),
        "Le registre sera fermé ; les portées restent modifiables.",
    ),
    Planned(
        102,
        time(12, 30),
        20,
        "Correctif de sécurité",
        ("Connexion et profils",),
        "La connexion sera fermée vingt minutes. Les pages déjà ouvertes restent lisibles.",
        urgent="correctif de sécurité publié par l'éditeur le jour même",
    ),
    Planned(66, EVENING, 90, "Mise à jour du système des serveurs", ALL, "Le portail redémarre deux fois pendant l'opération."),
    Planned(
        48,
        DAWN,
        60,
        "Migration des pièces jointes",
        ("Assistance",),
        "L'assistance restera joignable par téléphone.",
        outcome=State.CANCELLED,
    ),
    Planned(24, DAWN, 60, "Migration des pièces jointes", ("Assistance",), "L'assistance restera joignable par téléphone."),
    Planned(
        16,
        time(14, 30),
        120,
        "Remplacement d'un commutateur du réseau",
        ALL,
        "Le portail répondra lentement, avec de courtes coupures. L'intervention ne peut se faire qu'en présence de l'hébergeur.",
    ),
    Planned(
        -9,
        EVENING,
        90,
        "Mise à jour du système des serveurs",
        ALL,
        "Le portail redémarre deux fois pendant l'opération. Enregistrez votre travail avant 19 h.",
    ),
    Planned(
        -26,
        DAWN,
        45,
        "Nouvelle version de l'éditeur de portées",
        ("Portées et publication",),
        "L'éditeur sera fermé ; le registre public reste ouvert.",
    ),
)

INCIDENTS = (
    Incident(
        318,
        time(9, 12),
        Health.DEGRADED,
        "Courriels retardés",
        ("Courriels",),
        (
            (0, State.INVESTIGATING, "Des courriels d'invitation arrivent avec plus d'une heure de retard."),
            (35, State.IDENTIFIED, "La passerelle limite le nombre d'envois. Rien n'est perdu."),
            (150, State.ENDED, "La file est vidée ; la limite a été relevée."),
        ),
    ),
    Incident(
        222,
        time(14, 5),
        Health.DOWN,
        "Connexion impossible",
        ("Connexion et profils",),
        (
            (0, State.INVESTIGATING, "Personne ne peut se connecter. Les sessions ouvertes continuent."),
            (18, State.IDENTIFIED, "Un disque plein empêche d'ouvrir des sessions."),
            (41, State.ENDED, "Place faite et surveillance ajoutée."),
        ),
    ),
    Incident(
        153,
        time(10, 40),
        Health.DEGRADED,
        "Saisie des déclarations lente",
        ("Déclarations",),
        (
            (0, State.INVESTIGATING, "L'enregistrement d'un tableau prend plus de dix secondes."),
            (60, State.WATCHING, "Un calcul a été corrigé. Nous surveillons."),
            (300, State.ENDED, "Les temps sont revenus à la normale."),
        ),
    ),
    Incident(
        75,
        time(16, 20),
        Health.DEGRADED,
        "Registre public inaccessible par intermittence",
        ("Registre public",),
        (
            (0, State.INVESTIGATING, "Une page sur cinq du registre répond par une erreur."),
            (25, State.IDENTIFIED, "Un des deux serveurs est défaillant ; il est retiré."),
            (90, State.ENDED, "Le serveur est remplacé."),
        ),
    ),
    Incident(
        11,
        time(8, 50),
        Health.DEGRADED,
        "Exports très lents",
        ("Déclarations", "Assistance"),
        (
            (0, State.INVESTIGATING, "Les exports demandés ce matin restent en attente."),
            (70, State.IDENTIFIED, "Un export bloqué retenait les autres."),
            (95, State.ENDED, "Les exports en attente sont produits."),
        ),
    ),
)


def load(world: World) -> None:
    """Make the components and tell the year, each word at its instant. The mails of that year are marked as sent."""
    lead, agent = world.actor("marc.dubois", "operateur"), world.actor("camille.roux", "operateur")
    now = world.clock.now()
    world.clock.set(now - timedelta(days=480))
    parts = {name: services.add_component(world.session, lead, world.clock, name, words).id for name, words in COMPONENTS.items()}
    for planned in PLANNED:
        _plan(world, agent, parts, planned, now)
    for incident in INCIDENTS:
        _tell(world, agent, parts, incident, now)
    world.clock.set(now)
    told = OutboxMessage.key.like("status:%")
    world.session.execute(update(OutboxMessage).where(told).values(delivered_at=OutboxMessage.created_at))


def _instant(now: datetime, days_ago: int, at: time) -> datetime:
    """That many days ago at that hour in Paris, moved off week-ends."""
    day = now.astimezone(PARIS).date() - timedelta(days=days_ago)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.combine(day, at, tzinfo=PARIS)


def _plan(world: World, agent: Actor, parts: dict[str, int], planned: Planned, now: datetime) -> None:
    starts_at = _instant(now, planned.days_ago, planned.at)
    ahead = timedelta(hours=3) if planned.urgent else timedelta(days=8)
    world.clock.set(min(starts_at - ahead, now - timedelta(hours=2)))
    notice = services.announce(
        world.session,
        agent,
        world.clock,
        NoticeValues(
            Kind.PLANNED,
            planned.title,
            planned.text,
            tuple(parts[name] for name in planned.parts),
            Health.MAINTENANCE,
            starts_at,
            planned.minutes,
            planned.urgent,
        ),
        world.settings.public_url,
    )
    if planned.days_ago < 0:
        return
    if planned.outcome is State.CANCELLED:
        _follow(world, agent, notice, starts_at - timedelta(days=1), State.CANCELLED, "Reportée : la copie préalable n'était pas complète.")
        return
    _follow(world, agent, notice, starts_at, State.UNDER_WAY, "L'opération commence.")
    end = starts_at + timedelta(minutes=planned.minutes - 10)
    _follow(world, agent, notice, end, State.ENDED, "L'opération est terminée, tout est rouvert.")


def _tell(world: World, agent: Actor, parts: dict[str, int], incident: Incident, now: datetime) -> None:
    starts_at = _instant(now, incident.days_ago, incident.at)
    (_first, _state, text), *following = incident.words
    world.clock.set(starts_at + timedelta(minutes=6))
    values = NoticeValues(Kind.INCIDENT, incident.title, text, tuple(parts[name] for name in incident.parts), incident.health, starts_at)
    notice = services.announce(world.session, agent, world.clock, values, world.settings.public_url)
    for minutes, state, words in following:
        _follow(world, agent, notice, starts_at + timedelta(minutes=minutes), state, words)


def _follow(world: World, agent: Actor, notice: Notice, at: datetime, state: State, words: str) -> None:
    world.clock.set(at)
    services.follow_up(world.session, agent, world.clock, notice.id, notice.version, state, words, world.settings.public_url)
