# One array; each figure with its median and with the values of all rounds.
END {
    print "["
    for (k = 1; k <= key_count; k++) {
        split(keys[k], part, "\t")
        m = median(keys[k])
        if (m !~ /^-?[0-9]/)
            continue
        printf "%s {\"table\": \"%s\", \"row\": \"%s\", \"figure\": \"%s\", \"server\": \"%s\", \"median\": %s, \"values\": [", \
            (begun++ ? ",\n" : ""), part[1], part[2], part[3], part[4], m
        for (i = 1; i <= count[keys[k]]; i++)
            printf "%s%s", (i > 1 ? ", " : ""), values[keys[k], i]
        printf "]}"
    }
    print "\n]"
}
