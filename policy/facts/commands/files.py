"""Programs that read, list, write and remove files: coreutils and their neighbours."""

from __future__ import annotations

from holdfast.policy.facts.commands.spec import Spec

_HELP = " --help --version"

READERS = (
    Spec("cat", "read*", "-AbeEnstTuv --show-all --number-nonblank --show-ends --number "
         "--squeeze-blank --show-tabs --show-nonprinting" + _HELP),
    Spec("tac rev", "read*", "-br -s:text --before --regex --separator:text" + _HELP),
    Spec("head", "read*", "-# -qvz -c:text -n:text --bytes:text --lines:text --quiet --silent "
         "--verbose --zero-terminated" + _HELP),
    Spec("tail", "read*", "-# -fFqvz -c:text -n:text -s:text --bytes:text --lines:text --pid:text "
         "--follow?text --retry --sleep-interval:text --quiet --silent --verbose "
         "--zero-terminated" + _HELP),
    Spec("nl", "read*", "-p -b:text -d:text -f:text -h:text -i:text -l:text -n:text -s:text "
         "-v:text -w:text" + _HELP),
    Spec("wc", "read*", "-cmlLw --bytes --chars --lines --max-line-length --words "
         "--files0-from^" + _HELP),
    Spec("md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum", "read*",
         "-btwz --binary --tag --text --zero --ignore-missing --quiet --status --strict --warn "
         "-c^ --check^" + _HELP),
    Spec("base64 base32", "read*", "-di -w:text --decode --ignore-garbage --wrap:text" + _HELP),
    Spec("od", "read*", "-abcdfilosxv -A:text -j:text -N:text -S:text -t:text -w?text" + _HELP),
    Spec("hexdump", "read*", "-bcCdoxv -e:text -f:read -n:text -s:text" + _HELP),
    Spec("xxd", "read write", "-abeEipru -c:text -g:text -l:text -o:text -s:text"),
    Spec("strings", "read*", special="strings", options=
         "-af -n:text -t:text -e:text --all" + _HELP),
    Spec("cut", "read*", "-nsz -b:text -c:text -d:text -f:text --bytes:text --characters:text "
         "--delimiter:text --fields:text --complement --only-delimited --output-delimiter:text "
         "--zero-terminated" + _HELP),
    Spec("paste", "read*", "-sz -d:text --delimiters:text --serial --zero-terminated" + _HELP),
    Spec("join comm", "read*", "-123iz -a:text -e:text -j:text -o:text -t:text -v:text "
         "--check-order --nocheck-order --header --total" + _HELP),
    Spec("fold fmt expand unexpand", "read*", "-acistu -w:text -p:text -g:text --width:text "
         "--spaces --bytes --tabs:text" + _HELP),
    Spec("column", "read*", "-tnexL -s:text -c:text -o:text -N:text --table" + _HELP),
    Spec("sort", "read*", "-bdfgiMhnRrVcCmsuz -o:write --output:write -k:text -S:text -t:text "
         "-T:write --temporary-directory:write --key:text --field-separator:text --parallel:text "
         "--numeric-sort --reverse --unique --stable --check?text --ignore-case --version-sort "
         "--human-numeric-sort --general-numeric-sort --random-sort --month-sort --merge "
         "--zero-terminated --sort:text --batch-size:text --buffer-size:text --random-source:read "
         "--compress-program:code --files0-from^" + _HELP),
    Spec("uniq", "read write", special="uniq", options=
         "-cdDiuz -f:text -s:text -w:text --count --repeated --unique "
         "--ignore-case --skip-fields:text --skip-chars:text --check-chars:text "
         "--all-repeated?text --group?text --zero-terminated" + _HELP),
    Spec("diff", "read*", "-# -abBcdeEilnNpqrstTuvwyZ -C:text -U:text -W:text -I:text -x:text "
         "-X:read -S:text -F:text -L:text -D:text --brief --recursive --new-file --unified?text "
         "--context?text --side-by-side --ignore-all-space --ignore-space-change "
         "--ignore-blank-lines --ignore-case --color?text --exclude:text --exclude-from:read "
         "--suppress-common-lines --width:text --label:text --strip-trailing-cr --text --minimal "
         "--report-identical-files --no-dereference --normal --from-file:read --to-file:read"
         + _HELP, deep="-r --recursive"),
    Spec("split", "read text", "-deuvx -a:text -b:text -C:text -l:text -n:text -t:text "
         "--additional-suffix:text --bytes:text --lines:text --number:text --separator:text "
         "--suffix-length:text --numeric-suffixes?text --hex-suffixes?text --elide-empty-files "
         "--unbuffered --verbose --line-bytes:text --filter:code" + _HELP, special="split"),
    Spec("csplit", "read text*", "-kqsz -f:text -b:text -n:text --prefix:text "
         "--suffix-format:text --digits:text --keep-files --quiet --silent --elide-empty-files "
         "--suppress-matched" + _HELP, special="split"),
    Spec("cmp", "read read text*", "-bls -i:text -n:text --print-bytes --verbose --silent --quiet "
         "--bytes:text --ignore-initial:text" + _HELP),
    Spec("grep egrep fgrep zgrep", "text read*",
         "-# -abcEFGHhiIlLnoPqsTUvVwxyZz -r -R -A:text -B:text -C:text -D:text -d:text -e:text "
         "-f:read -m:text --after-context:text --before-context:text --context:text "
         "--basic-regexp --extended-regexp --fixed-strings --perl-regexp --regexp:text "
         "--file:read --ignore-case --no-ignore-case --invert-match --word-regexp --line-regexp "
         "--count --color?text --colour?text --files-without-match --files-with-matches "
         "--max-count:text --only-matching --quiet --silent --no-messages --byte-offset "
         "--with-filename --no-filename --label:text --line-number --initial-tab --null "
         "--binary --text --binary-files:text --devices:text --directories:text --exclude:text "
         "--exclude-from:read --exclude-dir:text --include:text --recursive "
         "--dereference-recursive --line-buffered --null-data" + _HELP,
         head_unless="-e -f --regexp --file",
         deep="-r -R -d --recursive --dereference-recursive --directories", special="grep"),
    Spec("rg", "text pread*",
         "-# -.abchHiIlLnNoPpqsSuUvVwxz -F -A:text -B:text -C:text -d:text -e:text -f:read "
         "-g:text -j:text -m:text -M:text -r:text -t:text -T:text -E:text --regexp:text "
         "--file:read --files --files-with-matches --files-without-match --glob:text "
         "--iglob:text --type:text --type-not:text --type-list --ignore-case --smart-case "
         "--case-sensitive --fixed-strings --word-regexp --line-regexp --line-number "
         "--no-line-number --count --count-matches --only-matching --invert-match --multiline "
         "--multiline-dotall --hidden --no-hidden --no-ignore --no-ignore-vcs --no-ignore-parent "
         "--no-ignore-global --no-ignore-dot --no-config --unrestricted --follow --json --pretty "
         "--heading --no-heading --with-filename --no-filename --color:text --colors:text "
         "--column --context:text --after-context:text --before-context:text --max-count:text "
         "--max-depth:text --max-columns:text --max-filesize:text --null --null-data --pcre2 "
         "--quiet --replace:text --sort:text --sortr:text --stats --text --trim --threads:text "
         "--passthru --debug --vimgrep --encoding:text --ignore-file:read --search-zip --pre:code "
         "--pre-glob:text --hostname-bin:code" + _HELP,
         head_unless="-e -f --regexp --file --files --type-list", default="pread",
         deep="-. -u --hidden --unrestricted --no-ignore"),
    Spec("jq", "text read*",
         "-CMSacehjnrRsV -f:read --from-file:read --indent:text --tab --raw-output --null-input "
         "--slurp --compact-output --sort-keys --color-output --monochrome-output --raw-input "
         "--join-output --ascii-output --exit-status --seq --stream --unbuffered -L^" + _HELP,
         head_unless="-f --from-file", special="jq"),
    Spec("sed", "sedscript read*",
         "-bEnrsuz -e:sedscript -f:script -l:text -i?text --in-place?text --expression:sedscript "
         "--file:script --quiet --silent --regexp-extended --line-length:text --null-data "
         "--posix --separate --sandbox --unbuffered --debug --follow-symlinks" + _HELP,
         head_unless="-e -f --expression --file", write_if="-i --in-place", special="sed"),
    Spec("awk", "awkscript read*",
         "-v:pair -F:text -f:script --assign:pair --field-separator:text --file:script "
         "--posix --traditional --re-interval --sandbox" + _HELP, head_unless="-f --file"),
    Spec("less", "read*", "-# -eEFfgGIiJLmMnNqQrRsSuUwWX -p:text -x:text -o:write -O:write -k:code"
         " --quit-if-one-screen --RAW-CONTROL-CHARS --chop-long-lines --no-init" + _HELP,
         special="pager"),
    Spec("more", "read*", "-# -dflcpsu -n:text" + _HELP, special="pager"),
    Spec("tr", "text*", "-cCdst --complement --delete --squeeze-repeats --truncate-set1" + _HELP),
    Spec("patch", "update read", "-e! -bcEflNnRstTuvZ -p:text -i:read -d:chdir -o:write -r:write "
         "-F:text -D:text -B:write -V:text -Y:write -z:write --strip:text --input:read "
         "--directory:chdir --dry-run --forward --reverse --output:write --reject-file:write "
         "--backup --force --batch --silent --quiet --verbose --fuzz:text --unified" + _HELP,
         special="patch"),
)  # fmt: skip

