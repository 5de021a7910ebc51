"""Sharing a report: a PDF in a folder that is said, made from this device alone."""

import asyncio
from uuid import UUID

from twinbase_presentation.command import Command, Done
from twinbase_presentation.languages import show
from twinbase_presentation.paper.contents import collect_contents
from twinbase_presentation.paper.files import FOLDER, make_pdf, name_report, write_file
from twinbase_presentation.workday import Workday


def make_share_command(workday: Workday, visit: UUID) -> Command:
    """For the menu of a visit, and the palette."""

    async def run() -> Done:
        return await share_report(workday, visit)

    return Command("share", workday.language.say("Share the report"), "share", run, "d")


async def share_report(workday: Workday, visit: UUID) -> Done:
    """Write the report of a visit as a PDF, and say where it is. Cancelled, it leaves nothing behind."""
    say = workday.language.say
    contents = await collect_contents(workday, visit)
    if contents is None:
        return Done(fault=say("This job is no longer on this device."))
    content = await make_pdf(contents, workday.language)
    start = contents.job.actual_start or contents.job.visit.start or contents.made_at
    name, folder = name_report(contents.job.visit.number, start.date(), workday.language), workday.documents / FOLDER
    try:
        path = await asyncio.to_thread(write_file, folder, name, content)
    except OSError as error:
        why = error.strerror or str(error)
        return Done(fault=show(say("The report cannot be written into {folder}: {why}.", folder=folder, why=why)))
    return Done(show(say("The report is in {path}", path=path)))
