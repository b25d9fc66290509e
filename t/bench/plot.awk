# An SVG of one figure over the number at the end of the rows `prefix`N of the table curves, a line for each server, both
# axes logarithmic.
function log10(v) { return log(v) / log(10) }
function x_of(v) { return 70 + 520 * (most_x > least_x ? (log10(v) - least_x) / (most_x - least_x) : 0.5) }
function y_of(v) { return 350 - 300 * (log10(v) - least_y) / (most_y - least_y) }

function point_find(    k, part, value) {
    for (k = 1; k <= key_count; k++) {
        split(keys[k], part, "\t")
        if (part[1] != "curves" || part[3] != figure || index(part[2], prefix) != 1)
            continue
        value = median(keys[k]) + 0
        if (value <= 0)
            continue
        points++
        at[points] = substr(part[2], length(prefix) + 1) + 0
        height[points] = value
        owner[points] = part[4]
        if (!(part[4] in color)) {
            color[part[4]] = hue[servers++ % 10 + 1]
            names[servers] = part[4]
        }
        if (points == 1 || log10(at[points]) < least_x)
            least_x = log10(at[points])
        if (points == 1 || log10(at[points]) > most_x)
            most_x = log10(at[points])
        if (points == 1 || log10(value) < least_y)
            least_y = log10(value)
        if (points == 1 || log10(value) > most_y)
            most_y = log10(value)
    }
    least_y = points ? floor(least_y) : 0
    most_y = points ? floor(most_y) + 1 : 1
}

function floor(v) { return v < 0 && int(v) != v ? int(v) - 1 : int(v) }

function axes(    e, i) {
    printf "<text x=\"330\" y=\"24\" text-anchor=\"middle\" font-size=\"16\">%s</text>\n", title
    printf "<text x=\"330\" y=\"392\" text-anchor=\"middle\">%s</text>\n", across
    printf "<text x=\"16\" y=\"200\" text-anchor=\"middle\" transform=\"rotate(-90 16 200)\">%s</text>\n", up
    for (e = least_y; e <= most_y; e++) {
        printf "<line x1=\"70\" x2=\"590\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", y_of(10 ^ e), y_of(10 ^ e)
        printf "<text x=\"62\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n", y_of(10 ^ e) + 4, 10 ^ e
    }
    for (i = 1; i <= points; i++)
        if (!(at[i] in told)) {
            told[at[i]] = 1
            printf "<text x=\"%.1f\" y=\"368\" text-anchor=\"middle\">%g</text>\n", x_of(at[i]), at[i]
        }
}

# The rows of one server, which came in any order, from left to right.
function draw(name,    n, i, j, x, y, swap) {
    for (i = 1; i <= points; i++)
        if (owner[i] == name) {
            x[++n] = at[i]
            y[n] = height[i]
        }
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && x[j - 1] > x[j]; j--) {
            swap = x[j]; x[j] = x[j - 1]; x[j - 1] = swap
            swap = y[j]; y[j] = y[j - 1]; y[j - 1] = swap
        }
    printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", color[name]
    for (i = 1; i <= n; i++)
        printf "%.1f,%.1f ", x_of(x[i]), y_of(y[i])
    print "\"/>"
    for (i = 1; i <= n; i++)
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s: %g</title></circle>\n", x_of(x[i]), \
            y_of(y[i]), color[name], name, y[i]
}

END {
    split("#c02020 #2060c0 #208040 #d08000 #7030a0 #008090 #a05030 #606060 #c04090 #90a000", hue, " ")
    point_find()
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 400\" font-family=\"sans-serif\" font-size=\"12\">"
    print "<rect width=\"720\" height=\"400\" fill=\"white\"/>"
    axes()
    for (s = 1; s <= servers; s++) {
        draw(names[s])
        printf "<rect x=\"605\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"622\" y=\"%d\">%s</text>\n", \
            40 + 20 * s, color[names[s]], 50 + 20 * s, names[s]
    }
    print "</svg>"
}
