# A table for each that there are figures of: what is measured (tables.tsv) down, servers across. Beside each server's
# figure stands the first one's divided by it.
BEGIN {
    about["plain"] = clients " clients of the plain door in one room"
    about["room"] = clients " IRC clients in one room"
    about["web"] = clients " clients of the web door in one room, and the same at the irc door"
    about["rooms"] = clients " IRC clients in rooms of 10: " clients " lines a second from half of them; saturated: one in each speaks, 4 lines on the way"
    about["pairs"] = clients " IRC clients, private messages: " clients " a second; saturated: one in ten speaks, 4 on the way"
    about["arrivals"] = clients " IRC clients; at once: " burst
    about["memory"] = hold " IRC clients in rooms of 10 that say nothing, each"
    about["counts"] = "what one thing takes, of 100 IRC clients"
    about["page"] = "the page of the web door, in a room of " clients
    about["control"] = clients " IRC clients in one room, and an operator who watches"
}

FILENAME ~ /tables\.tsv$/ && !/^#/ {
    lines[++line_count] = $1 "\t" $2 "\t" $3
    table_of[line_count] = $1
    label[line_count] = $4
}

FILENAME ~ /figures\.tsv$/ && !(($1, $4) in seen) {
    seen[$1, $4] = 1
    server[$1, ++server_count[$1]] = $4
}

function short(v) {
    if (v >= 1e6)
        return sprintf("%.2f M", v / 1e6)
    if (v >= 1e4)
        return sprintf("%.1f k", v / 1e3)
    return v >= 100 ? sprintf("%.0f", v) : sprintf("%.2f", v)
}

function heading(table,    i) {
    printf "%s%s, texts of %s bytes; medians of %s rounds of %s s.\n\n|", (table == first_table ? "" : "\n"), about[table], size, rounds, seconds
    for (i = 1; i <= server_count[table]; i++)
        printf " | %s", server[table, i]
    printf " |\n|---"
    for (i = 1; i <= server_count[table]; i++)
        printf "|--:"
    print "|"
}

function cells(table, row,    i, key, first, value) {
    for (i = 1; i <= server_count[table]; i++) {
        key = row "\t" server[table, i]
        if (!(key in count)) {
            printf " | -"
            continue
        }
        value = median(key)
        printf " | %s", short(value)
        if (i == 1)
            first = value
        else if (first != "" && value > 0 && first > 0)
            printf " (%.2f)", first / value
    }
    print " |"
}

END {
    for (l = 1; l <= line_count; l++) {
        table = table_of[l]
        if (!server_count[table])
            continue
        if (first_table == "")
            first_table = table
        if (table != last)
            heading(table)
        last = table
        printf "| %s", label[l]
        cells(table, lines[l])
    }
    print "\n(In parentheses: the first server's figure divided by this one's.)"
}
