#!/usr/bin/env -S /usr/bin/python3
"""tests/tidy/tidy.py - the house rules that a machine can check (the tables below are those of the plan).

    tidy.py edges|libraries|headers|shape|words|threads|lists|walk|format|selftest --build FOLDER [--headless]

Every finding is one line, place: rule: what was found.  Exit status 0: none; 1: some; 77: the tool that a check
needs is not installed (ctest shows it as skipped).  `selftest` feeds each rule a small bad example and fails if
one is not caught; a rule without an example fails too.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = {"src": 600, "tests": 1000, "shaders": 300}
COLUMNS_MAX = 100
CLANG_FORMAT_MAJOR = 14

# Tables may be long: path -> why.
LONG_FILES = {}

DATA_WING = {"net", "json", "venue", "archive", "bus", "sim", "state", "margin", "model", "density",
             "engine"}
PICTURE_WING = {"view", "gfx", "gui", "layer", "panel", "window", "record"}

# Libraries: the prefix of their headers, and the rooms that may include them.
LIBRARIES = {
    "libwebsockets": (("libwebsockets",), {"net"}),
    "openssl": (("openssl/",), {"net"}),
    "cJSON": (("cjson/", "cJSON"), {"json"}),
    "zlib": (("zlib.h", "zconf.h"), {"archive", "net"}),
    "zstd": (("zstd",), {"archive"}),
    "SQLite": (("sqlite3",), {"archive"}),
    "NATS": (("nats",), {"bus"}),
    "SDL": (("SDL",), {"window", "gui"}),
    "Dear ImGui": (("imgui", "backends/imgui"), {"gui"}),
    "OpenGL": (("glad/", "GL/", "GLES", "KHR/"), {"gfx"}),
    "EGL": (("EGL/",), {"gfx"}),
    "FreeType": (("ft2build.h", "freetype"), {"gfx"}),
    "fontconfig": (("fontconfig/",), {"gfx"}),
    "cglm": (("cglm/",), {"view", "gfx", "layer"}),
    "libpng": (("png.h", "pngconf.h"), {"record"}),
}

# The only C++; what of the C++ library it may include besides the C library.
CPP_FILES = ("src/gui/gui.cpp", "src/gui/gui_draw.cpp")
CPP_HEADERS = {"new"}
CODE_SUFFIXES = (".c", ".h", ".cpp")
SYSTEM_HEADERS = set("""assert ctype errno fenv float inttypes limits locale math setjmp signal stdalign
    stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings time dirent dlfcn fcntl
    getopt glob libgen malloc netdb poll pthread sched semaphore spawn syslog termios unistd wordexp
    arpa/inet netinet/in netinet/tcp sys/epoll sys/eventfd sys/file sys/ioctl sys/mman sys/prctl sys/random
    sys/resource sys/select sys/sendfile sys/socket sys/stat sys/statvfs sys/time sys/timerfd sys/types
    sys/uio sys/un sys/utsname sys/wait""".split())

# Rooms that only compute: no log, no clock.  Their results are hashed, so no log or exp but our own.
COMPUTE_ROOMS = {"state", "model", "density", "scene", "margin"}
CLOCKLESS_ROOMS = COMPUTE_ROOMS | {"engine", "market"}
# A file of such a room that stands outside the events' time: path -> why.
CLOCK_FILES = {"src/engine/engine_thread.c": "paces when scenes are published, not what is in them"}
HASHED_ROOMS = {"state", "model", "density", "margin", "engine", "sim", "market"}
LIBM = re.compile(r"(?<![\w.>])(?:log|log2|log10|log1p|exp|exp2|expm1|pow|cbrt|sin|cos|tan|asin|acos|atan"
                  r"|atan2|sinh|cosh|tanh|erf|erfc|lgamma|tgamma)f?\s*\(")

BANNED_CALLS = re.compile(r"\b(?:strcpy|strcat|strtok|sprintf|vsprintf|gets|atof|atoi|atol|rand|srand|alloca"
                          r"|system)\s*\(")
EXTENSIONS = re.compile(r"\b(?:__attribute__|__builtin_\w+|__extension__|__int128|__typeof__|typeof|asm"
                        r"|__asm__)\b")
IMPLICIT_ATOMICS = re.compile(r"\batomic_(?:load|store|exchange|compare_exchange_(?:weak|strong)"
                              r"|fetch_(?:add|sub|or|xor|and)|flag_(?:test_and_set|clear))\s*\(")
NOTE_WORDS = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
OWNED_NOTE = re.compile(r"\bTODO\([a-z]\w+\)")


class Room:
    def __init__(self, name, floor, deps, libs):
        self.name, self.floor, self.deps, self.libs = name, floor, deps, libs


def rooms_read(text):
    """Lines "name floor [dep,dep] [lib,lib]", as third_party/module.cmake writes them."""
    rooms = {}
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+) (\d+) \[([\w,*]*)\] \[([\w,]*)\]", line)
        if not match:
            raise SystemExit(f"rooms.txt: not a room: {line!r}")
        name, floor, deps, libs = match.groups()
        rooms[name] = Room(name, int(floor), set(filter(None, deps.split(","))),
                           set(filter(None, libs.split(","))))
    return rooms


def code_only(text):
    """Comments, strings and preprocessor lines become blanks; line numbers and columns stay."""
    pattern = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
                         r"|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)

    def blank(match):
        found = match.group()
        body = re.sub(r"[^\n]", " ", found)
        return '"' + body[1:-1] + '"' if found[0] == '"' else body
    return pattern.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def room_of(path):
    parts = Path(path).parts
    return parts[1] if len(parts) > 2 and parts[0] == "src" else None


def includes_of(text):
    """(line, name, quoted) of every #include, those inside comments left out."""
    text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    for match in re.finditer(r"^[ \t]*#[ \t]*include[ \t]+([<\"])([^>\"\n]+)[>\"]", text, re.M):
        yield line_of(text, match.start()), match.group(2), match.group(1) == '"'


