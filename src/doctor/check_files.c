/* Folders and files: who owns them, who may write to them, and whether there is room. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "checks.h"
#include "conf/settings.h"

#define AREA "files"

/* Below this a disk counts as full. */
#define ROOM_MIB 16

static bool is_foreign(uid_t owner)
{
    return owner != 0 && owner != geteuid();
}

static bool others_may(const struct stat *status, mode_t what)
{
    return status->st_mode & what;
}

static void check_secrets(struct findings *findings, const struct patient *patient)
{
    struct stat status;
    const struct settings *settings = patient->settings;
    if (!patient->file || stat(patient->file, &status) || !S_ISREG(status.st_mode))
        return;
    if (is_foreign(status.st_uid))
        findings_add(findings, FINDING_FAULT, AREA, "chown root, or the user who starts the daemon",
                     "%s belongs to somebody else, user %ld", patient->file, (long)status.st_uid);
    if (others_may(&status, S_IWGRP | S_IWOTH))
        findings_add(findings, FINDING_FAULT, AREA, "chmod go-w", "%s: others may write to it", patient->file);
    if ((settings->operator_count || settings->password) && others_may(&status, S_IROTH))
        findings_add(findings, FINDING_WARNING, AREA, "chmod o-r", "%s has crypted passwords, and anybody may read it",
                     patient->file);
}

/* The nearest folder above that is there. */
static void find_parent(const char *path, char *parent, size_t size)
{
    struct stat status;
    snprintf(parent, size, "%s", path);
    do {
        char *slash = strrchr(parent, '/');
        if (!slash || slash == parent) {
            snprintf(parent, size, "/");
            return;
        }
        *slash = '\0';
    } while (stat(parent, &status));
}

static void check_room(struct findings *findings, const char *what, const char *path)
{
    struct statvfs disk;
    if (statvfs(path, &disk))
        return;
    unsigned long long mib = (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
    if (disk.f_flag & ST_RDONLY)
        findings_add(findings, FINDING_FAULT, AREA, "mount it to write to, or name another folder",
                     "%s %s lies where nothing can be written", what, path);
    else if (mib < ROOM_MIB || (disk.f_files && disk.f_favail < 32))
        findings_add(findings, FINDING_FAULT, AREA, "make room there (df -h; df -i)",
                     "%s %s lies on a disk that is full: %llu MiB, %llu files are free", what, path, mib,
                     (unsigned long long)disk.f_favail);
}

/* What the daemon asks of a folder of its own: paths_open_directory. */
static void check_folder(struct findings *findings, const char *what, const char *path)
{
    struct stat status, named;
    char parent[4096];
    int before = findings->counts[FINDING_FAULT];
    if (stat(path, &status)) {
        int error = errno;
        find_parent(path, parent, sizeof parent);
        if (error != ENOENT)
            findings_add(findings, FINDING_FAULT, AREA, "see that the daemon's user may enter all folders above it",
                         "%s %s: %s", what, path, strerror(error));
        else if (access(parent, W_OK | X_OK))
            findings_add(findings, FINDING_FAULT, AREA,
                         "make it, for the user who starts the daemon, or start it as root",
                         "%s %s is not there, and cannot be made by this user in %s", what, path, parent);
        else
            findings_add(findings, FINDING_OK, AREA, NULL, "%s %s is not there yet: the start makes it", what, path);
        check_room(findings, what, parent);
        return;
    }
    if (lstat(path, &named) == 0 && S_ISLNK(named.st_mode) && is_foreign(named.st_uid))
        findings_add(findings, FINDING_FAULT, AREA, "remove the link, or name another folder",
                     "%s %s is a link that somebody else has made", what, path);
    if (!S_ISDIR(status.st_mode))
        findings_add(findings, FINDING_FAULT, AREA, "remove it, or name another folder", "%s %s is no folder", what,
                     path);
    else if (is_foreign(status.st_uid))
        findings_add(findings, FINDING_FAULT, AREA, "chown it to the user who starts the daemon, or name another",
                     "%s %s belongs to somebody else, user %ld", what, path, (long)status.st_uid);
    else if (others_may(&status, S_IWGRP | S_IWOTH))
        findings_add(findings, FINDING_FAULT, AREA, "chmod go-w", "%s %s: others may write there", what, path);
    check_room(findings, what, path);
    if (findings->counts[FINDING_FAULT] == before)
        findings_add(findings, FINDING_OK, AREA, NULL, "%s %s", what, path);
}

static void check_root(struct findings *findings, const struct patient *patient)
{
    const char *path = patient->settings->chroot;
    struct dirent *entry;
    int count = 0;
    if (!patient->as_root || !path)
        return;
    if (strcmp(path, "off") == 0) {
        findings_add(findings, FINDING_HINT, AREA, "remove \"chroot off\"", "clients' processes see all files");
        return;
    }
    check_folder(findings, "chroot", path);
    DIR *folder = opendir(path);
    while (folder && (entry = readdir(folder)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (folder)
        closedir(folder);
    if (count > 0)
        findings_add(findings, FINDING_WARNING, AREA, "name an empty folder, or none: the daemon makes one",
                     "chroot %s is not empty", path);
}

static void check_bans(struct findings *findings, const struct patient *patient)
{
    char path[4200];
    struct stat status;
    snprintf(path, sizeof path, "%.4000s/bans", patient->settings->state_directory);
    if (stat(path, &status) == 0 && is_foreign(status.st_uid))
        findings_add(findings, FINDING_FAULT, AREA, "chown it to the user who starts the daemon",
                     "%s belongs to somebody else, user %ld", path, (long)status.st_uid);
    else if (stat(path, &status) == 0 && access(path, R_OK))
        findings_add(findings, FINDING_FAULT, AREA, "chown it to the user who starts the daemon", "%s: %s", path,
                     strerror(errno));
}

void check_files(struct findings *findings, const struct patient *patient)
{
    check_secrets(findings, patient);
    check_folder(findings, "runtime-directory", patient->settings->runtime_directory);
    check_folder(findings, "state-directory", patient->settings->state_directory);
    check_root(findings, patient);
    check_bans(findings, patient);
}
