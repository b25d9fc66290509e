#!/usr/bin/env bats
# IRCv3 draft/metadata-2 and draft/metadata-3.
# shellcheck disable=SC2034 # for lib/daemon
bats_require_minimum_version 1.5.0
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

CAPS='batch draft/metadata-2'

# expect_batch NAME PARAMETER LINE …: a batch of exactly these lines.
expect_batch() {
    local name=$1 parameter=$2 batch line
    shift 2
    expect_next "$name" -e "^:irc\.example\.org BATCH \+([^ ]+) metadata $parameter$"
    batch=${BASH_REMATCH[1]}
    for line in "$@"; do
        expect_next "$name" "@batch=$batch :irc.example.org $line"
    done
    expect_next "$name" ":irc.example.org BATCH -$batch"
}

@test "what a user says of themselves can be set, read, changed and taken back" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    send one 'METADATA * SET display-name :One of Us' 'METADATA one SET url http://example.org'
    expect_next one ':irc.example.org 761 one * display-name * :One of Us'
    expect_next one ':irc.example.org 761 one one url * :http://example.org'
    send two 'METADATA one GET url nothing BAD display-name' 'METADATA one LIST'
    expect_batch two one '761 two one url * :http://example.org' '766 two one nothing :Key not set' \
        'FAIL METADATA KEY_INVALID BAD :Invalid key' '761 two one display-name * :One of Us'
    expect_batch two one '761 two one url * :http://example.org' '761 two one display-name * :One of Us'
    send one 'METADATA * SET url' 'METADATA * SET url' 'METADATA * CLEAR' 'METADATA * LIST'
    expect_next one ':irc.example.org 766 one * url :Key not set'
    expect_next one ':irc.example.org FAIL METADATA KEY_NOT_SET * url :Key not set'
    expect_batch one one '766 one one display-name :Key not set'
    expect_batch one one
}

@test "a channel's metadata is its operators' to set" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    both_join '#x' one two
    send two 'METADATA #x SET url :no' 'METADATA #x CLEAR'
    expect_next two -e '^:irc\.example\.org FAIL METADATA KEY_NO_PERMISSION #x url :'
    expect_next two -e '^:irc\.example\.org FAIL METADATA KEY_NO_PERMISSION #x \* :'
    send one 'METADATA #x SET url :yes'
    expect_next one ':irc.example.org 761 one #x url * :yes'
    send two 'METADATA #x LIST'
    expect_batch two '#x' '761 two #x url * :yes'
}

@test "other people's metadata is not, except to operators of the server" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    send two 'METADATA * SUB status' 'METADATA one SET status :x' 'OPER root secret'
    expect two -e ' FAIL METADATA KEY_NO_PERMISSION one status :'
    expect two -e ' 381 two :'
    send one 'METADATA * SUB status'
    expect one -e ' 770 one status'
    send two 'METADATA one SET status :set'
    expect two ':irc.example.org 761 two one status * :set'
    expect one ':two!~two@127.0.0.1 METADATA one status * :set'
}

@test "what there is not, and what nobody may see, is no target" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    both_join '#secret' one
    send one 'MODE #secret +s' 'METADATA #secret SET url :x'
    expect one -e ' 761 one #secret '
    send two 'METADATA nobody LIST' 'METADATA #none GET url' 'METADATA #secret LIST' 'METADATA $a:b SYNC' \
        'METADATA one SUB url' 'METADATA nobody SET url :x'
    local target
    # shellcheck disable=SC2016
    for target in nobody '#none' '#secret' '$a:b' one nobody; do
        expect_next two ":irc.example.org FAIL METADATA INVALID_TARGET $target :Invalid metadata target"
    done
}

