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
#define LARGEST (3 * RING_RECORD_MAX + 4096)

enum { VARIANTS = 8 }; /* self, target, current */

struct arena {
    const struct dialect *dialect; /* for viewers who speak that */
    const struct framing *framing; /* over transports that frame so */
    uint64_t caps;                 /* with those capabilities */
    char *bytes;
    size_t used;
    struct {
        uint64_t event; /* for which the rest holds */
        size_t offset, length;
    } cache[VARIANTS];
};

struct render {
    struct door doors[DOOR_KINDS];
    const struct framing *framings[DOOR_KINDS]; /* theirs; those that make the same bytes are one */
    uint64_t event;                             /* counts up */
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
    for (int i = 0; i < DOOR_KINDS; i++) {
        render->doors[i] = door_of((enum door_kind)i);
        render->framings[i] = render->doors[i].transport->framing;
        for (int k = i - 1; k >= 0; k--)
            if (framing_is_same(render->framings[k], render->framings[i]))
                render->framings[i] = render->framings[k];
    }
    return render;
}

const struct door *render_door(const struct render *render, uint32_t door)
{
    return &render->doors[door];
}

void render_next(struct render *render)
{
    render->event++;
}

static struct arena *add_arena(struct render *render, const struct dialect *dialect, const struct view *view)
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
    *arena = (struct arena){.dialect = dialect, .framing = view->framing, .caps = view->caps, .bytes = bytes};
    return arena;
}

/* Where what viewers of that kind see is kept: the one used last, or the next that fits. */
static struct arena *find_arena(struct render *render, const struct dialect *dialect, const struct view *view)
{
    size_t at = render->last;
    for (size_t looked = 0; looked < render->count; looked++, at = at + 1 < render->count ? at + 1 : 0) {
        struct arena *arena = &render->arenas[at];
        if (arena->dialect == dialect && arena->framing == view->framing && arena->caps == view->caps) {
            render->last = at;
            return arena;
        }
    }
    return add_arena(render, dialect, view);
}

static void render_into(struct render *render, struct arena *arena, unsigned variant, const struct event *event,
                        const struct view *view)
{
    struct text text;
    size_t room = ARENA_SIZE - arena->used;
    text_init(&text, arena->bytes + arena->used, room < LARGEST ? room : LARGEST);
    arena->dialect->render(&text, event, view);
    if (view->framing->head)
        framing_apply(view->framing, &text, 0);
    if (text.cut)
        text.length = 0; /* only a worker that lies can cause it: half a line is worse than none */
    arena->cache[variant].event = render->event;
    arena->cache[variant].offset = arena->used;
    arena->cache[variant].length = text.length;
    arena->used += text.length;
    if (arena->used > FULL)
        render->full = true;
}

/* The viewer is rendered for as it is looked up: with that alone on which the event's rendering depends. So two who
 * differ in nothing else cannot but get the same bytes. */
const char *render_event(struct render *render, const struct event *event, uint32_t door, const struct view *view,
                         size_t *length)
{
    const struct dialect *dialect = render->doors[door].dialect;
    unsigned parts = dialect->render_parts[event->type];
    struct view key = {.framing = render->framings[door],
                       .caps = dialect->render_caps ? view->caps & dialect->render_caps(event->type) : 0,
                       .self = view->self && parts & VIEW_SELF,
                       .target = view->target && parts & VIEW_TARGET,
                       .current = view->current && parts & VIEW_CURRENT};
    struct arena *arena = find_arena(render, dialect, &key);
    unsigned variant = (unsigned)key.self | (unsigned)key.target << 1 | (unsigned)key.current << 2;
    if (arena->cache[variant].event != render->event)
        render_into(render, arena, variant, event, &key);
    *length = arena->cache[variant].length;
    return arena->bytes + arena->cache[variant].offset;
}

void render_for_one(const struct render *render, struct text *text, const struct event *event, uint32_t door,
                    const struct view *view)
{
    struct view own = *view;
    size_t start = text->length;
    own.framing = render->framings[door];
    render->doors[door].dialect->render(text, event, &own);
    framing_apply(own.framing, text, start);
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
