# Sourced by ./plait and ./test, which set `root`. Builds under one lock, so that two commands never write the same files.

say() { printf '%s\n' "$*" >&2; }

# Sets DOTNET_ROOT when dotnet is found through PATH alone: the built programs look there and not on PATH.
require_sdk() {
  local dotnet found
  dotnet=$(command -v dotnet || true)
  if [[ -z $dotnet && -x $HOME/.dotnet/dotnet ]]; then
    dotnet=$HOME/.dotnet/dotnet
    PATH=$HOME/.dotnet:$PATH
  fi
  found=$([[ -n $dotnet ]] && "$dotnet" --list-sdks 2>/dev/null | cut -d' ' -f1 | sort -V | tail -n 1 || true)
  if [[ -z $found || ${found%%.*} -lt 10 ]]; then
    say "${0##*/}: needs the .NET SDK 10 or later (found: ${found:-none}). Get it from https://dot.net/download, or on Debian with Microsoft's feed: apt-get install dotnet-sdk-10.0"
    return 3
  fi
  export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$dotnet")")}
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1
}

# Whether anything that goes into a build is newer than the stamp of the last one. Folders count too: their time
# changes when a file is added, renamed or removed.
is_stale() {
  local stamp=$1 program=$2
  shift 2
  [[ -e $stamp && -x $program ]] || return 0
  [[ -n $(find "$@" -name __pycache__ -prune -o -newer "$stamp" \( -type d -o -name '*.cs' -o -name '*.csproj' -o -name '*.slnx' -o -name '*.props' \
    -o -name '*.targets' -o -name '*.json' -o -name '*.txt' -o -name '*.globalconfig' -o -name '.editorconfig' -o -name '*.c' -o -name '*.h' -o -name '*.py' \
    \) -print -quit) ]]
}

# build_when_stale STAMP PROGRAM WHAT SOURCE...: prints one line while it builds, and the build's own words only when it fails.
build_when_stale() {
  local stamp=$1 program=$2 what=$3
  shift 3
  is_stale "$stamp" "$program" "$@" || return 0
  require_sdk || return
  mkdir -p "$root/artifacts"
  local lock output status=0
  exec {lock}>"$root/artifacts/build.lock"
  if ! flock -n "$lock"; then
    say "waiting for another build in $root"
    flock "$lock"
  fi
  if is_stale "$stamp" "$program" "$@"; then
    say "building $what"
    # The stamp is as old as the start of the build: what changes meanwhile is built next time.
    touch "$stamp.next"
    # Build servers outlive the build; they must not inherit the lock.
    output=$(dotnet build "$root/$what" -c Release -v q --tl:off -clp:NoSummary {lock}>&- 2>&1) || status=$?
    if [[ $status -eq 0 ]]; then
      mv "$stamp.next" "$stamp"
    else
      say "$output"
      say "${0##*/}: the build of $what failed (exit code $status)"
      status=3
    fi
  fi
  exec {lock}>&-
  return "$status"
}
