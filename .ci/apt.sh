# Sourced by .ci/setup and .ci/emscripten: messages, and apt with a state of its own, which leaves the
# system's configuration, lists and packages alone.

say() { printf 'setup: %s\n' "$*"; }
fail() { # step, why, what to do
  printf 'setup: the step "%s" failed: %s\nsetup: %s\n' "$1" "$2" "$3" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

release() { # key of /etc/os-release
  # shellcheck disable=SC1091
  (. /etc/os-release 2>/dev/null && eval "printf '%s' \"\${$1:-}\"")
}

# The system's own package sources, as sources of source code: one-line .list files and deb822
# .sources files; only suites of this release, so that other people's archives are left alone.
source_lists() { # folder to write to
  local codename suites
  codename=$(release VERSION_CODENAME)
  suites="^(${codename:-stable}|stable|oldstable|testing|unstable|sid)([-/]|\$)"
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v suites="$suites" '
    $1 == "deb" {
      options = ""; i = 2
      if ($2 ~ /^\[/) {
        while (i < NF) { options = options " " $i; if ($i ~ /\]$/) break; i++ }
        i++
        gsub(/arch=[^] ]*/, "", options)
        if (options ~ /^ *\[ *\]$/) options = ""
      }
      if ($(i + 1) !~ suites) next
      line = "deb-src" options
      for (; i <= NF && $i !~ /^#/; i++) line = line " " $i
      print line
    }' >"$1/system.list"
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    { cat "$file"; echo; } | grep -v '^#' | awk -v suites="$suites" '
      function flush(  n, i, part, keep) {
        n = split(suite, part, /[ \t]+/)
        for (i = 1; i <= n; i++) if (part[i] ~ suites) keep = 1
        if (keep && deb && enabled) print "Types: deb-src\n" text
        text = ""; suite = ""; deb = 0; enabled = 1
      }
      BEGIN { enabled = 1 }
      /^[ \t]*$/ { flush(); next }
      /^[^ \t]/ { key = tolower($1) }
      key == "types:" { if (/(^|[ \t])deb([ \t]|$)/) deb = 1; next }
      key == "architectures:" { next }
      key == "enabled:" { if (tolower($2) == "no") enabled = 0; next }
      key == "suites:" { value = $0; sub(/^[^:]*:[ \t]*/, "", value); suite = suite " " value; sub(/^[ \t]+/, "", suite) }
      { text = text $0 "\n" }
      END { flush() }'
  done >"$1/system.sources"
}

# The same sources, of another release and of programs: what source_lists wrote, rewritten.
sources_of() { # folder, suite
  local file
  for file in "$1"/system.*; do
    awk -v suite="$2" '
      function base(name) { return name !~ /[-\/]/ } # not the updates, not the security archive
      FILENAME ~ /list$/ {
        at = 2
        if ($2 ~ /^\[/) { while ($at !~ /\]$/) at++; at++ }
        if (!base($(at + 1))) next
        $1 = "deb"; $(at + 1) = suite
        print
        next
      }
      function flush() { if (keep) print text; text = ""; keep = 0 }
      /^$/ { flush(); next }
      /^Types:/ { $0 = "Types: deb" }
      /^[Ss]uites:/ { for (i = 2; i <= NF; i++) if (base($i)) keep = 1; $0 = "Suites: " suite }
      { text = text $0 "\n" }
      END { flush() }' "$file" >"$file.new" && mv "$file.new" "$file"
  done
}

# Sets `apt` to apt-get over the sources that stand in FOLDER/sources.
private_apt() { # folder to work in, apt's record of what is installed
  mkdir -p "$1/sources" "$1/state/lists/partial" "$1/cache/archives/partial" "$1/get"
  apt=(apt-get -q -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$1/sources"
    -o "Dir::State=$1/state" -o "Dir::State::status=$2" -o "Dir::Cache=$1/cache"
    -o "Acquire::Languages=none" -o "APT::Sandbox::User=" -o "APT::Get::List-Cleanup=0")
}
