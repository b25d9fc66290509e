/* Who may hand over the socket for which place. */
#include "process/owners.h"

#include "check.h"

static void one_place(void)
{
    static struct owners *owners; /* LeakSanitizer would miss it */
    owners = owners_new(10);
    CHECK(owners_accept(owners, 3, 1, 500));
    CHECK(owners_accept(owners, 3, 1, 500)); /* again, for another courier */
    CHECK(owners_accept(owners, 4, 7, 501));
    CHECK(!owners_accept(owners, 4, 7, 500) && !owners_accept(owners, 4, 8, 500) && !owners_accept(owners, 5, 1, 500));
    CHECK(!owners_accept(owners, 3, 2, 500)); /* who comes after it is another process */
    CHECK(!owners_accept(owners, 3, 1, 502) && !owners_accept(owners, 3, 0, 502));
    CHECK(owners_accept(owners, 3, 1, 500) && owners_accept(owners, 4, 7, 501));
    CHECK(!owners_accept(owners, 10, 1, 509) && !owners_accept(owners, UINT32_MAX, 1, 509));
}

static void successors(void)
{
    static struct owners *owners; /* LeakSanitizer would miss it */
    owners = owners_new(10);
    CHECK(owners_accept(owners, 3, 1, 500));
    CHECK(owners_accept(owners, 3, 2, 502)); /* before it is told that 500 is dead */
    owners_forget(owners, 3, 1);
    CHECK(!owners_accept(owners, 3, 2, 503) && owners_accept(owners, 3, 2, 502));
    owners_forget(owners, 3, 2);
    CHECK(owners_accept(owners, 5, 1, 502)); /* another with the same number */
    CHECK(owners_accept(owners, 3, UINT32_MAX, 600) && owners_accept(owners, 3, 0, 601));
}

static void told(void)
{
    static struct owners *owners; /* LeakSanitizer would miss it */
    owners = owners_new(10);
    owners_tell(owners, 3, 500);
    owners_tell(owners, 4, 501);
    CHECK(!owners_accept(owners, 4, 9, 500) && !owners_accept(owners, 5, 1, 500));
    CHECK(owners_accept(owners, 3, 17, 500) && !owners_accept(owners, 3, 18, 500));
    owners_forget(owners, 4, 8); /* one before 501 */
    CHECK(!owners_accept(owners, 5, 1, 501) && owners_accept(owners, 4, 9, 501));
    CHECK(owners_accept(owners, 6, 1, 700));
}

static void nobody_knows(void)
{
    static struct owners *owners; /* LeakSanitizer would miss it */
    owners = owners_new(10);
    CHECK(owners_accept(owners, 3, 1, 0) && owners_accept(owners, 4, 1, 0) && owners_accept(owners, 3, 9, 0));
}

int main(void)
{
    CASE("a process has one place, and a place one process", one_place);
    CASE("a place goes to the next process when there is one", successors);
    CASE("what the supervisor says comes first", told);
    CASE("where the system cannot tell who sends, anybody may", nobody_knows);
    CHECK_DONE();
}