@test "keys are of small letters, digits and _./-, values at most 256 bytes" {
    enter_with one "$CAPS"
    local value
    printf -v value '%256s' ''
    value=${value// /v}
    send one 'METADATA * SET a_b.c/d-9 :x' 'METADATA * SET Upper :x' 'METADATA * SET a:b :x' 'METADATA * SET :a b' \
        "METADATA * SET max :$value" "METADATA * SET max :${value}v" 'METADATA * SET empty :'
    expect_next one ':irc.example.org 761 one * a_b.c/d-9 * :x'
    expect_next one -e 'FAIL METADATA KEY_INVALID Upper :'
    expect_next one -e 'FAIL METADATA KEY_INVALID a:b :'
    expect_next one -e 'FAIL METADATA KEY_INVALID \* :'
    expect_next one ":irc.example.org 761 one * max * :$value"
    expect_next one -e 'FAIL METADATA VALUE_INVALID :'
    expect_next one ':irc.example.org 761 one * empty * :'
}

@test "20 keys are the limit" {
    enter_with one "$CAPS"
    local i
    for i in {1..21}; do
        send one "METADATA * SET key$i :v"
    done
    expect one ':irc.example.org 761 one * key20 * :v'
    expect_next one -e 'FAIL METADATA LIMIT_REACHED \* :'
    send one 'METADATA * SET key7 :again' 'METADATA * SET key1' 'METADATA * SET key21 :v'
    expect_next one -e ' 761 one \* key7 '
    expect_next one -e ' 766 one \* key1 '
    expect_next one -e ' 761 one \* key21 '
}

@test "subscriptions can be made, listed and given up" {
    enter_with one "$CAPS"
    send one 'METADATA * SUB avatar url $bad status' 'METADATA * SUB url' 'METADATA * UNSUB url never' 'METADATA * SUBS'
    expect_next one -e 'FAIL METADATA KEY_INVALID \$bad :'
    expect_next one ':irc.example.org 770 one avatar url status'
    expect_next one ':irc.example.org 770 one url'
    expect_next one ':irc.example.org 771 one url never'
    expect_next one -e '^:irc\.example\.org BATCH \+([^ ]+) metadata-subs$'
    expect_next one -e "^@batch=${BASH_REMATCH[1]} :irc\.example\.org 772 one (avatar status|status avatar)$"
    expect_next one -e '^:irc\.example\.org BATCH -'
}

@test "too many subscriptions are refused from the first that is too many" {
    enter_with one "$CAPS"
    local i
    for i in 0 1 2 3; do
        send one "METADATA * SUB a$i b$i c$i d$i e$i f$i g$i h$i i$i j$i"
        expect_next one ":irc.example.org 770 one a$i b$i c$i d$i e$i f$i g$i h$i i$i j$i"
    done
    send one 'METADATA * SUB a1 more b1'
    expect_next one -e 'FAIL METADATA TOO_MANY_SUBS more :'
    expect_next one ':irc.example.org 770 one a1'
}

@test "changes are told to those who subscribed and share a channel, not to the one who made them" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    enter_with three "$CAPS"
    enter_with four "$CAPS"
    both_join '#x' one two three
    send one 'METADATA * SUB status'
    send two 'METADATA * SUB status'
    send three 'METADATA * SUB other'
    send four 'METADATA * SUB status'
    expect two -e ' 770 '
    expect three -e ' 770 '
    expect four -e ' 770 '
    send one 'METADATA * SET status :busy' 'METADATA * SET status :busy' 'METADATA #x SET status :full' \
        'METADATA * SET status' 'METADATA #x CLEAR'
    expect_next two ':one!~one@127.0.0.1 METADATA one status * :busy'
    expect_next two ':one!~one@127.0.0.1 METADATA #x status * :full'
    expect_next two ':one!~one@127.0.0.1 METADATA one status * :'
    expect_next two ':one!~one@127.0.0.1 METADATA #x status * :'
    expect_none one -e ' METADATA one '
    expect_none three -e METADATA
    expect_none four -e METADATA
}

