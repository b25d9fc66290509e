/* Telnet's commands inside the stream of bytes. Private to a worker.
 *
 * We do SUPPRESS-GO-AHEAD and ECHO when asked to (that is character mode); we ask for nothing ourselves, and
 * agree to nothing else. */
#include "telnet.h"

enum {
    SE = 240,
    BREAK = 243,
    INTERRUPT = 244,
    ABORT_OUTPUT,
    ARE_YOU_THERE = 246,
    ERASE_CHARACTER = 247,
    ERASE_LINE = 248,
    SB = 250,
    WILL = 251,
    WONT = 252,
    DO = 253,
    DONT = 254,
    IAC = TELNET_IAC
};
enum { END_OF_FILE = 236, SUSPEND = 237, ABORT = 238 };
enum { OPTION_ECHO = 1, OPTION_SUPPRESS_GO_AHEAD = 3, OPTION_TIMING_MARK = 6 };
enum { STATE_DATA, STATE_COMMAND, STATE_OPTION, STATE_SUB, STATE_SUB_COMMAND };

static size_t answer_with(unsigned char answer[TELNET_ANSWER_SIZE], unsigned char verb, unsigned char option)
{
    answer[0] = IAC;
    answer[1] = verb;
    answer[2] = option;
    return TELNET_ANSWER_SIZE;
}

/* Answers DO, DONT, WILL or WONT. */
static size_t negotiate(struct telnet *telnet, unsigned char option, unsigned char answer[TELNET_ANSWER_SIZE])
{
    bool *ours = option == OPTION_ECHO                ? &telnet->echo
                 : option == OPTION_SUPPRESS_GO_AHEAD ? &telnet->suppress_go_ahead
                                                      : (bool *)0;
    bool wanted = telnet->verb == DO;
    switch (telnet->verb) {
    case DO:
        if (option == OPTION_TIMING_MARK) /* it says: everything before has been dealt with */
            return answer_with(answer, WILL, option);
        if (!ours)
            return answer_with(answer, WONT, option);
        break;
    case DONT:
        break;
    case WILL:
        /* What the client wants to do it may not: except not sending go-ahead, which changes nothing. */
        return answer_with(answer, option == OPTION_SUPPRESS_GO_AHEAD ? DO : DONT, option);
    default:
        return 0;
    }
    if (!ours || *ours == wanted)
        return 0;
    *ours = wanted;
    return answer_with(answer, wanted ? WILL : WONT, option);
}

bool telnet_leaves(unsigned char byte)
{
    return byte == BREAK || byte == INTERRUPT || byte == ABORT || byte == SUSPEND || byte == END_OF_FILE;
}

static enum telnet_event command(struct telnet *telnet, unsigned char byte, unsigned char *data)
{
    telnet->state = STATE_DATA;
    switch (byte) {
    case IAC:
        *data = IAC;
        return TELNET_DATA;
    case WILL:
    case WONT:
    case DO:
    case DONT:
        telnet->verb = byte;
        telnet->state = STATE_OPTION;
        return TELNET_NOTHING;
    case SB:
        telnet->state = STATE_SUB;
        return TELNET_NOTHING;
    case ARE_YOU_THERE:
        return TELNET_HELLO;
    case ERASE_CHARACTER:
        return TELNET_ERASE;
    case ERASE_LINE:
        return TELNET_ERASE_LINE;
    default:
        return telnet_leaves(byte) ? TELNET_LEAVE : TELNET_NOTHING;
    }
}

enum telnet_event telnet_take(struct telnet *telnet, unsigned char byte, unsigned char *data,
                              unsigned char answer[TELNET_ANSWER_SIZE], size_t *answer_length)
{
    *answer_length = 0;
    switch (telnet->state) {
    case STATE_COMMAND:
        return command(telnet, byte, data);
    case STATE_OPTION:
        telnet->state = STATE_DATA;
        *answer_length = negotiate(telnet, byte, answer);
        return TELNET_NOTHING;
    case STATE_SUB:
        if (byte == IAC)
            telnet->state = STATE_SUB_COMMAND;
        return TELNET_NOTHING;
    case STATE_SUB_COMMAND:
        telnet->state = byte == SE ? STATE_DATA : STATE_SUB;
        return TELNET_NOTHING;
    default:
        if (byte == IAC) {
            telnet->state = STATE_COMMAND;
            return TELNET_NOTHING;
        }
        *data = byte;
        return TELNET_DATA;
    }
}
