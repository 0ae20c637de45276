#!/bin/bash
# What bash, zsh and fish propose after `liqscope`: each is asked as its user would ask it, by the script that the
# program prints.  A shell that is not installed is left out, and said so.
# usage: completion.sh LIQSCOPE [picture]
. "$(dirname "$0")/begin.sh" "$1"
picture=${2:-}
export XDG_DATA_HOME=$folder XDG_CACHE_HOME=$folder
for shell in bash zsh fish; do
    "$program" help --completion "$shell" >"$folder/liqscope.$shell" || fail "help --completion $shell"
done
"$program" help --completion tcsh >/dev/null 2>&1 && fail "a script for a shell that it does not know"
mkdir "$folder/work" "$folder/work/days"
touch "$folder/work/day.jsonl" "$folder/work/two words.jsonl" "$folder/work/days/x.jsonl"
cd "$folder/work" || exit 1

# check SHELL LINE WANT [NOT]: what is proposed for the line has each word of WANT, none of NOT.
check() {
    local shell=$1 line=$2 got word
    got=$(ask_"$shell" "$line" | tr '\n' '|')
    for word in $3; do
        [[ "|$got|" == *"|$word|"* ]] || fail "$shell: \"$line\": no \"$word\" in \"$got\""
    done
    for word in ${4:-}; do
        [[ "|$got|" == *"|$word|"* ]] && fail "$shell: \"$line\": \"$word\" is no answer, in \"$got\""
    done
}

# -- bash: the function, on a line and its breaks as readline hands them over --
cat >"$folder/ask.bash" <<'END'
. "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
compopt() { :; } # it works within a completion of readline's alone
_liqscope
((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
END
ask_bash() {
    bash --norc "$folder/ask.bash" "$folder/liqscope.bash" "$1" 2>&1
}
# -- zsh: a terminal, a line, the Tab key; what the matcher is given goes into a file --
cat >"$folder/ask.zsh" <<'END'
zmodload zsh/zpty
export ASKED=$1
zpty asker zsh -f -i
zpty -w asker "PS1=; fpath=($2 \$fpath); autoload -Uz compinit; compinit -u -D -d $2/dump"
zpty -w asker 'compadd() {
    local -a found
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    builtin compadd -O found "$@"
    (($#found)) && print -rl -- $found >>$ASKED.part
    builtin compadd "$@"
}
done_asking() { touch $ASKED.part; mv $ASKED.part $ASKED }
zstyle ":completion:*" completer _complete
comppostfuncs=(done_asking); bindkey "^I" complete-word; unsetopt beep; LISTMAX=10000'
zpty -w -n asker "$3"$'\t'
repeat 400; do
    [[ -e $ASKED ]] && break
    zpty -r -t asker output
    sleep 0.05
done
zpty -d asker
[[ -e $ASKED ]] && cat $ASKED
END
ask_zsh() {
    rm -f "$folder/asked" "$folder/asked.part"
    zsh -f "$folder/ask.zsh" "$folder/asked" "$folder/zsh" "$1" 2>/dev/null | sed 's/[= ]*$//'
}
# -- fish: has a command for it --
ask_fish() {
    fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$folder/liqscope.fish" "$1" 2>&1 | cut -f1
}

for shell in bash zsh fish; do
    if ! command -v "$shell" >/dev/null; then
        echo "$shell is not installed: left out"
        continue
    fi
    if [[ $shell == zsh ]]; then
        mkdir "$folder/zsh"
        cp "$folder/liqscope.zsh" "$folder/zsh/_liqscope"
    fi
    check "$shell" "liqscope " "view render levels check-config help demo binance_usdm:BTCUSDT"
    check "$shell" "liqscope re" "render" "view levels"
    check "$shell" "liqscope help " "levels simulate" "demo day.jsonl"
    check "$shell" "liqscope --no-opened" "--no-opened-within-window"
    check "$shell" "liqscope levels --" "--csv --no-csv --at --why" "--fps --palette"
    check "$shell" "liqscope render day.jsonl --pal" "--palette" "--csv"
    check "$shell" "liqscope render day.jsonl --palette " "viridis paper-red" "day.jsonl demo"
    check "$shell" "liqscope simulate --venue h" "hyperliquid" "bybit"
    check "$shell" "liqscope normalize bin" "binance_usdm" "bybit demo"
    check "$shell" "liqscope view --window 3" "30m 3d 3mo" "3s"
    check "$shell" "liqscope score d" "demo day.jsonl"
    check "$shell" "liqscope score --json d" "day.jsonl"
    check "$shell" "liqscope levels --at " "" "demo day.jsonl"
    check "$shell" "liqscope render " "demo day.jsonl" "binance_usdm:BTCUSDT"
    if [[ -n $picture ]]; then
        check "$shell" "liqscope view --show +op" "+open-interest" "+book"
    fi
done
# Where a symbol or a value goes on, bash's words begin after the colon or the '='.
check bash "liqscope levels binance_usdm:B" "BTCUSDT" "binance_usdm:BTCUSDT"
check bash "liqscope view --palette=vir" "viridis" "--palette=viridis"
[[ $(ask_bash "liqscope score tw") == 'two\ words.jsonl' ]] || fail "bash: a file with a blank"
[[ $(ask_bash "liqscope score days") == days/ ]] || fail "bash: a folder"
check bash "liqscope check-config " "" "day.jsonl demo" # bash completes files itself
check bash "liqscope view --bands <" "\\<5"
command -v zsh >/dev/null && check zsh "liqscope check-config d" "day.jsonl"
command -v fish >/dev/null && check fish "liqscope view --config d" "day.jsonl"
command -v fish >/dev/null && check fish "liqscope view --palette=vir" "--palette=viridis"

echo "$failures failures"
[[ $failures == 0 ]]