LISTERS = (
    Spec("ls dir vdir", "list*", deep="-R --recursive", options=
         "-aAbBcCdDfFgGhHiklLmnNopqQrRsStuUvxXZ1 -I:text -T:text -w:text --all --almost-all "
         "--author --block-size:text --color?text --directory --classify?text --file-type "
         "--format:text --full-time --group-directories-first --human-readable --hide:text "
         "--ignore:text --inode --indicator-style:text --literal --no-group --numeric-uid-gid "
         "--quote-name --recursive --reverse --size --sort:text --time:text --time-style:text "
         "--width:text --zero --context --dereference --ignore-backups --si" + _HELP,
         default="list"),
    Spec("stat readlink realpath", "list*",
         "-Lfteqsmnvz -c:text --format:text --printf:text --dereference --file-system --terse "
         "--canonicalize --canonicalize-existing --canonicalize-missing --no-newline --zero "
         "--relative-to:list --relative-base:list --strip --no-symlinks" + _HELP),
    Spec("file", "read*", "-bchikLnNprsSvz0E -F:text -m:read -P:text -e:text -f^ --files-from^ "
         "--brief --mime --mime-type --mime-encoding --dereference" + _HELP),
    Spec("du", "list*", deep="*", options=
         "-0aAbchHkDlLmPsSx -B:text -d:text -t:text -X:read --all --apparent-size "
         "--block-size:text --bytes --total --human-readable --max-depth:text --summarize "
         "--exclude:text --exclude-from:read --files0-from^ --one-file-system --time?text "
         "--threshold:text --si --inodes" + _HELP, default="list"),
    Spec("df", "list*", "-ahHiklPTv -B:text -t:text -x:text --all --block-size:text "
         "--human-readable --inodes --local --output?text --portability --print-type "
         "--type:text --exclude-type:text --total --si --sync --no-sync" + _HELP),
    Spec("tree", "list*", deep="*", options=
         "-adflxqNQpsughDFvtcUrXJSnCAi -L:text -P:text -I:text -o:write -H:text "
         "-T:text --dirsfirst --noreport --gitignore --prune --filelimit:text --du --si "
         "--matchdirs --ignore-case" + _HELP, default="list"),
    Spec("find", special="find"),
    Spec("fd fdfind", "text list*", deep="*", options=
         "-HIuasigFLp01q -l! -d:text -e:text -E:text -t:text -S:text -j:text --hidden --no-ignore "
         "--unrestricted --absolute-path --ignore-case --case-sensitive --glob --fixed-strings "
         "--follow --full-path --max-depth:text --extension:text --exclude:text --type:text "
         "--size:text --changed-within:text --changed-before:text --color:text --print0 "
         "-x^ -X^ --exec^ --exec-batch^ --base-directory:list --search-path:list" + _HELP,
         default="list"),
    Spec("test [", special="test"),
    Spec("which whereis whatis apropos type hash", "text*", "-abkfmsPptvVw" + _HELP),
    Spec("man", "text*", "-afkwW" + _HELP),
    Spec("basename dirname", "text*", "-az -s:text --multiple --suffix:text --zero" + _HELP),
)  # fmt: skip

