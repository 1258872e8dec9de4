"""Programs whose purpose is the network. An option their row does not know refuses the argv.

An address that only the network decides (a redirect, a proxy, a mirror list) is not in any argv:
the sandbox profile of the rule that permits the program holds that.
"""

from __future__ import annotations

from holdfast.policy.facts.commands.spec import Spec

_SSH = (
    "-46AaCfGgkMNnqsTtVvXxYy -b:text -c:text -e:text -i:read -l:text -m:text -p:text -Q:text "
    "-o:sshopt -E:write -F^ -I^ -J^ -L^ -R^ -D^ -W^ -w^ -O^ -S^ -B^"
)

ALL = (
    Spec("curl", "url*",
         "-# -fgGiIjklLnNqRsSvZ46 -o:write -O -d:data -H:header -X:method -F:form -u:text -A:text "
         "-e:text -m:text -r:text -T:read -c:write -b:read -D:write -w:data -C:text -z:text "
         "-Y:text "
         "-y:text -E:read --output:write --remote-name --data:data --data-ascii:data "
         "--data-binary:data --data-raw:text --data-urlencode:form --json:data --header:header "
         "--request:method --form:form --form-string:text --user:text --user-agent:text "
         "--referer:text --max-time:text --connect-timeout:text --range:text --upload-file:read "
         "--cookie-jar:write --cookie:read --dump-header:write --write-out:data --fail "
         "--fail-with-body --silent --show-error --location --location-trusted --insecure "
         "--compressed --include --head --get --verbose --progress-bar --globoff --no-buffer "
         "--retry:text --retry-delay:text --retry-max-time:text --retry-all-errors "
         "--retry-connrefused --max-redirs:text --max-filesize:text --limit-rate:text "
         "--remote-time --create-dirs --ipv4 --ipv6 --http1.1 --http2 --http3 --tlsv1.2 --tlsv1.3 "
         "--tls-max:text --cacert:read --cert:read --key:read --capath:read --ciphers:text "
         "--proto:text --proto-redir:text --proto-default^ --url:url --oauth2-bearer:text "
         "--basic --digest "
         "--no-progress-meter --fail-early --parallel --disable --continue-at:text --trace:write "
         "--trace-ascii:write --stderr:write --etag-save:write --etag-compare:read "
         "--version -V -K^ --config^ --netrc --netrc-file:read --path-as-is --no-keepalive "
         "--request-target^ -x^ --proxy^ --resolve^ --connect-to^ --interface^ --unix-socket^ "
         "--socks5^ --socks5-hostname^ --preproxy^ --doh-url^ --output-dir^ --remote-name-all^ "
         "-J^ --remote-header-name^ -:^ --next^ --variable^ --expand-url^",
         strict=True, special="curl"),
    Spec("wget", "url*",
         "-# -qvcNSkKpEnd46b -O:write -o:write -a:write -P:into -t:text -T:text -w:text -U:text "
         "--output-document:write --output-file:write --append-output:write "
         "--directory-prefix:into --quiet --verbose --no-verbose --continue --timestamping "
         "--server-response --tries:text --timeout:text --wait:text --user-agent:text "
         "--header:header --method:method --post-data:text --post-file:read --body-data:text "
         "--body-file:read --user:text --password:text --no-check-certificate "
         "--ca-certificate:read --certificate:read --private-key:read --spider --show-progress "
         "--progress:text --max-redirect:text --https-only --no-clobber --no-cookies "
         "--load-cookies:read --save-cookies:write --no-hsts --no-config --compression:text "
         "--limit-rate:text --retry-connrefused --waitretry:text --read-timeout:text "
         "--connect-timeout:text --dns-timeout:text --no-cache --inet4-only --inet6-only "
         "-i^ --input-file^ -e^ --execute^ --config^ --use-askpass^ -x^ -r^ -m^ --recursive^ "
         "--mirror^ --content-disposition^ --help --version", strict=True, special="wget"),
    Spec("ssh", "host text*", _SSH, strict=True, special="ssh"),
    Spec("scp", "from* to", "-346ABCOpqrTv -c:text -i:read -l:text -P:text -o:sshopt -S:code -F^ "
         "-J^ -D:code -X:text", strict=True, deep="-r"),
    Spec("sftp", "host text*", "-46AaCfNpqrv -B:text -b:code -c:text -i:read -l:text -P:text "
         "-o:sshopt -S:code -F^ -J^ -D:code", strict=True),
    Spec("rsync", "from* to",
         "-# -aAbcCdDgHhiIKklLmnoOpPqrStuvWxXyzE0468 -f^ -e:code -M:code -B:text -T:write "
         "--rsh:code --rsync-path:code --remote-option:code --archive --verbose --quiet "
         "--checksum --recursive --relative --no-relative --backup --backup-dir:write "
         "--suffix:text --update --inplace --append --dirs --links --copy-links "
         "--copy-unsafe-links --safe-links --hard-links --perms --executability --chmod:text "
         "--owner --group --devices --specials --times --omit-dir-times --dry-run --whole-file "
         "--one-file-system --block-size:text --existing --ignore-existing --remove-source-files^ "
         "--delete --delete-before --delete-during --delete-delay --delete-after "
         "--delete-excluded --force --max-delete:text --max-size:text --min-size:text --partial "
         "--partial-dir:write --prune-empty-dirs --numeric-ids --timeout:text --contimeout:text "
         "--size-only --compare-dest:read --copy-dest:read --link-dest:read --compress "
         "--compress-level:text --filter^ --exclude:text --exclude-from:read --include:text "
         "--include-from:read --files-from^ --from0 --port:text --stats --human-readable "
         "--progress --itemize-changes --out-format:text --log-file:write --log-file-format:text "
         "--password-file:read --list-only --bwlimit:text --info:text --debug:text --daemon^ "
         "--config^ --server^ --sender^ --no-owner --no-group --no-perms --no-times --mkpath "
         "--temp-dir:write --version --help", strict=True, deep="*", special="rsync"),
    Spec("ping", "host text*", "-46aAbBdDfhLnOqrRUvV -c:text -i:text -I:text -s:text -t:text "
         "-w:text -W:text -p:text -m:text", strict=True),
    Spec("traceroute host nslookup dig whois", "host text*", strict=True),
)  # fmt: skip
