"""tests/support/check.py - what a test says of each thing that it looks at."""


def check(what, good, seen=None):
    """Ends the test where it is not good; seen: what there was instead."""
    if not good:
        raise SystemExit(f"FAILED: {what}" + (f": {seen!r}" if seen is not None else ""))
    print(f"ok: {what}", flush=True)
