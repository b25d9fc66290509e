#!/usr/bin/env bats
# Memory as valgrind sees it, in all three kinds of process.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

setup() {
    requires valgrind
    [[ -z $UNDER_ASAN ]] || skip "the sanitizers watch already"
    [[ $FORKCHAT_BUILD != */musl* ]] || skip "valgrind does not replace musl's malloc"
    # shellcheck disable=SC2034 # valgrind is slow
    PATIENCE=60
}

teardown() {
    client_teardown
    daemon_teardown
}

# shellcheck disable=SC2016
SECRET='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'

@test "supervisor, couriers and workers leak nothing and touch nothing they should not" {
    # Writable for those who are not root any more; a report for each process.
    mkdir -m 777 "$BATS_TEST_TMPDIR/valgrind"
    # shellcheck disable=SC2034
    DAEMON_WRAP=(valgrind -q --trace-children=yes --leak-check=full --errors-for-leak-kinds=definite
        --show-leak-kinds=definite --log-file="$BATS_TEST_TMPDIR/valgrind/%p")
    # What valgrind itself asks of the system in the daemon's name is more than the sandbox allows.
    daemon_start -o 'sandbox off' -o 'couriers 2' -o 'max-clients 20' -o "operator root $SECRET" -o 'user root' -o 'group root' -o 'chroot off'
    enter toto plain
    enter tutu talk
    enter tata plain
    send toto 'JOIN #games'
    expect toto -e 'talking in #games' # the first there can kick
    send toto 'TOPIC chess' 'LIST' 'WHO' 'HELP' 'MSG hello' '@tutu psst' 'ME waves' 'NONSENSE' 'NICK toto2' 'NICK toto'
    send_bytes toto 'MSG \0377\0000\0033[2J\r\n'
    send toto "$(head -c 3000 /dev/zero | tr '\0' x)"
    send tutu '/join #games' '/msg #games hello' '/who' 'hello' '/topic mine'
    send_bytes tutu '\0377\0375\0001\0377\0372\0037x\0377\0360typed\0010\0025\r\n'
    sync toto
    sync tutu
    send toto 'KICK tutu out' 'OPER root secret' 'KILL tata bye' 'PART'
    expect tutu -e 'you were kicked'
    expect_end tata
    kill -HUP "$DAEMON"
    expect_log '^configuration read again$'
    send toto 'WHO'
    sync toto
    send tutu 'stop'
    expect_end tutu
    close tutu
    send toto 'QUIT bye'
    expect_end toto
    close toto
    close tata
    # shellcheck disable=SC2317
    no_worker() {
        [[ -z $(daemon_pids 'worker') ]]
    }
    wait_until no_worker
    daemon_stop
    local report found=0
    for report in "$BATS_TEST_TMPDIR"/valgrind/*; do
        if [[ -s $report ]]; then
            cat "$report"
            found=1
        fi
    done
    local reports=("$BATS_TEST_TMPDIR"/valgrind/*)
    ((${#reports[@]} >= 6))
    ((found == 0))
}
