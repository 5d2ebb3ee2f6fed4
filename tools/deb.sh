#!/usr/bin/env bash
# Packs what `make build` has made as a Debian package, for machines without a compiler. Usage: tools/deb.sh [FOLDER]
# (default build/); prints the package's path. Of the same sources and tools it is the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in dpkg-deb dpkg-shlibdeps strip; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install dpkg-dev binutils" >&2; exit 1; }
done

field() { node -p "require('./package.json').$1"; }
version=$(field version)
architecture=$(dpkg --print-architecture)
out=$(realpath "${1:-build}")/nmgen_${version}_$architecture.deb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y package.json)}
export SOURCE_DATE_EPOCH

put() { # file, where it goes
  install -D -m "$([ -x "$1" ] && echo 755 || echo 644)" "$1" "$root/$2"
}
put_packed() {
  mkdir -p "$(dirname "$root/$2")"
  gzip -9n <"$1" >"$root/$2.gz"
}
put_all() { # folder, where it goes
  (cd "$1" && find . -type f) | while read -r file; do put "$1/$file" "$2/$file"; done
}

# What bin/nmgen.js imports, and where it looks for the addon.
lib=usr/lib/nmgen
put package.json $lib/package.json
put bin/nmgen.js $lib/bin/nmgen.js
chmod 755 "$root/$lib/bin/nmgen.js"
put_all dist/bundle $lib/dist/bundle
put build/Release/nmgen.node $lib/build/Release/nmgen.node
strip --strip-unneeded "$root/$lib/build/Release/nmgen.node"
put_all node_modules/node-gyp-build $lib/node_modules/node-gyp-build
mkdir -p "$root/usr/bin"
ln -s ../lib/nmgen/bin/nmgen.js "$root/usr/bin/nmgen"

put_all profiles usr/share/nmgen/profiles
put_packed docs/man/nmgen.1 usr/share/man/man1/nmgen.1
put_packed CHANGELOG.md usr/share/doc/nmgen/changelog
put LICENSE usr/share/doc/nmgen/copyright
completion() { # shell, where zsh, bash and fish look for packages' completions
  mkdir -p "$(dirname "$root/$2")"
  node bin/nmgen.js completion "$1" >"$root/$2"
}
completion bash usr/share/bash-completion/completions/nmgen
completion zsh usr/share/zsh/vendor-completions/_nmgen
completion fish usr/share/fish/vendor_completions.d/nmgen.fish

# The libraries that the addon was linked with, in the versions that are needed. dpkg-shlibdeps wants a source package.
mkdir "$work/debian" "$root/DEBIAN"
printf 'Source: nmgen\n\nPackage: nmgen\nArchitecture: %s\n' "$architecture" >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "root/$lib/build/Release/nmgen.node" 2>/dev/null)
cat >"$root/DEBIAN/control" <<CONTROL
Package: nmgen
Version: $version
Architecture: $architecture
Section: net
Priority: optional
Maintainer: nmgen <nmgen@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: nodejs (>= $(field engines.node | tr -d '>=')), ${libraries#shlibs:Depends=}
Recommends: iproute2, ethtool
Suggests: librte-meta-net
Description: high-rate packet generator
 $(field description).
CONTROL
# Folders of a package are everybody's to read, whatever the umask.
find "$root" -type d -exec chmod 755 {} +
find "$root/DEBIAN" "$root/usr/share" -type f ! -perm -111 -exec chmod 644 {} +
dpkg-deb --root-owner-group --build "$root" "$out" >/dev/null
echo "$out"