# -- edges: what a room may include ------------------------------------------------------------------


def check_rooms(rooms):
    for room in rooms.values():
        for name in sorted(room.deps - {"*"}):
            dep = rooms.get(name)
            if dep is None:
                yield f"CMakeLists.txt: room-known: {room.name} depends on {name}, which is no room"
            elif dep.floor >= room.floor:
                yield (f"CMakeLists.txt: floor: {room.name} (floor {room.floor}) depends on {name} "
                       f"(floor {dep.floor}); only lower floors")
            if name == "app":
                yield f"CMakeLists.txt: app-unused: {room.name} depends on app; nobody does"
        for wing, other in ((DATA_WING, PICTURE_WING), (PICTURE_WING, DATA_WING)):
            if room.name in wing and room.deps & other:
                yield (f"CMakeLists.txt: wings: {room.name} depends on "
                       f"{', '.join(sorted(room.deps & other))}; scene is the only hatch")


def check_edges(path, text, rooms, exists, headless):
    room = rooms.get(room_of(path))
    if room is None:
        if room_of(path) is not None and not headless:
            yield f"{path}:1: room-known: {room_of(path)} has no module() line"
        return
    for line, name, quoted in includes_of(text):
        if not quoted:
            continue
        target = name.split("/")[0] if "/" in name else None
        if target is None:
            yield f'{path}:{line}: include-path: "{name}": write "room/file.h"'
        elif target == "app" and room.name != "app":
            yield f'{path}:{line}: app-unused: "{name}": nobody includes app'
        elif target != room.name and "*" not in room.deps and target not in room.deps:
            allowed = " ".join(sorted(room.deps)) or "nothing"
            yield f'{path}:{line}: edge: "{name}": {room.name} may include {allowed}'
        elif target in rooms and not exists(name):
            yield f'{path}:{line}: include-path: "{name}": no such file'


# -- libraries: each stays in its room ---------------------------------------------------------------


