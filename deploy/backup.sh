#!/usr/bin/env bash
# backup.sh copies Otklik's SQLite database while Otklik runs.
#
#     backup.sh DATABASE DIRECTORY [KEEP]
#
# DIRECTORY receives otklik-20260102T030405Z.db, one file that needs no other,
# readable by its owner only: it holds residents' texts. A copy takes its name
# only after it has passed SQLite's integrity check; then all but the newest
# KEEP copies (14) are removed. Any failure ends with a status other than 0 and
# removes nothing. otklik-backup.timer runs it every night. It needs the
# sqlite3 command. A database in PostgreSQL is copied with pg_dump instead.
#
# To restore, stop Otklik and, in the folder of its database:
#
#     mkdir before
#     mv otklik.db* before/
#     cp COPY otklik.db
#     echo restored >otklik.db.epoch
#     chown --reference=. otklik.db otklik.db.epoch
#
# and start it. The word in otklik.db.epoch matters: by it Otklik knows that the
# database is an older one and holds everything outgoing, cards and answers
# alike, until an owner confirms in the chat with the bot. Without it, what was
# sent after the copy could be sent twice.
set -euo pipefail
umask 077

die() {
	printf 'backup: %s\n' "$*" >&2
	exit 1
}

[[ $# = [23] ]] || die "usage: backup.sh DATABASE DIRECTORY [KEEP]"
database=$(realpath -- "$1")
directory=$2
keep=${3:-14}
[ -f "$database" ] || die "no database at $database"
[[ $keep =~ ^[1-9][0-9]{0,5}$ ]] || die "KEEP must be a number from 1, not $keep"

mkdir -p -- "$directory"
cd -- "$directory"
name=otklik-$(date -u +%Y%m%dT%H%M%SZ).db
part=$name.part
[ ! -e "$name" ] || die "$directory/$name exists already"
trap 'rm -f -- "$part" "$part-journal" "$part-wal" "$part-shm"' EXIT

# The open read transaction pins one moment: without it a busy writer makes the
# copy start over, again and again.
sqlite3 -bail -readonly -cmd '.timeout 10000' "$database" \
	'BEGIN' 'SELECT count(*) FROM sqlite_schema' ".backup $part" >/dev/null

# Out of WAL mode the copy is a single file; Otklik turns WAL on again.
verdict=$(sqlite3 -bail "$part" 'PRAGMA journal_mode=DELETE' 'PRAGMA integrity_check')
[ "$verdict" = $'delete\nok' ] || die "the copy is damaged: $verdict"
sync -- "$part"
mv -- "$part" "$name"
sync -- .

copies=(otklik-????????T??????Z.db) # sorted by name, so by time
for ((i = 0; i < ${#copies[@]} - keep; i++)); do
	rm -- "${copies[i]}"
done
printf 'backup: %s/%s, %s bytes\n' "$PWD" "$name" "$(stat -c %s -- "$name")"
