"""What a time means that somebody types: minutes are typed, and moments have seconds."""

from datetime import datetime


def meet_moment(typed: datetime, *known: datetime | None) -> datetime:
    """A minute that is typed is a whole one: a moment of it that is known already stays as it is.

    So an end in the minute of the start is not before it, and whoever corrects the comment of a line moves no time.
    """
    return next((one for one in known if one is not None and one.replace(second=0, microsecond=0) == typed), typed)
