"""Who asks. Every read and write is told; nothing looks it up by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """The one who asks: a guest for now; people with roles come with sign-in."""

    name: str
    sees_drafts: bool = False


GUEST = Viewer(name="gäst")
SYSTEM = Viewer(name="systemet", sees_drafts=True)
