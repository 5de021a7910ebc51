"""What holds for a process that does nothing else than serve, or measure."""

import gc


def settled() -> None:
    """What is imported and made by now stays until the process ends: the garbage collector need not look at it again.

    Without it a batch of 1,000 changes, which makes enough objects for a full collection, pays for all modules too: in
    a server with other work to do a third of its processor time. An app on a device may call `gc.freeze()` itself when
    it has started; the benchmark's does not.
    """
    gc.collect()
    gc.freeze()
