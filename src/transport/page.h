/* The page that the web door serves: made of src/web by the makefile. */
#ifndef FORKCHAT_TRANSPORT_PAGE_H
#define FORKCHAT_TRANSPORT_PAGE_H

#include <stddef.h>

struct page {
    const char *bytes;
    size_t length;
    const char *tag;            /* as in ETag, with its quotes: another for every other page */
    const char *script, *style; /* their hashes, as Content-Security-Policy names them */
};

/* The only one there is. */
const struct page *page_get(void);

#endif
