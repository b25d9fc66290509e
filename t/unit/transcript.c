/* The judge of chaos can find what it is to find: transcripts that were doctored. */
#include "../chaos/transcript.h"
#include "check.h"

static struct transcript transcript;
static enum heard answers[10];

/* What is said of each line of `heard`, when those of `due` were to be heard. */
static void judge(const char *due, const char *heard)
{
    memset(answers, 0, sizeof answers);
    transcript_free(&transcript);
    transcript_due(&transcript, due, strlen(due), 1);
    for (int i = 0; *heard; i++) {
        size_t length = (size_t)(strchr(heard, '\n') + 1 - heard);
        answers[i] = transcript_hear(&transcript, heard, length, 2);
        heard += length;
    }
}

static uint64_t faults(void)
{
    uint64_t sum = 0;
    for (int i = HEARD_MISSING; i < HEARD_KINDS; i++)
        sum += transcript.faults[i];
    return sum;
}

static void right(void)
{
    judge("one\ntwo\ntwo\nthree\n", "one\ntwo\ntwo\nthree\n");
    CHECK(faults() == 0 && transcript.count == 0 && transcript.lines == 4);
    judge("one\r\ntwo\n", "one\r\n");
    CHECK(faults() == 0 && transcript.count == 1);
}

static void missing(void)
{
    judge("one\ntwo\nthree\nfour\n", "one\nfour\n");
    CHECK(answers[0] == HEARD_RIGHT && answers[1] == HEARD_MISSING);
    CHECK(transcript.faults[HEARD_MISSING] == 2 && faults() == 2);
}

static void doubled(void)
{
    judge("one\ntwo\nthree\n", "one\ntwo\ntwo\nthree\n");
    CHECK(answers[2] == HEARD_TWICE && answers[3] == HEARD_RIGHT && faults() == 1);
    judge("one\ntwo\nthree\n", "one\ntwo\nthree\none\ntwo\nthree\n");
    CHECK(transcript.faults[HEARD_TWICE] == 3 && faults() == 3);
}

static void torn(void)
{
    judge("one two three\nfour\n", "one two th\nfour\n");
    CHECK(answers[0] == HEARD_TORN && transcript.faults[HEARD_TORN] == 1);
    judge("one two three\nfour\n", "one two threefour\n");
    CHECK(answers[0] == HEARD_TORN);
    judge("one\n", "one\r\n");
    CHECK(answers[0] == HEARD_TORN);
}

static void swapped(void)
{
    judge("one\ntwo\nthree\n", "two\none\nthree\n");
    CHECK(answers[0] == HEARD_MISSING && answers[1] == HEARD_LATE && answers[2] == HEARD_RIGHT);
}

static void foreign(void)
{
    judge("one\n", "somebody else's\none\n");
    CHECK(answers[0] == HEARD_TORN && answers[1] == HEARD_RIGHT && faults() == 1);
}

static void pieces(void)
{
    transcript_free(&transcript);
    transcript_due(&transcript, "on", 2, 1);
    CHECK(transcript.count == 0);
    transcript_due(&transcript, "e\ntw", 4, 1);
    transcript_due(&transcript, "o\n", 2, 1);
    CHECK(transcript.count == 2);
    CHECK(transcript_hear(&transcript, "one\n", 4, 2) == HEARD_RIGHT);
    CHECK(transcript_hear(&transcript, "two\n", 4, 2) == HEARD_RIGHT);
}

static void many(void)
{
    transcript_free(&transcript);
    for (int i = 0; i < 100000; i++) {
        char line[20];
        int length = snprintf(line, sizeof line, "%d\n", i);
        transcript_due(&transcript, line, (size_t)length, i);
        if (i >= 1000) {
            length = snprintf(line, sizeof line, "%d\n", i - 1000);
            CHECK(transcript_hear(&transcript, line, (size_t)length, i) == HEARD_RIGHT);
        }
    }
    CHECK(transcript.count == 1000 && transcript.size <= 2048);
    transcript_free(&transcript);
}

int main(void)
{
    CASE("a transcript as it should be has no fault", right);
    CASE("a missing line is found", missing);
    CASE("a doubled line is found", doubled);
    CASE("a torn line is found", torn);
    CASE("swapped lines are found", swapped);
    CASE("somebody else's line is found", foreign);
    CASE("a line may become due in pieces", pieces);
    CASE("a long transcript takes memory only for what is due", many);
    CHECK_DONE();
}
