# begin.sh: the head of a test of the program, read by it (`. begin.sh PROGRAM`): $program, $folder that goes at
# the end and is home and configuration, fail and $failures, expect.
set -u
program=$1
folder=$(mktemp -d)
# What still runs in the background ends with it.
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
export XDG_CONFIG_HOME=$folder HOME=$folder
failures=0
fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# expect STATUS LINE-PATTERN COMMAND...: exit status, nothing on standard output, one line on standard error.
expect() {
    local status=$1 pattern=$2
    shift 2
    timeout 60 "$@" >"$folder/out" 2>"$folder/err" </dev/null
    local got=$?
    if [[ $got != "$status" || -s $folder/out || $(wc -l <"$folder/err") != 1 ]] ||
        ! grep -Eq -e "$pattern" "$folder/err"; then
        fail "$*: status $got, want $status and \"$pattern\": $(cat "$folder/err")"
    else
        echo "ok $status: $(cat "$folder/err")"
    fi
}