WRITERS = (
    Spec("tee", "write*", "-aip --append --ignore-interrupts --output-error?text" + _HELP),
    Spec("touch", "write*", "-acfhm -d:text -t:text -r:list --date:text --reference:list "
         "--time:text --no-create --no-dereference" + _HELP),
    Spec("mkdir", "write*", "-pvZ -m:text --mode:text --parents --verbose" + _HELP),
    Spec("mkfifo", "write*", "-m:text --mode:text" + _HELP),
    Spec("mktemp", "write*", "-dqut -p:write --directory --dry-run --quiet --suffix:text"
         " --tmpdir?write" + _HELP, special="mktemp"),
    Spec("truncate fallocate", "write*", "-co -s:text -l:text -r:list --size:text --no-create "
         "--reference:list --length:text" + _HELP),
    Spec("cp", "read* dest",
         "-abdfiHlLnpPrRsTuvxZ -S:text -t:into --archive --backup?text --force --interactive "
         "--link --dereference --no-dereference --no-clobber --no-target-directory "
         "--preserve?text --no-preserve:text --recursive --reflink?text --remove-destination "
         "--sparse:text --strip-trailing-slashes --symbolic-link --suffix:text "
         "--target-directory:into --update?text --verbose --one-file-system --attributes-only "
         "--copy-contents --parents^" + _HELP,
         deep="-r -R -a --recursive --archive",
         write_if="-l -s --link --symbolic-link"),
    Spec("mv", "move* dest", "-bfinTuvZ -S:text -t:into --backup?text --force --interactive "
         "--no-clobber --no-target-directory --strip-trailing-slashes --suffix:text "
         "--target-directory:into --update?text --verbose --exchange^" + _HELP, deep="*"),
    Spec("rm", "delete*", "-dfiIrRv --dir --force --interactive?text --one-file-system "
         "--no-preserve-root --preserve-root?text --recursive --verbose" + _HELP,
         deep="-r -R --recursive"),
    Spec("rmdir", "delete*", "-pv --ignore-fail-on-non-empty --parents --verbose" + _HELP),
    Spec("unlink", "delete*", _HELP),
    Spec("shred", "erase*", "-fuvxz -n:text -s:text --force --iterations:text --random-source:read "
         "--remove?text --verbose --exact --zero --size:text" + _HELP),
    Spec("ln", "link* dest", "-bdfFiLnPrsTv -S:text -t:into --backup?text --directory --force "
         "--interactive --logical --no-dereference --physical --relative --symbolic --suffix:text "
         "--target-directory:into --no-target-directory --verbose" + _HELP, special="ln"),
    Spec("link", "link dest", _HELP),
    Spec("chmod", "text update*", "-cfRvrwxXstugo --changes --silent --quiet --verbose --recursive "
         "--reference:list --no-preserve-root --preserve-root" + _HELP,
         head_unless="--reference -r -w -x -X -s -t -u -g -o", deep="-R --recursive"),
    Spec("chown chgrp", "text update*", "-cfhHLPRv --changes --silent --quiet --verbose "
         "--recursive "
         "--reference:list --from:text --dereference --no-dereference --no-preserve-root "
         "--preserve-root" + _HELP, head_unless="--reference", deep="-R --recursive"),
    Spec("install", "read* dest", "-bcCDpTv -g:text -m:text -o:text -S:text -t:into --mode:text "
         "--owner:text --group:text --backup?text --compare --preserve-timestamps "
         "--target-directory:into --no-target-directory --verbose -d^ --directory^ -s^ --strip^ "
         "--strip-program:code" + _HELP),
    Spec("dd", special="dd"),
    Spec("zstd unzstd lz4 unlz4", "move*", "-# -cdfhklqtvr -T?text -o:write --stdout --decompress "
         "--force --keep --list --quiet --test --verbose --rm --fast?text --ultra --filelist^"
         + _HELP,
         deep="-r", special="compress"),
    Spec("gzip gunzip bzip2 bunzip2 xz unxz", "move*",
         "-# -cdfhklLnqrtvVz -S:text -T:text --stdout --to-stdout --decompress "
         "--uncompress --force --keep --list --quiet --recursive --test --verbose --fast --best "
         "--suffix:text --compress --threads:text --files^ --files0^" + _HELP,
         deep="-r -R --recursive", special="compress"),
    Spec("zcat bzcat xzcat zstdcat", "read*", "-fqv" + _HELP),
    Spec("tar", special="tar"),
    Spec("zip", "update read*", "-# -rqvjuXDoyFdgelcz -m^ -x^ -i^ -b:write -P:text -n:text -t:text "
         "--recurse-paths --quiet --unzip-command:code", deep="-r --recurse-paths", special="zip"),
    Spec("unzip", "read text*", "-abCfjlLMnopqtuvVX -d:text -P:text", special="unzip"),
)  # fmt: skip

