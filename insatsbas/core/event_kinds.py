"""What each kind of event is read as: the table that the co-ordinator's page of what has happened speaks from.

Who records a new kind (`events.record(viewer, session, "insats.avslutad", …)`) adds its sentence here, and a house test sees that it is
done. In a sentence `%(who)s` is who did it and `%(what)s` the name of the event's subject, as a link where it has a page; the event's
own text is shown after it. A kind that has no sentence is shown by its code.
"""

from collections.abc import Mapping

from insatsbas.core.text import N_

KINDS: Mapping[str, str] = {
    # People
    "person.ny": N_("%(who)s lade upp ett konto åt %(what)s."),
    "person.losenord": N_("%(who)s valde ett nytt lösenord för %(what)s."),
    "person.avstangd": N_("%(who)s stängde av kontot för %(what)s."),
    "person.oppnad": N_("%(who)s öppnade kontot för %(what)s igen."),
    "person.roller": N_("%(who)s ändrade rollerna för %(what)s."),
    "person.lank": N_("%(who)s skickade en länk till %(what)s för att välja lösenord."),
    # Interventions
    "insats.ny": N_("%(who)s började på %(what)s."),
    "insats.andrad": N_("%(who)s ändrade %(what)s."),
    "insats.inlast": N_("%(who)s läste in %(what)s från en fil."),
    "fil.inlast": N_("%(who)s läste in insatser med ett kommando."),
    "insats.publicerad": N_("%(who)s publicerade %(what)s."),
    "insats.pausad": N_("%(who)s pausade %(what)s."),
    "insats.avslutad": N_("%(who)s avslutade %(what)s."),
    "insats.startad": N_("%(who)s startade %(what)s igen."),
    "insats.borttagen": N_("%(who)s tog bort utkastet till %(what)s."),
    "insats.aterstalld": N_("%(who)s återställde en tidigare version av %(what)s."),
    # Review and reports
    "insats.bekraftad": N_("%(who)s bekräftade uppgifterna om %(what)s."),
    "insats.dold": N_("%(who)s rapporterade personuppgifter, och %(what)s doldes."),
    "insats.visad": N_("%(who)s visade %(what)s igen."),
    "arende.fel": N_("%(who)s rapporterade ett fel i %(what)s."),
    "arende.fraga": N_("%(who)s ställde en fråga om %(what)s."),
    "arende.saknas": N_("%(who)s anmälde att något saknas: %(what)s."),
    "arende.besvarat": N_("%(who)s besvarade %(what)s."),
    # Exchange
    "utbyte.ny": N_("%(who)s skrev en förfrågan om platser: %(what)s."),
    "utbyte.steg": N_("%(who)s tog ett steg i en förfrågan om platser: %(what)s."),
    "utbyte.anvanda": N_("%(who)s berättade hur många platser som användes: %(what)s."),
    "erbjudande.nytt": N_("%(who)s erbjöd platser i %(what)s till andra."),
    "erbjudande.andrat": N_("%(who)s ändrade ett erbjudande om platser i %(what)s."),
    "erbjudande.stangt": N_("%(who)s stängde ett erbjudande om platser i %(what)s."),
    "erbjudande.oppnat": N_("%(who)s öppnade ett erbjudande om platser i %(what)s igen."),
    "overenskommelse.uppgifter": N_("%(who)s ändrade diarienummer eller fakturareferens för en överenskommelse: %(what)s."),
    # Organisations and municipalities
    "organisation.ny": N_("%(who)s lade till organisationen %(what)s."),
    "organisation.andrad": N_("%(who)s ändrade uppgifterna om organisationen %(what)s."),
    "organisation.bada": N_("%(who)s ändrade om samma person får både förbereda och besluta i %(what)s."),
    "organisation.lamnat": N_("%(who)s lät %(what)s lämna samverkan."),
    "organisation.ater": N_("%(who)s lät %(what)s vara med i samverkan igen."),
    "kommun.ny": N_("%(who)s lade till kommunen %(what)s."),
    "kommun.andrad": N_("%(who)s ändrade uppgifterna om kommunen %(what)s."),
    # Needs, lists, settings
    "behov.nytt": N_("%(who)s lade till behovet %(what)s."),
    "behov.andrat": N_("%(who)s ändrade behovet %(what)s."),
    "behov.kod": N_("%(who)s bytte kod på behovet %(what)s."),
    "behov.flyttat": N_("%(who)s ändrade ordningen för behovet %(what)s."),
    "behov.sammanslaget": N_("%(who)s slog ihop ett behov med %(what)s."),
    "behov.utgatt": N_("%(who)s lät behovet %(what)s utgå."),
    "behov.ater": N_("%(who)s tog tillbaka behovet %(what)s."),
    "lista.ny": N_("%(who)s lade till %(what)s i en ordlista."),
    "lista.andrad": N_("%(who)s ändrade %(what)s i en ordlista."),
    "lista.flyttad": N_("%(who)s ändrade ordningen för %(what)s i en ordlista."),
    "lista.utgatt": N_("%(who)s lät %(what)s utgå ur en ordlista."),
    "lista.ater": N_("%(who)s tog tillbaka %(what)s i en ordlista."),
    "installning.andrad": N_("%(who)s ändrade en inställning."),
    # The word lists of search
    "sokord.nytt": N_("%(who)s lade till en rad bland orden i sökningen."),
    "sokord.andrat": N_("%(who)s ändrade en rad bland orden i sökningen."),
    "sokord.borttaget": N_("%(who)s tog bort en rad bland orden i sökningen."),
    "sokord.ater": N_("%(who)s återställde en rad bland orden i sökningen."),
    # Data protection
    "text.maskerad": N_("%(who)s maskerade en text överallt."),
    "text.stadad": N_("%(who)s byggde om sökindexet och rensade databasen efter en maskering."),
}


def sentence(kind: str) -> str | None:
    """The sentence of a kind, not yet translated or filled in; None for one that the table does not know."""
    return KINDS.get(kind)
