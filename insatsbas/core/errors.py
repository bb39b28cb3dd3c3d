"""What can go wrong for reasons that the user can understand."""


class InsatsbasError(Exception):
    """A fault with a message in Swedish that can be shown as it is."""


class NotFoundError(InsatsbasError):
    """What was asked for does not exist, or not for this viewer."""


class ForbiddenError(InsatsbasError):
    """It exists and may be known of, but this viewer may not do it."""


class SettingsError(InsatsbasError):
    """The settings are wrong. Carries all faults at once."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class RefusedError(InsatsbasError):
    """A rule says no; the message says why."""
