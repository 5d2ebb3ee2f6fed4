#!/usr/bin/env bash
# In the virtual machine, as it has booted: `nmgen doctor` says what is missing, and its commands, as printed, mend that.
cd "$(dirname "$0")/../.." || exit 1
. test/vm/lines.sh

line() { # NAME KEY: `mark`, `text` or `fix` of the line of that name
  node bin/nmgen.js doctor --json |
    node -e 'const { checks } = JSON.parse(require("fs").readFileSync(0, "utf8"))
      console.log(checks.find(({ name }) => name === process.argv[1])?.[process.argv[2]] ?? "")' "$1" "$2"
}

mends() { # NAME: prints why not
  local fix mark
  fix=$(line "$1" fix)
  [ -n "$fix" ] || { echo "nothing is said to be missing: $(line "$1" text)"; return; }
  bash -c "$fix" >&2 || { echo "\`$fix\` failed"; return; }
  mark=$(line "$1" mark)
  [ "$mark" = ok ] || echo "still $mark after \`$fix\`: $(line "$1" text)"
}

umount -a -t hugetlbfs
sysctl -q -w vm.nr_hugepages=0
for name in hugepages hugetlbfs iommu; do
  judge "nmgen doctor mends $name by the command that it prints" "$(mends "$name")"
done
modprobe e1000 || true
nics=$(node bin/nmgen.js doctor --json | grep -c '"text": *"e1000, ')
judge 'nmgen doctor shows both e1000' "$([ "$nics" = 2 ] || echo "$nics of them")"
