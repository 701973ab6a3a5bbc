#!/bin/sh
# The style and the script of the report as C rows, with the hash under which
# the page's security policy lets each of them in.
#
#     report_page.sh query/report.css query/report.js > report_page.inc
set -eu

hash_of() {
	sha256sum <"$1" | cut -c1-64 | tr a-f A-F | basenc --base16 -d | base64
}

for file; do
	name=${file##*.}
	printf 'static const char %s_hash[] = "sha256-%s";\n' \
		"$name" "$(hash_of "$file")"
	printf 'static const char *const %s_lines[] = {\n' "$name"
	sed 's/[\\"]/\\&/g; s/.*/\t"&\\n",/' "$file"
	printf '\tNULL\n};\n'
done