@test "who unsubscribed, or gave the capability back, is told no more" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    enter_with three "$CAPS"
    both_join '#x' one two three
    send two 'METADATA * SUB status' 'METADATA * UNSUB status'
    send three 'METADATA * SUB status' 'CAP REQ :-draft/metadata-2' 'CAP REQ draft/metadata-2' 'METADATA * SUBS'
    expect two -e ' 771 '
    expect three -e ' metadata-subs$'
    expect_next three -e ' BATCH -'
    send one 'METADATA * SET status :busy'
    expect one -e ' 761 '
    expect_none two -e ' METADATA one'
    expect_none three -e ' METADATA one'
}

@test "METADATA works without the capability, but is not told to who did not ask for it" {
    enter_with one "$CAPS"
    enter two irc
    both_join '#x' one two
    send one 'METADATA * SET status :here'
    expect one -e ' 761 '
    send two 'METADATA * SUB status' 'METADATA one GET status'
    expect_next two ':irc.example.org 770 two status'
    expect_next two ':irc.example.org 761 two one status * :here'
    send one 'METADATA * SET status :gone'
    expect one -e ' 761 '
    expect_none two -e ' METADATA '
}

@test "who watches a user is told without sharing a channel" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    send one 'METADATA * SET status :before'
    sync one
    send two 'METADATA * SUB status' 'MONITOR + one'
    expect two -e ' 730 two :one!'
    expect_batch two one 'METADATA one status * :before'
    send one 'METADATA * SET status :after'
    expect_next two ':one!~one@127.0.0.1 METADATA one status * :after'
}

@test "joining shows the channel's and its members' metadata, and the newcomer's to them" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    both_join '#x' one
    send one 'METADATA * SUB name' 'METADATA * SET name :One' 'METADATA #x SET name :X' 'METADATA #x SET other :no'
    expect one -e ' 761 one #x other '
    send two 'METADATA * SET name :Two' 'METADATA * SUB name' 'JOIN #x'
    expect two -e ' 366 '
    expect_batch two '#x' 'METADATA #x name * :X' 'METADATA two name * :Two' 'METADATA one name * :One'
    expect one ':two!~two@127.0.0.1 METADATA two name * :Two'
    send two 'METADATA #x SYNC' 'METADATA one SYNC'
    expect_batch two '#x' 'METADATA #x name * :X' 'METADATA two name * :Two' 'METADATA one name * :One'
    expect_batch two one 'METADATA one name * :One'
}

@test "subscribing shows what is in view already" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    both_join '#x' one two
    both_join '#y' one two
    send one 'METADATA * SET name :One' 'METADATA #y SET name :Y'
    expect one -e ' 761 one #y '
    send two 'METADATA * SUB name'
    expect_next two ':irc.example.org 770 two name'
    expect_next two -e ' BATCH \+'
    expect_next two -e ' METADATA #y name \* :Y$'
    expect_next two -e ' METADATA one name \* :One$'
    expect_next two -e ' BATCH -'
}

@test "before registration one can say and subscribe, of oneself only, and it is shown on arrival" {
    open one irc
    send one 'METADATA * SET name :early' 'CAP LS 302' "CAP REQ :$CAPS" 'METADATA * SUB name' 'METADATA * SET name :One' \
        'METADATA #x LIST' 'METADATA one LIST'
    expect_next one ':irc.example.org 451 * :You have not registered'
    expect one ':irc.example.org 770 * name'
    expect_next one ':irc.example.org 761 * * name * :One'
    expect_next one -e 'FAIL METADATA INVALID_TARGET #x :'
    expect_next one -e 'FAIL METADATA INVALID_TARGET one :'
    send one 'NICK one' 'USER one 0 * :One' 'CAP END'
    expect one -e ' 266 '
    expect_batch one one 'METADATA one name * :One'
    expect_next one -e ' 422 one :'
    enter_with two "$CAPS"
    both_join '#x' two one
    send two 'METADATA * SET name :Two'
    expect one ':two!~two@127.0.0.1 METADATA two name * :Two'
}

