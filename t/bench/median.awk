# Reads figures.tsv: table, row, figure, server, value. keys[1 … key_count] are the different ones, as
# table TAB row TAB figure TAB server, in the order they came, and median(key) is that of the values.
FILENAME ~ /figures\.tsv$/ {
    key = $1 "\t" $2 "\t" $3 "\t" $4
    if (!(key in count))
        keys[++key_count] = key
    values[key, ++count[key]] = $5
}

function median(key,    n, i, j, one, sorted) {
    n = count[key]
    for (i = 1; i <= n; i++) {
        one = values[key, i]
        for (j = i - 1; j >= 1 && sorted[j] + 0 > one + 0; j--)
            sorted[j + 1] = sorted[j]
        sorted[j + 1] = one
    }
    return sorted[int((n + 1) / 2)]
}