def check_libraries(path, text):
    room = room_of(path)
    for line, name, quoted in includes_of(text):
        owner = next((title for title, (prefixes, _) in LIBRARIES.items()
                      if name.startswith(prefixes)), None)
        if quoted and owner is None:
            continue
        if owner is not None:
            if room is not None and room not in LIBRARIES[owner][1]:
                homes = " ".join(sorted(LIBRARIES[owner][1]))
                yield f"{path}:{line}: library: <{name}>: {owner} is used in {homes} only"
        elif name[:-2] not in SYSTEM_HEADERS and room is not None and not (
                path in CPP_FILES and name in CPP_HEADERS):
            yield f"{path}:{line}: library-known: <{name}>: neither the C library nor a named part"


# -- headers: a head comment, once, and complete alone -----------------------------------------------


def check_header_text(path, text):
    inside = "/".join(Path(path).parts[1:])
    head = re.match(r"/\* " + re.escape(inside) + r" - \S", text)
    if not head:
        yield f'{path}:1: header-head: begin with "/* {inside} - purpose"'
    if "#pragma once" not in text:
        yield f"{path}:1: header-once: no #pragma once"


def compile_flags(build):
    """Every include path and definition of the build, and its compiler."""
    with open(build / "compile_commands.json", encoding="utf-8") as file:
        commands = json.load(file)
    flags, compiler = [], "cc"
    for entry in commands:
        if "/src/" not in entry["file"] and "/tests/" not in entry["file"]:
            continue
        words = shlex.split(entry["command"])
        words = words[1:] if words[0].endswith("ccache") else words
        compiler = words[0]
        for i, word in enumerate(words):
            found = None
            if word in ("-I", "-isystem"):
                found = (word, words[i + 1])
            elif word.startswith(("-I", "-D")):
                found = (word,)
            if found and found not in flags:
                flags.append(found)
    return compiler, [word for flag in flags for word in flag]


def first_include(text):
    """What a source includes before all else: that it compiles alone, the build itself has shown."""
    match = re.search(r"^#\s*(?:(include \"([^\"]+)\")|\w+)", text, re.M)
    return match.group(2) if match else None