@test "metadata goes with its owner and does not come back with the nick" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    both_join '#x' one
    send one 'METADATA * SET name :One' 'METADATA #x SET name :X' 'QUIT'
    expect_end one
    enter_with one "$CAPS"
    both_join '#x' one
    send two 'METADATA one LIST' 'METADATA #x LIST'
    expect_batch two one
    expect_batch two '#x'
}

@test "a label holds all of it together" {
    enter_with one "$CAPS labeled-response"
    send one 'METADATA * SET name :One' '@label=a METADATA * LIST' '@label=b METADATA * SET name :x' '@label=c METADATA * BAD'
    expect one -e '^@label=a :irc\.example\.org BATCH \+([^ ]+) labeled-response$'
    local outer=${BASH_REMATCH[1]} inner
    expect_next one -e "^@batch=$outer :irc\.example\.org BATCH \+([^ ]+) metadata one$"
    inner=${BASH_REMATCH[1]}
    expect_next one "@batch=$inner :irc.example.org 761 one one name * :One"
    expect_next one "@batch=$outer :irc.example.org BATCH -$inner"
    expect_next one ":irc.example.org BATCH -$outer"
    expect_next one '@label=b :irc.example.org 761 one * name * :x'
    expect_next one -e '^@label=c :irc\.example\.org FAIL METADATA SUBCOMMAND_INVALID BAD :'
}

@test "WHOIS shows what people like to read" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    enter three irc
    send one 'METADATA * SET display-name :One' 'METADATA * SET secret.example/x :no'
    sync one
    send two 'WHOIS one'
    expect two ':irc.example.org 760 two one display-name * :One'
    expect_next two -e ' 318 two one :'
    send three 'WHOIS one'
    expect three -e ' 318 three one :'
    expect_none three -e ' 760 '
}

@test "what is missing is said" {
    enter_with one "$CAPS"
    send one 'METADATA' 'METADATA *' 'METADATA * GET' 'METADATA * SET' 'METADATA * SUB' 'METADATA * UNSUB'
    local i
    for i in {1..6}; do
        expect_next one ':irc.example.org 461 one METADATA :Not enough parameters'
    done
}

@test "a courier that is replaced still knows who subscribed to what" {
    daemon_may 'courier .*died'
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    both_join '#x' one two
    send two 'METADATA * SUB status other' 'METADATA * UNSUB other'
    expect two -e ' 771 '
    local pid
    for pid in $(daemon_pids 'courier'); do
        kill -s KILL "$pid"
    done
    send one 'METADATA * SET other :no' 'METADATA * SET status :still here'
    expect two ':one!~one@127.0.0.1 METADATA one status * :still here'
    expect_none two -e ' METADATA one other'
}

@test "draft/metadata-3 tells a key that was removed from an empty one, by numerics" {
    enter_with one "$CAPS"
    enter_with two 'batch draft/metadata-3'
    enter_with three "$CAPS draft/metadata-3"
    both_join '#x' one two three
    send two 'METADATA * SUB status'
    send three 'METADATA * SUB status'
    expect two -e ' 770 '
    expect three -e ' 770 '
    send one 'METADATA * SET status :busy' 'METADATA * SET status :' 'METADATA * SET status' \
        'METADATA #x SET status :full' 'METADATA #x CLEAR'
    local name
    for name in two three; do
        expect_next "$name" ':irc.example.org 761 * one status * :busy'
        expect_next "$name" ':irc.example.org 761 * one status * :'
        expect_next "$name" ':irc.example.org 766 * one status :Key not set'
        expect_next "$name" ':irc.example.org 761 * #x status * :full'
        expect_next "$name" ':irc.example.org 766 * #x status :Key not set'
    done
}

