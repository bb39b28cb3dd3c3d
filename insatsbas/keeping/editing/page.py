"""What the pages of editing show, as plain values, drawn by `templates/keeping/editing/`."""

from dataclasses import dataclass
from datetime import date

from insatsbas.catalogue.rules import Status
from insatsbas.keeping.editing.entry import Entry
from insatsbas.search.page import Choice


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One of an organisation's interventions. `due_on` is when it is next to be confirmed; None for what is not gone through."""

    title: str
    url: str
    edit_url: str
    owner: str
    next_start: date | None
    rolling: bool
    due_on: date | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """Those of one status."""

    status: Status
    rows: tuple[OwnRow, ...]


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What one keeps. `organisations` are those to choose among, as (slug, name); `chosen` is a slug, or "" for all of one's own."""

    organisations: tuple[tuple[str, str], ...]
    chosen: str
    groups: tuple[OwnGroup, ...]
    shows_owner: bool


@dataclass(frozen=True, slots=True)
class NeedGroup:
    """A tile's needs, as (code, label, whether chosen). It is shown opened when any is chosen."""

    label: str
    needs: tuple[tuple[str, str, bool], ...]

    @property
    def chosen(self) -> int:
        """How many are chosen."""
        return sum(is_chosen for _code, _label, is_chosen in self.needs)


@dataclass(frozen=True, slots=True)
class Double:
    """One that says the same: where it is, and a link to it."""

    where: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What a forerunner left: shown beside the form of the one that takes it up."""

    title: str
    url: str
    reason: str
    lessons: tuple[str, ...]
    outcomes: tuple[tuple[str, int | None], ...]
    knows_more: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form of an intervention, with what stands around it."""

    title: str
    public_id: str
    status: Status
    owner: str
    entry: Entry
    needs: tuple[NeedGroup, ...]
    is_sheltered: bool
    doubles: tuple[Double, ...]
    learned: Learned | None
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two versions differ, each as lines to read. `keeps_mine` is what is chosen until somebody says otherwise."""

    name: str
    label: str
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    keeps_mine: bool


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Two people have changed the same: what each says, and all that was typed (`hidden`) so that nothing is lost."""

    title: str
    public_id: str
    differences: tuple[Difference, ...]
    status_now: Status
    changed_by: str
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What is told on an intervention's page of why it is not given, what came of it, and what it came from and led to."""

    pause_reason: str
    outcomes: tuple[tuple[str, int | None], ...]
    knows_more: str
    forerunner: Choice | None
    successors: tuple[Choice, ...]
    template: Choice | None

    @property
    def has_kin(self) -> bool:
        """Whether it came from something, or led to something."""
        return bool(self.forerunner or self.successors or self.template)


@dataclass(frozen=True, slots=True)
class Panel:
    """What one may do with an intervention, beside its page: links, with the first as the main one."""

    links: tuple[Choice, ...]
    is_own: bool
    is_hidden: bool
