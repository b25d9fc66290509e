/* The render cache. Private to a courier.
 *
 * Viewers of a kind share an arena, in which the events of a batch follow one another: a client that gets
 * them all has one contiguous piece to send. */
#include "render.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"

#define ARENA_SIZE ((size_t)1 << 20)
#define ARENAS_MAX 64
#define FULL       ((size_t)64 << 10)
/* The largest rendering: a record's text in which every byte becomes a replacement character. */
#define LARGEST    (3 * RING_RECORD_MAX + 4096)

enum { VARIANTS = 8 }; /* self, target, current */

struct arena {
    uint32_t door; /* for viewers of that door */
    uint64_t caps; /* with those capabilities */
    char *bytes;
    size_t used;
    struct {
        uint64_t event; /* for which the rest holds */
        size_t offset, length;
    } cache[VARIANTS];
};

struct render {
    uint64_t event; /* counts up */
    bool full;
    struct arena *arenas;
    size_t count, size;
    size_t last; /* the arena used last: often the one wanted next */
};

struct render *render_new(void)
{
    struct render *render = calloc(1, sizeof *render);
    if (!render)
        fatal(EX_OSERR, "out of memory");
    return render;
}

void render_next(struct render *render)
{
    render->event++;
}

static struct arena *add_arena(struct render *render, const struct view *view)
{
    if (render->count == render->size) {
        render->size = render->size ? render->size * 2 : 8;
        render->arenas = realloc(render->arenas, render->size * sizeof *render->arenas);
    }
    char *bytes = malloc(ARENA_SIZE);
    if (!render->arenas || !bytes)
        fatal(EX_OSERR, "out of memory");
    render->last = render->count++;
    struct arena *arena = &render->arenas[render->last];
    *arena = (struct arena){.door = view->door, .caps = view->caps, .bytes = bytes};
    return arena;
}

static struct arena *find_arena(struct render *render, const struct view *view)
{
    if (render->count > 0) {
        struct arena *last = &render->arenas[render->last];
        if (last->door == view->door && last->caps == view->caps)
            return last;
    }
    for (size_t i = 0; i < render->count; i++) {
        struct arena *arena = &render->arenas[i];
        if (arena->door == view->door && arena->caps == view->caps) {
            render->last = i;
            return arena;
        }
    }
    return add_arena(render, view);
}

static void render_into(struct render *render, struct arena *arena, unsigned variant,
                        const struct event *event, const struct view *view)
{
    struct text text;
    size_t room = ARENA_SIZE - arena->used;
    text_init(&text, arena->bytes + arena->used, room < LARGEST ? room : LARGEST);
    door_of((enum door_kind)view->door)->render(&text, event, view);
    if (text.cut)
        text.length = 0; /* only a worker that lies can cause it: half a line is worse than none */
    arena->cache[variant].event = render->event;
    arena->cache[variant].offset = arena->used;
    arena->cache[variant].length = text.length;
    arena->used += text.length;
    if (arena->used > FULL)
        render->full = true;
}

/* The viewer is rendered for as it is looked up: with those capabilities alone on which the event's rendering depends.
 * So two of whom only other ones differ cannot but get the same bytes. */
const char *render_event(struct render *render, const struct event *event, const struct view *view,
                         size_t *length)
{
    const struct door *door = door_of((enum door_kind)view->door);
    struct view key = *view;
    key.caps &= door->render_caps ? door->render_caps(event->type) : 0;
    struct arena *arena = find_arena(render, &key);
    unsigned variant = (unsigned)view->self | (unsigned)view->target << 1 | (unsigned)view->current << 2;
    if (arena->cache[variant].event != render->event)
        render_into(render, arena, variant, event, &key);
    *length = arena->cache[variant].length;
    return arena->bytes + arena->cache[variant].offset;
}

bool render_is_full(const struct render *render)
{
    return render->full;
}

void render_reset(struct render *render)
{
    /* Kinds of viewers come and go; more than a crowd ever has are a client trying all combinations. */
    bool forget = render->count > ARENAS_MAX;
    for (size_t i = 0; i < render->count; i++) {
        render->arenas[i].used = 0;
        if (forget)
            free(render->arenas[i].bytes);
    }
    if (forget)
        render->count = render->last = 0;
    render->full = false;
    render->event++; /* nothing cached lasts */
}