def check_header_alone(compiler, flags, path):
    """Twice in a row, with nothing before it but what the build puts before every file."""
    name = "/".join(Path(path).parts[1:])
    text = f'#include "{name}"\n#include "{name}"\n'
    done = subprocess.run(
        [compiler, "-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-include",
         "base/banned.h", *flags, "-x", "c", "-"],
        input=text, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        first = next((l for l in done.stderr.splitlines() if "error" in l), done.stderr.strip())
        yield f"{path}:1: header-alone: {first}"


# -- shape: lengths, blanks, braces ------------------------------------------------------------------


def functions_of(code):
    """(name, first line, last line) of every function body in text that code_only made."""
    depth, start, begin = 0, 0, None
    for match in re.finditer(r"[{};]", code):
        at, mark = match.start(), match.group()
        if mark == "{":
            if depth == 0:
                head = code[start:at]
                named = re.search(r"(\w+)\s*\((?:[^;{}])*\)\s*$", head, re.S)
                begin = None
                if named and "=" not in head:
                    first = start + len(head) - len(head.lstrip())
                    begin = (named.group(1), line_of(code, first))
            depth += 1
        elif mark == "}":
            depth = max(0, depth - 1)
            if depth == 0:
                if begin is not None:
                    yield begin[0], begin[1], line_of(code, at)
                start, begin = at + 1, None
        elif depth == 0:
            start = at + 1


def check_braces(path, code):
    for match in re.finditer(r"\b(if|for|while|else|do)\b", code):
        at, word = match.end(), match.group(1)
        if word in ("if", "for", "while"):
            at = code.find("(", at)
            depth = 0
            while at >= 0 and at < len(code):
                depth += {"(": 1, ")": -1}.get(code[at], 0)
                at += 1
                if depth == 0:
                    break
        rest = code[at:].lstrip()
        fine = rest.startswith("{")
        if word == "else":
            fine = fine or re.match(r"if\b", rest)
        if word == "while":
            before = code[:match.start()].rstrip()
            fine = fine or (rest.startswith(";") and before.endswith("}"))
        if not fine:
            yield f"{path}:{line_of(code, match.start())}: braces: {word} without {{ }}"


def check_shape(path, text):
    lines = text.split("\n")
    lines_max = FILE_LINES_MAX[path.split("/")[0]]
    if path not in LONG_FILES and len(lines) - 1 > lines_max:
        yield f"{path}:1: file-length: {len(lines) - 1} lines, {lines_max} at most"
    if text and not text.endswith("\n"):
        yield f"{path}:{len(lines)}: last-line: no line end"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield f"{path}:{number}: line-length: {len(line)} columns, {COLUMNS_MAX} at most"
        if line != line.rstrip():
            yield f"{path}:{number}: trailing-blank: blanks at the end"
        if "\t" in line:
            yield f"{path}:{number}: tab: four blanks are an indent"
    if path.endswith(".cpp") and path not in CPP_FILES:
        yield f"{path}:1: cpp-alone: C++ is written in src/gui only"
    if path.endswith(CODE_SUFFIXES):
        code = code_only(text)
        if path.endswith(".cpp"):  # what only encloses
            code = re.sub(r"^(?:namespace|extern +\"[^\"]*\") *\{|^\}(?= *$)(?=\n*(?:namespace|extern|\Z))",
                          lambda m: " " * len(m.group()), code, flags=re.M)
        for name, first, last in functions_of(code):
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield (f"{path}:{first}: function-length: {name} has {last - first + 1} lines, "
                       f"{FUNCTION_LINES_MAX} at most")
        yield from check_braces(path, code)


# -- words: what is not called and not written -------------------------------------------------------


def check_words(path, text):
    room = room_of(path)
    for number, line in enumerate(text.split("\n"), 1):
        if NOTE_WORDS.search(line) and not OWNED_NOTE.search(line):
            yield f"{path}:{number}: note-owner: write TODO(name), or do it"
    if not path.endswith(CODE_SUFFIXES) or path == "src/base/banned.h":
        return
    code = code_only(text)

    def find(pattern, rule, says):
        for match in pattern.finditer(code):
            word = match.group().rstrip("( ")
            yield f"{path}:{line_of(code, match.start())}: {rule}: {word}: {says}"
    yield from find(BANNED_CALLS, "banned-call", "see base/banned.h")
    if room is None:
        return
    if room != "base":
        yield from find(EXTENSIONS, "extension", "compiler extensions stay in base")
    if room in HASHED_ROOMS:
        yield from find(LIBM, "libm", "differs between C libraries; use base/math.h")
    if room in COMPUTE_ROOMS:
        yield from find(re.compile(r"\b(?:LOG_\w+|log_write|printf|fprintf|fputs|puts)\s*\("), "logs",
                        f"{room} only computes")
    if room in CLOCKLESS_ROOMS and path not in CLOCK_FILES:
        yield from find(re.compile(r"\b(?:clock_mono_ns|clock_wall_ms|clock_gettime|gettimeofday|time"
                                   r"|clock_sleep_until_ns)\s*\("), "clock",
                        f"time in {room} is the events' own")


# -- threads: memory orders are explicit, each with its reason ----------------------------------------


def comments_of(text):
    return " ".join(re.findall(r"/\*.*?(?:\*/|\Z)|//[^\n]*", text, re.S))


def check_threads(path, text):
    if room_of(path) is None:
        return
    code = code_only(text)
    for match in IMPLICIT_ATOMICS.finditer(code):
        yield (f"{path}:{line_of(code, match.start())}: order-explicit: "
               f"{match.group().rstrip('( ')}: use the _explicit form")
    lines, code_lines = text.split("\n"), code.split("\n")
    bodies = list(functions_of(code))
    for number, line in enumerate(code_lines, 1):
        for order in sorted(set(re.findall(r"memory_order_(relaxed|acquire|release|acq_rel|seq_cst)", line))):
            begin = next((first for _, first, last in bodies if first <= number <= last), number)
            above = "\n".join(lines[max(0, begin - 12):number])
            near = "\n".join(lines[max(begin, number - 4):number])
            said = order.replace("acq_rel", "(acq_rel|acquire|release)")
            # By its name anywhere in the function or just before it, or without it right beside.
            if not re.search(said, comments_of(above)) and not comments_of(near):
                yield f"{path}:{number}: order-reason: memory_order_{order} without its reason"


# -- lists: a test that is in no list does not run ----------------------------------------------------


def check_lists(files, cmake):
    words = set(re.findall(r"\w+", re.sub(r"#[^\n]*", "", cmake)))
    for path in files:
        match = re.fullmatch(r"tests/(unit|property|replay|render|e2e|bench|fuzz|cli)/"
                             r"(?:test|bench|fuzz)_(\w+)\.c", path)
        if match and not {match.group(2), Path(path).stem} & words:
            yield f"{path}:1: test-listed: no CMakeLists.txt names it, so it never runs"


# -- walk: src/README.md names what exists -------------------------------------------------------------


def check_walk(text, names, paths):
    for number, line in enumerate(text.split("\n"), 1):
        for word in re.findall(r"`([^`]+)`", line):
            if re.fullmatch(r"[A-Za-z]+\w*_\w+", word) and word not in names:
                yield f"src/README.md:{number}: walk-name: {word}: nothing in src is called so"
            elif re.fullmatch(r"[a-z]+/\w+", word) and word not in paths:
                yield f"src/README.md:{number}: walk-name: {word}: no such file"


# -- the tree ----------------------------------------------------------------------------------------


def tree_files(headless, rooms):
    for folder in ("src", "tests", "shaders"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if not path.is_file() or "__pycache__" in name or "/data/" in name or "/corpus" in name:
                continue
            if path.suffix not in (".c", ".h", ".cpp", ".def", ".py", ".glsl", ".vert", ".frag"):
                continue
            if headless and room_of(name) in PICTURE_WING - set(rooms):
                continue
            yield name, path.read_text(encoding="utf-8")


def check_format(files):
    tool = shutil.which(f"clang-format-{CLANG_FORMAT_MAJOR}") or shutil.which("clang-format")
    version = ""
    if tool:
        version = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    if f"version {CLANG_FORMAT_MAJOR}." not in version:
        print(f"skipped: needs clang-format {CLANG_FORMAT_MAJOR} (versions differ in what they make)")
        sys.exit(77)
    names = [name for name, _ in files if name.endswith(CODE_SUFFIXES)]
    done = subprocess.run([tool, "--dry-run", *names], capture_output=True, text=True,
                          check=True, cwd=ROOT)
    seen = set()
    for line in done.stderr.splitlines():
        match = re.match(r"(\S+?):(\d+):\d+: \w+: code should be clang-formatted", line)
        if match and match.group(1) not in seen:
            seen.add(match.group(1))
            yield f"{match.group(1)}:{match.group(2)}: format: run clang-format -i on it"


def run_check(check, build, headless):
    rooms = rooms_read((build / "rooms.txt").read_text(encoding="utf-8"))
    files = list(tree_files(headless, rooms))
    sources = [(n, t) for n, t in files if n.startswith("src/") and n.endswith((*CODE_SUFFIXES, ".def"))]
    if check == "edges":
        yield from check_rooms(rooms)
        generated = [build / "generated", build]

        def exists(name):
            return any((base / name).exists() for base in [ROOT / "src", *generated])
        for name, text in sources:
            yield from check_edges(name, text, rooms, exists, headless)
    elif check == "libraries":
        for name, text in sources:
            yield from check_libraries(name, text)
    elif check == "headers":
        compiler, flags = compile_flags(build)
        names = [(n, t) for n, t in sources if n.endswith(".h")]
        for name, text in names:
            yield from check_header_text(name, text)
        firsts = {first_include(t) for n, t in sources if n.endswith(".c")}
        alone = [n for n, _ in names if "/".join(Path(n).parts[1:]) not in firsts]
        with ThreadPoolExecutor(max_workers=2) as pool:
            for found in pool.map(lambda n: list(check_header_alone(compiler, flags, n)), alone):
                yield from found
    elif check == "lists":
        cmake = "\n".join((ROOT / n).read_text(encoding="utf-8")
                          for n in ("CMakeLists.txt", "tests/CMakeLists.txt"))
        yield from check_lists([n for n, _ in files], cmake)
    elif check == "walk":
        names = {w for n, t in sources for w in re.findall(r"\w+", t)} | {Path(n).stem for n, _ in sources}
        paths = {re.sub(r"^src/|\.\w+$", "", n) for n, _ in sources} | {"tests/tidy"}
        yield from check_walk((ROOT / "src/README.md").read_text(encoding="utf-8"), names, paths)
    elif check == "format":
        yield from check_format(files)
    else:
        each = {"shape": check_shape, "words": check_words, "threads": check_threads}[check]
        for name, text in files:
            if not name.startswith("tests/tidy/"):
                yield from each(name, text)


# -- selftest: every rule catches its bad example, and passes a good one -------------------------------

ROOMS_GOOD = "base 0 [] []\nmarket 1 [base] []\nstate 2 [base,market] []\ngfx 2 [base] [egl]\napp 6 [*] []\n"
LONG_BODY = "\n".join("    x = 1;" for _ in range(FUNCTION_LINES_MAX))

# rule -> (check, path, bad text, good text)
EXAMPLES = {
    "room-known": ("edges", "src/nowhere/a.c", "int a;\n", None),
    "edge": ("edges", "src/market/a.c", '#include "state/book.h"\n', '#include "base/ring.h"\n'),
    "app-unused": ("edges", "src/state/a.c", '#include "app/app.h"\n', '// #include "app/app.h"\n'),
    "include-path": ("edges", "src/state/a.c", '#include "book.h"\n', '#include "state/book.h"\n'),
    "library": ("libraries", "src/state/a.c", "#include <EGL/egl.h>\n", "#include <math.h>\n"),
    "library-known": ("libraries", "src/state/a.c", "#include <boost.h>\n", "/* #include <boost.h> */\n"),
    "header-head": ("header", "src/state/a.h", "#pragma once\n",
                    "/* state/a.h - it. */\n#pragma once\n"),
    "header-once": ("header", "src/state/a.h", "/* state/a.h - it. */\nint a;\n",
                    "/* state/a.h - it. */\n#pragma once\n"),
    "file-length": ("shape", "src/state/a.c", "\n" * 601, "\n" * 600),
    "cpp-alone": ("shape", "src/state/a.cpp", "int a;\n", None),
    "last-line": ("shape", "src/state/a.c", "int a;", "int a;\n"),
    "line-length": ("shape", "src/state/a.c", "/* " + "é" * 98 + "\n", "/* " + "é" * 97 + "\n"),
    "trailing-blank": ("shape", "src/state/a.c", "int a; \n", "int a;\n"),
    "tab": ("shape", "shaders/a.frag", "\tint a;\n", "int a;\n"),
    "function-length": ("shape", "src/state/a.c", "static int f(int x) {\n" + LONG_BODY + "\n}\n",
                        "struct s {\n" + LONG_BODY + "\n};\n"),
    "braces": ("shape", "src/state/a.c", "int f(int x) {\n    if (x > (1)) return 1;\n    return 0;\n}\n",
               "int f(int x) {\n    do {\n        x++;\n    } while (x < 9);\n    return x;\n}\n"),
    "note-owner": ("words", "src/state/a.c", "/* TODO: later */\n", "/* TODO(anna): later */\n"),
    "banned-call": ("words", "src/net/a.c", "void f(void) {\n    strcpy(a, b);\n}\n", "/* strcpy(a) */\n"),
    "extension": ("words", "src/net/a.c", "int f(void) __attribute__((cold));\n", 'char *a = "asm";\n'),
    "libm": ("words", "src/model/a.c", "double a = exp (b);\n", "double a = math_exp(b) + s.log(2);\n"),
    "logs": ("words", "src/model/a.c", "void f(void) { LOG_WARN(a); }\n", "void f(void);\n"),
    "clock": ("words", "src/model/a.c", "int64_t a = clock_wall_ms();\n", "int64_t wall_time(void);\n"),
    "order-explicit": ("threads", "src/net/a.c", "int b = atomic_load(&a);\n", "atomic_init(&a, 0);\nint atomic_load_count(int a);\n"),
    "order-reason": ("threads", "src/net/a.c",
                     "/* why */\nvoid f(void) {\n    atomic_load_explicit(&a, memory_order_acquire);\n}\n",
                     "void f(void) {\n    /* acquire: so */\n    a(memory_order_acquire);\n}\n"),
    "test-listed": ("lists", "tests/unit/test_orphan.c", "", None),
    "walk-name": ("walk", "", "by `no_such_name`\n", "by `book_apply`, `state/book`, `./run`\n"),
    "floor": ("rooms", "base 0 [] []\nstate 2 [gfx] []\ngfx 2 [] []\n", "", None),
    "wings": ("rooms", "gfx 1 [] []\nstate 2 [gfx] []\n", "", None),
    "header-alone": ("alone", "", "", None),
    "format": ("format", "", "", None),
}


def selftest_findings(check, path, text):
    rooms = rooms_read(ROOMS_GOOD)
    if check == "edges":
        return list(check_edges(path, text, rooms, lambda name: True, False))
    if check == "libraries":
        return list(check_libraries(path, text))
    if check == "header":
        return list(check_header_text(path, text))
    if check == "shape":
        return list(check_shape(path, text))
    if check == "words":
        return list(check_words(path, text))
    if check == "threads":
        return list(check_threads(path, text))
    if check == "walk":
        return list(check_walk(text, {"book_apply"}, {"state/book"}))
    if check == "lists":
        return list(check_lists([path], "TESTS book # orphan\n"))
    return list(check_rooms(rooms_read(path)))


def selftest_compiled(rule):
    """The two rules that run a tool look at files in a folder of their own."""
    global ROOT
    before = ROOT
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "src/base").mkdir(parents=True)
        (Path(folder) / "src/base/banned.h").write_text("#pragma once\n", encoding="utf-8")
        (Path(folder) / "src/base/a.h").write_text("#pragma once\nuint64_t  a;\n", encoding="utf-8")
        shutil.copy(before / ".clang-format", folder)
        ROOT = Path(folder)
        try:
            if rule == "format":
                return list(check_format([("src/base/a.h", "")]))
            return list(check_header_alone("cc", ["-I", f"{folder}/src"], "src/base/a.h"))
        finally:
            ROOT = before


def run_selftest():
    own = Path(__file__).read_text(encoding="utf-8")
    rules = set(re.findall(r"[}\d]: ([a-z]+(?:-[a-z]+)*): ", own)) | set(
        re.findall(r"CMakeLists\.txt: ([a-z-]+): ", own)) | set(
        re.findall(r'find\([^"]*(?:"[^"]*"\s*r?)*[^"]*, "([a-z-]+)"', own))
    if len(rules) < 20:
        yield f"tests/tidy/tidy.py: selftest: only {len(rules)} rules found in its own text"
    for rule in sorted(rules - set(EXAMPLES)):
        yield f"tests/tidy/tidy.py: selftest: rule {rule} has no bad example"
    for rule, (check, path, bad, good) in EXAMPLES.items():
        if check in ("alone", "format"):
            if check == "format" and not shutil.which("clang-format"):
                continue
            found = selftest_compiled(rule)
        else:
            found = selftest_findings(check, path, bad)
        if not any(f": {rule}: " in line for line in found):
            yield f"tests/tidy/tidy.py: selftest: {rule}: bad example not caught, got {found}"
        if good is not None:
            for line in selftest_findings(check, path, good):
                yield f"tests/tidy/tidy.py: selftest: {rule}: good example refused: {line}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    checks = ("edges", "libraries", "headers", "shape", "words", "threads", "lists", "walk",
              "format", "selftest")
    parser.add_argument("check", choices=checks)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--headless", action="store_true")
    args = parser.parse_args()
    count = 0
    found = run_selftest() if args.check == "selftest" else run_check(args.check, args.build,
                                                                     args.headless)
    for line in found:
        print(line)
        count += 1
    print(f"tidy {args.check}: {count} finding{'' if count == 1 else 's'}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
