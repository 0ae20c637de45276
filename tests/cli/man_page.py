#!/usr/bin/env -S /usr/bin/python3
"""tests/cli/man_page.py PROGRAM PAGE [--write] - the man page, made from the option table.

Without --write it compares and fails where they differ: every command, option, default and limit
in the page is what the program says of itself.  With --write it makes the page anew.
"""
import re
import subprocess
import sys
from pathlib import Path

HEAD = """.\\" Made by tests/cli/man_page.py from the program's own help; do not edit.
.TH LIQSCOPE 1 "" "liqscope VERSION" "User Commands"
.SH NAME
liqscope \\- where leveraged positions in perpetual futures are estimated to be liquidated
.SH SYNOPSIS
.B liqscope
.RI [ COMMAND ]\\ [ OPTION ...]\\ [ ARGUMENT ...]
.SH DESCRIPTION
liqscope draws, live, a field of time and price that shows how many US dollars of leveraged long and
short positions are estimated to be liquidated where, together with what a venue reports: price,
trades, order book, open interest, funding and liquidations.  It reads the exchanges' public feeds;
it needs no account and no key.
.PP
The field is an estimate.  No venue publishes its customers' positions; the program infers them from
volume, open interest and price.
"""

TAIL = """.SH FILES
.TP
.I $XDG_CONFIG_HOME/liqscope/liqscope.conf
the configuration file; options with a place in it stand under their section, with underscores for
dashes.
.SH EXIT STATUS
.TP
0
done
.TP
1
failed; one line on standard error says where, what was expected and what came; also where a
recording broke off: what could be read is shown all the same
.TP
2
bad usage
.SH EXAMPLES
.nf
liqscope demo
liqscope binance_usdm:BTCUSDT
liqscope render day.jsonl.zst \\-o day.png \\-\\-size 1920x1080
liqscope normalize binance_usdm raw.jsonl > events.jsonl
liqscope simulate \\-\\-serve 127.0.0.1:9443
.fi
"""


def said_by(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def page_make(program):
    out = [HEAD.replace("VERSION", said_by(program, "--version").split()[1])]
    usage = said_by(program, "help")
    commands = re.findall(r"^  ([a-z][a-z-]*) (.*?)\s{2,}(\S.*)$", usage, re.M)
    if not commands:
        raise SystemExit("man_page: `help` lists no commands")
    out.append(".SH COMMANDS\n")
    notes = usage.split("\n\n")[-1].strip().splitlines()
    for name, arguments, says in commands:
        out.append(f".SS liqscope {roff(name)} {roff(arguments)}\n{roff(says)}\n")
        body = said_by(program, "help", name).split("options:\n", 1)[1]
        for line in body.split("\n\n")[0].splitlines():
            match = re.match(r"\s{2,}((?:-\w, )?--[\w-]+(?: \S+)?)\s{1,}(\S.*)$", line)
            if not match:
                raise SystemExit(f"man_page: help {name}: not an option: {line!r}")
            out.append(f".TP\n.B {roff(match.group(1))}\n{roff(match.group(2))}\n")
    view = said_by(program, "help", "view")
    for title, intro, begins in (
            ("KEYS", "In the window of view, each with the name of its command:",
             "\nkeys, and the commands that they run:\n"),
            ("ACTIONS", "Commands of a running view, for its console, its control socket and the "
             "[keys] of the configuration:",
             "\ncommands for the console, the control socket and [keys] of the configuration:\n")):
        rows = view.partition(begins)[2].split("\n\n")[0]
        if rows:
            out.append(f".SH {title}\n{roff(intro)}\n")
        for name, does in re.findall(r"^  (\S+(?: \S+)*?)\s{2,}(\S.*)$", rows, re.M):
            out.append(f".TP\n.B {roff(name)}\n{roff(does)}\n")
    out.append(".SH NOTES\n" + "\n".join(roff(line) for line in notes) + "\n")
    out.append(TAIL)
    return "".join(out)


def main():
    program, page = sys.argv[1], Path(sys.argv[2])
    want = page_make(program)
    if sys.argv[3:] == ["--write"]:
        page.write_text(want, encoding="utf-8")
        return 0
    got = page.read_text(encoding="utf-8")
    for number, (is_there, is_due) in enumerate(zip(got.splitlines(), want.splitlines()), 1):
        if is_there != is_due:
            print(f"{page}:{number}: is    {is_there}\n{page}:{number}: is due {is_due}")
            break
    if got != want:
        print(f"{page}: not what the program says of itself; run\n"
              f"  {sys.argv[0]} {program} {page} --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
