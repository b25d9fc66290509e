/* The control socket. Opened and accepted from by the supervisor; control_listener_permits is asked in the child,
 * before it gives up its privileges, because it reads group(5). */
#include "control_listener.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/port.h"
#include "base/text.h"

#define BACKLOG 64

static int listen_at(struct control_listener *listener, const struct sockaddr_un *address,
                     const struct settings *settings)
{
    int fd = paths_listen(address, SOCK_STREAM, BACKLOG);
    if (fd < 0)
        return -1;
    const struct group *group = settings->group ? getgrnam(settings->group) : NULL;
    if (group) {
        listener->gid = group->gr_gid;
        listener->has_group =
            chown(address->sun_path, (uid_t)-1, group->gr_gid) == 0 && chmod(address->sun_path, 0660) == 0;
        if (!listener->has_group)
            log_warning("%s: cannot be given to the group %s: %s", address->sun_path, settings->group, strerror(errno));
    }
    return fd;
}

void control_listener_open(struct control_listener *listener, const struct settings *settings)
{
    struct sockaddr_un address;
    listener->fd = -1;
    listener->uid = geteuid();
    listener->has_group = false;
    if (paths_socket(settings->runtime_directory, PATHS_CONTROL, &address)) {
        log_warning("no control socket: the path of the runtime-directory is too long for one");
        return;
    }
    listener->fd = listen_at(listener, &address, settings);
    if (listener->fd < 0)
        log_warning("no control socket: %s: %s", address.sun_path, strerror(errno));
    else
        text_copy(listener->path, sizeof listener->path, address.sun_path);
}

int control_listener_accept(const struct control_listener *listener)
{
    return listener->fd < 0 ? -1 : port_accept(listener->fd, NULL, NULL);
}

void control_listener_close(struct control_listener *listener, bool remove)
{
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->fd >= 0 && remove)
        unlink(listener->path);
    listener->fd = -1;
}

static bool is_member(const struct control_listener *listener, const struct passwd *user, gid_t primary)
{
    if (!listener->has_group)
        return false;
    if (primary == listener->gid)
        return true;
    const struct group *group = getgrgid(listener->gid);
    for (char **name = group && user ? group->gr_mem : NULL; name && *name; name++)
        if (strcmp(*name, user->pw_name) == 0)
            return true;
    return false;
}

bool control_listener_permits(const struct control_listener *listener, int socket, char who[80])
{
    uid_t uid;
    gid_t gid;
    if (port_peer(socket, &uid, &gid)) {
        snprintf(who, 80, "somebody");
        return true;
    }
    const struct passwd *user = getpwuid(uid);
    snprintf(who, 80, "%.60s", user ? user->pw_name : "");
    if (!user)
        snprintf(who, 80, "uid %ld", (long)uid);
    return uid == 0 || uid == listener->uid || is_member(listener, user, gid);
}