@test "draft/metadata-3 shows what there is by 761: on registration, JOIN, SUB, SYNC, and to who watches" {
    enter_with one "$CAPS"
    send one 'JOIN #x' 'METADATA #x SET url :u' 'METADATA * SET status :s'
    expect one -e ' 761 one \* status '
    open two irc
    send two 'CAP REQ :batch draft/metadata-3' 'METADATA * SET status :early' 'METADATA * SUB url status' 'NICK two' \
        'USER two 0 * :two' 'CAP END'
    expect two -e ' 266 two '
    expect_batch two two '761 two two status * :early'
    send two 'JOIN #x'
    expect two -e ' 366 '
    expect_batch two '#x' '761 two #x url * :u' '761 two two status * :early' '761 two one status * :s'
    send two 'METADATA #x SYNC' 'METADATA * UNSUB url' 'METADATA * SUB url' 'MONITOR + one'
    expect_batch two '#x' '761 two #x url * :u' '761 two two status * :early' '761 two one status * :s'
    expect_next two -e ' 771 two url$'
    expect_next two -e ' 770 two url$'
    expect_batch two '\*' '761 two #x url * :u'
    expect_next two -e ' 730 '
    expect_batch two one '761 two one status * :s'
}

@test "draft/metadata-3 has codes of its own, and a key that is not there can be removed" {
    enter_with one 'batch draft/metadata-3'
    local value i
    printf -v value '%257s' ''
    send one 'METADATA * SET Upper :x' "METADATA * SET a :${value// /v}" 'METADATA * SET gone' 'METADATA * NONSENSE' \
        'METADATA * GET Upper'
    expect_next one -e ' FAIL METADATA INVALID_KEY Upper :'
    expect_next one -e ' FAIL METADATA INVALID_VALUE a :'
    expect_next one ':irc.example.org 766 one * gone :Key not set'
    expect_next one -e ' FAIL METADATA INVALID_PARAMS NONSENSE :'
    expect_batch one one 'FAIL METADATA INVALID_KEY Upper :Invalid key'
    for i in {1..40}; do
        send one "METADATA * SUB k$i"
    done
    send one 'METADATA * SUB k41'
    expect one -e ' FAIL METADATA LIMIT_REACHED \* k41 :'
    send one 'CAP REQ :draft/metadata-2 -draft/metadata-3' 'METADATA * SUBS' 'METADATA * SET Upper :x'
    expect one -e ' 772 one k[0-9]+ '
    expect one -e ' FAIL METADATA KEY_INVALID Upper :'
}

@test "what is said in a channel that not everybody may enter is for those inside and operators" {
    enter_with one "$CAPS"
    enter_with two 'batch draft/metadata-3'
    send one 'JOIN #x' 'METADATA #x SET url :secret' 'METADATA * SET url :mine'
    expect one -e ' 761 one \* url '
    send two 'METADATA * SUB url' 'METADATA #x GET url'
    expect two -e ' 770 '
    expect_batch two '#x' '761 two #x url * :secret'
    local modes
    for modes in '+i' '-i+k key' '+i'; do
        send one "MODE #x $modes"
        sync one
        send two 'METADATA #x GET url' 'METADATA #x GET url b' 'METADATA #x LIST' 'METADATA #x SYNC'
        expect_next two -e ' FAIL METADATA KEY_NO_PERMISSION #x url :'
        expect_next two -e ' FAIL METADATA KEY_NO_PERMISSION #x \* :'
        expect_next two -e ' FAIL METADATA KEY_NO_PERMISSION #x \* :'
        expect_next two -e ' FAIL METADATA KEY_NO_PERMISSION #x \* :'
    done
    send two 'OPER root secret' 'METADATA #x GET url'
    expect two -e ' 381 '
    expect two -e ' 761 two #x url '
    enter_with three "$CAPS"
    send one 'INVITE three #x'
    sync one
    send three 'JOIN #x key' 'METADATA #x GET url'
    expect three -e ' 761 three #x url '
    send one 'MODE one +i' 'MODE #x -ik key'
    sync one
    enter_with four "$CAPS"
    send four 'METADATA * SUB url' 'METADATA #x SYNC'
    expect four -e ' METADATA #x url \* :secret'
    expect_none four -e ' METADATA one '
}
