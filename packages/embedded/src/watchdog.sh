#!/bin/sh
# Watches over the embedded server for the one process that started this script and holds the other
# end of its standard input. When that end closes, by a stop or by a death of any kind, and no other
# process uses the server, the server is stopped (fast shutdown), so none is ever left behind.
#
#   watchdog.sh HOME DATA [FOLDER_TO_REMOVE...]
#
# Standard input: the pid of the server, a line each time it changes.
# Standard output: the path of the mark of this use, once it stands.
# Exit: 0 the server is down, 3 others still use it, 1 a failure.

home=$1
data=$2
shift 2
trap '' HUP INT TERM PIPE

# Prints when a process began, which tells it from a later one with its number. Nothing for the dead.
born() {
  if [ -r /proc/self/stat ]; then
    read -r stat <"/proc/$1/stat" || return 0
    # The name in parentheses may hold spaces; state is the first field after it, start the 20th.
    set -- ${stat##*') '}
    [ "$1" = Z ] || echo "${20}"
  else
    ps -o lstart= -p "$1" | tr -d ' :'
  fi
} 2>/dev/null

is_server() {
  [ -n "$1" ] || return 1
  if [ -r /proc/self/cmdline ]; then
    tr '\0' '\n' <"/proc/$1/cmdline" | grep -qxF -- "$data"
  else
    ps -o args= -p "$1" | grep -qF -- " $data "
  fi
} 2>/dev/null

is_used() {
  for other in "$home"/users/*; do
    [ -e "$other" ] || continue
    name=${other##*/}
    began=${name#*.}
    [ "$(born "${name%%.*}")" = "${began%.*}" ] && return 0
    rm -f "$other"
  done
  return 1
}

stop_server() {
  for signal in INT QUIT KILL; do
    kill -s "$signal" "$1"
    tries=600
    while [ "$tries" -gt 0 ]; do
      is_server "$1" || return 0
      sleep 0.05
      tries=$((tries - 1))
    done
  done
  return 1
}

mark="$home/users/$PPID.$(born "$PPID").$$"
mkdir -p "$home/users" && : >"$mark" || exit 1
echo "$mark"

server=
while read -r line; do server=$line; done

# Whoever attaches now either sees `closing` and waits, or left a mark that is seen here.
rm -f "$mark"
mkdir "$home/closing" 2>/dev/null
result=0
if is_used; then
  result=3
else
  for pid in "$server" "$(head -n 1 "$data/postmaster.pid" 2>/dev/null)"; do
    if is_server "$pid"; then stop_server "$pid" || result=1; fi
  done
fi
rmdir "$home/closing" 2>/dev/null
if [ "$result" = 0 ] && [ $# -gt 0 ]; then rm -rf -- "$@"; fi
exit "$result"
