#!/usr/bin/env bash
# Each command explains itself on stdout; a word that is no command or option gets one line.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail --help >help.txt
for command in gen replay reconcile scenarios catalog; do
    grep -qw "$command" help.txt || fault "--help does not name $command"
    beantrail "$command" --help >"$command.txt" 2>stderr.txt || fault "$command --help: exit $?"
    [ -s "$command.txt" ] && [ ! -s stderr.txt ] || fault "$command --help belongs on stdout"
done
for option in out to seed start duration records jobs shard labels format live speed resume digest-key json quiet; do
    grep -q -- "--$option" gen.txt || fault "gen --help does not name --$option"
done
for option in to endpoint-url region profile asap speed rate jobs dry-run notify notify-form json quiet; do
    grep -q -- "--$option" replay.txt || fault "replay --help does not name --$option"
done

refused 2 'genn.*did you mean.*gen' beantrail genn
refused 2 'sede.*did you mean.*seed' beantrail gen quickstart --sede 1 --out ./trail
refused 2 'seed' beantrail gen quickstart --out ./trail --seed
nothing_in trail
