# Sourced by ./test. What a run of tests must not leave behind: processes, shared memory, files.
# A run is told from everything else on the machine by a mark in the environment of its processes, and by its own TMPDIR.

begin_leak_watch() {
  leak_mark=PLAIT_TEST_RUN=$$-$(cat /proc/sys/kernel/random/uuid)
  leak_folder=$(mktemp -d "${TMPDIR:-/tmp}/tests-of.XXXXXX")
  leak_files_before=$(leak_files)
}

leak_files() {
  find /dev/shm /tmp ${XDG_RUNTIME_DIR:+"$XDG_RUNTIME_DIR"} -maxdepth 1 \( -path '/dev/shm/*plait*' -o -path '/tmp/plait*' -o -name 'plait*' \) 2>/dev/null | sort -u || true
  # Of the folders that processes meet in, what is in them counts, but for sockets: those of a process that was killed are swept away by who makes the next one there.
  find "$leak_folder" \( -name '*plait*' ! -name "plait-$EUID" -o -path "*/plait-$EUID/*" ! -type s \) 2>/dev/null | sort || true
}

# Processes that carry the mark, or that run a test program of this working copy whatever their environment says.
leak_processes() {
  local process pid
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    if grep -qzxF -- "$leak_mark" "$process/environ" 2>/dev/null \
      || grep -qaF -- "$root/artifacts/bin/Plait.Tests/" "$process/cmdline" 2>/dev/null; then
      echo "$pid"
    fi
  done
}

# Sets `leaks` and prints each. What is ending just now gets two seconds for it.
count_leaks() {
  local tries pid file processes="" files=""
  leaks=0
  for tries in {1..20}; do
    processes=$(leak_processes)
    files=$(comm -13 <(echo "$leak_files_before" | sort) <(leak_files | sort) | sed '/^$/d')
    [[ -n $processes || -n $files ]] || return 0
    sleep 0.1
  done
  echo
  for pid in $processes; do
    echo "Left behind: process $pid: $(tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | cut -c 1-300)"
    leaks=$((leaks + 1))
  done
  while read -r file; do
    [[ -z $file ]] || { echo "Left behind: $file"; leaks=$((leaks + 1)); }
  done <<< "$files"
}

# Ends what is still running and removes the run's own folder; the leaks have been counted by now.
end_leak_watch() {
  local pid
  for pid in $(leak_processes); do
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$leak_folder"
}
