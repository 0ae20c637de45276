# begin.sh: the head of a test of the program, read by it (`. begin.sh PROGRAM`): $program, $folder that goes at
# the end and is home and configuration, fail and $failures.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CONFIG_HOME=$folder HOME=$folder
failures=0
fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}
