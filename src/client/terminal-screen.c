/* The terminal is taken for the screen, and given back: to the shell at a stop, and at the end. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "tty/guardian.h"
#include "terminal.h"

void terminal_resize(struct terminal *terminal)
{
    int rows, columns;
    screen_size(&rows, &columns);
    terminal->changed = true;
    if (frame_resize(&terminal->frame, rows, columns))
        session_end(terminal->session, EX_OSERR, "there is no memory for this screen");
}

/* In the background the terminal is the shell's: stop until `fg`, as anything that reads from it there does.
 * Where nobody could continue us the system does not stop us, and the tries run out. */
static void wait_for_foreground(void)
{
    for (int tries = 0; tries < 100 && tcgetpgrp(STDIN_FILENO) != getpgrp(); tries++)
        guardian_stop();
}

void terminal_take_screen(struct terminal *terminal)
{
    wait_for_foreground();
    if (screen_start(&terminal->screen))
        session_end(terminal->session, EX_OSERR, "the terminal does not obey: %s", strerror(errno));
    guardian_screen(terminal->guardian, !terminal->screen.dumb);
    terminal_resize(terminal);
}

void terminal_give_back_screen(struct terminal *terminal)
{
    screen_stop(&terminal->screen);
    guardian_screen(terminal->guardian, false);
}

void terminal_stop(struct terminal *terminal)
{
    if (!terminal->screen.on) /* in a test without a terminal */
        return;
    terminal_give_back_screen(terminal);
    guardian_stop();
    terminal_take_screen(terminal);
}