TALKERS = (
    Spec("echo printf true false : yes kill expr", special="words"),
    Spec("seq sleep factor numfmt", "text*", "-# -w -f:text -s:text" + _HELP),
    Spec("date", "text*", "-uR -I?text -d:text -r:list -f:read -s:text --date:text --utc "
         "--iso-8601?text --rfc-3339:text --reference:list --file:read --set:text" + _HELP),
    Spec("cal uname hostname id whoami groups tty uptime free nproc arch logname locale getconf "
         "printenv tput", "text*", "-abcdefghijklmnopqrstuvwxyzAISUP --all" + _HELP),
    Spec("pwd", "text*", "-LP" + _HELP),
    Spec("ps pidof jobs", "text*",
         "-aAbcdeEfFgGhHijlLmMnNoOpPqrRsStTuUvVwWxXyYzZ --forest --sort:text"),
    Spec("pgrep", "text*", "-acfilnovwx -d:text -g:text -G:text -P:text -s:text -t:text -u:text "
         "-U:text" + _HELP),
    Spec("pkill killall", "text*", "-# -acefilnovwxIqr -s:text -g:text -G:text -P:text -t:text "
         "-u:text -U:text --signal:text" + _HELP),
)  # fmt: skip

ALL = (*READERS, *LISTERS, *WRITERS, *TALKERS)
