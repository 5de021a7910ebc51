"""Names: no two classes share one, a type has one alias, and a function says what it does.

The words are explained in docs/glossary.md, which tests/docs/test_glossary.py compares with the code.
"""

from tests.architecture.names import Name, aliases, by_name, classes, public_functions

# What one word may be: somebody does it. A noun or an adjective needs its object beside it.
VERBS = frozenset(
    """
    abandon accept add admits advance agree analyze answer apply approve ask assign attempt authenticate backfill beat
    begin bind block bring cancel carry change check claim classify clear clone close commit compact compare compose
    compute confirm connect copy correct count create cut decide decode delete denies discard dispose do doom drop
    duplicate encode end enroll evolve examine execute explain fetch fill find fingerprint finish fit fold follow forget
    freeze generate get guard halve happens hasten hold holds init insert install join judge keep kill knows launch
    learn link load look make measure mend merge misspell multiply negotiate offer open park parse pick plan postpone
    prepare probe project propose prove prune publish pull push put read recall recognise recover reflect register
    reject rekey release remember remove renew reopen repair replay rest restore retire retry rotate run save say says
    seal sees send serve set settle show spoil stage stamp start stop store strikes sum sync take tell touch undo
    uninstall unite unwrap upgrade upsert verify wait watch work wrap write
    arrange build divide go grow move paint place press redraw repaint reveal
    grant may needs
    blame choose draw enter match observe search spawn submit toggle translate validate
    free leave lock switch tidy turn unlock
    """.split()
)

# Answers and states that once were names of functions. A name begins with what the function does, or with its object.
RETIRED = frozenset(
    """
    again alike answered applying armed arrived aside asking begun before behind below beside between bound brought
    built compared computed connected converted decided described differing doubted dying either everything
    existing failed fenced filled gone guarded handed heard itself joined kept known lent linked listed lost made
    me mine misspelt noted nothing numbered offered often once orphans out packed plain pointed pointing qualified
    reflected remembered resolved rich rounded said scaled settled shifting shown since somebody spoken standing
    standings stopped synced there through timed told translated truncated twice unaccepted undated unpacked
    unscaled unsent until untouched with without written wrote yes
    """.split()
)

# Names that break the rules, by their owner or alone, each with its reason.
KEPT = {
    "Box.parts": "what it gives: the boxes inside of a box",
    "Scroller.parts": "what it gives: the boxes inside of a box",
    "Words.lines": "what it gives: how a text breaks",
    "ReportSheet.header": "fpdf2 calls it at the top of a page",
    "ReportSheet.footer": "fpdf2 calls it at the end of a page",
    "Attachments.state": "a word of every app: where the bytes are",
    "Attachments.thumbnail": "a word of every app: the small picture",
    "ContentReader.readable": "io: a file",
    "ContentReader.readinto": "io: a file",
    "ContentReader.seek": "io: a file",
    "ContentReader.seekable": "io: a file",
    "ByteSource.read1": "io: what a decompressor calls",
    "InflatedSource.read1": "io: what a decompressor calls",
    "Conformance.template": "a fixture of pytest, which is what it gives",
    "DecimalSum.inverse": "SQLite: a window function",
    "DecimalSum.step": "SQLite: an aggregate",
    "DecimalSum.value": "SQLite: a window function",
    "Connection.executemany": "PEP 249",
    "Replica.changes": "what it gives: `async with replica.changes(Job) as changes`",
    "Drafts.list": "a word of what keeps things by name, beside `get`, `set` and `delete`",
    "Device.all": "a word of the test kit, beside `read`",
    "Device.sql": "a word of the test kit",
    "DeviceTypeCompiler.process": "SQLAlchemy: a type compiler",
    "LoopTimer.now": "a clock's word, as in `datetime.now`",
    "HeldActs.hides": "a question about a row, as `is_` cannot ask it: `held.hides(id)`",
    "PatientProtocol.shutdown": "uvicorn: what it calls when it is to end",
    "Replica.background": "a word of every app: `replica.background()`",
    "Replica.decisions": "a word of every app: `await replica.decisions()`",
    "Replica.session": "a word of every app: `async with replica.session()`",
    "SqlCursor.fetchall": "PEP 249",
    "SqlCursor.fetchone": "PEP 249",
    "DeskProvider.discover": "Textual: what its palette calls",
    "Finger.depack": "Kivy: what it calls with where a finger is",
    "_Lazy.invoke": "click: what runs the command that a group has found",
    "HeadLine.render": "Textual: what a widget draws",
    "KeysLine.render": "Textual: what a widget draws",
    "PlacesLine.render": "Textual: what a widget draws",
    "Timer.now": "a clock's word, as in `datetime.now`",
    "World.account": "a word of the test kit",
    "World.device": "a word of the test kit",
    "World.sql": "a word of the test kit",
    "_Exchange.aclose": "httpx2: a stream",
    "command": "the command line looks it up by this name",
    "databases": "a fixture of pytest, which is what it gives",
    "days": "a word of the mirrors: `window=days(…)`",
    "demo": "the command line looks it up by this name",
    "inspect": "the command line looks it up by this name",
    "later": "gettext: a text that is translated when it is shown",
    "main": "the command line looks it up by this name",
    "tui": "the command line looks it up by this name",
    "whoami": "a command that everybody knows",
    "within": "a word of the mirrors: `scope=within(…)`",
}


def test_no_two_classes_have_one_name() -> None:
    assert {name: where for name, where in by_name(classes()).items() if len(where) > 1} == {}


def test_a_type_has_one_alias_and_no_alias_has_the_name_of_a_class() -> None:
    named = by_name(classes())
    assert {name: where for name, where in by_name(aliases()).items() if len(where) > 1 or name in named} == {}


def test_the_ways_in_and_out_of_the_count_are_what_they_were() -> None:
    """The others would pass if nothing were found."""
    assert len(classes()) > 600
    assert len(aliases()) > 100
    assert len(public_functions()) > 1400


def test_a_function_is_called_by_a_verb_or_by_a_noun_with_its_object() -> None:
    """One word is a verb of the list; of several, the first does not say what the answer is."""
    wrong = [name.where for name in public_functions() if name.full not in KEPT and not _says_what_it_does(name)]
    assert wrong == []


def test_every_exception_is_still_needed() -> None:
    functions = public_functions()
    assert set(KEPT) <= {name.full for name in functions}
    assert {name for name in KEPT if "_" in name.rpartition(".")[2] or name.rpartition(".")[2] in VERBS} == set()
    assert {*VERBS} - {name.name for name in functions} == set()


def _says_what_it_does(name: Name) -> bool:
    first, *more = name.name.split("_")
    return first not in RETIRED and bool(more or first in VERBS)
